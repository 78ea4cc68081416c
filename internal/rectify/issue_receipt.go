package rectify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/prose"
	"yiwang/internal/platform/workcal"
)

// derive fills what follows from the row: overdue at now, the words of the clock, whether the caller may sign.
func (r *Receipt) derive(ctx context.Context, now clock.Time, lang string) {
	end := now
	if r.SignedAt != nil {
		end = *r.SignedAt
	}
	r.Overdue = end.After(r.DueAt.Time)
	r.Why = workcal.Explanation{Due: r.DueAt.Time, Steps: r.Steps.V}.Sentences(lang)
	p := auth.From(ctx)
	r.CanSign = r.SignedAt == nil && p != nil && (p.Has(PermAnswer) && r.isFor(p) || p.Has(PermIssue) && p.Covers(r.UnitArea))
}

// isFor reports whether p signs for the unit: it is of that unit, or it leads the street whose office that unit is.
func (r *Receipt) isFor(p *auth.Principal) bool {
	return p.UnitID != "" && p.UnitID == r.UnitID || len(r.UnitArea) >= streetDigits && handlerOnly(p) && within(r.UnitArea, areas(p))
}

// Signature signs a receipt. The office records a signature given on paper with OnBehalf and says in the note who gave it.
type Signature struct {
	Note     string `json:"note,omitempty" maxLength:"4000"`
	OnBehalf bool   `json:"on_behalf,omitempty"`
}

// Sign signs a receipt once: by the unit with rectify.answer, or on its behalf by the office with rectify.issue and a note. NotFound
// for a receipt of others, Conflict if it is signed.
func (s *Service) Sign(ctx context.Context, list, receipt string, in Signature, lang string) (r *Receipt, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err = s.SignTx(ctx, tx, list, receipt, in, lang)
		return err
	})
	return r, err
}

// SignTx is Sign inside the caller's transaction.
func (s *Service) SignTx(ctx context.Context, tx *db.Tx, list, receipt string, in Signature, lang string) (*Receipt, error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	r, err := db.Get[Receipt](ctx, tx, "SELECT "+receiptColumns+" FROM reverse_receipt WHERE id = $1 AND list_id = $2", receipt, list)
	if errors.Is(err, db.ErrNoRows) {
		return nil, noReceipt()
	} else if err != nil {
		return nil, err
	}
	p := auth.From(ctx)
	if in.OnBehalf {
		if err := auth.RequireArea(ctx, PermIssue, r.UnitArea); err != nil {
			return nil, err
		}
	} else if !p.Has(PermAnswer) || !r.isFor(p) {
		return nil, noReceipt()
	}
	if err := checkTexts(prose.Piece{Name: "note", Value: &in.Note, Limit: maxNote, Required: in.OnBehalf}); err != nil {
		return nil, err
	}
	now := tx.Time()
	n, err := tx.Exec(ctx, `UPDATE reverse_receipt SET signed_by = $1, signed_name = $2, signed_unit = $3, signed_at = $4, on_behalf = $5, note = $6
		WHERE id = $7 AND signed_at IS NULL`, p.UserID, p.Name, p.UnitID, now, in.OnBehalf, mask.Text(in.Note), r.ID)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, errs.Conflict("rectify.signed_already", "This receipt is signed already.")
	}
	r.SignedBy, r.SignedName, r.SignedUnit, r.SignedAt, r.OnBehalf, r.Note = p.UserID, p.Name, p.UnitID, &now, in.OnBehalf, mask.Text(in.Note)
	r.derive(ctx, now, lang)
	l, err := findList(ctx, tx, list)
	if err != nil {
		return nil, err
	}
	return &r, logList(ctx, tx, "sign_list", l, map[string]any{"unit": r.UnitID, "edition": r.Edition, "on_behalf": r.OnBehalf})
}

func noReceipt() error {
	return errs.NotFound("rectify.no_receipt", "There is no such receipt, or it is not for your unit.")
}

// remindEvery is how long the office leaves a unit in peace between two reminders.
const remindEvery = 12 * time.Hour

// Remind tells every unit that has not signed once more, at most every twelve hours each, and returns how many were told. Needs
// rectify.issue in the list's area. Conflict if nobody is left to remind.
func (s *Service) Remind(ctx context.Context, id string) (told int, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := auth.Require(ctx, PermIssue); err != nil {
			return err
		}
		l, err := findList(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermIssue, l.AreaCode); err != nil {
			return err
		}
		units, err := db.All[string](ctx, tx, `SELECT DISTINCT unit_id FROM reverse_receipt
			WHERE list_id = $1 AND signed_at IS NULL AND (reminded_at IS NULL OR reminded_at <= $2) ORDER BY unit_id`, id, clock.At(tx.Now().Add(-remindEvery)))
		if err != nil {
			return err
		}
		if told = len(units); told == 0 {
			return errs.Conflict("rectify.nobody_to_remind", "Every unit has signed or was reminded within the last twelve hours.")
		}
		_, err = tx.Exec(ctx, `UPDATE reverse_receipt SET reminded = reminded + 1, reminded_at = $1
			WHERE list_id = $2 AND signed_at IS NULL AND (reminded_at IS NULL OR reminded_at <= $3)`, tx.Time(), id, clock.At(tx.Now().Add(-remindEvery)))
		if err != nil {
			return err
		}
		if err := announceList(ctx, tx, TopicListReminded, l, units); err != nil {
			return err
		}
		return logList(ctx, tx, "remind_list", l, map[string]any{"units": told})
	})
	return told, err
}

// receiptsOf returns the receipts of a list that the caller sees: the office all of them, a unit its own.
func receiptsOf(ctx context.Context, tx *db.Tx, list, lang string) ([]Receipt, error) {
	args := []any{list}
	rows, err := db.All[Receipt](ctx, tx, "SELECT "+receiptColumns+" FROM reverse_receipt WHERE list_id = $1 AND "+ownReceipts(ctx, &args)+
		" ORDER BY edition, unit_area, unit_name, id", args...)
	for n := range rows {
		rows[n].derive(ctx, tx.Time(), lang)
	}
	return rows, err
}

// ownReceipts is the SQL condition for the receipts the caller sees.
func ownReceipts(ctx context.Context, args *[]any) string {
	p := auth.From(ctx)
	if p == nil || !handlerOnly(p) {
		return "TRUE"
	}
	*args = append(*args, p.UnitID)
	return fmt.Sprintf("(unit_id = $%d OR ", len(*args)) + auth.Within("unit_area", areas(p), args) + ")"
}
