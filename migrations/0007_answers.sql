-- +goose Up

-- What weighting and the integrity check need of a response. Still no column leads to an invitation.
ALTER TABLE response ADD COLUMN base_weight DOUBLE PRECISION NOT NULL DEFAULT 0;
ALTER TABLE response ADD COLUMN interviewer TEXT NOT NULL DEFAULT '';
ALTER TABLE response ADD COLUMN paradata TEXT NOT NULL DEFAULT '{}';
ALTER TABLE response ADD COLUMN flags INTEGER NOT NULL DEFAULT 0;
ALTER TABLE response ADD COLUMN excluded BOOLEAN NOT NULL DEFAULT FALSE;

-- Scoring and counting read this index alone, in the order they sort by.
DROP INDEX response_marks;
CREATE INDEX response_marks ON response (wave_id, channel, street, community, grp, sex, age_band, base_weight, flags, excluded, marks) WHERE NOT pilot;
