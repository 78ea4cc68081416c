package tally

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Period is a month of an area whose figures stand. What is counted now may differ, since cases go on; both are shown.
type Period struct {
	AreaCode string                 `db:"area_code" json:"area_code"`
	Month    string                 `db:"month" json:"month"`
	Figures  db.JSON[map[By]*Table] `db:"figures" json:"-"`
	Digest   string                 `db:"digest" json:"digest"`
	FrozenBy string                 `db:"frozen_by" json:"frozen_by"`
	FrozenAt clock.Time             `db:"frozen_at" json:"frozen_at"`
	Tables   map[By]*Table          `db:"-" json:"tables,omitempty"`
}

// Freeze keeps the figures of a month that is over, divided by area, unit, category and channel. Needs tally.brief in the
// area; Conflict if the month is frozen.
func (s *Service) Freeze(ctx context.Context, area, month string) (p *Period, err error) {
	if err := auth.RequireArea(ctx, PermBrief, area); err != nil {
		return nil, err
	}
	since, err := time.ParseInLocation("2006-01", month, clock.Nanjing)
	if err != nil {
		return nil, errs.Invalid("tally.bad_day", "Give the day as 2026-11-19, or the month as 2026-10.", errs.Field{Location: "body.month", Message: "not a month", Value: month})
	}
	f := Filter{Area: area, Since: clock.At(since), Until: clock.At(since.AddDate(0, 1, 0))}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if f.Until.After(tx.Now()) {
			return errs.Invalid("tally.not_over", "A brief is made when its day or month is over.", errs.Field{Location: "body.month", Message: "not over", Value: month})
		}
		p = &Period{AreaCode: area, Month: month, FrozenBy: auth.From(ctx).Name, FrozenAt: tx.Time(), Tables: map[By]*Table{}}
		var codes []string
		for _, m := range s.book.Metrics {
			codes = append(codes, m.Code)
		}
		for _, by := range []By{ByArea, ByUnit, ByCategory, ByChannel} {
			if p.Tables[by], err = s.FiguresTx(ctx, tx, codes, f, by); err != nil {
				return err
			}
		}
		p.Figures.V = p.Tables
		text, err := json.Marshal(p.Tables)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(text)
		p.Digest = hex.EncodeToString(sum[:])
		n, err := tx.Exec(ctx, `INSERT INTO tally_period (area_code, month, figures, digest, frozen_by, frozen_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
			p.AreaCode, p.Month, string(text), p.Digest, p.FrozenBy, p.FrozenAt)
		if err == nil && n == 0 {
			err = errs.Conflict("tally.frozen", "The figures of this month stand already.")
		}
		if err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "tally.frozen", Object: "period", ObjectID: area + " " + month, Area: area, Detail: map[string]any{"digest": p.Digest}})
	})
	return p, err
}

// Frozen returns the figures of a month as they were frozen, NotFound if it is not.
func (s *Service) Frozen(ctx context.Context, area, month string) (p *Period, err error) {
	if err := auth.RequireArea(ctx, PermRead, area); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := db.All[Period](ctx, tx, "SELECT area_code, month, figures, digest, frozen_by, frozen_at FROM tally_period WHERE area_code = $1 AND month = $2", area, month)
		if err == nil && len(rows) == 0 {
			err = errs.NotFound("tally.not_frozen", "The figures of this month are not frozen.")
		}
		if err == nil {
			p = &rows[0]
			p.Tables = p.Figures.V
		}
		return err
	})
	return p, err
}

// Periods lists frozen months of the caller's areas, newest first, without their figures.
func (s *Service) Periods(ctx context.Context) (list []Period, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	var args []any
	where := auth.Areas(ctx, "area_code", &args)
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err = db.All[Period](ctx, tx, "SELECT area_code, month, '{}' AS figures, digest, frozen_by, frozen_at FROM tally_period WHERE "+where+" ORDER BY month DESC, area_code LIMIT 500", args...)
		return err
	})
	return slices.Clip(list), err
}
