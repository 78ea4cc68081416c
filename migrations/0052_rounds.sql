-- +goose Up

-- Places in a grid that ought to be seen. A place that is given up keeps its row with ended_at: what was seen then still counts then.
CREATE TABLE round_point (
    id         TEXT    PRIMARY KEY,
    code       TEXT    NOT NULL UNIQUE,
    grid       TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    lat        INTEGER NOT NULL, -- millionths of a degree, WGS84
    lon        INTEGER NOT NULL,
    radius     INTEGER NOT NULL, -- metres within which it counts as reached
    dwell      INTEGER NOT NULL, -- seconds that somebody has to stay
    since      BIGINT  NOT NULL,
    ended_at   BIGINT,
    changed_at BIGINT  NOT NULL,
    version    BIGINT  NOT NULL DEFAULT 1
);
CREATE INDEX round_point_grid ON round_point (grid, id);
CREATE TABLE round_state (
    one      INTEGER PRIMARY KEY,
    revision BIGINT  NOT NULL
);
INSERT INTO round_state (one, revision) VALUES (1, 1);

-- Which place was seen on a day by whom; personal data, kept as long as tracks.
CREATE TABLE round_seen (
    day        TEXT    NOT NULL,
    point_id   TEXT    NOT NULL,
    officer_id TEXT    NOT NULL,
    grid       TEXT    NOT NULL,
    first_at   BIGINT  NOT NULL,
    last_at    BIGINT  NOT NULL,
    seconds    INTEGER NOT NULL,
    PRIMARY KEY (day, point_id, officer_id)
);
CREATE INDEX round_seen_grid ON round_seen (day, grid);

-- When an officer entered and left a grid; personal data, kept as long as tracks.
CREATE TABLE round_stay (
    session_id TEXT    NOT NULL,
    in_at      BIGINT  NOT NULL,
    out_at     BIGINT  NOT NULL,
    officer_id TEXT    NOT NULL,
    grid       TEXT    NOT NULL,
    day        TEXT    NOT NULL,
    seconds    INTEGER NOT NULL,
    PRIMARY KEY (session_id, in_at)
);
CREATE INDEX round_stay_officer ON round_stay (officer_id, in_at);
CREATE INDEX round_stay_day ON round_stay (day, grid);

-- How much of each session has been read.
CREATE TABLE round_read (
    session_id TEXT    PRIMARY KEY,
    points     INTEGER NOT NULL,
    revision   BIGINT  NOT NULL,
    read_at    BIGINT  NOT NULL
);
CREATE INDEX round_read_at ON round_read (read_at);

-- What was seen of a grid on a day, without persons; kept.
CREATE TABLE round_day (
    day      TEXT    NOT NULL,
    grid     TEXT    NOT NULL,
    seen     INTEGER NOT NULL,
    seconds  INTEGER NOT NULL, -- that officers were in the grid
    officers INTEGER NOT NULL,
    last_at  BIGINT  NOT NULL,
    PRIMARY KEY (day, grid)
);

-- Which places are to be seen how often.
CREATE TABLE round_plan (
    id           TEXT    PRIMARY KEY,
    name         TEXT    NOT NULL,
    area_code    TEXT    NOT NULL,
    kinds        TEXT    NOT NULL,
    every        TEXT    NOT NULL,
    weekdays     TEXT    NOT NULL,
    from_minute  INTEGER NOT NULL,
    until_minute INTEGER NOT NULL,
    named        TEXT    NOT NULL,
    photo        BOOLEAN NOT NULL,
    starts_on    TEXT    NOT NULL,
    ends_on      TEXT    NOT NULL DEFAULT '',
    note         TEXT    NOT NULL DEFAULT '',
    state        TEXT    NOT NULL,
    made_by      TEXT    NOT NULL,
    made_name    TEXT    NOT NULL,
    made_at      BIGINT  NOT NULL,
    changed_at   BIGINT  NOT NULL,
    version      BIGINT  NOT NULL DEFAULT 1
);
CREATE INDEX round_plan_area ON round_plan (area_code, id);
CREATE TABLE round_task (
    id        TEXT    PRIMARY KEY,
    plan_id   TEXT    NOT NULL REFERENCES round_plan (id),
    plan_name TEXT    NOT NULL,
    period    TEXT    NOT NULL,
    grid      TEXT    NOT NULL,
    grid_name TEXT    NOT NULL,
    named     TEXT    NOT NULL,
    points    TEXT    NOT NULL,
    total     INTEGER NOT NULL,
    seen      INTEGER NOT NULL DEFAULT 0,
    state     TEXT    NOT NULL,
    from_at   BIGINT  NOT NULL,
    due_at    BIGINT  NOT NULL,
    done_at   BIGINT,
    note      TEXT    NOT NULL DEFAULT '',
    version   BIGINT  NOT NULL DEFAULT 1,
    UNIQUE (plan_id, period, grid)
);
CREATE INDEX round_task_grid ON round_task (grid, due_at);
CREATE INDEX round_task_due ON round_task (due_at) WHERE state = 'open';

-- A place of a task that is seen: by the way walked, by a photograph, or told to be out of reach.
CREATE TABLE round_mark (
    task_id      TEXT    NOT NULL REFERENCES round_task (id),
    point_id     TEXT    NOT NULL,
    at           BIGINT  NOT NULL,
    how          TEXT    NOT NULL,
    officer_id   TEXT    NOT NULL,
    officer_name TEXT    NOT NULL,
    seconds      INTEGER NOT NULL DEFAULT 0,
    metres       INTEGER,
    photo        TEXT    NOT NULL DEFAULT '',
    media_type   TEXT    NOT NULL DEFAULT '',
    note         TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (task_id, point_id)
);
