-- +goose Up

-- The areas of who drew a sample: it is seen by whoever has all of them.
CREATE TABLE double_round_area (
    round_id  TEXT NOT NULL REFERENCES double_round (id),
    area_code TEXT NOT NULL,
    PRIMARY KEY (round_id, area_code)
);
INSERT INTO double_round_area (round_id, area_code) SELECT id, area_code FROM double_round;

-- Which unit was given the thanks of a comment is looked up again by unit and time.
DROP INDEX praise_thanks_unit;
CREATE INDEX praise_thanks_unit ON praise_thanks (unit_id, at) WHERE unit_id <> '';
