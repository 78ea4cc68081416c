-- +goose Up

-- When a photograph or a reason reached the server; at is when the officer took it, which may be up to two days before.
ALTER TABLE round_mark ADD COLUMN sent_at BIGINT;
