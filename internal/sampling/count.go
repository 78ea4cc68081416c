package sampling

import (
	"context"

	"yiwang/internal/platform/db"
	"yiwang/internal/survey"
)

// StateCount is how many invitations of a street and group are in a state, and the sum of their weights.
type StateCount struct {
	Street string          `db:"street" json:"street"`
	Group  survey.Group    `db:"grp" json:"group"`
	State  InvitationState `db:"state" json:"state"`
	N      int             `db:"n" json:"n"`
	Weight float64         `db:"weight" json:"weight"`
}

// CountsTx counts the invitations of a wave by street, group and state. Numbers only: it asks no permission, the caller decides who sees
// which of them.
func (s *Service) CountsTx(ctx context.Context, tx *db.Tx, waveID string) ([]StateCount, error) {
	return db.All[StateCount](ctx, tx, `SELECT street, grp, state, COUNT(*) AS n, SUM(weight) AS weight FROM invitation
		WHERE wave_id = $1 GROUP BY street, grp, state ORDER BY street, grp, state`, waveID)
}

// WeightsTx returns invitations by id, at most 500, for counting: like CountsTx it asks no permission.
func (s *Service) WeightsTx(ctx context.Context, tx *db.Tx, ids []string) ([]Invitation, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var args []any
	return db.All[Invitation](ctx, tx, "SELECT "+invitationColumns+" FROM invitation i WHERE i.id IN ("+placeholders(&args, ids[:min(len(ids), 500)])+")", args...)
}
