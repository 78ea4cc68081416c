-- +goose Up
-- The kind of facility a precedent is about; it holds for every kind where there is none.
ALTER TABLE duty_precedent ADD COLUMN component TEXT NOT NULL DEFAULT '';
