-- +goose Up

-- Versions of the workflow; a case keeps the version it was registered under.
CREATE TABLE case_workflow (
    version    INTEGER PRIMARY KEY,
    digest     TEXT    NOT NULL,
    definition TEXT    NOT NULL,
    created_at BIGINT  NOT NULL
);

-- One row per case: where it stands now. What led there is case_history.
CREATE TABLE case_file (
    id            TEXT    PRIMARY KEY,
    number        TEXT    NOT NULL UNIQUE,
    workflow      INTEGER NOT NULL,
    state         TEXT    NOT NULL,
    channel       TEXT    NOT NULL,
    source        TEXT    NOT NULL DEFAULT '',
    source_number TEXT    NOT NULL DEFAULT '',
    title         TEXT    NOT NULL,
    body          TEXT    NOT NULL DEFAULT '',
    category      TEXT    NOT NULL DEFAULT '',
    component     TEXT    NOT NULL DEFAULT '',
    urgent        BOOLEAN NOT NULL DEFAULT FALSE,
    sensitive     BOOLEAN NOT NULL DEFAULT FALSE,
    supervised    BOOLEAN NOT NULL DEFAULT FALSE,
    joint         BOOLEAN NOT NULL DEFAULT FALSE,
    area_code     TEXT    NOT NULL,
    area_name     TEXT    NOT NULL DEFAULT '',
    address       TEXT    NOT NULL DEFAULT '',
    lat           BIGINT,
    lon           BIGINT,
    level         TEXT    NOT NULL,
    holder        TEXT    NOT NULL DEFAULT '',
    officer       TEXT    NOT NULL DEFAULT '',
    lead_unit     TEXT    NOT NULL DEFAULT '',
    lead_name     TEXT    NOT NULL DEFAULT '',
    first_unit    TEXT    NOT NULL DEFAULT '',
    stage         TEXT    NOT NULL DEFAULT '',
    due_at        BIGINT,
    warn_at       BIGINT,
    paused        BOOLEAN NOT NULL DEFAULT FALSE,
    promised_at   BIGINT,
    dispatches    INTEGER NOT NULL DEFAULT 0,
    returns       INTEGER NOT NULL DEFAULT 0,
    reworks       INTEGER NOT NULL DEFAULT 0,
    reopens       INTEGER NOT NULL DEFAULT 0,
    voices        INTEGER NOT NULL DEFAULT 1,
    result        TEXT    NOT NULL DEFAULT '',
    outcome       TEXT    NOT NULL DEFAULT '',
    reply         TEXT    NOT NULL DEFAULT '',
    satisfaction  TEXT    NOT NULL DEFAULT '',
    merged_into   TEXT    NOT NULL DEFAULT '',
    recurs_of     TEXT    NOT NULL DEFAULT '',
    audit         TEXT    NOT NULL DEFAULT '',
    reported_at   BIGINT  NOT NULL,
    accepted_at   BIGINT,
    filed_at      BIGINT,
    dispatched_at BIGINT,
    signed_at     BIGINT,
    handled_at    BIGINT,
    checked_at    BIGINT,
    closed_at     BIGINT,
    ended_at      BIGINT,
    changed_at    BIGINT  NOT NULL,
    version       BIGINT  NOT NULL DEFAULT 1
);
-- Lists: everything of an area, what is open by due time, what lies with a unit or an officer, newest first.
CREATE INDEX case_file_area ON case_file (area_code, id);
CREATE INDEX case_file_open ON case_file (due_at, id) WHERE ended_at IS NULL;
CREATE INDEX case_file_holder ON case_file (holder, due_at, id) WHERE ended_at IS NULL AND holder <> '';
CREATE INDEX case_file_officer ON case_file (officer, due_at, id) WHERE ended_at IS NULL AND officer <> '';
CREATE INDEX case_file_lead ON case_file (lead_unit, id) WHERE lead_unit <> '';
CREATE INDEX case_file_category ON case_file (category, reported_at);
CREATE INDEX case_file_merged ON case_file (merged_into) WHERE merged_into <> '';
CREATE INDEX case_file_source ON case_file (source, source_number) WHERE source_number <> '';

-- Numbers count up per day and street.
CREATE TABLE case_number (
    day    TEXT    NOT NULL,
    street TEXT    NOT NULL,
    last   INTEGER NOT NULL,
    PRIMARY KEY (day, street)
);

-- What was done, in order; appended, never edited.
CREATE TABLE case_history (
    id         TEXT   PRIMARY KEY,
    case_id    TEXT   NOT NULL REFERENCES case_file (id),
    at         BIGINT NOT NULL,
    actor_id   TEXT   NOT NULL DEFAULT '',
    actor_name TEXT   NOT NULL DEFAULT '',
    actor_unit TEXT   NOT NULL DEFAULT '',
    action     TEXT   NOT NULL,
    from_state TEXT   NOT NULL DEFAULT '',
    to_state   TEXT   NOT NULL,
    level      TEXT   NOT NULL DEFAULT '',
    for_unit   TEXT   NOT NULL DEFAULT '',
    for_name   TEXT   NOT NULL DEFAULT '',
    ground     TEXT   NOT NULL DEFAULT '',
    note       TEXT   NOT NULL DEFAULT '',
    visibility TEXT   NOT NULL DEFAULT 'internal',
    detail     TEXT   NOT NULL DEFAULT '{}'
);
CREATE INDEX case_history_case ON case_history (case_id, id);

-- One clock per stage, tier and unit. next_at is when something happens next: a warning, the due time, an escalation.
CREATE TABLE case_clock (
    id         TEXT    PRIMARY KEY,
    case_id    TEXT    NOT NULL REFERENCES case_file (id),
    part_id    TEXT    NOT NULL DEFAULT '',
    kind       TEXT    NOT NULL,
    round      INTEGER NOT NULL DEFAULT 1,
    level      TEXT    NOT NULL,
    unit_id    TEXT    NOT NULL DEFAULT '',
    unit_name  TEXT    NOT NULL DEFAULT '',
    area_code  TEXT    NOT NULL,
    started_at BIGINT  NOT NULL,
    limit_n    INTEGER NOT NULL,
    limit_unit TEXT    NOT NULL,
    calendar   TEXT    NOT NULL,
    basis      TEXT    NOT NULL DEFAULT '',
    due_at     BIGINT,
    pauses     TEXT    NOT NULL DEFAULT '[]',
    paused_at  BIGINT,
    phase      TEXT    NOT NULL DEFAULT 'green',
    next_at    BIGINT,
    stopped_at BIGINT,
    outcome    TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX case_clock_case ON case_clock (case_id, id);
CREATE INDEX case_clock_next ON case_clock (next_at, id) WHERE next_at IS NOT NULL;

-- Who brought the case up, sealed. A case has one row per report; merged cases keep theirs.
CREATE TABLE case_reporter (
    id            TEXT    PRIMARY KEY,
    case_id       TEXT    NOT NULL REFERENCES case_file (id),
    channel       TEXT    NOT NULL,
    source_number TEXT    NOT NULL DEFAULT '',
    anonymous     BOOLEAN NOT NULL DEFAULT FALSE,
    name          TEXT    NOT NULL DEFAULT '',
    phone         TEXT    NOT NULL DEFAULT '',
    phone_index   TEXT    NOT NULL DEFAULT '',
    words         TEXT    NOT NULL DEFAULT '',
    token         TEXT    NOT NULL DEFAULT '',
    wants_reply   BOOLEAN NOT NULL DEFAULT TRUE,
    user_id       TEXT    NOT NULL DEFAULT '',
    at            BIGINT  NOT NULL
);
CREATE INDEX case_reporter_case ON case_reporter (case_id, id);
CREATE UNIQUE INDEX case_reporter_token ON case_reporter (token) WHERE token <> '';
CREATE INDEX case_reporter_phone ON case_reporter (phone_index, at) WHERE phone_index <> '';

-- Photos. Time and place read from the picture are restricted.
CREATE TABLE case_evidence (
    id         TEXT    PRIMARY KEY,
    case_id    TEXT    NOT NULL REFERENCES case_file (id),
    part_id    TEXT    NOT NULL DEFAULT '',
    phase      TEXT    NOT NULL,
    ref        TEXT    NOT NULL,
    sha256     TEXT    NOT NULL,
    media_type TEXT    NOT NULL,
    size       BIGINT  NOT NULL,
    look       BIGINT  NOT NULL DEFAULT 0,
    caption    TEXT    NOT NULL DEFAULT '',
    public     BOOLEAN NOT NULL DEFAULT FALSE,
    by_id      TEXT    NOT NULL DEFAULT '',
    by_name    TEXT    NOT NULL DEFAULT '',
    by_unit    TEXT    NOT NULL DEFAULT '',
    at         BIGINT  NOT NULL,
    taken_at   BIGINT,
    taken_lat  BIGINT,
    taken_lon  BIGINT,
    distance   INTEGER
);
CREATE INDEX case_evidence_case ON case_evidence (case_id, id);

-- Parts of a case done by other units, each with clocks of its own.
CREATE TABLE case_part (
    id         TEXT    PRIMARY KEY,
    case_id    TEXT    NOT NULL REFERENCES case_file (id),
    unit_id    TEXT    NOT NULL,
    unit_name  TEXT    NOT NULL,
    task       TEXT    NOT NULL,
    required   BOOLEAN NOT NULL,
    origin     TEXT    NOT NULL DEFAULT 'dispatch',
    state      TEXT    NOT NULL,
    due_at     BIGINT,
    result     TEXT    NOT NULL DEFAULT '',
    outcome    TEXT    NOT NULL DEFAULT '',
    created_at BIGINT  NOT NULL,
    signed_at  BIGINT,
    done_at    BIGINT,
    version    BIGINT  NOT NULL DEFAULT 1
);
CREATE INDEX case_part_case ON case_part (case_id, id);
CREATE INDEX case_part_unit ON case_part (unit_id, state, id);

-- Requests for more time or for a suspension, and what was decided.
CREATE TABLE case_request (
    id          TEXT    PRIMARY KEY,
    case_id     TEXT    NOT NULL REFERENCES case_file (id),
    kind        TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    ground      TEXT    NOT NULL DEFAULT '',
    note        TEXT    NOT NULL,
    amount      INTEGER NOT NULL DEFAULT 0,
    unit_id     TEXT    NOT NULL,
    unit_name   TEXT    NOT NULL,
    area_code   TEXT    NOT NULL,
    asked_by    TEXT    NOT NULL,
    asked_at    BIGINT  NOT NULL,
    decided_by  TEXT    NOT NULL DEFAULT '',
    decided_at  BIGINT,
    answer      TEXT    NOT NULL DEFAULT '',
    review_at   BIGINT,
    reviews     INTEGER NOT NULL DEFAULT 0,
    ended_at    BIGINT
);
CREATE INDEX case_request_case ON case_request (case_id, id);
CREATE INDEX case_request_state ON case_request (kind, state, id);
CREATE INDEX case_request_review ON case_request (review_at) WHERE review_at IS NOT NULL;

-- What those who reported say about the ending.
CREATE TABLE case_revisit (
    id           TEXT    PRIMARY KEY,
    case_id      TEXT    NOT NULL REFERENCES case_file (id),
    reporter_id  TEXT    NOT NULL DEFAULT '',
    way          TEXT    NOT NULL,
    solved       TEXT    NOT NULL DEFAULT '',
    satisfaction TEXT    NOT NULL DEFAULT '',
    reasons      TEXT    NOT NULL DEFAULT '[]',
    words        TEXT    NOT NULL DEFAULT '',
    at           BIGINT  NOT NULL,
    by_id        TEXT    NOT NULL DEFAULT '',
    by_name      TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX case_revisit_case ON case_revisit (case_id, id);
