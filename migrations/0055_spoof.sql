-- +goose Up

-- What speaks against the positions of a session. A person decides what it means.
CREATE TABLE spoof_finding (
    id           TEXT    PRIMARY KEY,
    session_id   TEXT    NOT NULL UNIQUE,
    officer_id   TEXT    NOT NULL,
    officer_name TEXT    NOT NULL,
    area_code    TEXT    NOT NULL,
    on_at        BIGINT  NOT NULL,
    points       INTEGER NOT NULL,
    score        INTEGER NOT NULL,
    reasons      TEXT    NOT NULL,
    method       INTEGER NOT NULL,
    state        TEXT    NOT NULL, -- open, genuine, doubtful
    decided_by   TEXT    NOT NULL DEFAULT '',
    decided_name TEXT    NOT NULL DEFAULT '',
    decided_at   BIGINT,
    decision     TEXT    NOT NULL DEFAULT '',
    comment      TEXT    NOT NULL DEFAULT '', -- of the officer
    commented_at BIGINT,
    found_at     BIGINT  NOT NULL,
    version      INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX spoof_finding_area ON spoof_finding (area_code, id);
CREATE INDEX spoof_finding_officer ON spoof_finding (officer_id, id);
CREATE INDEX spoof_finding_age ON spoof_finding (on_at);

-- The shape of each examined session, thinned out, to be compared with later ones; gone with the track.
CREATE TABLE spoof_shape (
    session_id TEXT   PRIMARY KEY,
    officer_id TEXT   NOT NULL,
    on_at      BIGINT NOT NULL,
    min_lat    BIGINT NOT NULL,
    min_lon    BIGINT NOT NULL,
    max_lat    BIGINT NOT NULL,
    max_lon    BIGINT NOT NULL,
    data       BYTEA  NOT NULL
);
CREATE INDEX spoof_shape_age ON spoof_shape (on_at);
CREATE INDEX spoof_shape_officer ON spoof_shape (officer_id, on_at);
