-- +goose Up

-- Tracks that somebody wants to take out of the system: asked for, approved by somebody else, taken, expired. The file is made when it is taken.
CREATE TABLE track_export (
    id           TEXT    PRIMARY KEY,
    state        TEXT    NOT NULL,
    area_code    TEXT    NOT NULL,
    officer_id   TEXT    NOT NULL,
    officer_name TEXT    NOT NULL,
    from_at      BIGINT  NOT NULL,
    to_at        BIGINT  NOT NULL,
    format       TEXT    NOT NULL,
    purpose      TEXT    NOT NULL,
    asked_by     TEXT    NOT NULL,
    asked_name   TEXT    NOT NULL,
    asked_at     BIGINT  NOT NULL,
    decided_by   TEXT    NOT NULL DEFAULT '',
    decided_name TEXT    NOT NULL DEFAULT '',
    decided_at   BIGINT,
    answer       TEXT    NOT NULL DEFAULT '',
    expires_at   BIGINT,
    taken        INTEGER NOT NULL DEFAULT 0,
    version      BIGINT  NOT NULL DEFAULT 1
);
CREATE INDEX track_export_asked ON track_export (asked_by, id);
CREATE INDEX track_export_area ON track_export (area_code, id);
CREATE INDEX track_export_officer ON track_export (officer_id, id);
CREATE TABLE track_taken (
    id        TEXT    PRIMARY KEY,
    export_id TEXT    NOT NULL REFERENCES track_export (id),
    mark      INTEGER NOT NULL UNIQUE, -- stands in the last digit of every position of the file
    by_name   TEXT    NOT NULL,
    at        BIGINT  NOT NULL,
    points    INTEGER NOT NULL,
    sha256    TEXT    NOT NULL
);
CREATE INDEX track_taken_export ON track_taken (export_id, id);
