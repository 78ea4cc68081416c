package outbox

import (
	"context"
	"time"

	"yiwang/internal/platform/db"
)

// Since lists at most limit messages emitted at or after a time, oldest first, for those who follow along without reacting.
// What a slow transaction emitted may still appear among them later, so a follower asks again for the last moment.
func Since(ctx context.Context, tx *db.Tx, at time.Time, limit int) ([]Message, error) {
	return db.All[Message](ctx, tx, `SELECT id, topic, subject, payload, actor, attempts FROM outbox WHERE id >= $1 ORDER BY id LIMIT $2`,
		db.FirstID(at), limit)
}

// EmittedAt returns when a message with the id was emitted; false for what is no id.
func EmittedAt(id string) (time.Time, bool) { return db.TimeOfID(id) }

// FirstAt returns what looks like the id of a message and sorts before those of every message emitted at the time or after it.
func FirstAt(at time.Time) string { return db.FirstID(at) + "-7000-8000-000000000000" }

// Woken returns a channel that hears of every commit of this process that emitted something; stop ends it.
func Woken() (c <-chan struct{}, stop func()) {
	woken := make(chan struct{}, 1)
	signal.mu.Lock()
	defer signal.mu.Unlock()
	signal.chans[woken] = true
	return woken, func() {
		signal.mu.Lock()
		defer signal.mu.Unlock()
		delete(signal.chans, woken)
	}
}
