-- +goose Up

-- A usual shift of an area: a name and its hours.
CREATE TABLE roster_kind (
    id        TEXT    PRIMARY KEY,
    area_code TEXT    NOT NULL,
    name      TEXT    NOT NULL,
    from_min  INTEGER NOT NULL, -- minutes after midnight in China
    minutes   INTEGER NOT NULL,
    retired   BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX roster_kind_area ON roster_kind (area_code);

-- Somebody is to be on duty somewhere.
CREATE TABLE roster_shift (
    id           TEXT    PRIMARY KEY,
    officer_id   TEXT    NOT NULL,
    officer_name TEXT    NOT NULL,
    unit_id      TEXT    NOT NULL,
    area_code    TEXT    NOT NULL,
    day          TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    from_at      BIGINT  NOT NULL,
    to_at        BIGINT  NOT NULL,
    reminded_at  BIGINT,
    changed_at   BIGINT  NOT NULL,
    version      INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX roster_shift_officer ON roster_shift (officer_id, from_at);
CREATE INDEX roster_shift_area ON roster_shift (area_code, from_at);
CREATE INDEX roster_shift_time ON roster_shift (from_at);

-- Somebody asks somebody else to take a shift; who plans decides.
CREATE TABLE roster_swap (
    id         TEXT    PRIMARY KEY,
    shift_id   TEXT    NOT NULL REFERENCES roster_shift (id) ON DELETE CASCADE,
    area_code  TEXT    NOT NULL,
    from_id    TEXT    NOT NULL,
    from_name  TEXT    NOT NULL,
    to_id      TEXT    NOT NULL,
    to_name    TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    state      TEXT    NOT NULL, -- asked, approved, refused, withdrawn
    decided_by TEXT    NOT NULL DEFAULT '',
    decided_at BIGINT,
    note       TEXT    NOT NULL DEFAULT '',
    asked_at   BIGINT  NOT NULL,
    version    INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX roster_swap_open ON roster_swap (shift_id) WHERE state = 'asked';
CREATE INDEX roster_swap_area ON roster_swap (area_code, asked_at);
CREATE INDEX roster_swap_from ON roster_swap (from_id, asked_at);

-- Full time or part time; who is not named works part time, so that less is kept of them.
CREATE TABLE roster_terms (
    officer_id TEXT    PRIMARY KEY,
    full_time  BOOLEAN NOT NULL,
    changed_by TEXT    NOT NULL,
    changed_at BIGINT  NOT NULL
);
