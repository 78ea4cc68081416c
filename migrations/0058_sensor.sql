-- +goose Up

-- A platform that sends what sensors measure. Only the digest of its token is kept; the counts say what came of what it sent.
CREATE TABLE sensor_source (
    id           TEXT    PRIMARY KEY,
    code         TEXT    NOT NULL UNIQUE,
    name         TEXT    NOT NULL,
    area_code    TEXT    NOT NULL,
    token_digest TEXT    NOT NULL UNIQUE,
    taken        BIGINT  NOT NULL DEFAULT 0,
    repeated     BIGINT  NOT NULL DEFAULT 0,
    refused      BIGINT  NOT NULL DEFAULT 0,
    last_refusal TEXT    NOT NULL DEFAULT '',
    last_at      BIGINT,
    created_by   TEXT    NOT NULL,
    created_at   BIGINT  NOT NULL,
    revoked_at   BIGINT,
    version      INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE sensor (
    id           TEXT    PRIMARY KEY,
    code         TEXT    NOT NULL UNIQUE,
    name         TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    area_code    TEXT    NOT NULL, -- smallest area at the place, found by position
    lat          DOUBLE PRECISION,
    lon          DOUBLE PRECISION,
    address      TEXT    NOT NULL DEFAULT '',
    unit_id      TEXT    NOT NULL DEFAULT '', -- who looks after it
    source_id    TEXT    NOT NULL DEFAULT '',
    vendor_code  TEXT    NOT NULL DEFAULT '', -- its number with the vendor
    gb_code      TEXT    NOT NULL DEFAULT '', -- its 20 digits of GB/T 28181
    silent_after INTEGER NOT NULL,            -- minutes without a word after which it counts as offline
    state        TEXT    NOT NULL,
    created_at   BIGINT  NOT NULL,
    changed_at   BIGINT  NOT NULL,
    version      INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX sensor_area ON sensor (area_code, id);
CREATE INDEX sensor_vendor ON sensor (source_id, vendor_code) WHERE vendor_code <> '';

-- How a sensor stands now: apart from the register, as it is written with every call.
CREATE TABLE sensor_state (
    sensor_id TEXT    PRIMARY KEY REFERENCES sensor (id),
    seen_at   BIGINT,
    latest    TEXT    NOT NULL DEFAULT '{}', -- metric → last value
    offline   BOOLEAN NOT NULL DEFAULT FALSE,
    weak      BOOLEAN NOT NULL DEFAULT FALSE, -- battery
    active    INTEGER NOT NULL DEFAULT 0      -- rules that hold, and alarms of the device itself
);
CREATE INDEX sensor_state_seen ON sensor_state (seen_at);

-- What was measured: a row per sensor, metric and hour. The figures stay when the values go.
CREATE TABLE sensor_hour (
    sensor_id TEXT             NOT NULL,
    metric    TEXT             NOT NULL,
    hour      BIGINT           NOT NULL, -- milliseconds of its beginning
    n         INTEGER          NOT NULL,
    low       DOUBLE PRECISION NOT NULL,
    high      DOUBLE PRECISION NOT NULL,
    total     DOUBLE PRECISION NOT NULL,
    data      BYTEA, -- the values; gone after 90 days
    PRIMARY KEY (sensor_id, metric, hour)
);
CREATE INDEX sensor_hour_hour ON sensor_hour (hour);

-- Events that were taken, so that the same one again changes nothing; kept for a week.
CREATE TABLE sensor_event (
    source_id TEXT   NOT NULL,
    digest    TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (source_id, digest)
);
CREATE INDEX sensor_event_at ON sensor_event (at);

CREATE TABLE sensor_rule (
    id         TEXT             PRIMARY KEY,
    name       TEXT             NOT NULL,
    area_code  TEXT             NOT NULL,
    kind       TEXT             NOT NULL,
    sensor_id  TEXT             NOT NULL DEFAULT '', -- '' for all of the kind in the area
    metric     TEXT             NOT NULL,
    side       TEXT             NOT NULL,
    threshold  DOUBLE PRECISION NOT NULL,
    hysteresis DOUBLE PRECISION NOT NULL,
    seconds    INTEGER          NOT NULL,
    times      INTEGER          NOT NULL,
    severity   INTEGER          NOT NULL,
    opens_case BOOLEAN          NOT NULL,
    urgent     BOOLEAN          NOT NULL,
    category   TEXT             NOT NULL DEFAULT '',
    enabled    BOOLEAN          NOT NULL,
    by_name    TEXT             NOT NULL,
    created_at BIGINT           NOT NULL,
    changed_at BIGINT           NOT NULL,
    version    INTEGER          NOT NULL DEFAULT 1
);
CREATE INDEX sensor_rule_kind ON sensor_rule (kind, area_code);

-- How far a rule has come with a sensor; rule_id is a rule, or what the device itself said.
CREATE TABLE sensor_watch (
    sensor_id TEXT             NOT NULL,
    rule_id   TEXT             NOT NULL,
    since     BIGINT,
    times     INTEGER          NOT NULL DEFAULT 0,
    active    BOOLEAN          NOT NULL DEFAULT FALSE,
    number    TEXT             NOT NULL DEFAULT '', -- of the alarm that it raised last
    at        BIGINT           NOT NULL,
    value     DOUBLE PRECISION NOT NULL DEFAULT 0,
    PRIMARY KEY (sensor_id, rule_id)
);
CREATE INDEX sensor_watch_pending ON sensor_watch (since) WHERE since IS NOT NULL;
