-- +goose Up

-- Three grains of what happened to cases, each row wholly derived from the case, its history and its clocks: they are
-- written anew for a case whenever something happens to it, and can be made again at any time.

-- One row per case.
CREATE TABLE tally_case (
    case_id     TEXT    PRIMARY KEY,
    state       TEXT    NOT NULL,
    channel     TEXT    NOT NULL,
    category    TEXT    NOT NULL,
    area_code   TEXT    NOT NULL,
    unit_id     TEXT    NOT NULL,
    urgent      BOOLEAN NOT NULL,
    sensitive   BOOLEAN NOT NULL,
    reported_at BIGINT  NOT NULL,
    accepted_at BIGINT,
    filed_at    BIGINT,
    handled_at  BIGINT,
    closed_at   BIGINT,
    ended_at    BIGINT,
    result      TEXT    NOT NULL,
    minutes     BIGINT,
    repeated    BOOLEAN NOT NULL,
    excluded    TEXT    NOT NULL
);
CREATE INDEX tally_case_reported ON tally_case (reported_at);
CREATE INDEX tally_case_closed ON tally_case (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX tally_case_area ON tally_case (area_code, reported_at);

-- One row per step, with how long the case stood in the state before it.
CREATE TABLE tally_step (
    case_id    TEXT    NOT NULL,
    seq        INTEGER NOT NULL,
    at         BIGINT  NOT NULL,
    action     TEXT    NOT NULL,
    from_state TEXT    NOT NULL,
    to_state   TEXT    NOT NULL,
    unit_id    TEXT    NOT NULL,
    dwell      BIGINT  NOT NULL,
    good       BOOLEAN NOT NULL,
    mark       TEXT    NOT NULL,
    solved     TEXT    NOT NULL,
    channel    TEXT    NOT NULL,
    category   TEXT    NOT NULL,
    area_code  TEXT    NOT NULL,
    excluded   TEXT    NOT NULL,
    PRIMARY KEY (case_id, seq)
);
CREATE INDEX tally_step_at ON tally_step (action, at);

-- One row per span in which a case was open, or a clock of it ran: what was open and what was overdue on any day, and
-- what fell due or was done when. anchor_at is the earlier of due and done.
CREATE TABLE tally_span (
    case_id   TEXT    NOT NULL,
    seq       INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    round     INTEGER NOT NULL,
    unit_id   TEXT    NOT NULL,
    from_at   BIGINT  NOT NULL,
    due_at    BIGINT,
    to_at     BIGINT,
    anchor_at BIGINT,
    done      BOOLEAN NOT NULL,
    on_time   BOOLEAN NOT NULL,
    channel   TEXT    NOT NULL,
    category  TEXT    NOT NULL,
    area_code TEXT    NOT NULL,
    excluded  TEXT    NOT NULL,
    PRIMARY KEY (case_id, seq)
);
CREATE INDEX tally_span_anchor ON tally_span (kind, anchor_at);
CREATE INDEX tally_span_open ON tally_span (kind, from_at) WHERE to_at IS NULL;

-- What is left out of the three rates of the hotline, and who decided.
CREATE TABLE tally_exclusion (
    id         TEXT   PRIMARY KEY,
    case_id    TEXT   NOT NULL REFERENCES case_file (id),
    number     TEXT   NOT NULL,
    area_code  TEXT   NOT NULL,
    ground     TEXT   NOT NULL,
    note       TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    asked_by   TEXT   NOT NULL,
    asked_id   TEXT   NOT NULL,
    asked_at   BIGINT NOT NULL,
    decided_by TEXT   NOT NULL DEFAULT '',
    decided_at BIGINT,
    answer     TEXT   NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX tally_exclusion_case ON tally_exclusion (case_id) WHERE state <> 'refused';
CREATE INDEX tally_exclusion_state ON tally_exclusion (state, id);

-- Months whose figures stand.
CREATE TABLE tally_period (
    area_code TEXT   NOT NULL,
    month     TEXT   NOT NULL,
    figures   TEXT   NOT NULL,
    digest    TEXT   NOT NULL,
    frozen_by TEXT   NOT NULL,
    frozen_at BIGINT NOT NULL,
    PRIMARY KEY (area_code, month)
);

-- Daily and monthly briefs; an issued one never changes.
CREATE TABLE tally_brief (
    id         TEXT   PRIMARY KEY,
    kind       TEXT   NOT NULL,
    area_code  TEXT   NOT NULL,
    area_name  TEXT   NOT NULL,
    day        TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    content    TEXT   NOT NULL,
    remark     TEXT   NOT NULL DEFAULT '',
    digest     TEXT   NOT NULL DEFAULT '',
    made_by    TEXT   NOT NULL,
    made_at    BIGINT NOT NULL,
    issued_by  TEXT   NOT NULL DEFAULT '',
    issued_at  BIGINT,
    version    BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX tally_brief_day ON tally_brief (kind, area_code, day);
