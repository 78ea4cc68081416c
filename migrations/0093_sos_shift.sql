-- +goose Up

-- When the shift of a call for help would have ended, if the call made it last longer: it ends then after all once the call is over.
ALTER TABLE sos_call ADD COLUMN shift_until BIGINT;
