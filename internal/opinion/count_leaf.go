package opinion

import (
	"context"

	"yiwang/internal/platform/db"
)

// LeafCount is how many comments of a wave about one event leaf lie in an item, or in none.
type LeafCount struct {
	Leaf string `db:"leaf"`
	Item string `db:"item_id"`
	N    int    `db:"n"`
}

// LeavesTx counts the comments of a wave in these areas that are open or confirmed by leaf and item, whoever asks; nil areas mean
// everywhere.
func (s *Service) LeavesTx(ctx context.Context, tx *db.Tx, waveID string, areas []string) ([]LeafCount, error) {
	args := []any{waveID}
	return db.All[LeafCount](ctx, tx, `SELECT leaf, item_id, COUNT(*) AS n FROM comment_code
		WHERE wave_id = $1 AND leaf <> '' AND state IN ('open', 'confirmed') AND `+among(areas, &args)+" GROUP BY leaf, item_id", args...)
}
