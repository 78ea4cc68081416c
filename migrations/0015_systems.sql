-- +goose Up

-- Versions of the indicator system that are still being written. Issuing one moves it to indicator_system, where nothing changes.
CREATE TABLE indicator_draft (
    version    TEXT PRIMARY KEY,
    base       TEXT NOT NULL,
    body       TEXT NOT NULL,
    revision   INTEGER NOT NULL,
    author     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Append only: what a round of the pilot showed, measured with the questionnaires it was answered with.
CREATE TABLE pilot_round (
    id         TEXT PRIMARY KEY,
    wave_id    TEXT NOT NULL REFERENCES wave (id),
    seq        INTEGER NOT NULL,
    note       TEXT NOT NULL,
    result     TEXT NOT NULL,
    members    TEXT NOT NULL,
    actor      TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (wave_id, seq)
);
