-- +goose Up

-- Lists sort cases without a due time behind those that have one; the same text stands in internal/cases/list.go.
DROP INDEX case_file_open;
DROP INDEX case_file_holder;
DROP INDEX case_file_officer;
CREATE INDEX case_file_open ON case_file (COALESCE(due_at, 9000000000000000), id) WHERE ended_at IS NULL;
CREATE INDEX case_file_holder ON case_file (holder, COALESCE(due_at, 9000000000000000), id) WHERE ended_at IS NULL AND holder <> '';
CREATE INDEX case_file_officer ON case_file (officer, COALESCE(due_at, 9000000000000000), id) WHERE ended_at IS NULL AND officer <> '';

-- The map: cases by squares of 0.00125 degrees (about 139 by 118 metres).
CREATE INDEX case_file_square ON case_file ((lat / 12500), (lon / 12500)) WHERE lat IS NOT NULL;
CREATE TABLE case_square (
    y      INTEGER NOT NULL,
    x      INTEGER NOT NULL,
    area   TEXT    NOT NULL,
    hidden BOOLEAN NOT NULL,
    open   INTEGER NOT NULL,
    ended  INTEGER NOT NULL,
    lat    BIGINT  NOT NULL,
    lon    BIGINT  NOT NULL,
    PRIMARY KEY (y, x, area, hidden)
);
CREATE TABLE case_square_state (
    one INTEGER PRIMARY KEY,
    at  BIGINT  NOT NULL
);

-- Who follows which case.
CREATE TABLE case_watch (
    user_id TEXT   NOT NULL,
    case_id TEXT   NOT NULL REFERENCES case_file (id),
    at      BIGINT NOT NULL,
    PRIMARY KEY (user_id, case_id)
);
CREATE INDEX case_watch_case ON case_watch (case_id);

-- Saved views of the list.
CREATE TABLE desk_view (
    id         TEXT    PRIMARY KEY,
    owner_id   TEXT    NOT NULL,
    owner_name TEXT    NOT NULL,
    unit_id    TEXT    NOT NULL DEFAULT '',
    area       TEXT    NOT NULL DEFAULT '',
    scope      TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    filter     TEXT    NOT NULL,
    columns    TEXT    NOT NULL DEFAULT '[]',
    created_at BIGINT  NOT NULL,
    changed_at BIGINT  NOT NULL,
    version    BIGINT  NOT NULL DEFAULT 1
);
CREATE INDEX desk_view_owner ON desk_view (owner_id, id);
CREATE INDEX desk_view_scope ON desk_view (scope, unit_id, id) WHERE scope <> 'own';
CREATE TABLE desk_subscription (
    user_id TEXT   NOT NULL,
    view_id TEXT   NOT NULL REFERENCES desk_view (id),
    at      BIGINT NOT NULL,
    PRIMARY KEY (user_id, view_id)
);

-- Who looks at or works on a case; a row counts for 30 seconds.
CREATE TABLE desk_presence (
    case_id TEXT    NOT NULL,
    user_id TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    unit_id TEXT    NOT NULL DEFAULT '',
    editing BOOLEAN NOT NULL,
    since   BIGINT  NOT NULL,
    seen_at BIGINT  NOT NULL,
    PRIMARY KEY (case_id, user_id)
);
CREATE INDEX desk_presence_seen ON desk_presence (seen_at);

-- What somebody has begun to write about a case and not sent.
CREATE TABLE desk_draft (
    user_id  TEXT   NOT NULL,
    case_id  TEXT   NOT NULL,
    action   TEXT   NOT NULL,
    content  TEXT   NOT NULL,
    version  BIGINT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, case_id, action)
);
CREATE INDEX desk_draft_saved ON desk_draft (saved_at);

-- Texts that are written again and again, with places to fill.
CREATE TABLE desk_template (
    id         TEXT    PRIMARY KEY,
    owner_id   TEXT    NOT NULL,
    owner_name TEXT    NOT NULL,
    unit_id    TEXT    NOT NULL DEFAULT '',
    area       TEXT    NOT NULL DEFAULT '',
    scope      TEXT    NOT NULL,
    field      TEXT    NOT NULL,
    category   TEXT    NOT NULL DEFAULT '',
    name       TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    used       INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT  NOT NULL,
    changed_at BIGINT  NOT NULL,
    version    BIGINT  NOT NULL DEFAULT 1
);
CREATE INDEX desk_template_owner ON desk_template (owner_id, id);
CREATE INDEX desk_template_scope ON desk_template (scope, unit_id, id) WHERE scope <> 'own';

-- Exports: asked for, approved by somebody else, downloaded, expired.
CREATE TABLE desk_export (
    id            TEXT    PRIMARY KEY,
    state         TEXT    NOT NULL,
    area          TEXT    NOT NULL,
    purpose       TEXT    NOT NULL,
    filter        TEXT    NOT NULL,
    columns       TEXT    NOT NULL,
    format        TEXT    NOT NULL,
    matched       INTEGER NOT NULL,
    asked_by      TEXT    NOT NULL,
    asked_name    TEXT    NOT NULL,
    unit_id       TEXT    NOT NULL DEFAULT '',
    asked_at      BIGINT  NOT NULL,
    decided_by    TEXT    NOT NULL DEFAULT '',
    decided_name  TEXT    NOT NULL DEFAULT '',
    decided_at    BIGINT,
    answer        TEXT    NOT NULL DEFAULT '',
    expires_at    BIGINT,
    downloads     INTEGER NOT NULL DEFAULT 0,
    version       BIGINT  NOT NULL DEFAULT 1
);
CREATE INDEX desk_export_asked ON desk_export (asked_by, id);
CREATE INDEX desk_export_state ON desk_export (state, id);
CREATE TABLE desk_download (
    id        TEXT    PRIMARY KEY,
    export_id TEXT    NOT NULL REFERENCES desk_export (id),
    by_id     TEXT    NOT NULL,
    by_name   TEXT    NOT NULL,
    at        BIGINT  NOT NULL,
    lines     INTEGER NOT NULL,
    sha256    TEXT    NOT NULL
);
CREATE INDEX desk_download_export ON desk_download (export_id, id);
