package cases

import (
	"context"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// Glance is an open case as a screen counts it: nothing that was written, nobody who reported.
type Glance struct {
	ID        string      `db:"id"`
	Area      string      `db:"area_code"`
	Category  string      `db:"category"`
	Channel   Channel     `db:"channel"`
	State     State       `db:"state"`
	Stage     string      `db:"stage"`
	Level     Level       `db:"level"`
	Officer   string      `db:"officer"`
	DueAt     *clock.Time `db:"due_at"`
	Lat       *Degrees    `db:"lat"`
	Lon       *Degrees    `db:"lon"`
	Sensitive bool        `db:"sensitive"`
}

// maxGlance bounds what is read at once: a city has that many open cases on a bad day.
const maxGlance = 200_000

// GlanceTx reads every open case, the one due first first. Only the program may.
func (s *Service) GlanceTx(ctx context.Context, tx *db.Tx) ([]Glance, error) {
	if err := program(ctx); err != nil {
		return nil, err
	}
	return db.All[Glance](ctx, tx, `SELECT id, area_code, category, channel, state, stage, level, officer, due_at, lat, lon, sensitive
		FROM case_file WHERE ended_at IS NULL ORDER BY due_at, id LIMIT $1`, maxGlance)
}

// AtWorkTx returns the officers on whom an open case waits right now: those who are to look at one, or to check one. Only the
// program may.
func (s *Service) AtWorkTx(ctx context.Context, tx *db.Tx) (map[string]bool, error) {
	if err := program(ctx); err != nil {
		return nil, err
	}
	out := map[string]bool{}
	list, err := db.All[string](ctx, tx, "SELECT DISTINCT officer FROM case_file WHERE ended_at IS NULL AND officer <> '' AND state IN ('inspecting', 'checking')")
	for _, officer := range list {
		out[officer] = true
	}
	return out, err
}
