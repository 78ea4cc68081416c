-- +goose Up

-- One desk for the files that need approval: tracks, lists of cases, reverse lists with what residents said. Each had tables of its own.
CREATE TABLE export_request (
    id           TEXT    PRIMARY KEY,
    number       BIGINT  NOT NULL UNIQUE,
    kind         TEXT    NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'withdrawn')),
    area_code    TEXT    NOT NULL,
    subject_id   TEXT    NOT NULL DEFAULT '', -- the officer of a track, the list of a list
    subject_name TEXT    NOT NULL DEFAULT '',
    from_at      BIGINT,
    to_at        BIGINT,
    content      TEXT    NOT NULL DEFAULT '{}',
    lines        INTEGER NOT NULL DEFAULT 0,
    format       TEXT    NOT NULL,
    purpose      TEXT    NOT NULL,
    asked_by     TEXT    NOT NULL,
    asked_name   TEXT    NOT NULL,
    asked_at     BIGINT  NOT NULL,
    decided_by   TEXT    NOT NULL DEFAULT '',
    decided_name TEXT    NOT NULL DEFAULT '',
    decided_at   BIGINT,
    answer       TEXT    NOT NULL DEFAULT '',
    expires_at   BIGINT,
    downloads    INTEGER NOT NULL DEFAULT 0,
    version      BIGINT  NOT NULL DEFAULT 1
);
CREATE INDEX export_request_asked ON export_request (asked_by, kind, id);
CREATE INDEX export_request_area ON export_request (area_code, kind, id);
CREATE INDEX export_request_subject ON export_request (subject_id, id) WHERE subject_id <> '';

CREATE TABLE export_taken (
    id         TEXT    PRIMARY KEY,
    request_id TEXT    NOT NULL REFERENCES export_request (id),
    mark       BIGINT  NOT NULL UNIQUE, -- the number that stands in the file: ten times that of the request, and which download
    by_id      TEXT    NOT NULL,
    by_name    TEXT    NOT NULL,
    at         BIGINT  NOT NULL,
    lines      INTEGER NOT NULL,
    sha256     TEXT    NOT NULL
);
CREATE INDEX export_taken_request ON export_taken (request_id, id);

-- What was asked for before keeps its id; tracks keep the numbers that stand in their files, so numbers begin above them. Files of cases and
-- lists taken before carry the id of their download, which stays.
INSERT INTO export_request (id, number, kind, state, area_code, subject_id, subject_name, from_at, to_at, content, lines, format, purpose,
    asked_by, asked_name, asked_at, decided_by, decided_name, decided_at, answer, expires_at, downloads, version)
SELECT e.id, ROW_NUMBER() OVER (ORDER BY e.id) + (SELECT COALESCE(MAX(mark), 0) / 10 FROM track_taken), e.kind, e.state, e.area_code, e.subject_id, e.subject_name,
    e.from_at, e.to_at, e.content, e.lines, e.format, e.purpose, e.asked_by, e.asked_name, e.asked_at, e.decided_by, e.decided_name, e.decided_at, e.answer,
    e.expires_at, e.downloads, e.version
FROM (
    SELECT id, 'track' AS kind, state, area_code, officer_id AS subject_id, officer_name AS subject_name, from_at, to_at, '{}' AS content, 0 AS lines, format, purpose,
        asked_by, asked_name, asked_at, decided_by, decided_name, decided_at, answer, expires_at, taken AS downloads, version
    FROM track_export
    UNION ALL
    SELECT id, 'case', state, area, '', '', NULL, NULL, '{"filter":' || filter || ',"columns":' || columns || '}', matched, format, purpose,
        asked_by, asked_name, asked_at, decided_by, decided_name, decided_at, answer, expires_at, downloads, version
    FROM desk_export
    UNION ALL
    SELECT x.id, 'list', x.state, x.area_code, x.list_id, l.title, NULL, NULL, '{}', 0, x.format, x.purpose,
        x.asked_by, x.asked_name, x.asked_at, x.decided_by, x.decided_name, x.decided_at, x.answer, x.expires_at, x.downloads, x.version
    FROM reverse_export x JOIN reverse_list l ON l.id = x.list_id
) e;

INSERT INTO export_taken (id, request_id, mark, by_id, by_name, at, lines, sha256)
SELECT t.id, t.export_id, t.mark, e.asked_by, t.by_name, t.at, t.points, t.sha256 FROM track_taken t JOIN track_export e ON e.id = t.export_id;
INSERT INTO export_taken (id, request_id, mark, by_id, by_name, at, lines, sha256)
SELECT d.id, d.export_id, r.number * 10 + ROW_NUMBER() OVER (PARTITION BY d.export_id ORDER BY d.id), d.by_id, d.by_name, d.at, d.lines, d.sha256
FROM (SELECT id, export_id, by_id, by_name, at, lines, sha256 FROM desk_download UNION ALL SELECT id, export_id, by_id, by_name, at, lines, sha256 FROM reverse_download) d
JOIN export_request r ON r.id = d.export_id;

DROP TABLE track_taken;
DROP TABLE track_export;
DROP TABLE desk_download;
DROP TABLE desk_export;
DROP TABLE reverse_download;
DROP TABLE reverse_export;
