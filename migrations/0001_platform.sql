-- +goose Up
CREATE TABLE outbox (
    id         TEXT PRIMARY KEY,
    topic      TEXT NOT NULL,
    subject    TEXT NOT NULL,
    payload    TEXT NOT NULL,
    actor      TEXT NOT NULL,
    state      TEXT NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    due_at     BIGINT NOT NULL,
    error      TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (due_at, id) WHERE state = 'pending';

CREATE TABLE outbox_done (
    message_id TEXT NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    reaction   TEXT NOT NULL,
    done_at    BIGINT NOT NULL,
    PRIMARY KEY (message_id, reaction)
);

CREATE TABLE job (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL,
    title        TEXT NOT NULL,
    args         TEXT NOT NULL,
    state        TEXT NOT NULL,
    unique_key   TEXT,
    owner_id     TEXT NOT NULL,
    owner_name   TEXT NOT NULL,
    run_at       BIGINT NOT NULL,
    locked_until BIGINT NOT NULL DEFAULT 0,
    attempts     INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER NOT NULL,
    done         BIGINT NOT NULL DEFAULT 0,
    total        BIGINT NOT NULL DEFAULT 0,
    note         TEXT NOT NULL DEFAULT '',
    result       TEXT NOT NULL DEFAULT '',
    error        TEXT NOT NULL DEFAULT '',
    created_at   BIGINT NOT NULL,
    finished_at  BIGINT
);
CREATE INDEX job_due ON job (run_at, id) WHERE state IN ('waiting', 'running');
CREATE INDEX job_owner ON job (owner_id, id);
CREATE UNIQUE INDEX job_unique ON job (kind, unique_key) WHERE state IN ('waiting', 'running');

CREATE TABLE audit_entry (
    id         TEXT PRIMARY KEY,
    seq        BIGINT,
    at         BIGINT NOT NULL,
    actor_id   TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    request_id TEXT NOT NULL,
    address    TEXT NOT NULL,
    action     TEXT NOT NULL,
    object     TEXT NOT NULL,
    object_id  TEXT NOT NULL,
    area       TEXT NOT NULL,
    detail     TEXT NOT NULL,
    chain      TEXT
);
CREATE UNIQUE INDEX audit_seq ON audit_entry (seq) WHERE seq IS NOT NULL;
CREATE INDEX audit_unsealed ON audit_entry (id) WHERE seq IS NULL;
CREATE INDEX audit_object ON audit_entry (object, object_id, id);
CREATE INDEX audit_actor ON audit_entry (actor_id, id);

CREATE TABLE audit_seal (
    seq     BIGINT PRIMARY KEY,
    chain   TEXT NOT NULL,
    sealed_at BIGINT NOT NULL
);

CREATE TABLE idempotency (
    owner      TEXT NOT NULL,
    key        TEXT NOT NULL,
    request    TEXT NOT NULL,
    status     INTEGER NOT NULL DEFAULT 0,
    body       TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    PRIMARY KEY (owner, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE TABLE setting (
    name       TEXT PRIMARY KEY,
    value      TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
