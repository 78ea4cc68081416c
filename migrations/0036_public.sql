-- +goose Up

-- What the public reads of an item: one row per edition. Texts are safe: proposed by masking, read and changed by a person.
-- Who wrote an edition does not publish it. Withdrawn editions stay, and are not served.
CREATE TABLE item_page (
    id             TEXT    PRIMARY KEY,
    item_id        TEXT    NOT NULL REFERENCES item (id),
    edition        INTEGER NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN ('draft', 'submitted', 'published', 'withdrawn')),
    title          TEXT    NOT NULL,
    said           TEXT    NOT NULL,
    place          TEXT    NOT NULL,
    measure        TEXT    NOT NULL,
    outcome        TEXT    NOT NULL,
    reply          TEXT    NOT NULL,
    writers        TEXT    NOT NULL,
    writer_name    TEXT    NOT NULL,
    written_at     BIGINT  NOT NULL,
    submitted_at   BIGINT,
    published_by   TEXT    NOT NULL DEFAULT '',
    publisher_name TEXT    NOT NULL DEFAULT '',
    published_at   BIGINT,
    withdrawn_by   TEXT    NOT NULL DEFAULT '',
    withdrawn_at   BIGINT,
    note           TEXT    NOT NULL DEFAULT '',
    doubted_at     BIGINT,
    version        INTEGER NOT NULL DEFAULT 1,
    UNIQUE (item_id, edition)
);
CREATE INDEX item_page_public ON item_page (published_at, id) WHERE state = 'published';
CREATE UNIQUE INDEX item_page_one ON item_page (item_id) WHERE state <> 'withdrawn';

-- What is shown of a piece of evidence: a file of its own with the areas made unrecognisable, or nothing.
CREATE TABLE item_picture (
    id           TEXT    PRIMARY KEY,
    page_id      TEXT    NOT NULL REFERENCES item_page (id),
    item_id      TEXT    NOT NULL REFERENCES item (id),
    evidence_id  TEXT    NOT NULL REFERENCES item_evidence (id),
    phase        TEXT    NOT NULL CHECK (phase IN ('before', 'after')),
    shown        BOOLEAN NOT NULL,
    areas        TEXT    NOT NULL,
    caption      TEXT    NOT NULL,
    ref          TEXT    NOT NULL DEFAULT '',
    sha256       TEXT    NOT NULL DEFAULT '',
    media_type   TEXT    NOT NULL DEFAULT '',
    size         BIGINT  NOT NULL DEFAULT 0,
    taken_at     BIGINT  NOT NULL,
    decided_name TEXT    NOT NULL,
    decided_at   BIGINT  NOT NULL,
    UNIQUE (page_id, evidence_id)
);
CREATE INDEX item_picture_item ON item_picture (item_id);

-- What residents say about a published answer. voter is a digest of edition and a random mark of the browser: it keeps
-- one voice per browser and edition and leads nowhere. Words are masked, and shown once somebody has read them.
CREATE TABLE item_feedback (
    id          TEXT    PRIMARY KEY,
    item_id     TEXT    NOT NULL REFERENCES item (id),
    page_id     TEXT    NOT NULL REFERENCES item_page (id),
    area_code   TEXT    NOT NULL,
    voter       TEXT    NOT NULL,
    solved      BOOLEAN NOT NULL,
    words       TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('silent', 'pending', 'shown', 'hidden')),
    ground      TEXT    NOT NULL DEFAULT '',
    judged_by   TEXT    NOT NULL DEFAULT '',
    judged_name TEXT    NOT NULL DEFAULT '',
    judged_at   BIGINT,
    day         BIGINT  NOT NULL,
    version     INTEGER NOT NULL DEFAULT 1,
    UNIQUE (page_id, voter)
);
CREATE INDEX item_feedback_queue ON item_feedback (state, id);
CREATE INDEX item_feedback_item ON item_feedback (item_id, state);

-- What was published before there were editions keeps its texts; its photos were not looked at by the rule above and are
-- shown again once somebody has decided about them.
INSERT INTO item_page (id, item_id, edition, state, title, said, place, measure, outcome, reply, writers, writer_name, written_at, submitted_at, published_at)
    SELECT 'page-' || id, id, 1, 'published', title, '', place, measure, outcome, reply, '[]', '', published_at, published_at, published_at
    FROM item WHERE state = 'published' AND published_at IS NOT NULL;
