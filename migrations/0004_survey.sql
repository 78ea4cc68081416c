-- +goose Up

CREATE TABLE questionnaire (
    id         TEXT PRIMARY KEY,
    grp        TEXT NOT NULL CHECK (grp IN ('elder', 'adult', 'unit')),
    version    TEXT NOT NULL,
    name       TEXT NOT NULL,
    hash       TEXT NOT NULL,
    form       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (grp, version)
);

CREATE TABLE wave (
    id           TEXT PRIMARY KEY,
    area         TEXT NOT NULL,
    code         TEXT NOT NULL,
    name         TEXT NOT NULL,
    period       TEXT NOT NULL,
    state        TEXT NOT NULL,
    starts_at    BIGINT,
    ends_at      BIGINT,
    published_at BIGINT,
    plan         TEXT NOT NULL,
    plan_hash    TEXT NOT NULL,
    n_targeted   INTEGER NOT NULL,
    n_online     INTEGER NOT NULL,
    n_pilot      INTEGER NOT NULL,
    n_comments   INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    UNIQUE (area, code)
);

CREATE TABLE wave_event (
    id         TEXT PRIMARY KEY,
    wave_id    TEXT NOT NULL REFERENCES wave (id),
    from_state TEXT NOT NULL,
    to_state   TEXT NOT NULL,
    action     TEXT NOT NULL,
    actor      TEXT NOT NULL,
    note       TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX wave_event_wave ON wave_event (wave_id, at);

-- No column of a response leads to an invitation, a comment or a telephone number.
CREATE TABLE response (
    id           TEXT PRIMARY KEY,
    wave_id      TEXT NOT NULL REFERENCES wave (id),
    channel      TEXT NOT NULL CHECK (channel IN ('targeted', 'online')),
    mode         TEXT NOT NULL,
    pilot        BOOLEAN NOT NULL,
    street       TEXT NOT NULL,
    community    TEXT NOT NULL,
    grp          TEXT NOT NULL CHECK (grp IN ('elder', 'adult', 'unit')),
    sex          TEXT NOT NULL,
    age_band     TEXT NOT NULL,
    seconds      INTEGER NOT NULL,
    device       TEXT NOT NULL,
    submitted_at BIGINT NOT NULL,
    row_key      TEXT NOT NULL,
    row_hash     TEXT NOT NULL,
    marks        TEXT NOT NULL,
    answers      TEXT NOT NULL,
    UNIQUE (wave_id, row_key)
);
-- Scoring and counting read this index alone, in the order they sort by.
CREATE INDEX response_marks ON response (wave_id, channel, street, community, grp, marks) WHERE NOT pilot;

CREATE TABLE comment (
    id         TEXT PRIMARY KEY,
    wave_id    TEXT NOT NULL REFERENCES wave (id),
    street     TEXT NOT NULL,
    community  TEXT NOT NULL,
    grp        TEXT NOT NULL,
    channel    TEXT NOT NULL,
    question   TEXT NOT NULL,
    text       TEXT NOT NULL,
    categories TEXT NOT NULL,
    day        BIGINT NOT NULL
);
CREATE INDEX comment_wave ON comment (wave_id, id);

CREATE TABLE comment_contact (
    comment_id  TEXT PRIMARY KEY REFERENCES comment (id),
    phone       TEXT NOT NULL,
    phone_index TEXT NOT NULL
);

CREATE TABLE answer_import (
    id          TEXT PRIMARY KEY,
    wave_id     TEXT NOT NULL REFERENCES wave (id),
    job_id      TEXT NOT NULL,
    file_name   TEXT NOT NULL,
    blob        TEXT NOT NULL,
    dry_run     BOOLEAN NOT NULL,
    policy      TEXT NOT NULL,
    state       TEXT NOT NULL,
    failure     TEXT NOT NULL,
    message     TEXT NOT NULL,
    report      TEXT,
    actor       TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX answer_import_wave ON answer_import (wave_id, created_at);
