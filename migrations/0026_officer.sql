-- +goose Up

-- What somebody of the administration brought in, for the officer's own list.
CREATE INDEX case_reporter_user ON case_reporter (user_id, case_id) WHERE user_id <> '';
