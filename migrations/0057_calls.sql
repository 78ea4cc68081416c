-- +goose Up

-- A call between people, or from an officer to the centre of an area.
CREATE TABLE calls_call (
    id             TEXT    PRIMARY KEY,
    kind           TEXT    NOT NULL,
    state          TEXT    NOT NULL,
    centre         BOOLEAN NOT NULL, -- rings at every desk of the area until one takes it
    area_code      TEXT    NOT NULL,
    caller_id      TEXT    NOT NULL,
    reason         TEXT    NOT NULL,
    case_id        TEXT    NOT NULL DEFAULT '',
    case_number    TEXT    NOT NULL DEFAULT '',
    created_at     BIGINT  NOT NULL,
    ring_until     BIGINT  NOT NULL,
    answered_at    BIGINT,
    ended_at       BIGINT,
    ending         TEXT    NOT NULL DEFAULT '',
    record_by      TEXT    NOT NULL DEFAULT '',
    record_by_name TEXT    NOT NULL DEFAULT '',
    record_from    BIGINT,
    record_to      BIGINT,
    version        INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX calls_call_open ON calls_call (created_at) WHERE state <> 'ended';
CREATE INDEX calls_call_area ON calls_call (area_code, id);
CREATE INDEX calls_call_case ON calls_call (case_id, id) WHERE case_id <> '';

-- Who is in it, on which seat; times of how it went.
CREATE TABLE calls_party (
    call_id     TEXT    NOT NULL,
    user_id     TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    unit_name   TEXT    NOT NULL,
    role        TEXT    NOT NULL,
    seat        INTEGER NOT NULL,
    state       TEXT    NOT NULL,
    device      TEXT    NOT NULL DEFAULT '',
    invited_at  BIGINT  NOT NULL,
    ring_until  BIGINT  NOT NULL,
    joined_at   BIGINT,
    left_at     BIGINT,
    media_at    BIGINT, -- first connected
    lost_at     BIGINT, -- without a connection since
    held        BOOLEAN NOT NULL DEFAULT FALSE,
    voice_only  BOOLEAN NOT NULL DEFAULT FALSE,
    consent     TEXT    NOT NULL DEFAULT '', -- to be recorded: agreed, refused, or not asked
    consent_at  BIGINT,
    reply       TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (call_id, user_id)
);
CREATE UNIQUE INDEX calls_party_line ON calls_party (user_id) WHERE state = 'joined';
CREATE INDEX calls_party_user ON calls_party (user_id, call_id);

-- What one person sent, as a file.
CREATE TABLE calls_recording (
    id         TEXT   PRIMARY KEY,
    call_id    TEXT   NOT NULL,
    user_id    TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    area_code  TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    begun_at   BIGINT NOT NULL,
    length_ms  BIGINT NOT NULL DEFAULT 0,
    bytes      BIGINT NOT NULL DEFAULT 0,
    wide       INTEGER NOT NULL DEFAULT 0,
    high       INTEGER NOT NULL DEFAULT 0,
    sha256     TEXT   NOT NULL DEFAULT '',
    expires_at BIGINT NOT NULL
);
CREATE INDEX calls_recording_call ON calls_recording (call_id, id);
CREATE INDEX calls_recording_due ON calls_recording (expires_at) WHERE state = 'kept';
CREATE INDEX calls_recording_writing ON calls_recording (id) WHERE state = 'writing';
CREATE INDEX calls_recording_file ON calls_recording (sha256) WHERE state = 'kept';

-- Who looked at which recording and why. Append-only.
CREATE TABLE calls_look (
    id           TEXT   PRIMARY KEY,
    recording_id TEXT   NOT NULL,
    call_id      TEXT   NOT NULL,
    by_id        TEXT   NOT NULL,
    by_name      TEXT   NOT NULL,
    at           BIGINT NOT NULL,
    reason       TEXT   NOT NULL
);
CREATE INDEX calls_look_call ON calls_look (call_id, id);
