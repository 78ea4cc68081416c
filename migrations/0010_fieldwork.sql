-- +goose Up

-- How many answers each cell of a wave holds. Kept with every insert, so that quotas and progress need not count rows.
CREATE TABLE wave_tally (
    wave_id TEXT NOT NULL REFERENCES wave (id),
    street  TEXT NOT NULL,
    grp     TEXT NOT NULL,
    channel TEXT NOT NULL,
    mode    TEXT NOT NULL,
    pilot   BOOLEAN NOT NULL,
    n       INTEGER NOT NULL,
    PRIMARY KEY (wave_id, street, grp, channel, mode, pilot)
);
INSERT INTO wave_tally (wave_id, street, grp, channel, mode, pilot, n)
    SELECT wave_id, street, grp, channel, mode, pilot, COUNT(*) FROM response GROUP BY wave_id, street, grp, channel, mode, pilot;
ALTER TABLE wave DROP COLUMN n_targeted;
ALTER TABLE wave DROP COLUMN n_online;
ALTER TABLE wave DROP COLUMN n_pilot;

-- Free text of single answers waits here until it is taken over in a shuffled batch; the order it came in is lost with the row.
CREATE TABLE comment_pool (
    id        TEXT PRIMARY KEY,
    wave_id   TEXT NOT NULL REFERENCES wave (id),
    street    TEXT NOT NULL,
    community TEXT NOT NULL,
    grp       TEXT NOT NULL,
    channel   TEXT NOT NULL,
    question  TEXT NOT NULL,
    text      TEXT NOT NULL,
    phone     TEXT NOT NULL,
    day       BIGINT NOT NULL
);
CREATE INDEX comment_pool_wave ON comment_pool (wave_id);

-- A full quota refuses inside the transaction that counts; this row is what concurrent transactions queue up at.
CREATE TABLE fieldwork_quota (
    wave_id TEXT NOT NULL REFERENCES wave (id),
    place   INTEGER NOT NULL,
    turn    INTEGER NOT NULL,
    PRIMARY KEY (wave_id, place)
);

-- Answers that one device sent through the open link. device is a keyed digest of a random cookie.
CREATE TABLE fieldwork_device (
    wave_id TEXT NOT NULL REFERENCES wave (id),
    device  TEXT NOT NULL,
    n       INTEGER NOT NULL,
    PRIMARY KEY (wave_id, device)
);

-- Who is to visit or call a drawn address. Nothing here leads to an answer.
CREATE TABLE fieldwork_assignment (
    invitation_id TEXT PRIMARY KEY,
    wave_id       TEXT NOT NULL REFERENCES wave (id),
    street        TEXT NOT NULL,
    community     TEXT NOT NULL,
    grp           TEXT NOT NULL,
    interviewer   TEXT NOT NULL,
    mode          TEXT NOT NULL CHECK (mode IN ('visit', 'phone')),
    outcome       TEXT NOT NULL,
    attempts      INTEGER NOT NULL,
    next_at       BIGINT,
    closed        BOOLEAN NOT NULL,
    assigned_by   TEXT NOT NULL,
    assigned_at   BIGINT NOT NULL,
    version       INTEGER NOT NULL
);
CREATE INDEX fieldwork_assignment_mine ON fieldwork_assignment (interviewer, wave_id, closed);
CREATE INDEX fieldwork_assignment_wave ON fieldwork_assignment (wave_id, street, community);

-- Contact attempts, append only. The time of a completed interview is cut to the day, as a used code's is.
CREATE TABLE fieldwork_attempt (
    id            TEXT PRIMARY KEY,
    wave_id       TEXT NOT NULL REFERENCES wave (id),
    invitation_id TEXT NOT NULL,
    mode          TEXT NOT NULL,
    outcome       TEXT NOT NULL,
    note          TEXT NOT NULL,
    by_id         TEXT NOT NULL,
    at            BIGINT NOT NULL
);
CREATE INDEX fieldwork_attempt_invitation ON fieldwork_attempt (invitation_id, at);
CREATE INDEX fieldwork_attempt_wave ON fieldwork_attempt (wave_id, at);

-- Paper questionnaires that are keyed twice. What was keyed is sealed, and emptied once the sheet is recorded.
CREATE TABLE fieldwork_sheet (
    id          TEXT PRIMARY KEY,
    wave_id     TEXT NOT NULL REFERENCES wave (id),
    number      TEXT NOT NULL,
    street      TEXT NOT NULL,
    grp         TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('once', 'differs', 'recorded', 'discarded')),
    first_by    TEXT NOT NULL,
    first_at    BIGINT NOT NULL,
    first_data  TEXT NOT NULL,
    second_by   TEXT NOT NULL,
    second_at   BIGINT,
    second_data TEXT NOT NULL,
    compared    INTEGER NOT NULL,
    differences INTEGER NOT NULL,
    settled_by  TEXT NOT NULL,
    settled_at  BIGINT,
    version     INTEGER NOT NULL,
    UNIQUE (wave_id, number)
);
CREATE INDEX fieldwork_sheet_state ON fieldwork_sheet (wave_id, state);

-- Reminders, and whom each went to.
CREATE TABLE fieldwork_reminder (
    id      TEXT PRIMARY KEY,
    wave_id TEXT NOT NULL REFERENCES wave (id),
    round   INTEGER NOT NULL,
    way     TEXT NOT NULL,
    scope   TEXT NOT NULL,
    n       INTEGER NOT NULL,
    by_id   TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at      BIGINT NOT NULL,
    UNIQUE (wave_id, round)
);
CREATE TABLE fieldwork_reminded (
    reminder_id   TEXT NOT NULL REFERENCES fieldwork_reminder (id),
    invitation_id TEXT NOT NULL,
    PRIMARY KEY (reminder_id, invitation_id)
);
