package survey

import (
	"context"

	"yiwang/internal/platform/db"
)

// Ticked is which of the reverse fields a respondent of the targeted sample ticked.
type Ticked struct {
	Street     string           `db:"street"`
	Group      Group            `db:"grp"`
	Weight     float64          `db:"base_weight"`
	Answers    db.JSON[Answers] `db:"answers"`
	Categories []string         `db:"-"`
}

// TickedTx returns the ticked fields of the scored targeted answers of a wave: no pilot answers, none set aside. Needs PermRead
// or appraisal.score in the wave's area.
func (s *Service) TickedTx(ctx context.Context, tx *db.Tx, w *Wave) ([]Ticked, error) {
	if err := requireAreaEither(ctx, w.Area, PermRead, permScore); err != nil {
		return nil, err
	}
	rows := make([]Ticked, 0, w.Counts.Targeted)
	err := db.Each(ctx, tx, `SELECT street, grp, base_weight, answers FROM response
		WHERE wave_id = $1 AND channel = $2 AND NOT pilot AND NOT excluded ORDER BY street, grp, id`, []any{w.ID, Targeted}, func(t *Ticked) error {
		t.Categories = t.Answers.V.Categories
		t.Answers.V = Answers{}
		rows = append(rows, *t)
		return nil
	})
	return rows, err
}
