-- +goose Up

-- Photos sent before the case they belong to exists. Who holds the reference may join the photo to a case, once.
CREATE TABLE case_upload (
    ref        TEXT   PRIMARY KEY,
    sha256     TEXT   NOT NULL,
    media_type TEXT   NOT NULL,
    size       BIGINT NOT NULL,
    look       BIGINT NOT NULL DEFAULT 0,
    by_id      TEXT   NOT NULL DEFAULT '',
    by_name    TEXT   NOT NULL DEFAULT '',
    by_unit    TEXT   NOT NULL DEFAULT '',
    at         BIGINT NOT NULL,
    taken_at   BIGINT,
    taken_lat  BIGINT,
    taken_lon  BIGINT
);
CREATE INDEX case_upload_at ON case_upload (at);

-- What is near a place: open cases by position.
CREATE INDEX case_file_place ON case_file (lat, lon) WHERE ended_at IS NULL AND lat IS NOT NULL;
-- What came back: ended cases of a category, latest first.
CREATE INDEX case_file_ended ON case_file (category, ended_at) WHERE ended_at IS NOT NULL;

-- A number of a source is registered once, also by two imports at the same moment.
DROP INDEX case_file_source;
CREATE UNIQUE INDEX case_file_source ON case_file (source, source_number) WHERE source_number <> '';

-- One row per merge, with what is needed to undo it. A merge is never deleted; undone_at ends it.
CREATE TABLE case_merge (
    id         TEXT    PRIMARY KEY,
    case_id    TEXT    NOT NULL REFERENCES case_file (id),
    into_id    TEXT    NOT NULL REFERENCES case_file (id),
    from_state TEXT    NOT NULL,
    voices     INTEGER NOT NULL,
    brought    TEXT    NOT NULL DEFAULT '[]',
    note       TEXT    NOT NULL DEFAULT '',
    by_id      TEXT    NOT NULL DEFAULT '',
    by_name    TEXT    NOT NULL DEFAULT '',
    at         BIGINT  NOT NULL,
    undone_at  BIGINT,
    undone_by  TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX case_merge_case ON case_merge (case_id, id);
CREATE INDEX case_merge_into ON case_merge (into_id, id);

-- What residents sent, by a keyed digest of the number their browser drew: sent twice is one report.
CREATE TABLE intake_submission (
    digest      TEXT   PRIMARY KEY,
    case_id     TEXT   NOT NULL,
    reporter_id TEXT   NOT NULL,
    at          BIGINT NOT NULL
);

-- What people decided about categories, the training material of the next suggestions. Texts are masked.
CREATE TABLE intake_lesson (
    case_id   TEXT   PRIMARY KEY,
    text      TEXT   NOT NULL,
    suggested TEXT   NOT NULL DEFAULT '',
    category  TEXT   NOT NULL,
    at        BIGINT NOT NULL
);
CREATE INDEX intake_lesson_at ON intake_lesson (at);

-- Imported files of the hotline and what became of each row.
CREATE TABLE intake_import (
    id         TEXT    PRIMARY KEY,
    source     TEXT    NOT NULL,
    file_name  TEXT    NOT NULL,
    sha256     TEXT    NOT NULL,
    dry_run    BOOLEAN NOT NULL,
    area_code  TEXT    NOT NULL,
    total      INTEGER NOT NULL,
    added      INTEGER NOT NULL,
    known      INTEGER NOT NULL,
    refused    INTEGER NOT NULL,
    report     TEXT    NOT NULL,
    by_id      TEXT    NOT NULL,
    by_name    TEXT    NOT NULL,
    at         BIGINT  NOT NULL
);
CREATE INDEX intake_import_at ON intake_import (at, id);

-- What devices alarm about, and the case that was opened last for it: repeated alarms join it while it is open.
CREATE TABLE intake_device (
    source  TEXT    NOT NULL,
    device  TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    case_id TEXT    NOT NULL DEFAULT '',
    alarms  INTEGER NOT NULL,
    seen_at BIGINT  NOT NULL,
    PRIMARY KEY (source, device, kind)
);
CREATE TABLE intake_alarm (
    id        TEXT   PRIMARY KEY,
    source    TEXT   NOT NULL,
    device    TEXT   NOT NULL,
    kind      TEXT   NOT NULL,
    alarm     TEXT   NOT NULL,
    case_id   TEXT   NOT NULL,
    reading   TEXT   NOT NULL DEFAULT '',
    raised_at BIGINT NOT NULL,
    at        BIGINT NOT NULL
);
CREATE UNIQUE INDEX intake_alarm_once ON intake_alarm (source, alarm);
CREATE INDEX intake_alarm_device ON intake_alarm (source, device, kind, id);
