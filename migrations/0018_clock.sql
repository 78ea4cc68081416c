-- +goose Up

-- hop counts the tiers an overdue stage has been passed up: 0 is the clock of the stage itself. warn_at and orange_at are
-- when half and a fifth of the time are left; dormant_at when it was last reported that nothing happens.
ALTER TABLE case_clock ADD COLUMN hop INTEGER NOT NULL DEFAULT 0;
ALTER TABLE case_clock ADD COLUMN warn_at BIGINT;
ALTER TABLE case_clock ADD COLUMN orange_at BIGINT;
ALTER TABLE case_clock ADD COLUMN dormant_at BIGINT;

-- Reviews of a suspension missed in a row, and what ended it.
ALTER TABLE case_request ADD COLUMN missed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE case_request ADD COLUMN ended_by TEXT NOT NULL DEFAULT '';

-- Time limits a district has set: each version stands as it was set, the newest is in force.
CREATE TABLE case_limits (
    version    INTEGER PRIMARY KEY,
    rules      TEXT   NOT NULL,
    note       TEXT   NOT NULL,
    by_id      TEXT   NOT NULL,
    by_name    TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);

-- Emergencies: while one is in force, limits of its categories count around the clock.
CREATE TABLE case_emergency (
    id         TEXT    PRIMARY KEY,
    name       TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    categories TEXT    NOT NULL,
    area_code  TEXT    NOT NULL,
    begun_at   BIGINT  NOT NULL,
    begun_by   TEXT    NOT NULL,
    ended_at   BIGINT,
    ended_by   TEXT    NOT NULL DEFAULT '',
    end_note   TEXT    NOT NULL DEFAULT '',
    switched   INTEGER NOT NULL DEFAULT 0,
    version    BIGINT  NOT NULL DEFAULT 1
);
CREATE INDEX case_emergency_open ON case_emergency (id) WHERE ended_at IS NULL;
