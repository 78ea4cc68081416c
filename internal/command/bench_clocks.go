package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"yiwang/internal/app"
	"yiwang/internal/cases"
	"yiwang/internal/cases/ballast"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/config"
)

type benchClocksCmd struct {
	Cases   int `default:"50000" help:"Cases overdue at once."`
	Workers int `default:"1" help:"Clock workers side by side, as of several servers."`
}

// Run passes up many overdue cases at once on an empty database (--db, or SQLite in a directory of its own) and says how
// long it took and whether each was taken exactly once.
func (c benchClocksCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) (err error) {
	dir, err := os.MkdirTemp("", "yiwang-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	cfg.Data, cfg.Demo = dir, true
	a, err := app.Open(ctx, *cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	ctx = auth.System(ctx, "bench")
	b := &caseBench{app: a, out: s.Out}
	if err := b.settle(ctx); err != nil {
		return err
	}
	if err := ballast.Overdue(ctx, a.DB, b.areas, c.Cases); err != nil {
		return err
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	var total cases.Lapsed
	var failed error
	start := clock.System.Now()
	for range c.Workers {
		all.Go(func() {
			done, err := a.Cases.Lapse(ctx)
			mu.Lock()
			defer mu.Unlock()
			total.Overdue, total.Escalated, failed = total.Overdue+done.Overdue, total.Escalated+done.Escalated, errors.Join(failed, err)
		})
	}
	all.Wait()
	took := clock.System.Now().Sub(start)
	if failed != nil {
		return failed
	}
	if total.Overdue != c.Cases {
		return fmt.Errorf("%d clocks ran out, %d were taken", c.Cases, total.Overdue)
	}
	_, err = fmt.Fprintf(s.Out, "clocks on %s: %d cases overdue at once passed up in %s by %d worker(s), %.0f/s (bound 60 s), each exactly once\n",
		a.DB.Dialect(), total.Escalated, took.Round(10*time.Millisecond), c.Workers, float64(total.Escalated)/took.Seconds())
	return err
}
