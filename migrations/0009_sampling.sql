-- +goose Up

-- A frame lists households or units. It is open while it is being made; closed it has a hash and never changes.
CREATE TABLE sampling_frame (
    id         TEXT PRIMARY KEY,
    area       TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('household', 'unit')),
    name       TEXT NOT NULL,
    source     TEXT NOT NULL CHECK (source IN ('registry', 'file')),
    state      TEXT NOT NULL CHECK (state IN ('open', 'closed', 'dropped')),
    members    INTEGER NOT NULL,
    blocks     INTEGER NOT NULL,
    hash       TEXT NOT NULL,
    note       TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at  BIGINT,
    version    INTEGER NOT NULL
);
CREATE INDEX sampling_frame_area ON sampling_frame (area, created_at);

-- The members of a frame by the smallest area they lie in, many to a row: 400,000 households are about a thousand rows.
-- members holds persons and address of each, packed and sealed; member_keys eight bytes of a keyed digest for each, by which the
-- same household is known again in the next frame.
CREATE TABLE frame_block (
    frame_id  TEXT NOT NULL REFERENCES sampling_frame (id),
    code      TEXT NOT NULL,
    street    TEXT NOT NULL,
    community TEXT NOT NULL,
    size      INTEGER NOT NULL,
    elders    INTEGER NOT NULL,
    adults    INTEGER NOT NULL,
    hash      TEXT NOT NULL,
    member_keys TEXT NOT NULL,
    members   TEXT NOT NULL,
    PRIMARY KEY (frame_id, code)
);

-- A draw is sealed (the digest of its seed is on record), then drawn, once. A draw that was given up stays on record.
CREATE TABLE sample_draw (
    id           TEXT PRIMARY KEY,
    wave_id      TEXT NOT NULL REFERENCES wave (id),
    area         TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('sealed', 'drawn', 'abandoned')),
    seed_digest  TEXT NOT NULL,
    seed         TEXT NOT NULL,
    beacon       TEXT NOT NULL,
    frame_id     TEXT NOT NULL,
    unit_frame_id TEXT NOT NULL,
    design       TEXT NOT NULL,
    resting      TEXT NOT NULL,
    strata       TEXT NOT NULL,
    drawn        INTEGER NOT NULL,
    reserves     INTEGER NOT NULL,
    list_hash    TEXT NOT NULL,
    reason       TEXT NOT NULL,
    sealed_by    TEXT NOT NULL,
    sealed_at    BIGINT NOT NULL,
    drawn_by     TEXT NOT NULL,
    drawn_at     BIGINT,
    version      INTEGER NOT NULL
);
CREATE UNIQUE INDEX sample_draw_wave ON sample_draw (wave_id) WHERE state <> 'abandoned';
CREATE INDEX sample_draw_area ON sample_draw (area, drawn_at);

-- Whoever was drawn. No column leads to an answer: of a used invitation only the day is kept.
CREATE TABLE invitation (
    id         TEXT PRIMARY KEY,
    draw_id    TEXT NOT NULL REFERENCES sample_draw (id),
    wave_id    TEXT NOT NULL REFERENCES wave (id),
    place      INTEGER NOT NULL,
    street     TEXT NOT NULL,
    community  TEXT NOT NULL,
    block      TEXT NOT NULL,
    grp        TEXT NOT NULL CHECK (grp IN ('elder', 'adult', 'unit')),
    frame_id   TEXT NOT NULL REFERENCES sampling_frame (id),
    member     INTEGER NOT NULL,
    weight     DOUBLE PRECISION NOT NULL,
    eligible   INTEGER NOT NULL,
    sheet      TEXT NOT NULL,
    reserve    BOOLEAN NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('reserve', 'open', 'spent', 'replaced')),
    replaces   TEXT NOT NULL,
    reason     TEXT NOT NULL,
    spent_day  BIGINT,
    letters    INTEGER NOT NULL,
    UNIQUE (draw_id, place)
);
CREATE INDEX invitation_wave ON invitation (wave_id, street, grp, state, place);

-- Codes are kept as keyed digests only; a letter that was printed again has a code of its own, and the first used ends all.
CREATE TABLE invitation_code (
    digest        TEXT PRIMARY KEY,
    invitation_id TEXT NOT NULL REFERENCES invitation (id),
    issued_at     BIGINT NOT NULL
);
CREATE INDEX invitation_code_invitation ON invitation_code (invitation_id);
