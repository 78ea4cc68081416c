-- +goose Up

-- What asks for somebody's eye now: one row per source, subject and kind while it lasts.
CREATE TABLE alarm (
    id           TEXT    PRIMARY KEY,
    source       TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    severity     INTEGER NOT NULL, -- 1 critical … 5 info
    area_code    TEXT    NOT NULL,
    subject_name TEXT    NOT NULL DEFAULT '',
    title        TEXT    NOT NULL,
    detail       TEXT    NOT NULL DEFAULT '',
    link         TEXT    NOT NULL DEFAULT '',
    lat          DOUBLE PRECISION,
    lon          DOUBLE PRECISION,
    personal     BOOLEAN NOT NULL DEFAULT FALSE, -- the position is a person's: forgotten after 30 days
    late         BOOLEAN NOT NULL DEFAULT FALSE, -- found when what it is about was over
    times        INTEGER NOT NULL DEFAULT 1,
    raised_at    BIGINT  NOT NULL,
    last_at      BIGINT  NOT NULL,
    cleared_at   BIGINT,
    cleared_by   TEXT    NOT NULL DEFAULT '', -- '' while active or if the source said so
    acked_at     BIGINT,
    acked_by     TEXT    NOT NULL DEFAULT '',
    acked_name   TEXT    NOT NULL DEFAULT '',
    case_id      TEXT    NOT NULL DEFAULT '',
    case_number  TEXT    NOT NULL DEFAULT '',
    place        INTEGER NOT NULL, -- in the list of active ones: what nobody has seen first, then by severity
    version      INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX alarm_active ON alarm (source, subject, kind) WHERE cleared_at IS NULL;
CREATE INDEX alarm_desk ON alarm (place, id) WHERE cleared_at IS NULL;
CREATE INDEX alarm_area ON alarm (area_code, id);
CREATE INDEX alarm_subject ON alarm (subject, id);
CREATE INDEX alarm_position ON alarm (cleared_at) WHERE personal AND lat IS NOT NULL;

-- What became of an alarm, step by step. Append-only.
CREATE TABLE alarm_step (
    id       TEXT   PRIMARY KEY,
    alarm_id TEXT   NOT NULL REFERENCES alarm (id),
    action   TEXT   NOT NULL,
    by_id    TEXT   NOT NULL,
    by_name  TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    note     TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX alarm_step_alarm ON alarm_step (alarm_id, id);
