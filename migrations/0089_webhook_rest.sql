-- +goose Up

-- Until when nothing is sent to an address at which nobody answered.
ALTER TABLE webhook ADD COLUMN rest_until BIGINT NOT NULL DEFAULT 0;

-- What is due, by address: one that hangs is passed over.
DROP INDEX webhook_delivery_due;
CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook_id, due_at, id) WHERE state IN ('queued', 'sending');
-- What failed, to send it again together.
CREATE INDEX webhook_delivery_failed ON webhook_delivery (webhook_id, created_at) WHERE state = 'failed';
