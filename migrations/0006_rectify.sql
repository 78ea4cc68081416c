-- +goose Up

-- What became of one survey comment. The text is masked here; the original stays with the survey.
CREATE TABLE comment_code (
    id          TEXT    PRIMARY KEY,
    wave_id     TEXT    NOT NULL,
    area_code   TEXT    NOT NULL,
    area_name   TEXT    NOT NULL,
    grp         TEXT    NOT NULL,
    channel     TEXT    NOT NULL,
    day         BIGINT  NOT NULL,
    text        TEXT    NOT NULL,
    suggestions TEXT    NOT NULL,
    model       TEXT    NOT NULL,
    field       TEXT    NOT NULL,
    fields      TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    note        TEXT    NOT NULL DEFAULT '',
    item_id     TEXT    NOT NULL DEFAULT '',
    coded_by    TEXT    NOT NULL DEFAULT '',
    coded_at    BIGINT,
    version     INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX comment_code_wave ON comment_code (wave_id, state, id);
CREATE INDEX comment_code_place ON comment_code (wave_id, area_code, field);
CREATE INDEX comment_code_item ON comment_code (item_id) WHERE item_id <> '';

CREATE TABLE item (
    id           TEXT    PRIMARY KEY,
    no           TEXT    NOT NULL,
    wave_id      TEXT    NOT NULL,
    title        TEXT    NOT NULL,
    field        TEXT    NOT NULL,
    area_code    TEXT    NOT NULL,
    area_name    TEXT    NOT NULL,
    street       TEXT    NOT NULL,
    place        TEXT    NOT NULL,
    voices       INTEGER NOT NULL,
    state        TEXT    NOT NULL,
    result       TEXT    NOT NULL DEFAULT '',
    lead_unit    TEXT    NOT NULL DEFAULT '',
    lead_name    TEXT    NOT NULL DEFAULT '',
    lead_area    TEXT    NOT NULL DEFAULT '',
    co           TEXT    NOT NULL,
    measure      TEXT    NOT NULL DEFAULT '',
    promised_at  BIGINT,
    outcome      TEXT    NOT NULL DEFAULT '',
    reply        TEXT    NOT NULL DEFAULT '',
    supervised   BOOLEAN NOT NULL DEFAULT FALSE,
    reworks      INTEGER NOT NULL DEFAULT 0,
    recurs_of    TEXT    NOT NULL DEFAULT '',
    issued_at    BIGINT,
    due_at       BIGINT,
    answered_at  BIGINT,
    done_at      BIGINT,
    verified_at  BIGINT,
    told_at      BIGINT,
    published_at BIGINT,
    version      INTEGER NOT NULL DEFAULT 1,
    created_at   BIGINT  NOT NULL,
    UNIQUE (wave_id, no)
);
CREATE INDEX item_wave ON item (wave_id, id);
CREATE INDEX item_place ON item (area_code, field);
CREATE INDEX item_lead ON item (lead_unit, state);
CREATE INDEX item_due ON item (due_at) WHERE state IN ('issued', 'answered', 'doing', 'rework');

-- The last number given per wave and street.
CREATE TABLE item_number (
    wave_id TEXT    NOT NULL,
    street  TEXT    NOT NULL,
    last    INTEGER NOT NULL,
    PRIMARY KEY (wave_id, street)
);

-- Append-only.
CREATE TABLE item_history (
    id         TEXT   PRIMARY KEY,
    item_id    TEXT   NOT NULL REFERENCES item (id),
    at         BIGINT NOT NULL,
    actor_id   TEXT   NOT NULL,
    actor_name TEXT   NOT NULL,
    actor_unit TEXT   NOT NULL,
    for_unit   TEXT   NOT NULL,
    action     TEXT   NOT NULL,
    from_state TEXT   NOT NULL,
    to_state   TEXT   NOT NULL,
    ground     TEXT   NOT NULL,
    note       TEXT   NOT NULL
);
CREATE INDEX item_history_item ON item_history (item_id, id);

-- One clock per unit an item was issued to. inputs and steps say why it is due then; they never change.
CREATE TABLE item_clock (
    id         TEXT   PRIMARY KEY,
    item_id    TEXT   NOT NULL REFERENCES item (id),
    unit_id    TEXT   NOT NULL,
    started_at BIGINT NOT NULL,
    time_limit TEXT   NOT NULL,
    calendar   TEXT   NOT NULL,
    due_at     BIGINT NOT NULL,
    steps      TEXT   NOT NULL,
    ended_at   BIGINT,
    ended_by   TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX item_clock_item ON item_clock (item_id, id);

CREATE TABLE item_evidence (
    id         TEXT    PRIMARY KEY,
    item_id    TEXT    NOT NULL REFERENCES item (id),
    phase      TEXT    NOT NULL CHECK (phase IN ('before', 'after')),
    ref        TEXT    NOT NULL,
    sha256     TEXT    NOT NULL,
    media_type TEXT    NOT NULL,
    size       BIGINT  NOT NULL,
    caption    TEXT    NOT NULL,
    public     BOOLEAN NOT NULL DEFAULT FALSE,
    by_id      TEXT    NOT NULL,
    by_name    TEXT    NOT NULL,
    by_unit    TEXT    NOT NULL,
    at         BIGINT  NOT NULL,
    UNIQUE (item_id, phase, sha256)
);
