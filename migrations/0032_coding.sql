-- +goose Up

-- Which comments seem to be about one matter, and in which order the desk shows them. Made anew by every grouping; what
-- people decided does not depend on it.
CREATE TABLE comment_matter (
    comment_id TEXT    PRIMARY KEY,
    wave_id    TEXT    NOT NULL,
    matter_id  TEXT    NOT NULL,
    seq        INTEGER NOT NULL,
    place      TEXT    NOT NULL,
    detail     TEXT    NOT NULL,
    twin       BIGINT  NOT NULL
);
CREATE INDEX comment_matter_order ON comment_matter (wave_id, seq);
CREATE INDEX comment_matter_group ON comment_matter (matter_id, comment_id);

-- What one person decided at once, and how the comments stood before: the last steps can be taken back.
CREATE TABLE coding_step (
    id        TEXT    PRIMARY KEY,
    wave_id   TEXT    NOT NULL,
    by_id     TEXT    NOT NULL,
    at        BIGINT  NOT NULL,
    verb      TEXT    NOT NULL,
    fields    TEXT    NOT NULL,
    n         INTEGER NOT NULL,
    before    TEXT    NOT NULL,
    undone_at BIGINT
);
CREATE INDEX coding_step_last ON coding_step (wave_id, by_id, id);
