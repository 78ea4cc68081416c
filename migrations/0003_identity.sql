-- +goose Up

-- Bodies that people work for: governments, departments, communities, enterprises.
CREATE TABLE identity_unit (
    id         TEXT    PRIMARY KEY,
    parent_id  TEXT    REFERENCES identity_unit (id),
    area_code  TEXT    NOT NULL,
    code       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    short      TEXT    NOT NULL DEFAULT '',
    kind       TEXT    NOT NULL,
    nature     TEXT    NOT NULL DEFAULT '',
    level      TEXT    NOT NULL,
    duties     TEXT    NOT NULL DEFAULT '',
    on_duty    BOOLEAN NOT NULL DEFAULT FALSE,
    active     BOOLEAN NOT NULL DEFAULT TRUE,
    version    INTEGER NOT NULL DEFAULT 1,
    created_at BIGINT  NOT NULL,
    updated_at BIGINT  NOT NULL,
    UNIQUE (area_code, code)
);
CREATE INDEX identity_unit_parent ON identity_unit (parent_id);

-- Roles are data; permissions are constants of the modules.
CREATE TABLE identity_role (
    code        TEXT    PRIMARY KEY,
    name        TEXT    NOT NULL,
    summary     TEXT    NOT NULL DEFAULT '',
    class       TEXT    NOT NULL,
    privileged  BOOLEAN NOT NULL,
    permissions TEXT    NOT NULL,
    builtin     BOOLEAN NOT NULL DEFAULT FALSE,
    customised  BOOLEAN NOT NULL DEFAULT FALSE,
    version     INTEGER NOT NULL DEFAULT 1,
    updated_at  BIGINT  NOT NULL
);

CREATE TABLE identity_user (
    id              TEXT    PRIMARY KEY,
    username        TEXT    NOT NULL UNIQUE,
    name            TEXT    NOT NULL,
    unit_id         TEXT    NOT NULL REFERENCES identity_unit (id),
    password_hash   TEXT    NOT NULL,
    password_at     BIGINT  NOT NULL,
    must_change     BOOLEAN NOT NULL DEFAULT FALSE,
    totp_secret     TEXT    NOT NULL DEFAULT '',
    totp_on         BOOLEAN NOT NULL DEFAULT FALSE,
    totp_step       BIGINT  NOT NULL DEFAULT 0,
    disabled        BOOLEAN NOT NULL DEFAULT FALSE,
    locked          BOOLEAN NOT NULL DEFAULT FALSE,
    locked_reason   TEXT    NOT NULL DEFAULT '',
    demo            BOOLEAN NOT NULL DEFAULT FALSE,
    version         INTEGER NOT NULL DEFAULT 1,
    created_at      BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL,
    last_sign_in_at BIGINT
);
CREATE INDEX identity_user_unit ON identity_user (unit_id);

-- Earlier passwords, so that the last few cannot come back.
CREATE TABLE identity_password (
    id      TEXT   PRIMARY KEY,
    user_id TEXT   NOT NULL REFERENCES identity_user (id),
    hash    TEXT   NOT NULL,
    set_at  BIGINT NOT NULL
);
CREATE INDEX identity_password_user ON identity_password (user_id, id);

-- Recovery codes of the second factor; SHA-256 only.
CREATE TABLE identity_recovery (
    user_id TEXT   NOT NULL REFERENCES identity_user (id),
    hash    TEXT   NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (user_id, hash)
);

-- A person holds a role in a unit for areas. Requested by the system administrator, granted by the security administrator.
CREATE TABLE identity_post (
    id           TEXT    PRIMARY KEY,
    user_id      TEXT    NOT NULL REFERENCES identity_user (id),
    unit_id      TEXT    NOT NULL REFERENCES identity_unit (id),
    role_code    TEXT    NOT NULL REFERENCES identity_role (code),
    title        TEXT    NOT NULL DEFAULT '',
    areas        TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    requested_by TEXT    NOT NULL,
    requested_at BIGINT  NOT NULL,
    decided_by   TEXT    NOT NULL DEFAULT '',
    decided_at   BIGINT,
    note         TEXT    NOT NULL DEFAULT '',
    version      INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX identity_post_user ON identity_post (user_id, state);
CREATE INDEX identity_post_state ON identity_post (state, id);
CREATE INDEX identity_post_role ON identity_post (role_code, state);

-- Server-side sessions. The token is known to the browser alone; here lies its SHA-256.
CREATE TABLE identity_session (
    id         TEXT   PRIMARY KEY,
    hash       TEXT   NOT NULL UNIQUE,
    user_id    TEXT   NOT NULL REFERENCES identity_user (id),
    post_id    TEXT   NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    last_seen  BIGINT NOT NULL,
    address    TEXT   NOT NULL DEFAULT '',
    agent      TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX identity_session_user ON identity_session (user_id);
CREATE INDEX identity_session_created ON identity_session (created_at);

-- Tokens of machines: a post, a subset of its permissions, an end.
CREATE TABLE identity_token (
    id          TEXT   PRIMARY KEY,
    hash        TEXT   NOT NULL UNIQUE,
    user_id     TEXT   NOT NULL REFERENCES identity_user (id),
    post_id     TEXT   NOT NULL REFERENCES identity_post (id),
    name        TEXT   NOT NULL,
    permissions TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    last_used   BIGINT,
    revoked_at  BIGINT
);
CREATE INDEX identity_token_user ON identity_token (user_id, id);

-- Failed sign-ins by name, known or not, so that a lock-out does not tell which names exist.
CREATE TABLE identity_guard (
    name_key     TEXT    PRIMARY KEY,
    failures     INTEGER NOT NULL,
    last_at      BIGINT  NOT NULL,
    locked_until BIGINT  NOT NULL DEFAULT 0
);
CREATE INDEX identity_guard_last ON identity_guard (last_at);

CREATE TABLE identity_sign_in (
    id       TEXT   PRIMARY KEY,
    at       BIGINT NOT NULL,
    user_id  TEXT   NOT NULL DEFAULT '',
    username TEXT   NOT NULL,
    address  TEXT   NOT NULL DEFAULT '',
    agent    TEXT   NOT NULL DEFAULT '',
    outcome  TEXT   NOT NULL
);
CREATE INDEX identity_sign_in_user ON identity_sign_in (user_id, id);

CREATE TABLE identity_policy (
    name       TEXT    PRIMARY KEY,
    value      TEXT    NOT NULL,
    version    INTEGER NOT NULL DEFAULT 1,
    updated_by TEXT    NOT NULL DEFAULT '',
    updated_at BIGINT  NOT NULL
);

-- Notices to one person or to everybody in a unit.
CREATE TABLE identity_notice (
    id         TEXT   PRIMARY KEY,
    user_id    TEXT   NOT NULL DEFAULT '',
    unit_id    TEXT   NOT NULL DEFAULT '',
    kind       TEXT   NOT NULL,
    title      TEXT   NOT NULL,
    link       TEXT   NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL
);
CREATE INDEX identity_notice_user ON identity_notice (user_id, id);
CREATE INDEX identity_notice_unit ON identity_notice (unit_id, id);

CREATE TABLE identity_notice_read (
    notice_id TEXT   NOT NULL REFERENCES identity_notice (id),
    user_id   TEXT   NOT NULL,
    read_at   BIGINT NOT NULL,
    PRIMARY KEY (user_id, notice_id)
);
