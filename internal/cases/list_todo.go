package cases

import (
	"context"
	"fmt"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// reviewAhead is how long before its day a review of a suspension waits for the desk: longer than a weekend.
const reviewAhead = 3 * 24 * time.Hour

// todo is the condition for open cases that wait for the caller: what its unit holds or has an open part in, what it was named
// for, and for an officer what is to be inspected or verified in its grids. A suspended case waits only for its review, from three days
// before it on and after one that was missed.
func todo(ctx context.Context, tx *db.Tx, args *[]any) string {
	p := auth.From(ctx)
	if p == nil || p.System {
		return "FALSE"
	}
	*args = append(*args, p.UnitID, p.UserID, clock.At(tx.Now().Add(reviewAhead)))
	n := len(*args)
	cond := fmt.Sprintf(`(holder = $%d AND holder <> '' AND (state <> 'suspended' OR id IN (SELECT case_id FROM case_request WHERE kind = 'suspension' AND state = 'approved'
		AND ended_at IS NULL AND (review_at <= $%d OR missed > 0))) OR officer = $%d AND officer <> '' AND state IN ('inspecting', 'checking')
		OR id IN (SELECT case_id FROM case_part WHERE unit_id = $%d AND unit_id <> '' AND state IN ('open', 'signed'))`, n-2, n, n-1, n-2)
	if p.Has(PermCheck) {
		cond += " OR officer = '' AND state IN ('inspecting', 'checking') AND " + auth.Within("area_code", p.Areas, args)
	}
	return cond + ")"
}
