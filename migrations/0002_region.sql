-- +goose Up
CREATE TABLE area (
    code        TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    level       TEXT NOT NULL CHECK (level IN ('province', 'city', 'district', 'subdistrict', 'community', 'grid')),
    parent_code TEXT NOT NULL,
    kind        TEXT NOT NULL DEFAULT '' CHECK (kind IN ('', 'composite', 'dedicated', 'police')),
    class       TEXT NOT NULL DEFAULT '' CHECK (class IN ('', 'daily', 'key_assist', 'periodic_joint')),
    households  INTEGER NOT NULL DEFAULT 0 CHECK (households >= 0),
    valid_from  BIGINT NOT NULL,
    valid_to    BIGINT CHECK (valid_to > valid_from),
    version     BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX area_parent ON area (parent_code);

-- The ground of an area over time. The newest row of a living area has no end.
CREATE TABLE area_shape (
    code       TEXT NOT NULL REFERENCES area (code),
    valid_from BIGINT NOT NULL,
    valid_to   BIGINT CHECK (valid_to > valid_from),
    shape      TEXT NOT NULL,
    PRIMARY KEY (code, valid_from)
);

-- What an area was called and counted at each version; appended, never edited.
CREATE TABLE area_history (
    code       TEXT NOT NULL REFERENCES area (code),
    version    BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    action     TEXT NOT NULL,
    actor_id   TEXT NOT NULL,
    name       TEXT NOT NULL,
    class      TEXT NOT NULL,
    households INTEGER NOT NULL,
    PRIMARY KEY (code, version)
);

-- Which areas took over the ground of an ended one.
CREATE TABLE area_succession (
    from_code TEXT NOT NULL REFERENCES area (code),
    to_code   TEXT NOT NULL REFERENCES area (code),
    kind      TEXT NOT NULL CHECK (kind IN ('split', 'merge')),
    at        BIGINT NOT NULL,
    PRIMARY KEY (from_code, to_code)
);
CREATE INDEX area_succession_to ON area_succession (to_code);

-- Codes that other systems use for our areas.
CREATE TABLE area_alias (
    scheme     TEXT NOT NULL,
    alias      TEXT NOT NULL,
    code       TEXT NOT NULL REFERENCES area (code),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (scheme, alias)
);
CREATE INDEX area_alias_code ON area_alias (code);

-- Raised by every write, so that each process knows when its copy of the tree is old.
CREATE TABLE region_state (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    revision BIGINT NOT NULL
);
INSERT INTO region_state (id, revision) VALUES (1, 1);
