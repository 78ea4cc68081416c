package whistle

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/workcal"
)

// amberShare is the share of a limit after which a unit is reminded for the first time: at 30 minutes of the hour to sign.
const amberShare = 0.5

// start starts a clock of a call with the limit its kind has by the version in force.
func (s *Service) start(ctx context.Context, tx *db.Tx, w *Whistle, c *Call, kind string) error {
	set, err := limits(ctx, tx)
	if err != nil {
		return err
	}
	l, basis := set.of(w.Kind, kind)
	days := s.Calendar.Current()
	amber := clock.At(days.DueShare(tx.Now(), l, amberShare))
	k := Clock{Kind: kind, Limit: l.String(), Calendar: days.Version(), DueAt: clock.At(days.Due(tx.Now(), l)), NextAt: &amber, Basis: basis}
	return s.insertClock(ctx, tx, w, c.ID, &k)
}

// startAt starts a clock that runs to a promised time; the first reminder comes the day before, or half way if that is nearer.
func (s *Service) startAt(ctx context.Context, tx *db.Tx, w *Whistle, call string, k Clock) error {
	amber := clock.At(tx.Now().Add(k.DueAt.Sub(tx.Now()) / 2))
	if before := k.DueAt.Add(-24 * time.Hour); before.After(tx.Now()) {
		amber = clock.At(before)
	}
	k.Calendar, k.NextAt = s.Calendar.Current().Version(), &amber
	return s.insertClock(ctx, tx, w, call, &k)
}

func (s *Service) insertClock(ctx context.Context, tx *db.Tx, w *Whistle, call string, k *Clock) error {
	k.ID, k.WhistleID, k.CallID, k.StartedAt, k.Phase = db.NewID(tx), w.ID, call, tx.Time(), "green"
	_, err := tx.Exec(ctx, "INSERT INTO whistle_clock ("+clockColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
		k.ID, k.WhistleID, k.CallID, k.Kind, k.StartedAt, k.Limit, k.Calendar, k.DueAt, k.Phase, k.NextAt, k.StoppedAt, k.Outcome, k.Basis, k.Promise)
	return err
}

// stop ends the clocks of a call of the kinds; met or late by their own due time.
func stop(ctx context.Context, tx *db.Tx, call string, kinds ...string) error {
	return end(ctx, tx, call, kinds, "CASE WHEN due_at < $1 THEN 'late' ELSE 'met' END")
}

// cancel ends clocks that nobody has to meet any more.
func cancel(ctx context.Context, tx *db.Tx, call string, kinds ...string) error {
	return end(ctx, tx, call, kinds, "'void'")
}

func end(ctx context.Context, tx *db.Tx, call string, kinds []string, outcome string) error {
	if len(kinds) == 0 {
		return nil
	}
	args := []any{tx.Time(), call}
	marks := make([]string, len(kinds))
	for i, k := range kinds {
		args = append(args, k)
		marks[i] = fmt.Sprintf("$%d", len(args))
	}
	_, err := tx.Exec(ctx, "UPDATE whistle_clock SET stopped_at = $1, next_at = NULL, outcome = "+outcome+
		" WHERE call_id = $2 AND stopped_at IS NULL AND kind IN ("+strings.Join(marks, ", ")+")", args...)
	return err
}

var allKinds = []string{"sign", "contact", "report", "commit", "work", "accept", "arbitrate"}

// clocksOf reads the clocks of a whistle with why each is due then.
func (s *Service) clocksOf(ctx context.Context, tx *db.Tx, whistle string) ([]Clock, error) {
	clocks, err := db.All[Clock](ctx, tx, "SELECT "+clockColumns+" FROM whistle_clock WHERE whistle_id = $1 ORDER BY id", whistle)
	for i := range clocks {
		k := &clocks[i]
		k.Overdue = k.StoppedAt == nil && tx.Now().After(k.DueAt.Time)
		if l, err := workcal.ParseLimit(k.Limit); err == nil && !l.IsZero() {
			k.Why = s.Calendar.Current().Explain(k.StartedAt.Time, l).Sentences("zh")
			if k.Basis != "" {
				k.Why = append([]string{k.Basis}, k.Why...)
			}
		}
	}
	return clocks, err
}

// batch is how many clocks one round of Remind takes.
const batch = 200

// Remind takes clocks that came to a point, oldest first: at the amber point the unit that has to do something is told, at
// the due time also those above it. Each point of each clock happens exactly once, whoever else runs. It returns how many
// clocks it moved; call it until that is 0.
func (s *Service) Remind(ctx context.Context) (moved int, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		moved = 0
		due, err := db.All[Clock](ctx, tx, "SELECT "+clockColumns+" FROM whistle_clock WHERE next_at <= $1 ORDER BY next_at, id LIMIT $2", tx.Time(), batch)
		if err != nil {
			return err
		}
		for i := range due {
			n, err := s.remindOne(ctx, tx, &due[i])
			if err != nil {
				return err
			}
			moved += n
		}
		return nil
	})
	return moved, err
}

// RemindAll calls Remind until nothing is due.
func (s *Service) RemindAll(ctx context.Context) error {
	for {
		if n, err := s.Remind(ctx); err != nil || n == 0 {
			return err
		}
	}
}

func (s *Service) remindOne(ctx context.Context, tx *db.Tx, k *Clock) (int, error) {
	phase, next := "amber", &k.DueAt
	if !tx.Now().Before(k.DueAt.Time) || k.Phase == "amber" {
		phase, next = "red", nil
	}
	if k.Kind == "session" {
		next = nil // whoever was told the day before comes or not; the record says so
	}
	n, err := tx.Exec(ctx, "UPDATE whistle_clock SET phase = $1, next_at = $2 WHERE id = $3 AND next_at = $4", phase, next, k.ID, *k.NextAt)
	if err != nil || n == 0 {
		return 0, err
	}
	w, err := db.Get[Whistle](ctx, tx, "SELECT "+whistleColumns+" FROM whistle_file WHERE id = $1", k.WhistleID)
	if err != nil {
		return 0, err
	}
	if w.Calls, err = callsOf(ctx, tx, w.ID); err != nil {
		return 0, err
	}
	called := w.Calls
	if k.CallID != "" {
		called = slices.DeleteFunc(slices.Clone(w.Calls), func(c Call) bool { return c.ID != k.CallID })
	}
	for i := range called {
		if err := remind(ctx, tx, &w, &called[i], k, phase); err != nil {
			return 0, err
		}
	}
	return 1, nil
}
