-- +goose Up

-- Append only: what a check counted and by which bounds.
CREATE TABLE integrity_check (
    id         TEXT PRIMARY KEY,
    wave_id    TEXT NOT NULL REFERENCES wave (id),
    seq        INTEGER NOT NULL,
    summary    TEXT NOT NULL,
    digest     TEXT NOT NULL,
    actor      TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (wave_id, seq)
);

-- Evidence about answers, of the last check. verdict repeats the last decision.
CREATE TABLE integrity_mark (
    response_id TEXT PRIMARY KEY REFERENCES response (id),
    wave_id     TEXT NOT NULL REFERENCES wave (id),
    street      TEXT NOT NULL,
    community   TEXT NOT NULL,
    grp         TEXT NOT NULL,
    channel     TEXT NOT NULL,
    flags       INTEGER NOT NULL,
    score       DOUBLE PRECISION NOT NULL,
    reasons     TEXT NOT NULL,
    verdict     TEXT NOT NULL CHECK (verdict IN ('open', 'keep', 'set_aside'))
);
CREATE INDEX integrity_mark_queue ON integrity_mark (wave_id, verdict, score, response_id);

-- Evidence about communities, days, devices, interviewers, of the last check.
CREATE TABLE integrity_finding (
    id        TEXT PRIMARY KEY,
    wave_id   TEXT NOT NULL REFERENCES wave (id),
    place     INTEGER NOT NULL,
    key       TEXT NOT NULL,
    pattern   TEXT NOT NULL,
    channel   TEXT NOT NULL,
    street    TEXT NOT NULL,
    community TEXT NOT NULL,
    day       TEXT NOT NULL,
    n         INTEGER NOT NULL,
    hits      INTEGER NOT NULL,
    usual     DOUBLE PRECISION NOT NULL,
    p         DOUBLE PRECISION NOT NULL,
    text      TEXT NOT NULL,
    members   TEXT NOT NULL,
    verdict   TEXT NOT NULL CHECK (verdict IN ('open', 'keep', 'set_aside'))
);
CREATE INDEX integrity_finding_wave ON integrity_finding (wave_id, place);

-- Append only: who decided what about which answers, and why.
CREATE TABLE integrity_decision (
    id         TEXT PRIMARY KEY,
    wave_id    TEXT NOT NULL REFERENCES wave (id),
    subject    TEXT NOT NULL,
    label      TEXT NOT NULL,
    members    TEXT NOT NULL,
    n          INTEGER NOT NULL,
    verdict    TEXT NOT NULL CHECK (verdict IN ('keep', 'set_aside')),
    reason     TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX integrity_decision_wave ON integrity_decision (wave_id, id);
