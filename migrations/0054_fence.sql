-- +goose Up

-- Who reads the journal of positions beside the chunks, and how far: what is not read yet is not let go of.
CREATE TABLE track_reader (
    name TEXT   NOT NULL,
    node TEXT   NOT NULL,
    seq  BIGINT NOT NULL,
    PRIMARY KEY (name, node)
);

-- One server at a time evaluates positions.
CREATE TABLE fence_turn (
    id     INTEGER PRIMARY KEY,
    holder TEXT    NOT NULL,
    until  BIGINT  NOT NULL
);
INSERT INTO fence_turn (id, holder, until) VALUES (1, '', 0);

-- A fence or standing rule as it is now; what it was when is in fence_version.
CREATE TABLE fence (
    id         TEXT    PRIMARY KEY,
    area_code  TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    active     BOOLEAN NOT NULL,
    version    INTEGER NOT NULL,
    definition TEXT    NOT NULL,
    changed_at BIGINT  NOT NULL
);
CREATE INDEX fence_area ON fence (area_code, id);

CREATE TABLE fence_version (
    id         TEXT    PRIMARY KEY,
    fence_id   TEXT    NOT NULL REFERENCES fence (id),
    version    INTEGER NOT NULL,
    area_code  TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    active     BOOLEAN NOT NULL,
    definition TEXT    NOT NULL,
    from_at    BIGINT  NOT NULL,
    to_at      BIGINT,
    by_id      TEXT    NOT NULL,
    by_name    TEXT    NOT NULL,
    UNIQUE (fence_id, version)
);

-- What happened. A withdrawn one was found to be wrong when positions came late.
CREATE TABLE fence_event (
    id           TEXT    PRIMARY KEY,
    session_id   TEXT    NOT NULL,
    officer_id   TEXT    NOT NULL,
    officer_name TEXT    NOT NULL,
    area_code    TEXT    NOT NULL,
    fence_id     TEXT    NOT NULL,
    fence_name   TEXT    NOT NULL,
    version      INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    at           BIGINT  NOT NULL,
    seconds      INTEGER NOT NULL DEFAULT 0,
    lat          DOUBLE PRECISION,
    lon          DOUBLE PRECISION,
    late         BOOLEAN NOT NULL DEFAULT FALSE,
    withdrawn_at BIGINT,
    noted_at     BIGINT  NOT NULL
);
CREATE UNIQUE INDEX fence_event_once ON fence_event (session_id, fence_id, kind, at);
CREATE INDEX fence_event_area ON fence_event (area_code, at);
CREATE INDEX fence_event_officer ON fence_event (officer_id, at);
CREATE INDEX fence_event_fence ON fence_event (fence_id, at);
CREATE INDEX fence_event_age ON fence_event (at);

-- Where each running session stands at its fences, so that a restart changes nothing.
CREATE TABLE fence_state (
    session_id TEXT PRIMARY KEY,
    officer_id TEXT NOT NULL,
    state      TEXT NOT NULL
);

-- Sessions of which positions came late: their events are found anew.
CREATE TABLE fence_late (
    session_id TEXT   PRIMARY KEY,
    since      BIGINT NOT NULL
);
