package outbox

import (
	"context"
	"encoding/json"
	"fmt"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
)

// Fact is something to emit.
type Fact struct {
	Topic   string
	Subject string
	Payload any
}

// EmitMany is Emit for many facts of one transaction.
func EmitMany(ctx context.Context, tx *db.Tx, facts []Fact) error {
	if len(facts) == 0 {
		return nil
	}
	actor := ""
	if p := auth.From(ctx); p != nil {
		actor = p.UserID
	}
	rows := make([][]any, len(facts))
	for i, f := range facts {
		b, err := json.Marshal(f.Payload)
		if err != nil {
			return fmt.Errorf("emit %s: %w", f.Topic, err)
		}
		rows[i] = []any{db.NewID(tx), f.Topic, f.Subject, string(b), actor, Pending, tx.Time(), tx.Time()}
	}
	if err := db.InsertMany(ctx, tx, "outbox", "id, topic, subject, payload, actor, state, due_at, created_at", "", rows); err != nil {
		return err
	}
	tx.AfterCommit(wake)
	return nil
}
