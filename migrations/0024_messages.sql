-- +goose Up

-- The administrator's own wording; the shipped one is version 0 and stands in the program. The newest version is in force.
CREATE TABLE message_template (
    event      TEXT    NOT NULL,
    audience   TEXT    NOT NULL,
    channel    TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    subject    TEXT    NOT NULL DEFAULT '',
    body       TEXT    NOT NULL,
    enabled    BOOLEAN NOT NULL DEFAULT TRUE,
    created_at BIGINT  NOT NULL,
    created_by TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (event, audience, channel, version)
);

-- What is sent outside the program, one row per addressee. Address and text lie sealed; shown and preview are masked.
CREATE TABLE message (
    id            TEXT    PRIMARY KEY,
    key           TEXT    NOT NULL UNIQUE,
    event         TEXT    NOT NULL,
    audience      TEXT    NOT NULL,
    channel       TEXT    NOT NULL,
    subject_id    TEXT    NOT NULL DEFAULT '',
    number        TEXT    NOT NULL DEFAULT '',
    user_id       TEXT    NOT NULL DEFAULT '',
    area_code     TEXT    NOT NULL DEFAULT '',
    address       TEXT    NOT NULL,
    address_index TEXT    NOT NULL,
    shown         TEXT    NOT NULL,
    subject       TEXT    NOT NULL DEFAULT '',
    body          TEXT    NOT NULL,
    preview       TEXT    NOT NULL,
    urgent        BOOLEAN NOT NULL DEFAULT FALSE,
    state         TEXT    NOT NULL,
    due_at        BIGINT  NOT NULL,
    attempts      INTEGER NOT NULL DEFAULT 0,
    provider      TEXT    NOT NULL DEFAULT '',
    receipt       TEXT    NOT NULL DEFAULT '',
    error         TEXT    NOT NULL DEFAULT '',
    created_at    BIGINT  NOT NULL,
    sent_at       BIGINT,
    done_at       BIGINT
);
CREATE INDEX message_due ON message (due_at, id) WHERE state IN ('queued', 'sending');
CREATE INDEX message_subject ON message (subject_id, id) WHERE subject_id <> '';
CREATE INDEX message_address ON message (address_index, created_at);
CREATE INDEX message_receipt ON message (receipt) WHERE receipt <> '';

-- Each try and each receipt of a provider.
CREATE TABLE message_attempt (
    id         TEXT    PRIMARY KEY,
    message_id TEXT    NOT NULL REFERENCES message (id),
    at         BIGINT  NOT NULL,
    provider   TEXT    NOT NULL,
    outcome    TEXT    NOT NULL,
    detail     TEXT    NOT NULL DEFAULT '',
    took_ms    INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX message_attempt_message ON message_attempt (message_id, id);

-- Where a person wants to be reached beside the console, and about what.
CREATE TABLE message_contact (
    user_id     TEXT    PRIMARY KEY,
    unit_id     TEXT    NOT NULL,
    area_code   TEXT    NOT NULL DEFAULT '',
    phone       TEXT    NOT NULL DEFAULT '',
    phone_shown TEXT    NOT NULL DEFAULT '',
    email       TEXT    NOT NULL DEFAULT '',
    email_shown TEXT    NOT NULL DEFAULT '',
    choices     TEXT    NOT NULL DEFAULT '{}',
    version     BIGINT  NOT NULL DEFAULT 1,
    updated_at  BIGINT  NOT NULL
);
CREATE INDEX message_contact_unit ON message_contact (unit_id, user_id);
