-- +goose Up

-- The reverse issue list of a wave: what was found, for whom, approved by another person and sent out in one go.
CREATE TABLE reverse_list (
    id             TEXT    PRIMARY KEY,
    no             TEXT    NOT NULL,
    wave_id        TEXT    NOT NULL,
    area_code      TEXT    NOT NULL,
    area_name      TEXT    NOT NULL,
    title          TEXT    NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN ('draft', 'submitted', 'approved', 'issued', 'dropped')),
    edition        INTEGER NOT NULL DEFAULT 0,
    issued_edition INTEGER NOT NULL DEFAULT 0,
    made_by        TEXT    NOT NULL,
    made_name      TEXT    NOT NULL,
    made_unit      TEXT    NOT NULL,
    made_at        BIGINT  NOT NULL,
    issued_name    TEXT    NOT NULL DEFAULT '',
    issued_at      BIGINT,
    version        INTEGER NOT NULL DEFAULT 1,
    UNIQUE (wave_id, no)
);

-- An item stands on one list.
CREATE TABLE reverse_list_line (
    item_id  TEXT    PRIMARY KEY REFERENCES item (id),
    list_id  TEXT    NOT NULL REFERENCES reverse_list (id),
    edition  INTEGER NOT NULL,
    added_at BIGINT  NOT NULL
);
CREATE INDEX reverse_list_line_list ON reverse_list_line (list_id);

-- What was put before the one who approves. An approved edition keeps its content for good.
CREATE TABLE reverse_list_edition (
    id           TEXT    PRIMARY KEY,
    list_id      TEXT    NOT NULL REFERENCES reverse_list (id),
    number       INTEGER NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('proposed', 'approved', 'refused')),
    reason       TEXT    NOT NULL,
    changes      TEXT    NOT NULL,
    by_id        TEXT    NOT NULL,
    by_name      TEXT    NOT NULL,
    at           BIGINT  NOT NULL,
    decided_by   TEXT    NOT NULL DEFAULT '',
    decided_name TEXT    NOT NULL DEFAULT '',
    decided_at   BIGINT,
    answer       TEXT    NOT NULL DEFAULT '',
    lines        INTEGER NOT NULL DEFAULT 0,
    content      TEXT    NOT NULL DEFAULT '[]',
    content_hash TEXT    NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX reverse_list_edition_number ON reverse_list_edition (list_id, number) WHERE state <> 'refused';
CREATE INDEX reverse_list_edition_list ON reverse_list_edition (list_id, id);

-- Each unit signs for what it was sent.
CREATE TABLE reverse_receipt (
    id          TEXT    PRIMARY KEY,
    list_id     TEXT    NOT NULL REFERENCES reverse_list (id),
    edition     INTEGER NOT NULL,
    unit_id     TEXT    NOT NULL,
    unit_name   TEXT    NOT NULL,
    unit_area   TEXT    NOT NULL,
    role        TEXT    NOT NULL CHECK (role IN ('lead', 'joint', 'local')),
    lines       INTEGER NOT NULL,
    sent_at     BIGINT  NOT NULL,
    time_limit  TEXT    NOT NULL,
    calendar    TEXT    NOT NULL,
    due_at      BIGINT  NOT NULL,
    steps       TEXT    NOT NULL,
    signed_by   TEXT    NOT NULL DEFAULT '',
    signed_name TEXT    NOT NULL DEFAULT '',
    signed_unit TEXT    NOT NULL DEFAULT '',
    signed_at   BIGINT,
    on_behalf   BOOLEAN NOT NULL DEFAULT FALSE,
    note        TEXT    NOT NULL DEFAULT '',
    reminded    INTEGER NOT NULL DEFAULT 0,
    reminded_at BIGINT,
    UNIQUE (list_id, edition, unit_id)
);
CREATE INDEX reverse_receipt_unit ON reverse_receipt (unit_id, list_id);

-- A file with what residents said is asked for by one person and approved by another.
CREATE TABLE reverse_export (
    id           TEXT    PRIMARY KEY,
    list_id      TEXT    NOT NULL REFERENCES reverse_list (id),
    area_code    TEXT    NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'withdrawn')),
    format       TEXT    NOT NULL CHECK (format IN ('xlsx', 'docx')),
    purpose      TEXT    NOT NULL,
    asked_by     TEXT    NOT NULL,
    asked_name   TEXT    NOT NULL,
    asked_at     BIGINT  NOT NULL,
    decided_by   TEXT    NOT NULL DEFAULT '',
    decided_name TEXT    NOT NULL DEFAULT '',
    decided_at   BIGINT,
    answer       TEXT    NOT NULL DEFAULT '',
    expires_at   BIGINT,
    downloads    INTEGER NOT NULL DEFAULT 0,
    version      INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX reverse_export_list ON reverse_export (list_id, id);
CREATE TABLE reverse_download (
    id        TEXT    PRIMARY KEY,
    export_id TEXT    NOT NULL REFERENCES reverse_export (id),
    by_id     TEXT    NOT NULL,
    by_name   TEXT    NOT NULL,
    at        BIGINT  NOT NULL,
    lines     INTEGER NOT NULL,
    sha256    TEXT    NOT NULL
);
CREATE INDEX reverse_download_export ON reverse_download (export_id, id);

-- Where an opinion came from that was not said in a survey. taken is its number there, or a digest of what was said when
-- and where, so that the same row is never taken twice.
CREATE TABLE opinion_import (
    id        TEXT    PRIMARY KEY,
    wave_id   TEXT    NOT NULL,
    source    TEXT    NOT NULL,
    area_code TEXT    NOT NULL,
    file_name TEXT    NOT NULL,
    sha256    TEXT    NOT NULL,
    dry_run   BOOLEAN NOT NULL,
    total     INTEGER NOT NULL,
    added     INTEGER NOT NULL,
    known     INTEGER NOT NULL,
    refused   INTEGER NOT NULL,
    report    TEXT    NOT NULL,
    by_id     TEXT    NOT NULL,
    by_name   TEXT    NOT NULL,
    at        BIGINT  NOT NULL
);
CREATE INDEX opinion_import_area ON opinion_import (area_code, id);
CREATE TABLE opinion_origin (
    comment_id TEXT    PRIMARY KEY REFERENCES comment_code (id),
    wave_id    TEXT    NOT NULL,
    district   TEXT    NOT NULL,
    source     TEXT    NOT NULL,
    taken      TEXT    NOT NULL,
    number     TEXT    NOT NULL,
    occasion   TEXT    NOT NULL,
    persons    INTEGER NOT NULL,
    import_id  TEXT    NOT NULL,
    by_id      TEXT    NOT NULL,
    by_name    TEXT    NOT NULL,
    by_unit    TEXT    NOT NULL,
    at         BIGINT  NOT NULL,
    UNIQUE (district, source, taken)
);
CREATE INDEX opinion_origin_wave ON opinion_origin (wave_id, source, comment_id);
