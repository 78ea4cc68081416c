-- +goose Up

-- What a leader demands of a case by a day, and what was answered. next_at is when nobody has answered in time and those
-- concerned are told, once.
CREATE TABLE case_supervision (
    id          TEXT   PRIMARY KEY,
    case_id     TEXT   NOT NULL,
    area_code   TEXT   NOT NULL,
    level       TEXT   NOT NULL,
    note        TEXT   NOT NULL,
    by_id       TEXT   NOT NULL,
    by_name     TEXT   NOT NULL,
    by_unit     TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    next_at     BIGINT,
    answer      TEXT   NOT NULL DEFAULT '',
    answered_by TEXT   NOT NULL DEFAULT '',
    answered_at BIGINT,
    lifted_by   TEXT   NOT NULL DEFAULT '',
    lifted_at   BIGINT
);
CREATE INDEX case_supervision_case ON case_supervision (case_id);
CREATE INDEX case_supervision_next ON case_supervision (next_at) WHERE next_at IS NOT NULL;

-- The public list holds what was declared void as well.
DROP INDEX case_file_forced;
CREATE INDEX case_file_forced ON case_file (ended_at) WHERE state IN ('force_closed', 'void');
