-- +goose Up

-- What a wave asks the residents of a community once more: published matters of an earlier wave. Fixed once answers come in.
CREATE TABLE wave_again (
    id         TEXT    PRIMARY KEY,
    wave_id    TEXT    NOT NULL REFERENCES wave (id),
    community  TEXT    NOT NULL,
    place      INTEGER NOT NULL,
    matter     TEXT    NOT NULL,
    title      TEXT    NOT NULL,
    done       TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    UNIQUE (wave_id, community, matter)
);
CREATE INDEX wave_again_matter ON wave_again (matter);

-- How many gave which answer. Nothing here leads to a person or to the rest of an answer sheet.
CREATE TABLE wave_again_tally (
    id       TEXT    PRIMARY KEY,
    again_id TEXT    NOT NULL REFERENCES wave_again (id),
    channel  TEXT    NOT NULL,
    verdict  TEXT    NOT NULL CHECK (verdict IN ('solved', 'partly', 'unsolved', 'unknown')),
    n        INTEGER NOT NULL
);
CREATE INDEX wave_again_tally_again ON wave_again_tally (again_id);

-- One difference between two waves at one place: the questions of a field, or the share of respondents who name the field.
CREATE TABLE effect_measure (
    wave_id    TEXT    NOT NULL,
    against    TEXT    NOT NULL,
    area_code  TEXT    NOT NULL,
    area_level TEXT    NOT NULL CHECK (area_level IN ('district', 'street', 'community')),
    field      TEXT    NOT NULL,
    measure    TEXT    NOT NULL CHECK (measure IN ('score', 'share')),
    questions  TEXT    NOT NULL,
    earlier    DOUBLE PRECISION NOT NULL,
    later      DOUBLE PRECISION NOT NULL,
    n_earlier  INTEGER NOT NULL,
    n_later    INTEGER NOT NULL,
    difference DOUBLE PRECISION NOT NULL,
    se         DOUBLE PRECISION NOT NULL,
    low        DOUBLE PRECISION NOT NULL,
    high       DOUBLE PRECISION NOT NULL,
    p          DOUBLE PRECISION NOT NULL,
    holm       DOUBLE PRECISION NOT NULL,
    verdict    TEXT    NOT NULL CHECK (verdict IN ('better', 'unclear', 'worse')),
    PRIMARY KEY (against, area_code, field, measure)
);

-- What the next wave says of an item: the place it was measured at, and the verdict of both measures.
CREATE TABLE item_effect (
    item_id    TEXT   PRIMARY KEY REFERENCES item (id),
    wave_id    TEXT   NOT NULL,
    area_code  TEXT   NOT NULL,
    area_level TEXT   NOT NULL,
    verdict    TEXT   NOT NULL CHECK (verdict IN ('better', 'unclear', 'worse', 'unmeasured')),
    at         BIGINT NOT NULL
);

-- What residents answered when asked again, taken over when the wave that asked was closed.
CREATE TABLE item_again (
    item_id  TEXT    PRIMARY KEY REFERENCES item (id),
    wave_id  TEXT    NOT NULL,
    solved   INTEGER NOT NULL,
    partly   INTEGER NOT NULL,
    unsolved INTEGER NOT NULL,
    unknown  INTEGER NOT NULL,
    verdict  TEXT    NOT NULL CHECK (verdict IN ('solved', 'mixed', 'unsolved', 'few')),
    at       BIGINT  NOT NULL
);

-- A matter that was closed and may be back; a person decides.
CREATE TABLE item_return (
    id         TEXT    PRIMARY KEY,
    wave_id    TEXT    NOT NULL,
    earlier_id TEXT    NOT NULL REFERENCES item (id),
    item_id    TEXT    NOT NULL DEFAULT '',
    area_code  TEXT    NOT NULL,
    field      TEXT    NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('recurs', 'asked_again', 'feedback')),
    likeness   DOUBLE PRECISION NOT NULL,
    said       INTEGER NOT NULL,
    said_no    INTEGER NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('proposed', 'confirmed', 'dismissed')),
    note       TEXT    NOT NULL DEFAULT '',
    decided_by TEXT    NOT NULL DEFAULT '',
    decided_name TEXT  NOT NULL DEFAULT '',
    decided_at BIGINT,
    version    INTEGER NOT NULL DEFAULT 1,
    created_at BIGINT  NOT NULL,
    UNIQUE (wave_id, earlier_id, item_id, kind)
);
CREATE INDEX item_return_wave ON item_return (wave_id, state);
CREATE INDEX item_return_item ON item_return (item_id) WHERE item_id <> '';

-- Matters that were taken for the same by their titles alone count as they stood: somebody may look at them again.
INSERT INTO item_return (id, wave_id, earlier_id, item_id, area_code, field, kind, likeness, said, said_no, state, note, created_at)
    SELECT 'r-' || id, wave_id, recurs_of, id, area_code, field, 'recurs', 1, 0, 0, 'confirmed', '', created_at FROM item WHERE recurs_of <> '';
