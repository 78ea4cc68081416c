-- +goose Up

-- What kind of session it is (duty, or a call for help off duty) and how long its track is kept: 90 days for full-time
-- officers, 30 for everybody else.
ALTER TABLE duty_session ADD COLUMN kind TEXT NOT NULL DEFAULT 'duty';
ALTER TABLE duty_session ADD COLUMN keep_days INTEGER NOT NULL DEFAULT 30;

-- Chunks lie in one table per week and length of keeping, so that each is dropped whole.
ALTER TABLE track_week ADD COLUMN keep_days INTEGER NOT NULL DEFAULT 30;

ALTER TABLE track_device ADD COLUMN officer_name TEXT NOT NULL DEFAULT '';
ALTER TABLE track_device ADD COLUMN last_seen_at BIGINT;

-- A call for help of an officer. It shares the position for 30 minutes, also off duty: by a session of its own.
CREATE TABLE sos_call (
    id           TEXT    PRIMARY KEY,
    officer_id   TEXT    NOT NULL,
    officer_name TEXT    NOT NULL,
    unit_id      TEXT    NOT NULL,
    area_code    TEXT    NOT NULL,
    session_id   TEXT    NOT NULL,
    at           BIGINT  NOT NULL,
    share_until  BIGINT  NOT NULL,
    lat          DOUBLE PRECISION,
    lon          DOUBLE PRECISION,
    accuracy     INTEGER,
    state        TEXT    NOT NULL, -- open, acknowledged, resolved
    acked_by     TEXT    NOT NULL DEFAULT '',
    acked_at     BIGINT,
    ended_by     TEXT    NOT NULL DEFAULT '',
    ended_at     BIGINT,
    note         TEXT    NOT NULL DEFAULT '',
    changed_at   BIGINT  NOT NULL,
    version      INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX sos_call_open ON sos_call (officer_id) WHERE state <> 'resolved';
CREATE INDEX sos_call_area ON sos_call (area_code, at);
CREATE INDEX sos_call_officer ON sos_call (officer_id, at);
