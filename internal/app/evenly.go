package app

import (
	"context"
	"log/slog"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/db"
)

// Between these times before now something must have been noted in the audit trail before anything is dropped for its age.
const (
	evenSince = 3 * 24 * time.Hour
	evenUntil = 24 * time.Hour
)

// evenly lets run what drops what is old, but only where the clock of the server has run evenly for a day. After a leap ahead by more
// than three days, with or without a start of the server, nothing is dropped for a day, in which somebody can set the clock right:
// tracks and recordings that are dropped come back from nowhere. Where nobody did anything for three days it waits a day as well.
func (a *App) evenly(drop func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		even, err := a.clockRunsEvenly(ctx)
		if err != nil || !even {
			return err
		}
		return drop(ctx)
	}
}

func (a *App) clockRunsEvenly(ctx context.Context) (even bool, err error) {
	lately := false
	err = a.DB.Look(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		if even, err = audit.Wrote(ctx, tx, now.Add(-evenSince), now.Add(-evenUntil)); err != nil || even {
			return err
		}
		lately, err = audit.Wrote(ctx, tx, now.Add(-evenUntil), now.Add(time.Millisecond))
		return err
	})
	if err != nil || even {
		return even, err
	}
	slog.WarnContext(ctx, "nothing is dropped for its age for a day: the clock of the server has leapt, or nobody was here; see that it is right")
	if lately {
		return false, nil
	}
	return false, a.DB.Tx(ctx, func(tx *db.Tx) error { // from this entry on the day is counted
		return audit.Log(ctx, tx, audit.Entry{Action: "system.clock_doubted", Object: "system"})
	})
}
