-- +goose Up

-- A street's whistle: departments are called to a matter the street cannot solve alone.
CREATE TABLE whistle_file (
    id          TEXT   PRIMARY KEY,
    number      TEXT   NOT NULL UNIQUE,
    kind        TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    case_id     TEXT   NOT NULL REFERENCES case_file (id),
    case_number TEXT   NOT NULL,
    category    TEXT   NOT NULL DEFAULT '',
    street      TEXT   NOT NULL,
    street_name TEXT   NOT NULL,
    unit_id     TEXT   NOT NULL,
    unit_name   TEXT   NOT NULL,
    title       TEXT   NOT NULL,
    matter      TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    first_id    TEXT   NOT NULL DEFAULT '',
    drafted_by  TEXT   NOT NULL,
    drafted_at  BIGINT NOT NULL,
    check_note  TEXT   NOT NULL DEFAULT '',
    checked_by  TEXT   NOT NULL DEFAULT '',
    blown_by    TEXT   NOT NULL DEFAULT '',
    blown_at    BIGINT,
    closed_at   BIGINT,
    ending      TEXT   NOT NULL DEFAULT '',
    version     BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX whistle_file_street ON whistle_file (street, id);
CREATE INDEX whistle_file_case ON whistle_file (case_id, id);
CREATE INDEX whistle_file_category ON whistle_file (category, street, id);

CREATE TABLE whistle_number (
    year   INTEGER NOT NULL,
    street TEXT    NOT NULL,
    last   INTEGER NOT NULL,
    PRIMARY KEY (year, street)
);

CREATE TABLE whistle_approval (
    whistle_id TEXT   NOT NULL REFERENCES whistle_file (id),
    user_id    TEXT   NOT NULL,
    user_name  TEXT   NOT NULL,
    note       TEXT   NOT NULL DEFAULT '',
    at         BIGINT NOT NULL,
    PRIMARY KEY (whistle_id, user_id)
);

-- One row per called unit.
CREATE TABLE whistle_call (
    id           TEXT    PRIMARY KEY,
    whistle_id   TEXT    NOT NULL REFERENCES whistle_file (id),
    unit_id      TEXT    NOT NULL,
    unit_code    TEXT    NOT NULL,
    unit_name    TEXT    NOT NULL,
    task         TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    part_id      TEXT    NOT NULL DEFAULT '',
    bound        BOOLEAN NOT NULL DEFAULT FALSE,
    refusal      TEXT    NOT NULL DEFAULT '',
    ruling       TEXT    NOT NULL DEFAULT '',
    contact      TEXT    NOT NULL DEFAULT '',
    came         TEXT    NOT NULL DEFAULT '',
    commitments  TEXT    NOT NULL DEFAULT '[]',
    outcome      TEXT    NOT NULL DEFAULT '',
    remark       TEXT    NOT NULL DEFAULT '',
    returns      INTEGER NOT NULL DEFAULT 0,
    signed_at    BIGINT,
    contacted_at BIGINT,
    reported_at  BIGINT,
    committed_at BIGINT,
    done_at      BIGINT,
    ended_at     BIGINT,
    version      BIGINT  NOT NULL DEFAULT 1,
    UNIQUE (whistle_id, unit_id)
);
CREATE INDEX whistle_call_unit ON whistle_call (unit_id, state, id);

-- Clocks of calls and reminders of sessions; next_at is when somebody is to be reminded.
CREATE TABLE whistle_clock (
    id         TEXT   PRIMARY KEY,
    whistle_id TEXT   NOT NULL REFERENCES whistle_file (id),
    call_id    TEXT   NOT NULL DEFAULT '',
    kind       TEXT   NOT NULL,
    started_at BIGINT NOT NULL,
    time_limit TEXT   NOT NULL,
    calendar   TEXT   NOT NULL,
    due_at     BIGINT NOT NULL,
    phase      TEXT   NOT NULL DEFAULT 'green',
    next_at    BIGINT,
    stopped_at BIGINT,
    outcome    TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX whistle_clock_whistle ON whistle_clock (whistle_id, id);
CREATE INDEX whistle_clock_next ON whistle_clock (next_at, id) WHERE next_at IS NOT NULL;

CREATE TABLE whistle_session (
    id         TEXT   PRIMARY KEY,
    whistle_id TEXT   NOT NULL REFERENCES whistle_file (id),
    at         BIGINT NOT NULL,
    place      TEXT   NOT NULL,
    agenda     TEXT   NOT NULL DEFAULT '',
    minutes    TEXT   NOT NULL DEFAULT '',
    attendance TEXT   NOT NULL DEFAULT '[]',
    held_at    BIGINT,
    called_by  TEXT   NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX whistle_session_whistle ON whistle_session (whistle_id, at);

-- One rating of a call by the street, one view by the unit. Both are shown once both stand or five days have passed.
CREATE TABLE whistle_rating (
    call_id    TEXT    NOT NULL REFERENCES whistle_call (id),
    side       TEXT    NOT NULL,
    whistle_id TEXT    NOT NULL,
    speed      INTEGER NOT NULL,
    attitude   INTEGER NOT NULL,
    result     INTEGER NOT NULL,
    words      TEXT    NOT NULL DEFAULT '',
    by_name    TEXT    NOT NULL,
    at         BIGINT  NOT NULL,
    PRIMARY KEY (call_id, side)
);

CREATE TABLE whistle_history (
    id         TEXT   PRIMARY KEY,
    whistle_id TEXT   NOT NULL REFERENCES whistle_file (id),
    call_id    TEXT   NOT NULL DEFAULT '',
    at         BIGINT NOT NULL,
    actor_id   TEXT   NOT NULL DEFAULT '',
    actor_name TEXT   NOT NULL,
    actor_unit TEXT   NOT NULL DEFAULT '',
    action     TEXT   NOT NULL,
    unit_name  TEXT   NOT NULL DEFAULT '',
    note       TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX whistle_history_whistle ON whistle_history (whistle_id, id);
