package app

import (
	"context"

	"yiwang/internal/platform/db"
)

// residents lets rectify count who can be told and who was, without ever seeing a number.
type residents struct{ app *App }

func (r residents) ReachableTx(ctx context.Context, tx *db.Tx, comments []string) (int, error) {
	return r.app.Survey.ReachableTx(ctx, tx, comments)
}

func (r residents) SentTx(ctx context.Context, tx *db.Tx, item string) (map[string]int, error) {
	return r.app.Messages.CountTx(ctx, tx, item)
}

func (r residents) PublicURLTx(ctx context.Context, tx *db.Tx) (string, error) {
	return r.app.Messages.PublicURLTx(ctx, tx)
}
