-- +goose Up

-- The chain of the audit trail in a table of its own: an entry is written once and never touched again. Sealing it in place cost
-- a second version of the row with all its index entries. internal/platform/audit keeps the rows.
CREATE TABLE audit_link (
    seq      BIGINT PRIMARY KEY,
    entry_id TEXT   NOT NULL UNIQUE,
    chain    TEXT   NOT NULL
);
INSERT INTO audit_link (seq, entry_id, chain) SELECT seq, id, chain FROM audit_entry WHERE seq IS NOT NULL;
DROP INDEX audit_seq;
DROP INDEX audit_unsealed;
ALTER TABLE audit_entry DROP COLUMN seq;
ALTER TABLE audit_entry DROP COLUMN chain;
