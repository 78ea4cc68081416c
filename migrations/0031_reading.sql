-- +goose Up

-- The event leaf a comment is about: as decided, or as suggested while it is open; empty when nothing says so.
ALTER TABLE comment_code ADD COLUMN leaf TEXT NOT NULL DEFAULT '';
CREATE INDEX comment_code_leaf ON comment_code (wave_id, leaf) WHERE leaf <> '';

-- Versions of the classifier. weights holds what was learned, in a compact form, so that an older version can come back.
CREATE TABLE opinion_model (
    version      TEXT    PRIMARY KEY,
    parent       TEXT    NOT NULL,
    method       TEXT    NOT NULL,
    catalog      TEXT    NOT NULL,
    labels       INTEGER NOT NULL,
    metrics      TEXT    NOT NULL,
    weights      TEXT    NOT NULL,
    sha256       TEXT    NOT NULL,
    trained_by   TEXT    NOT NULL,
    trained_name TEXT    NOT NULL,
    trained_at   BIGINT  NOT NULL
);

-- Which version was in use since when. Append-only; the last row is in use.
CREATE TABLE opinion_model_use (
    id      TEXT   PRIMARY KEY,
    version TEXT   NOT NULL,
    before  TEXT   NOT NULL,
    reason  TEXT   NOT NULL,
    by_id   TEXT   NOT NULL,
    by_name TEXT   NOT NULL,
    at      BIGINT NOT NULL
);

-- A random sample of decided comments that a second person codes without seeing the first code or the suggestion.
CREATE TABLE double_round (
    id         TEXT    PRIMARY KEY,
    wave_id    TEXT    NOT NULL,
    title      TEXT    NOT NULL,
    area_code  TEXT    NOT NULL,
    seed       BIGINT  NOT NULL,
    population INTEGER NOT NULL,
    undecided  INTEGER NOT NULL,
    drawn      INTEGER NOT NULL,
    drawn_by   TEXT    NOT NULL,
    drawn_name TEXT    NOT NULL,
    drawn_at   BIGINT  NOT NULL,
    closed_at  BIGINT,
    report     TEXT    NOT NULL DEFAULT '',
    version    INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX double_round_wave ON double_round (wave_id, id);

CREATE TABLE double_item (
    round_id   TEXT    NOT NULL REFERENCES double_round (id),
    pos        INTEGER NOT NULL,
    comment_id TEXT    NOT NULL,
    area_code  TEXT    NOT NULL,
    suggested  TEXT    NOT NULL,
    model      TEXT    NOT NULL,
    first      TEXT    NOT NULL,
    first_by   TEXT    NOT NULL,
    second     TEXT    NOT NULL DEFAULT '',
    second_by  TEXT    NOT NULL DEFAULT '',
    second_at  BIGINT,
    final      TEXT    NOT NULL DEFAULT '',
    final_by   TEXT    NOT NULL DEFAULT '',
    final_at   BIGINT,
    reason     TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (round_id, pos)
);
CREATE UNIQUE INDEX double_item_comment ON double_item (round_id, comment_id);

-- Whom a praising comment speaks of, and the thanks passed on.
CREATE TABLE praise_thanks (
    comment_id TEXT   PRIMARY KEY,
    area_code  TEXT   NOT NULL,
    target     TEXT   NOT NULL,
    unit_id    TEXT   NOT NULL,
    unit_name  TEXT   NOT NULL,
    words      TEXT   NOT NULL,
    by_id      TEXT   NOT NULL,
    by_name    TEXT   NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX praise_thanks_unit ON praise_thanks (unit_id);
