-- +goose Up

-- Versions of the responsibility list of a district ('' the shipped one, for all). A published version never changes.
CREATE TABLE duty_version (
    id             TEXT    PRIMARY KEY,
    number         INTEGER NOT NULL UNIQUE,
    area_code      TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    note           TEXT    NOT NULL DEFAULT '',
    state          TEXT    NOT NULL,
    base           TEXT    NOT NULL DEFAULT '',
    effective_from BIGINT,
    created_by     TEXT    NOT NULL,
    created_at     BIGINT  NOT NULL,
    published_by   TEXT    NOT NULL DEFAULT '',
    published_at   BIGINT,
    version        BIGINT  NOT NULL DEFAULT 1
);
CREATE INDEX duty_version_in_force ON duty_version (area_code, effective_from) WHERE state = 'published';

-- Rows of the decision table: what is left empty holds for all.
CREATE TABLE duty_rule (
    id         TEXT    PRIMARY KEY,
    version_id TEXT    NOT NULL REFERENCES duty_version (id),
    code       TEXT    NOT NULL,
    category   TEXT    NOT NULL DEFAULT '',
    component  TEXT    NOT NULL DEFAULT '',
    area_code  TEXT    NOT NULL DEFAULT '',
    source     TEXT    NOT NULL DEFAULT '',
    days       TEXT    NOT NULL DEFAULT '',
    from_time  TEXT    NOT NULL DEFAULT '',
    to_time    TEXT    NOT NULL DEFAULT '',
    from_date  TEXT    NOT NULL DEFAULT '',
    to_date    TEXT    NOT NULL DEFAULT '',
    lead       TEXT    NOT NULL,
    assists    TEXT    NOT NULL DEFAULT '[]',
    verifier   TEXT    NOT NULL DEFAULT '',
    time_limit TEXT    NOT NULL DEFAULT '',
    fallback   TEXT    NOT NULL DEFAULT '',
    basis      TEXT    NOT NULL DEFAULT '',
    precedent  INTEGER NOT NULL DEFAULT 0,
    UNIQUE (version_id, code)
);
CREATE INDEX duty_rule_version ON duty_rule (version_id, category, code);

-- What a joint adjudication decided; it stands above the list until a version that took it is in force.
CREATE TABLE duty_precedent (
    number      INTEGER PRIMARY KEY,
    case_id     TEXT    NOT NULL,
    case_number TEXT    NOT NULL,
    category    TEXT    NOT NULL,
    area_code   TEXT    NOT NULL,
    lead_unit   TEXT    NOT NULL,
    lead_code   TEXT    NOT NULL,
    lead_name   TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    taken_into  TEXT    NOT NULL DEFAULT '',
    note        TEXT    NOT NULL DEFAULT '',
    decided_by  TEXT    NOT NULL,
    decided_at  BIGINT  NOT NULL,
    version     BIGINT  NOT NULL DEFAULT 1
);
CREATE INDEX duty_precedent_category ON duty_precedent (category, state, number);

-- The duty list of streets: what is theirs, what they help with, what has been taken back from them.
CREATE TABLE duty_task (
    area_code  TEXT   NOT NULL,
    category   TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    owner      TEXT   NOT NULL DEFAULT '',
    basis      TEXT   NOT NULL DEFAULT '',
    changed_by TEXT   NOT NULL DEFAULT '',
    changed_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (area_code, category)
);

-- Matters handed down that are not on the list: a street asks, the district decides.
CREATE TABLE duty_admission (
    id          TEXT   PRIMARY KEY,
    area_code   TEXT   NOT NULL,
    area_name   TEXT   NOT NULL,
    unit_id     TEXT   NOT NULL,
    unit_name   TEXT   NOT NULL,
    title       TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    category    TEXT   NOT NULL DEFAULT '',
    from_unit   TEXT   NOT NULL DEFAULT '',
    state       TEXT   NOT NULL,
    answer      TEXT   NOT NULL DEFAULT '',
    until       BIGINT,
    asked_by    TEXT   NOT NULL,
    asked_at    BIGINT NOT NULL,
    decided_by  TEXT   NOT NULL DEFAULT '',
    decided_at  BIGINT,
    version     BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX duty_admission_area ON duty_admission (area_code, state, id);
