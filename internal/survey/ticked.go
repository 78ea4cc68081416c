package survey

import (
	"context"

	"yiwang/internal/platform/db"
)

// Ticked is which of the reverse fields a respondent ticked.
type Ticked struct {
	Street     string           `db:"street"`
	Community  string           `db:"community"` // "" where only the street is known
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
	return tickedTx(ctx, tx, w, Targeted)
}

// tickedTx is TickedTx for either channel, whoever asks.
func tickedTx(ctx context.Context, tx *db.Tx, w *Wave, channel Channel) ([]Ticked, error) {
	size := w.Counts.Targeted
	if channel == Online {
		size = w.Counts.Online
	}
	rows := make([]Ticked, 0, size)
	err := db.Each(ctx, tx, `SELECT street, community, grp, base_weight, answers FROM response
		WHERE wave_id = $1 AND channel = $2 AND NOT pilot AND NOT excluded ORDER BY street, grp, id`, []any{w.ID, channel}, func(t *Ticked) error {
		t.Categories = t.Answers.V.Categories
		t.Answers.V = Answers{}
		rows = append(rows, *t)
		return nil
	})
	return rows, err
}
