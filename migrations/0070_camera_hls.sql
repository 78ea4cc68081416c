-- +goose Up

-- The live picture of a camera as HLS, which passes through the program piece by piece.
ALTER TABLE camera ADD COLUMN hls_url TEXT NOT NULL DEFAULT '';
