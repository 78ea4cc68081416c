package sampling

import (
	"context"

	"yiwang/internal/platform/db"
)

// Unlink writes the used invitations once more, all in one transaction, so that no engine's own marks join one to the answer that came
// with it. It changes no column and asks for no permission; the program calls it every hour.
func (s *Service) Unlink(ctx context.Context) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := db.RewriteTx(ctx, tx, "invitation", "id", "state = $1", Spent)
		return err
	})
}
