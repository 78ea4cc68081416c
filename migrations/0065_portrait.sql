-- +goose Up

-- The stored portrait of a person, the name of its file; '' while there is none.
ALTER TABLE identity_user ADD COLUMN portrait TEXT NOT NULL DEFAULT '';

-- What was looked at: the track of somebody, or the telephone number.
ALTER TABLE track_look ADD COLUMN what TEXT NOT NULL DEFAULT 'track';
