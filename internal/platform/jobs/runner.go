package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// lease is how long a claim holds without a sign of life; the worker gives one three times within it.
const lease = time.Minute

// errLost stops a try whose lease ran out: another worker has the job now.
var errLost = errors.New("another worker has taken the job over")

// Run is one try of a job.
type Run struct {
	ID       string
	OwnerID  string
	Attempt  int
	db       *db.DB
	args     []byte
	result   any
	lastSeen time.Time
}

// Args decodes what was enqueued.
func (r *Run) Args(v any) error { return json.Unmarshal(r.args, v) }

// Progress tells the owner how far the work is, at most twice a second. Like every write of the work it must not be
// called inside a transaction. The error means that the try should end.
func (r *Run) Progress(ctx context.Context, done, total int64, note string) error {
	now := r.db.Clock().Now()
	if done < total && now.Sub(r.lastSeen) < 500*time.Millisecond {
		return nil
	}
	r.lastSeen = now
	return r.db.Tx(ctx, func(tx *db.Tx) error {
		return held(tx.Exec(ctx, "UPDATE job SET done = $1, total = $2, note = $3, locked_until = $4 WHERE id = $5 AND attempts = $6",
			done, total, note, tx.Now().Add(lease).UnixMilli(), r.ID, r.Attempt))
	})
}

// held turns "no such row" into errLost: attempts count the claims, so a row with ours is ours.
func held(n int64, err error) error {
	if err == nil && n == 0 {
		return errLost
	}
	return err
}

// renew keeps the lease while the job runs, also when the job is silent for long.
func (r *Run) renew(ctx context.Context) {
	tick := time.NewTicker(lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := r.db.Tx(ctx, func(tx *db.Tx) error {
			return held(tx.Exec(ctx, "UPDATE job SET locked_until = $1 WHERE id = $2 AND attempts = $3", tx.Now().Add(lease).UnixMilli(), r.ID, r.Attempt))
		})
		if err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "job lease not renewed", "job", r.ID, "error", err)
		}
	}
}

// Result is what the owner gets; it must marshal to JSON.
func (r *Run) Result(v any) { r.result = v }

// Runner claims and runs jobs.
type Runner struct {
	db    *db.DB
	kinds map[string]func(context.Context, *Run) error
	stop  context.CancelFunc
	wg    sync.WaitGroup
}

// NewRunner returns a runner without kinds.
func NewRunner(d *db.DB) *Runner {
	return &Runner{db: d, kinds: map[string]func(context.Context, *Run) error{}}
}

// Register says how to do a kind of job. fn must be safe to run again after a crash.
func (r *Runner) Register(kind string, fn func(context.Context, *Run) error) { r.kinds[kind] = fn }

var signal = make(chan struct{}, 1)

func wake() {
	select {
	case signal <- struct{}{}:
	default:
	}
}

// Start works until Stop, one job at a time per worker.
func (r *Runner) Start(ctx context.Context, workers int) {
	ctx, r.stop = context.WithCancel(ctx)
	for range workers {
		r.wg.Go(func() {
			tick := time.NewTicker(time.Second)
			defer tick.Stop()
			for {
				if err := r.Drain(ctx); err != nil && ctx.Err() == nil {
					slog.ErrorContext(ctx, "jobs cannot be claimed", "error", err)
				}
				select {
				case <-ctx.Done():
					return
				case <-signal:
				case <-tick.C:
				}
			}
		})
	}
}

// Stop ends after the jobs in progress have seen their cancelled context; unfinished ones are given back.
func (r *Runner) Stop() {
	if r.stop != nil {
		r.stop()
		r.wg.Wait()
	}
}

// Drain runs every job that is due. Tests call it directly.
func (r *Runner) Drain(ctx context.Context) error {
	for ctx.Err() == nil {
		c, ok, err := r.claim(ctx)
		if err != nil || !ok {
			return err
		}
		r.work(ctx, c)
	}
	return ctx.Err()
}

type claimed struct {
	ID          string `db:"id"`
	Kind        string `db:"kind"`
	Args        string `db:"args"`
	OwnerID     string `db:"owner_id"`
	OwnerName   string `db:"owner_name"`
	Attempts    int    `db:"attempts"`
	MaxAttempts int    `db:"max_attempts"`
}

func (r *Runner) claim(ctx context.Context) (c claimed, ok bool, err error) {
	const due = "FROM job WHERE state IN ('waiting', 'running') AND run_at <= $1 AND locked_until <= $1"
	n := 0
	if err := r.db.Read(ctx, func(tx *db.Tx) (err error) {
		n, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM (SELECT 1 "+due+" LIMIT 1) x", tx.Time())
		return err
	}); err != nil || n == 0 {
		return c, false, err
	}
	lock := ""
	if r.db.Dialect() == db.Postgres {
		lock = " FOR UPDATE SKIP LOCKED"
	}
	err = r.db.Tx(ctx, func(tx *db.Tx) error {
		rows, err := db.All[claimed](ctx, tx, `UPDATE job SET state = 'running', attempts = attempts + 1, locked_until = $2
			WHERE id IN (SELECT id `+due+` ORDER BY run_at, id LIMIT 1`+lock+`)
			RETURNING id, kind, args, owner_id, owner_name, attempts, max_attempts`, tx.Time(), tx.Now().Add(lease).UnixMilli())
		if err == nil && len(rows) == 1 {
			c, ok = rows[0], true
		}
		return err
	})
	return c, ok, err
}

func (r *Runner) work(ctx context.Context, c claimed) {
	run := &Run{ID: c.ID, OwnerID: c.OwnerID, Attempt: c.Attempts, db: r.db, args: []byte(c.Args)}
	alive, done := context.WithCancel(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() { run.renew(alive) })
	var err error
	if c.Attempts > c.MaxAttempts { // it took the whole program down each time; once more would only do so again
		err = fmt.Errorf("the program ended %d times during this job", c.MaxAttempts)
	} else {
		err = r.perform(auth.With(ctx, &auth.Principal{UserID: c.OwnerID, Name: c.OwnerName, System: true}), c.Kind, run)
	}
	done()
	renewing.Wait()
	stopped := err != nil && ctx.Err() != nil
	ctx = context.WithoutCancel(ctx) // the outcome is recorded even while stopping
	if stopped {
		err = r.giveBack(ctx, c)
	} else {
		err = r.settle(ctx, c, run, err)
	}
	if err != nil {
		slog.ErrorContext(ctx, "job outcome not recorded", "job", c.ID, "error", err)
	}
}

// giveBack makes a job that was interrupted by a stop due at once, as if this try had not been.
func (r *Runner) giveBack(ctx context.Context, c claimed) error {
	return r.db.Tx(ctx, func(tx *db.Tx) error {
		return held(tx.Exec(ctx, "UPDATE job SET state = 'waiting', attempts = attempts - 1, locked_until = 0 WHERE id = $1 AND attempts = $2", c.ID, c.Attempts))
	})
}

func (r *Runner) perform(ctx context.Context, kind string, run *Run) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	fn := r.kinds[kind]
	if fn == nil {
		return fmt.Errorf("no worker for jobs of kind %q", kind)
	}
	return fn(ctx, run)
}

func (r *Runner) settle(ctx context.Context, c claimed, run *Run, failed error) error {
	result := []byte{}
	if run.result != nil {
		var err error
		if result, err = json.Marshal(run.result); err != nil {
			failed = err
		}
	}
	return r.db.Tx(ctx, func(tx *db.Tx) error {
		if failed == nil {
			return held(tx.Exec(ctx, "UPDATE job SET state = 'done', result = $1, error = '', finished_at = $2 WHERE id = $3 AND attempts = $4",
				string(result), tx.Time(), c.ID, c.Attempts))
		}
		slog.WarnContext(ctx, "job failed", "job", c.ID, "kind", c.Kind, "attempt", c.Attempts, "error", failed)
		shown := "internal"
		if e := errs.As(failed); e != nil {
			shown = e.Code
		}
		// A mistake in the input does not get better by trying again.
		if c.Attempts >= c.MaxAttempts || errs.KindOf(failed) == errs.KindInvalid {
			return held(tx.Exec(ctx, "UPDATE job SET state = 'failed', result = $1, error = $2, finished_at = $3 WHERE id = $4 AND attempts = $5",
				string(result), shown, tx.Time(), c.ID, c.Attempts))
		}
		pause := time.Second << min(c.Attempts, 8)
		return held(tx.Exec(ctx, "UPDATE job SET state = 'waiting', error = $1, run_at = $2, locked_until = 0 WHERE id = $3 AND attempts = $4",
			shown, tx.Now().Add(pause).UnixMilli(), c.ID, c.Attempts))
	})
}
