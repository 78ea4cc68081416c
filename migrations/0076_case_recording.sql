-- +goose Up

-- Recordings of calls about a case, as evidence: what they are, their hash and until when they are kept. The file is with the calls and
-- opens there for a reason.
CREATE TABLE case_recording (
    id         TEXT   PRIMARY KEY, -- of the recording
    case_id    TEXT   NOT NULL,
    call_id    TEXT   NOT NULL,
    name       TEXT   NOT NULL,    -- whose picture and voice
    begun_at   BIGINT NOT NULL,
    length_ms  BIGINT NOT NULL,
    bytes      BIGINT NOT NULL,
    sha256     TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE INDEX case_recording_case ON case_recording (case_id, id);

INSERT INTO case_recording (id, case_id, call_id, name, begun_at, length_ms, bytes, sha256, at, expires_at, deleted_at)
SELECT r.id, c.case_id, r.call_id, r.name, r.begun_at, r.length_ms, r.bytes, r.sha256, r.begun_at, r.expires_at, CASE WHEN r.state = 'deleted' THEN r.expires_at ELSE NULL END
FROM calls_recording r JOIN calls_call c ON c.id = r.call_id
WHERE c.case_id <> '' AND r.state IN ('kept', 'deleted');
