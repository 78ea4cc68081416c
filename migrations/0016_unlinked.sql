-- +goose Up

-- The day of a used invitation, its community and group often left a single answer. What an invitation keeps is that it was used.
ALTER TABLE invitation DROP COLUMN spent_day;

-- That an interview is complete stands at the assignment. Its own row stood in the order of the answers.
DELETE FROM fieldwork_attempt WHERE outcome = '1.1';

-- Recorded sheets keep their days.
UPDATE fieldwork_sheet SET first_at = first_at - (first_at + 28800000) % 86400000, second_at = second_at - (second_at + 28800000) % 86400000,
    settled_at = settled_at - (settled_at + 28800000) % 86400000 WHERE state = 'recorded';
