-- +goose Up

CREATE TABLE indicator_system (
    version    TEXT PRIMARY KEY,
    hash       TEXT NOT NULL,
    body       TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Append only: a run is never changed and never deleted.
CREATE TABLE score_run (
    id           TEXT PRIMARY KEY,
    wave_id      TEXT NOT NULL,
    seq          INTEGER NOT NULL,
    code_version TEXT NOT NULL,
    input_hash   TEXT NOT NULL,
    inputs       TEXT NOT NULL,
    result_hash  TEXT NOT NULL,
    result       TEXT NOT NULL,
    actor        TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    UNIQUE (wave_id, seq)
);

-- Append only: the latest row of a street counts.
CREATE TABLE appraisal_special (
    id      TEXT PRIMARY KEY,
    wave_id TEXT NOT NULL,
    street  TEXT NOT NULL,
    score   DOUBLE PRECISION NOT NULL,
    basis   TEXT NOT NULL,
    actor   TEXT NOT NULL,
    at      BIGINT NOT NULL
);
CREATE INDEX appraisal_special_wave ON appraisal_special (wave_id, street, id);
