-- +goose Up

-- A camera of the register. Where its pictures come from is shown to nobody but those who keep the register.
CREATE TABLE camera (
    id           TEXT    PRIMARY KEY,
    code         TEXT    NOT NULL UNIQUE, -- 20 digits of GB/T 28181
    name         TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    area_code    TEXT    NOT NULL,
    lat          DOUBLE PRECISION,
    lon          DOUBLE PRECISION,
    heading      INTEGER,
    address      TEXT    NOT NULL DEFAULT '',
    whep_url     TEXT    NOT NULL DEFAULT '',
    snapshot_url TEXT    NOT NULL DEFAULT '',
    masks        TEXT    NOT NULL DEFAULT '[]', -- parts of the picture that nobody is shown
    state        TEXT    NOT NULL,
    created_at   BIGINT  NOT NULL,
    changed_at   BIGINT  NOT NULL,
    version      INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX camera_area ON camera (area_code, id);

-- Who looked through which camera, when and why. Append-only but for its end.
CREATE TABLE camera_look (
    id          TEXT   PRIMARY KEY,
    camera_id   TEXT   NOT NULL,
    by_id       TEXT   NOT NULL,
    by_name     TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    until_at    BIGINT NOT NULL,
    ended_at    BIGINT,
    session_url TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX camera_look_camera ON camera_look (camera_id, id);
