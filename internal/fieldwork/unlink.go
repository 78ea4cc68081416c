package fieldwork

import (
	"context"

	"yiwang/internal/platform/db"
)

// Unlink writes finished assignments and recorded sheets once more, each in one transaction, so that no engine's own marks join one to the
// answer that came with it; sampling.Unlink does it for the invitations. It changes no column and asks for no permission; the program
// calls it every hour.
func (s *Service) Unlink(ctx context.Context) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if _, err := db.RewriteTx(ctx, tx, "fieldwork_assignment", "invitation_id", "outcome = $1", Complete); err != nil {
			return err
		}
		_, err := db.RewriteTx(ctx, tx, "fieldwork_sheet", "id", "state = $1", Recorded)
		return err
	})
}
