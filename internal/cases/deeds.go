package cases

import (
	"context"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// Deed is a step that somebody took with a case.
type Deed struct {
	At     clock.Time `db:"at"`
	CaseID string     `db:"case_id"`
	Number string     `db:"number"`
	Title  string     `db:"title"`
	Action string     `db:"action"`
	State  State      `db:"to_state"`
	Lat    *Degrees   `db:"lat"`
	Lon    *Degrees   `db:"lon"`
}

// maxDeeds bounds the deeds of one question.
const maxDeeds = 500

// DeedsTx lists what a person did with the cases the caller may see between two instants, oldest first, at most 500. It reads the steps of that
// time by their ids, which begin with their time, so no index by person is needed. Called by the program for whoever may look at that person's
// track.
func (s *Service) DeedsTx(ctx context.Context, tx *db.Tx, person string, from, to clock.Time) ([]Deed, error) {
	args := []any{db.FirstID(from.Time), db.FirstID(to.Add(time.Millisecond)), person, maxDeeds}
	seen := visible(ctx, &args)
	return db.All[Deed](ctx, tx, `SELECT h.at, h.case_id, case_file.number, case_file.title, h.action, h.to_state, case_file.lat, case_file.lon
		FROM case_history h JOIN case_file ON case_file.id = h.case_id
		WHERE h.id >= $1 AND h.id < $2 AND h.actor_id = $3 AND h.case_id IN (SELECT id FROM case_file WHERE `+seen+`)
		ORDER BY h.id LIMIT $4`, args...)
}
