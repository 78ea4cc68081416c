package cases

import (
	"context"

	"yiwang/internal/platform/db"
)

// claimPhotos joins photos uploaded before the case existed to it.
func (s *Service) claimPhotos(ctx context.Context, tx *db.Tx, c *Case, refs []string) error {
	return nil
}

func evidenceOf(ctx context.Context, tx *db.Tx, id string) ([]Evidence, error) {
	return db.All[Evidence](ctx, tx, "SELECT "+evidenceColumns+" FROM case_evidence WHERE case_id = $1 ORDER BY id", id)
}
