-- +goose Up

-- What a report holds, in which order and with which words. Append-only.
CREATE TABLE report_template (
    version    INTEGER PRIMARY KEY,
    hash       TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    note       TEXT    NOT NULL,
    actor      TEXT    NOT NULL,
    created_at BIGINT  NOT NULL
);

-- A report as it was frozen: from which run, by which template, with which content. Append-only.
CREATE TABLE report_frozen (
    id               TEXT    PRIMARY KEY,
    wave_id          TEXT    NOT NULL,
    area             TEXT    NOT NULL,
    code             TEXT    NOT NULL,
    seq              INTEGER NOT NULL,
    run_id           TEXT    NOT NULL,
    result_hash      TEXT    NOT NULL,
    plan_hash        TEXT    NOT NULL,
    template_version INTEGER NOT NULL,
    template_hash    TEXT    NOT NULL,
    content_hash     TEXT    NOT NULL,
    hash             TEXT    NOT NULL,
    title            TEXT    NOT NULL,
    note             TEXT    NOT NULL,
    actor            TEXT    NOT NULL,
    actor_name       TEXT    NOT NULL,
    created_at       BIGINT  NOT NULL,
    UNIQUE (wave_id, seq)
);

-- The files of a frozen report; the bytes lie in the blob store under sha256. street is empty except for letters. Append-only.
CREATE TABLE report_file (
    report_id TEXT   NOT NULL REFERENCES report_frozen (id),
    kind      TEXT   NOT NULL CHECK (kind IN ('report', 'letter', 'public', 'content')),
    street    TEXT   NOT NULL,
    format    TEXT   NOT NULL,
    name      TEXT   NOT NULL,
    sha256    TEXT   NOT NULL,
    size      BIGINT NOT NULL,
    PRIMARY KEY (report_id, kind, street, format)
);
