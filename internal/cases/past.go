package cases

import (
	"context"
	"fmt"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// DispatchedTx lists the newest cases of an area that have a lead unit and were filed since a time, of those the caller
// sees, for the simulation of a responsibility list.
func (s *Service) DispatchedTx(ctx context.Context, tx *db.Tx, area string, since time.Time, limit int) ([]Case, error) {
	var args []any
	where := visible(ctx, &args) + " AND " + auth.Within("area_code", []string{area}, &args)
	args = append(args, clock.At(since), limit)
	return db.All[Case](ctx, tx, fmt.Sprintf("SELECT %s FROM case_file WHERE %s AND lead_unit <> '' AND dispatches > 0 AND filed_at >= $%d ORDER BY id DESC LIMIT $%d",
		caseColumns, where, len(args)-1, len(args)), args...)
}
