-- +goose Up

-- Append only but for the state: inputs and result of a settlement never change.
CREATE TABLE settlement (
    id          TEXT PRIMARY KEY,
    area        TEXT NOT NULL,
    year        INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('computed', 'settled', 'replaced', 'dropped')),
    rules_hash  TEXT NOT NULL,
    input_hash  TEXT NOT NULL,
    inputs      TEXT NOT NULL,
    result      TEXT NOT NULL,
    result_hash TEXT NOT NULL,
    replaces    TEXT NOT NULL,
    reason      TEXT NOT NULL,
    actor       TEXT NOT NULL,
    actor_name  TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    settled_at  BIGINT,
    appeal_until BIGINT,
    version     INTEGER NOT NULL,
    UNIQUE (area, year, seq)
);

CREATE TABLE settlement_signature (
    settlement_id TEXT NOT NULL REFERENCES settlement (id),
    user_id       TEXT NOT NULL,
    name          TEXT NOT NULL,
    result_hash   TEXT NOT NULL,
    note          TEXT NOT NULL,
    at            BIGINT NOT NULL,
    PRIMARY KEY (settlement_id, user_id)
);

CREATE TABLE appeal (
    id            TEXT PRIMARY KEY,
    settlement_id TEXT NOT NULL REFERENCES settlement (id),
    unit_id       TEXT NOT NULL,
    unit_name     TEXT NOT NULL,
    area          TEXT NOT NULL,
    ground        TEXT NOT NULL,
    claim         TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('open', 'upheld', 'rejected', 'withdrawn')),
    answer        TEXT NOT NULL,
    points        DOUBLE PRECISION NOT NULL,
    actor         TEXT NOT NULL,
    actor_name    TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    decided_by    TEXT NOT NULL,
    decided_name  TEXT NOT NULL,
    decided_at    BIGINT,
    corrected_in  TEXT NOT NULL,
    version       INTEGER NOT NULL
);
CREATE INDEX appeal_settlement ON appeal (settlement_id, created_at);
CREATE INDEX appeal_area ON appeal (area, created_at);
-- A unit has one appeal open at a time.
CREATE UNIQUE INDEX appeal_open ON appeal (settlement_id, unit_id) WHERE state = 'open';
