package tally

import (
	"context"

	"yiwang/internal/cases"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Entry is how many cases of an area, category and channel came into a state.
type Entry struct {
	State    cases.State   `db:"to_state"`
	Area     string        `db:"area_code"`
	Category string        `db:"category"`
	Channel  cases.Channel `db:"channel"`
	N        int           `db:"n"`
}

// Ending is how many cases of an area, category and channel reached or passed the end of their time or were done before it, and how
// many of the done ones were done since a later instant.
type Ending struct {
	Area     string        `db:"area_code"`
	Category string        `db:"category"`
	Channel  cases.Channel `db:"channel"`
	OnTime   bool          `db:"on_time"`
	N        int           `db:"n"`
	Lately   int           `db:"lately"`
}

// EntriesTx counts the steps from an instant to before a later one by the state they led to, what was reported included. Only the program
// may.
func (s *Service) EntriesTx(ctx context.Context, tx *db.Tx, since, until clock.Time) ([]Entry, error) {
	if p := auth.From(ctx); p == nil || !p.System {
		return nil, errs.Forbidden("cases.system_only", "The program does this by itself.")
	}
	out, err := db.All[Entry](ctx, tx, `SELECT to_state, area_code, category, channel, COUNT(*) AS n FROM tally_step
		WHERE action IN ('accept', 'confirm', 'dispatch', 'sign', 'handle', 'close', 'self_handle', 'force_close') AND at >= $1 AND at < $2
		GROUP BY to_state, area_code, category, channel`, since, until)
	if err != nil {
		return nil, err
	}
	reported, err := db.All[Entry](ctx, tx, `SELECT 'reported' AS to_state, area_code, category, channel, COUNT(*) AS n FROM tally_case
		WHERE reported_at >= $1 AND reported_at < $2 GROUP BY area_code, category, channel`, since, until)
	return append(out, reported...), err
}

// EndingsTx counts the ways to the first close that fell due or were done since an instant, and how many were done since a later
// one. Only the program may.
func (s *Service) EndingsTx(ctx context.Context, tx *db.Tx, since, lately clock.Time) ([]Ending, error) {
	if p := auth.From(ctx); p == nil || !p.System {
		return nil, errs.Forbidden("cases.system_only", "The program does this by itself.")
	}
	return db.All[Ending](ctx, tx, `SELECT area_code, category, channel, on_time, COUNT(*) AS n, SUM(CASE WHEN done AND to_at >= $4 THEN 1 ELSE 0 END) AS lately
		FROM tally_span WHERE kind = $1 AND anchor_at >= $2 AND anchor_at <= $3 GROUP BY area_code, category, channel, on_time`, spanCase, since, tx.Time(), lately)
}
