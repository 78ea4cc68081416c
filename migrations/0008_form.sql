-- +goose Up

-- A questionnaire is written as a draft and issued; an issued one never changes. Those stored so far were issued when loaded.
ALTER TABLE questionnaire ADD COLUMN state TEXT NOT NULL DEFAULT 'issued' CHECK (state IN ('draft', 'issued'));
ALTER TABLE questionnaire ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
ALTER TABLE questionnaire ADD COLUMN base_id TEXT NOT NULL DEFAULT '';
ALTER TABLE questionnaire ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE questionnaire ADD COLUMN author TEXT NOT NULL DEFAULT '';
ALTER TABLE questionnaire ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE questionnaire ADD COLUMN issued_at BIGINT;
UPDATE questionnaire SET updated_at = created_at, issued_at = created_at;
