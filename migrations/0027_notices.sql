-- +goose Up

-- A notice is not repeated within a day: looked up by what it is about, not among all of its addressee.
CREATE INDEX identity_notice_about ON identity_notice (link, kind, title, created_at);
