package cases

import (
	"context"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// Forced is a line of the public list of cases that the district ended without handling, closed by force or declared void: no title,
// no address, no words of anybody.
type Forced struct {
	State        State      `db:"state" json:"state" enum:"force_closed,void"`
	Ground       string     `db:"ground" json:"ground,omitempty" doc:"void: on what ground"`
	Number       string     `db:"number" json:"number"`
	CategoryName string     `db:"-" json:"category_name"`
	Category     string     `db:"category" json:"-"`
	AreaName     string     `db:"-" json:"area_name" doc:"Street"`
	AreaCode     string     `db:"area_code" json:"-"`
	Result       Result     `db:"result" json:"result" doc:"force_closed: on what ground"`
	ClosedAt     clock.Time `db:"ended_at" json:"closed_at"`
}

// maxForced bounds the public list.
const maxForced = 500

// PublicForced lists the cases closed by force or declared void in the last year, newest first. Sensitive cases do not stand there.
func (s *Service) PublicForced(ctx context.Context) (out []Forced, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = db.All[Forced](ctx, tx, `SELECT state, number, category, area_code, result, ended_at,
				COALESCE((SELECT h.ground FROM case_history h WHERE h.case_id = case_file.id AND h.action = 'void' ORDER BY h.id DESC LIMIT 1), '') AS ground
			FROM case_file WHERE state IN ('force_closed', 'void') AND ended_at >= $1 AND NOT sensitive ORDER BY ended_at DESC, number DESC LIMIT $2`,
			clock.At(tx.Now().AddDate(-1, 0, 0)), maxForced)
		return err
	})
	for i := range out {
		l := &out[i]
		l.CategoryName = s.Duties.Catalog().Name(l.Category)
		if a, err := s.Regions.Get(ctx, within(l.AreaCode, Street)); err == nil {
			l.AreaName = a.Name
		}
	}
	return out, err
}
