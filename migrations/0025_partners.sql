-- +goose Up

-- Other systems that read and register by Open311, each with a key of which only the digest is kept.
CREATE TABLE partner (
    id         TEXT    PRIMARY KEY,
    code       TEXT    NOT NULL UNIQUE,
    name       TEXT    NOT NULL,
    channel    TEXT    NOT NULL,
    area_code  TEXT    NOT NULL,
    may_write  BOOLEAN NOT NULL DEFAULT FALSE,
    digest     TEXT    NOT NULL UNIQUE,
    hint       TEXT    NOT NULL,
    active     BOOLEAN NOT NULL DEFAULT TRUE,
    created_at BIGINT  NOT NULL,
    created_by TEXT    NOT NULL,
    used_at    BIGINT,
    version    BIGINT  NOT NULL DEFAULT 1
);

-- What a partner sent: the token it can ask with, and its own number, so that the same request is one case.
CREATE TABLE partner_request (
    token      TEXT   PRIMARY KEY,
    partner_id TEXT   NOT NULL REFERENCES partner (id),
    case_id    TEXT   NOT NULL,
    client_id  TEXT   NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX partner_request_client ON partner_request (partner_id, client_id) WHERE client_id <> '';

-- Addresses that hear of events, and their signing secrets, sealed.
CREATE TABLE webhook (
    id         TEXT    PRIMARY KEY,
    name       TEXT    NOT NULL,
    url        TEXT    NOT NULL,
    secret     TEXT    NOT NULL,
    topics     TEXT    NOT NULL,
    area_code  TEXT    NOT NULL,
    active     BOOLEAN NOT NULL DEFAULT TRUE,
    failures   INTEGER NOT NULL DEFAULT 0,
    halted_at  BIGINT,
    created_at BIGINT  NOT NULL,
    created_by TEXT    NOT NULL,
    version    BIGINT  NOT NULL DEFAULT 1
);

-- One row per event and webhook.
CREATE TABLE webhook_delivery (
    id          TEXT    PRIMARY KEY,
    webhook_id  TEXT    NOT NULL REFERENCES webhook (id),
    event_key   TEXT    NOT NULL,
    topic       TEXT    NOT NULL,
    subject     TEXT    NOT NULL DEFAULT '',
    payload     TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    due_at      BIGINT  NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    status      INTEGER NOT NULL DEFAULT 0,
    error       TEXT    NOT NULL DEFAULT '',
    took_ms     INTEGER NOT NULL DEFAULT 0,
    replays     INTEGER NOT NULL DEFAULT 0,
    created_at  BIGINT  NOT NULL,
    done_at     BIGINT,
    UNIQUE (webhook_id, event_key)
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (due_at, id) WHERE state IN ('queued', 'sending');
CREATE INDEX webhook_delivery_list ON webhook_delivery (webhook_id, id);

-- What everybody may see of cases, newest first, and what changed.
CREATE INDEX case_file_reported ON case_file (reported_at, id) WHERE NOT sensitive;
