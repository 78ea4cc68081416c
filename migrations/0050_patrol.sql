-- +goose Up

-- A time on duty of one officer. Positions are kept only inside of one.
CREATE TABLE duty_session (
    id           TEXT    PRIMARY KEY,
    officer_id   TEXT    NOT NULL,
    officer_name TEXT    NOT NULL,
    unit_id      TEXT    NOT NULL,
    area_code    TEXT    NOT NULL,
    on_at        BIGINT  NOT NULL,
    until_at     BIGINT  NOT NULL, -- ends by itself then
    off_at       BIGINT,
    ended_by     TEXT    NOT NULL DEFAULT '',
    note         TEXT    NOT NULL DEFAULT '',
    points       INTEGER NOT NULL DEFAULT 0,
    changed_at   BIGINT  NOT NULL,
    version      INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX duty_session_open ON duty_session (officer_id) WHERE off_at IS NULL;
CREATE INDEX duty_session_officer ON duty_session (officer_id, on_at);
CREATE INDEX duty_session_changed ON duty_session (changed_at);
CREATE INDEX duty_session_area ON duty_session (area_code, on_at);

-- A phone or tracker that sends positions for an officer; only the digest of its token is kept.
CREATE TABLE track_device (
    id           TEXT   PRIMARY KEY,
    officer_id   TEXT   NOT NULL,
    area_code    TEXT   NOT NULL,
    label        TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    speed_unit   TEXT   NOT NULL,
    token_digest TEXT   NOT NULL UNIQUE,
    created_by   TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    revoked_at   BIGINT,
    changed_at   BIGINT NOT NULL
);
CREATE INDEX track_device_officer ON track_device (officer_id, id);
CREATE INDEX track_device_changed ON track_device (changed_at);

-- What came in and is not in a chunk yet: one row per flush holds the points of many officers.
CREATE TABLE track_journal (
    node TEXT   NOT NULL,
    seq  BIGINT NOT NULL,
    data BYTEA  NOT NULL,
    PRIMARY KEY (node, seq)
);

-- Up to which journal row the points of a session are in chunks.
CREATE TABLE track_sealed (
    node       TEXT   NOT NULL,
    session_id TEXT   NOT NULL,
    seq        BIGINT NOT NULL,
    PRIMARY KEY (node, session_id)
);

-- What was turned away, per officer and day: numbers only, nothing of where or when within the day.
CREATE TABLE track_refused (
    officer_id TEXT    NOT NULL,
    day        TEXT    NOT NULL,
    off_duty   INTEGER NOT NULL,
    bad        INTEGER NOT NULL,
    PRIMARY KEY (officer_id, day)
);

-- Who looked at whose track, why. Append-only; the officer sees it.
CREATE TABLE track_look (
    id         TEXT   PRIMARY KEY,
    officer_id TEXT   NOT NULL,
    by_id      TEXT   NOT NULL,
    by_name    TEXT   NOT NULL,
    by_unit    TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    from_at    BIGINT NOT NULL,
    to_at      BIGINT NOT NULL,
    reason     TEXT   NOT NULL
);
CREATE INDEX track_look_officer ON track_look (officer_id, id);

-- Chunks lie in one table per ISO week, made when it is needed and dropped when its time is over: track_chunk_2026_47.
CREATE TABLE track_week (
    name  TEXT   PRIMARY KEY,
    until BIGINT NOT NULL
);
