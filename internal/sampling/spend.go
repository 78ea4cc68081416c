package sampling

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// RedeemTx returns the invitation of a code, written in any way (small letters, spaces, hyphens). NotFound when there is none
// or the code has a slip of the pen; the state says whether it was used already. Anybody may: the code is the right.
func (s *Service) RedeemTx(ctx context.Context, tx *db.Tx, code string) (*Invitation, error) {
	code, ok := readCode(code)
	if !ok {
		return nil, codeUnknown()
	}
	inv, err := db.Get[Invitation](ctx, tx, "SELECT "+invitationColumns+" FROM invitation i JOIN invitation_code c ON c.invitation_id = i.id WHERE c.digest = $1",
		s.digest(code))
	if errors.Is(err, db.ErrNoRows) {
		return nil, codeUnknown()
	} else if err != nil {
		return nil, err
	}
	return &inv, nil
}

// SpendTx marks an open invitation as used in the transaction that stores the answer, and keeps no time: a day, a community and a group
// would often leave one answer only. Conflict when it is used or replaced; NotFound when there is none. It asks no permission and
// writes no audit entry: whoever redeemed the code may answer, and an entry would join the person to the answer. On PostgreSQL the row stays locked until the
// commit, so of two answers with one code the second meets the Conflict.
func (s *Service) SpendTx(ctx context.Context, tx *db.Tx, id string) error {
	n, err := tx.Exec(ctx, "UPDATE invitation SET state = $1 WHERE id = $2 AND state = $3", Spent, id, Open)
	if err != nil || n == 1 {
		return err
	}
	inv, err := s.find(ctx, tx, id)
	if err != nil {
		return err
	}
	if inv.State == Spent {
		return errs.Conflict("sampling.code_spent", "This code was used already; every household answers once.")
	}
	return errs.Conflict("sampling.code_closed", "This household was replaced or is not to be asked yet; its code does not open the questionnaire.")
}

// ListTx lists invitations in the order of the draw. Needs PermRead or PermManage over the wave's district, or, for lists of
// collection, fieldwork.manage or fieldwork.collect in the street asked for; who collects sees what the calling module assigned.
func (s *Service) ListTx(ctx context.Context, tx *db.Tx, f Filter) ([]Invitation, error) {
	if err := s.mayList(ctx, tx, f); err != nil {
		return nil, err
	}
	if len(f.IDs) > 500 {
		return nil, errs.Invalid("sampling.too_many", "Ask for at most 500 invitations at once.")
	}
	where, args := f.where()
	if f.Limit < 1 || f.Limit > 20000 {
		f.Limit = 20000
	}
	args = append(args, f.After, f.Limit)
	return db.All[Invitation](ctx, tx, "SELECT "+invitationColumns+" FROM invitation i WHERE "+where+
		fmt.Sprintf(" AND i.place > $%d ORDER BY i.place LIMIT $%d", len(args)-1, len(args)), args...)
}

// mayList checks the rights over the wave's district, or over the street of the filter. A street's own people hold none of them.
func (s *Service) mayList(ctx context.Context, tx *db.Tx, f Filter) (err error) {
	area := f.Street
	if area == "" {
		if area, err = s.areaOf(ctx, tx, f.WaveID); err != nil {
			return err
		}
	}
	for _, permission := range []string{PermRead, PermManage, permFieldwork} {
		if err = auth.RequireArea(ctx, permission, area); err == nil {
			return nil
		}
	}
	if len(f.IDs) > 0 {
		return auth.Require(ctx, permCollect)
	}
	return err
}

// ReleaseReserveTx closes an open invitation that cannot be reached or is not eligible and opens the next reserve of the same
// stratum, of the same block first when the sample was drawn in blocks. The reserve takes over the weight. Conflict
// when the invitation is not open or no reserve is left. Needs PermManage or fieldwork.manage in the invitation's street.
func (s *Service) ReleaseReserveTx(ctx context.Context, tx *db.Tx, invitationID, reason string) (*Invitation, error) {
	old, err := s.find(ctx, tx, invitationID)
	if err != nil {
		return nil, err
	}
	if auth.RequireArea(ctx, permFieldwork, old.Street) != nil {
		if err := auth.RequireArea(ctx, PermManage, old.Street); err != nil {
			return nil, err
		}
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return nil, errs.Invalid("sampling.reason_required", "Say why the household is replaced.", errs.Field{Location: "body.reason", Message: "required"})
	}
	n, err := tx.Exec(ctx, "UPDATE invitation SET state = $1, reason = $2 WHERE id = $3 AND state = $4", Replaced, reason, old.ID, Open)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, errs.Conflict("sampling.not_open", "Only a household that has not answered and was not replaced can be replaced.").With(old.State)
	}
	next, err := s.takeReserve(ctx, tx, old)
	if err != nil {
		return nil, err
	}
	return next, audit.Log(ctx, tx, audit.Entry{Action: "sampling.reserve_released", Object: "invitation", ObjectID: next.ID, Area: next.Street,
		Detail: map[string]any{"wave": next.WaveID, "place": next.Place, "for": old.Place, "reason": reason}})
}

// takeReserve opens the first reserve in the order of the draw. Of two at once the second sees no row changed and goes on.
func (s *Service) takeReserve(ctx context.Context, tx *db.Tx, old *Invitation) (*Invitation, error) {
	for {
		next, err := db.Get[Invitation](ctx, tx, "SELECT "+invitationColumns+` FROM invitation i WHERE i.draw_id = $1 AND i.street = $2 AND i.grp = $3 AND i.state = $4
			ORDER BY CASE WHEN i.block = $5 THEN 0 ELSE 1 END, i.place LIMIT 1`, old.DrawID, old.Street, old.Group, Reserve, old.Block)
		if errors.Is(err, db.ErrNoRows) {
			return nil, errs.Conflict("sampling.no_reserve", "The reserve list of this street and group is used up; replacing from elsewhere would spoil the sample.")
		} else if err != nil {
			return nil, err
		}
		n, err := tx.Exec(ctx, "UPDATE invitation SET state = $1, replaces = $2, weight = $3 WHERE id = $4 AND state = $5",
			Open, fmt.Sprint(old.Place), old.Weight, next.ID, Reserve)
		if err != nil {
			return nil, err
		}
		if n == 1 {
			next.State, next.Replaces, next.Weight = Open, fmt.Sprint(old.Place), old.Weight
			return &next, nil
		}
	}
}
