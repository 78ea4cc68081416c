-- +goose Up

-- Cases are sealed into blocks of up to 4,096, in the order of their ids: what a block's cases say and are is an inverted index, written
-- once, in pieces by term (internal/platform/posting). case_words then only holds what no block knows yet, or knows no more.
-- internal/cases/block*.go keeps and reads them.
CREATE TABLE case_block (
    block     BIGINT  PRIMARY KEY,
    first_id  TEXT    NOT NULL,
    last_id   TEXT    NOT NULL,
    n         INTEGER NOT NULL,
    amended   BOOLEAN NOT NULL, -- of cases that were in an earlier block and have changed
    sealed_at BIGINT  NOT NULL
);

-- The ids of a block, 64 to a row, one a line: place is 64 times the block and then the part.
CREATE TABLE case_block_id (
    place BIGINT PRIMARY KEY,
    ids   TEXT   NOT NULL
);

CREATE TABLE case_block_term (
    piece INTEGER NOT NULL,
    block BIGINT  NOT NULL,
    data  BYTEA   NOT NULL,
    PRIMARY KEY (piece, block)
);
