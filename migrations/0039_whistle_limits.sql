-- +goose Up
-- Time limits of whistles as a district has set them, in versions; the shipped version 1 is in the program.
CREATE TABLE whistle_limits (
    version    BIGINT PRIMARY KEY,
    rules      TEXT   NOT NULL,
    note       TEXT   NOT NULL,
    by_id      TEXT   NOT NULL,
    by_name    TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);

-- Where the limit of a clock comes from, as it was when the clock started.
ALTER TABLE whistle_clock ADD COLUMN basis TEXT NOT NULL DEFAULT '';
