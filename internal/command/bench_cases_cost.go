package command

import (
	"context"
	"errors"
	"os"
	"runtime/pprof"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// profile begins the CPU profile that was asked for; stop ends it.
func (c benchCasesCmd) profile() (stop func() error, err error) {
	if c.Profile == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(c.Profile)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, nil
}

// calm waits until everything that follows from the lives (figures, messages, webhooks, lessons) has been done, and returns
// how long that took after the last life.
func (b *caseBench) calm(ctx context.Context) (time.Duration, error) {
	start := clock.System.Now()
	for {
		left := 0
		err := b.app.DB.Look(ctx, func(tx *db.Tx) (err error) {
			left, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE state = 'pending' LIMIT 1) x")
			return err
		})
		if took := clock.System.Now().Sub(start); err != nil || left == 0 || took > time.Minute {
			return took, err
		}
		time.Sleep(5 * time.Millisecond)
	}
}
