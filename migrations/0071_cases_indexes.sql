-- +goose Up

-- Ended cases of a category are looked for by place, through the squares of migration 0022; nothing asks this index any more, and
-- every step of a case paid for it.
DROP INDEX case_file_ended;
