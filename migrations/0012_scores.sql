-- +goose Up

-- The sums a run was made from, by channel: every slice of its result follows from them. Append only, like the run.
CREATE TABLE score_moments (
    run_id   TEXT NOT NULL REFERENCES score_run (id),
    channel  TEXT NOT NULL,
    clusters BOOLEAN NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (run_id, channel)
);

-- What a street spent in the period of a wave. Append only: the latest row of a street counts.
CREATE TABLE appraisal_cost (
    id        TEXT PRIMARY KEY,
    wave_id   TEXT NOT NULL,
    street    TEXT NOT NULL,
    amount    DOUBLE PRECISION NOT NULL,
    staff     DOUBLE PRECISION NOT NULL,
    residents INTEGER NOT NULL,
    basis     TEXT NOT NULL,
    actor     TEXT NOT NULL,
    at        BIGINT NOT NULL
);
CREATE INDEX appraisal_cost_wave ON appraisal_cost (wave_id, street, id);
