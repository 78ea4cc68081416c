-- +goose Up

-- The public list of cases closed by force; they are few.
CREATE INDEX case_file_forced ON case_file (closed_at) WHERE state = 'force_closed';
