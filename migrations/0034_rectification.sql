-- +goose Up

-- What an item is beside its state: how often it was returned, the unit a joint adjudication named, the level of
-- supervision in force, what its unit has asked for, how its clock stands, and whether its time was extended.
ALTER TABLE item ADD COLUMN returns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN decided_unit TEXT NOT NULL DEFAULT '';
ALTER TABLE item ADD COLUMN supervision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN wants TEXT NOT NULL DEFAULT '';
ALTER TABLE item ADD COLUMN phase TEXT NOT NULL DEFAULT '';
ALTER TABLE item ADD COLUMN extended BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE item ADD COLUMN suspended_at BIGINT;
ALTER TABLE item ADD COLUMN ground TEXT NOT NULL DEFAULT '';

-- A clock has a kind, pauses and points at which people are told. Its due time follows from start, limit and pauses.
ALTER TABLE item_clock ADD COLUMN kind TEXT NOT NULL DEFAULT 'handle';
ALTER TABLE item_clock ADD COLUMN phase TEXT NOT NULL DEFAULT 'green';
ALTER TABLE item_clock ADD COLUMN next_at BIGINT;
ALTER TABLE item_clock ADD COLUMN pauses TEXT NOT NULL DEFAULT '[]';
ALTER TABLE item_clock ADD COLUMN paused_at BIGINT;
ALTER TABLE item_clock ADD COLUMN extension INTEGER NOT NULL DEFAULT 0;
ALTER TABLE item_clock ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
UPDATE item_clock SET next_at = due_at WHERE ended_at IS NULL
    AND item_id IN (SELECT id FROM item WHERE state IN ('issued', 'answered', 'doing', 'rework'));
CREATE INDEX item_clock_next ON item_clock (next_at) WHERE next_at IS NOT NULL;

-- What a unit asked for and what was decided. review_at is when a suspension has to be looked at again.
CREATE TABLE item_request (
    id         TEXT    PRIMARY KEY,
    item_id    TEXT    NOT NULL REFERENCES item (id),
    kind       TEXT    NOT NULL CHECK (kind IN ('extension', 'suspension')),
    state      TEXT    NOT NULL CHECK (state IN ('open', 'approved', 'refused', 'ended')),
    ground     TEXT    NOT NULL,
    note       TEXT    NOT NULL,
    days       INTEGER NOT NULL,
    unit_id    TEXT    NOT NULL,
    unit_name  TEXT    NOT NULL,
    asked_by   TEXT    NOT NULL,
    asked_at   BIGINT  NOT NULL,
    decided_by TEXT    NOT NULL DEFAULT '',
    decided_at BIGINT,
    answer     TEXT    NOT NULL DEFAULT '',
    review_at  BIGINT,
    reviews    INTEGER NOT NULL DEFAULT 0,
    ended_at   BIGINT,
    ended_by   TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX item_request_item ON item_request (item_id, id);

-- Supervision: who presses for an answer, on which level, by when, and what the unit said.
CREATE TABLE item_supervision (
    id          TEXT    PRIMARY KEY,
    item_id     TEXT    NOT NULL REFERENCES item (id),
    level       INTEGER NOT NULL CHECK (level BETWEEN 1 AND 3),
    note        TEXT    NOT NULL,
    by_name     TEXT    NOT NULL,
    by_unit     TEXT    NOT NULL,
    at          BIGINT  NOT NULL,
    due_at      BIGINT  NOT NULL,
    answer      TEXT    NOT NULL DEFAULT '',
    answered_by TEXT    NOT NULL DEFAULT '',
    answered_at BIGINT,
    ended_at    BIGINT,
    ended_by    TEXT    NOT NULL DEFAULT '',
    ending      TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX item_supervision_item ON item_supervision (item_id, id);

-- What a joint adjudication decided: a precedent for items of the same field.
CREATE TABLE item_precedent (
    id         TEXT    PRIMARY KEY,
    item_id    TEXT    NOT NULL REFERENCES item (id),
    no         TEXT    NOT NULL,
    field      TEXT    NOT NULL,
    area_code  TEXT    NOT NULL,
    street     TEXT    NOT NULL,
    matter     TEXT    NOT NULL,
    unit_id    TEXT    NOT NULL,
    unit_name  TEXT    NOT NULL,
    parties    TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    by_name    TEXT    NOT NULL,
    by_unit    TEXT    NOT NULL,
    at         BIGINT  NOT NULL
);
CREATE INDEX item_precedent_field ON item_precedent (field, id);

-- How the unit means to do it: who answers for it, what it costs. The telephone number is sealed.
CREATE TABLE item_plan (
    item_id     TEXT    PRIMARY KEY REFERENCES item (id),
    responsible TEXT    NOT NULL,
    post        TEXT    NOT NULL,
    user_id     TEXT    NOT NULL,
    phone       TEXT    NOT NULL,
    budget      BIGINT  NOT NULL,
    source      TEXT    NOT NULL,
    by_name     TEXT    NOT NULL,
    at          BIGINT  NOT NULL
);

CREATE TABLE item_milestone (
    id      TEXT    PRIMARY KEY,
    item_id TEXT    NOT NULL REFERENCES item (id),
    n       INTEGER NOT NULL,
    title   TEXT    NOT NULL,
    due_at  BIGINT  NOT NULL,
    done_at BIGINT,
    done_by TEXT    NOT NULL DEFAULT '',
    note    TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX item_milestone_item ON item_milestone (item_id, n);
CREATE INDEX item_milestone_due ON item_milestone (due_at) WHERE done_at IS NULL;

-- Reports of progress; append-only.
CREATE TABLE item_report (
    id      TEXT    PRIMARY KEY,
    item_id TEXT    NOT NULL REFERENCES item (id),
    at      BIGINT  NOT NULL,
    by_id   TEXT    NOT NULL,
    by_name TEXT    NOT NULL,
    by_unit TEXT    NOT NULL,
    text    TEXT    NOT NULL,
    percent INTEGER NOT NULL CHECK (percent BETWEEN 0 AND 100)
);
CREATE INDEX item_report_item ON item_report (item_id, id);

CREATE TABLE item_report_photo (
    id         TEXT   PRIMARY KEY,
    report_id  TEXT   NOT NULL REFERENCES item_report (id),
    ref        TEXT   NOT NULL,
    sha256     TEXT   NOT NULL,
    media_type TEXT   NOT NULL,
    size       BIGINT NOT NULL,
    UNIQUE (report_id, sha256)
);

-- Cases and whistles that serve an item. state and ended are as last heard.
CREATE TABLE item_link (
    id        TEXT    PRIMARY KEY,
    item_id   TEXT    NOT NULL REFERENCES item (id),
    kind      TEXT    NOT NULL CHECK (kind IN ('case', 'whistle')),
    ref_id    TEXT    NOT NULL,
    number    TEXT    NOT NULL,
    opened    BOOLEAN NOT NULL,
    state     TEXT    NOT NULL,
    result    TEXT    NOT NULL DEFAULT '',
    ended_at  BIGINT,
    by_name   TEXT    NOT NULL,
    by_unit   TEXT    NOT NULL,
    at        BIGINT  NOT NULL,
    loosed_at BIGINT,
    loosed_by TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX item_link_item ON item_link (item_id, id);
CREATE UNIQUE INDEX item_link_ref ON item_link (kind, ref_id, item_id) WHERE loosed_at IS NULL;

-- Invitations of residents to judge what was done. The code is a digest; who answered what cannot be joined again: a
-- answer has a random id, no invitation and no hour.
CREATE TABLE item_invitation (
    id        TEXT    PRIMARY KEY,
    item_id   TEXT    NOT NULL REFERENCES item (id),
    round     INTEGER NOT NULL,
    kind      TEXT    NOT NULL CHECK (kind IN ('raiser', 'resident')),
    digest    TEXT    NOT NULL UNIQUE,
    by_name   TEXT    NOT NULL,
    at        BIGINT  NOT NULL,
    until     BIGINT  NOT NULL,
    used      BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX item_invitation_item ON item_invitation (item_id, round);

CREATE TABLE item_witness (
    id      TEXT    PRIMARY KEY,
    item_id TEXT    NOT NULL REFERENCES item (id),
    round   INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    verdict TEXT    NOT NULL CHECK (verdict IN ('solved', 'partly', 'unsolved')),
    words   TEXT    NOT NULL,
    day     BIGINT  NOT NULL
);
CREATE INDEX item_witness_item ON item_witness (item_id, round);

-- Versions of the rules; the last one is in force. Never edited.
CREATE TABLE item_rules (
    version INTEGER PRIMARY KEY,
    rules   TEXT    NOT NULL,
    note    TEXT    NOT NULL,
    by_name TEXT    NOT NULL,
    at      BIGINT  NOT NULL
);
