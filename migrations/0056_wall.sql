-- +goose Up

-- A screen on a wall that shows an area without anybody signing in. Only the digest of its link is kept; the link opens counts and
-- dots, no personal data, and ends by itself.
CREATE TABLE wall_screen (
    id           TEXT   PRIMARY KEY,
    label        TEXT   NOT NULL,
    area_code    TEXT   NOT NULL,
    token_digest TEXT   NOT NULL UNIQUE,
    created_by   TEXT   NOT NULL,
    created_name TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    revoked_at   BIGINT,
    last_seen_at BIGINT
);
CREATE INDEX wall_screen_area ON wall_screen (area_code, id);
