-- +goose Up

-- Promised tasks of a called unit run to their own dates: the number of the promise a clock runs to, 0 for the call as a whole.
ALTER TABLE whistle_clock ADD COLUMN promise INTEGER NOT NULL DEFAULT 0;
