package cases

import (
	"context"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// Forced is a line of the public list of cases that the district closed without handling: no title, no address, no words
// of anybody.
type Forced struct {
	Number       string     `db:"number" json:"number"`
	CategoryName string     `db:"-" json:"category_name"`
	Category     string     `db:"category" json:"-"`
	AreaName     string     `db:"-" json:"area_name" doc:"Street"`
	AreaCode     string     `db:"area_code" json:"-"`
	Result       Result     `db:"result" json:"result" doc:"On what ground it was closed"`
	ClosedAt     clock.Time `db:"closed_at" json:"closed_at"`
}

// maxForced bounds the public list.
const maxForced = 500

// PublicForced lists the cases closed by force in the last year, newest first. Sensitive cases do not stand there.
func (s *Service) PublicForced(ctx context.Context) (out []Forced, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = db.All[Forced](ctx, tx, `SELECT number, category, area_code, result, closed_at FROM case_file
			WHERE state = 'force_closed' AND closed_at >= $1 AND NOT sensitive ORDER BY closed_at DESC, number DESC LIMIT $2`,
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
