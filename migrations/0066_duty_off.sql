-- +goose Up

-- Which times on duty ended when: what reads the ended ones, and what sets right those that seem to end in the future.
CREATE INDEX duty_session_off ON duty_session (off_at);

-- A usual shift that changes or goes out of use is known by its version.
ALTER TABLE roster_kind ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
