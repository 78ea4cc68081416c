-- +goose Up

-- Who read a notice, by notice: old notices go with their readers.
CREATE INDEX identity_notice_read_notice ON identity_notice_read (notice_id);
