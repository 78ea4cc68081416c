-- +goose Up

-- Which pairs of characters occur in the words of a case, as 504 bits: a search reads these 100 bytes instead of the case.
-- The key holds the bits, so that its index answers alone, newest first. internal/cases/signature.go keeps the rows.
CREATE TABLE case_words (
    case_id TEXT   NOT NULL,
    w0      BIGINT NOT NULL,
    w1      BIGINT NOT NULL,
    w2      BIGINT NOT NULL,
    w3      BIGINT NOT NULL,
    w4      BIGINT NOT NULL,
    w5      BIGINT NOT NULL,
    w6      BIGINT NOT NULL,
    w7      BIGINT NOT NULL,
    PRIMARY KEY (case_id, w0, w1, w2, w3, w4, w5, w6, w7)
);
