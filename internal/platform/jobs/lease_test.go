package jobs_test

import (
	"context"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/jobs"
	"yiwang/internal/testkit"
)

func set(t *testing.T, d *db.DB, assignments, id string) {
	t.Helper()
	ctx := context.Background()
	if err := d.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE job SET "+assignments+" WHERE id = $1", id)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestDrain_AJobThatTookTheProgramDownEachTimeIsFailedUnrun(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		id := enqueue(t, d, as("u1"), jobs.Job{Kind: "x"})
		set(t, d, "state = 'running', attempts = 3", id) // what three crashes leave behind
		c.Advance(time.Hour)
		r := jobs.NewRunner(d)
		r.Register("x", func(context.Context, *jobs.Run) error { t.Error("it ran once more"); return nil })
		if err := r.Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
		if s, err := find(t, d, as("u1"), id); err != nil || s.State != jobs.Failed || s.Error != "internal" {
			t.Fatalf("got %+v, %v", s, err)
		}
	})
}

func TestDrain_AStopGivesTheJobBackAndTakesNoTryFromIt(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		id := enqueue(t, d, as("u1"), jobs.Job{Kind: "x", Attempts: 1})
		r := jobs.NewRunner(d)
		ctx, stop := context.WithCancel(context.Background())
		r.Register("x", func(ctx context.Context, run *jobs.Run) error {
			stop()
			return run.Progress(ctx, 1, 2, "")
		})
		_ = r.Drain(ctx)
		if s, err := find(t, d, as("u1"), id); err != nil || s.State != jobs.Waiting {
			t.Fatalf("got %+v, %v", s, err)
		}
		r.Register("x", func(context.Context, *jobs.Run) error { return nil })
		if err := r.Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
		if s, err := find(t, d, as("u1"), id); err != nil || s.State != jobs.Done {
			t.Fatalf("got %+v, %v", s, err)
		}
	})
}

func TestDrain_WhoLostTheLeaseOverwritesNothing(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		id := enqueue(t, d, as("u1"), jobs.Job{Kind: "x"})
		r := jobs.NewRunner(d)
		r.Register("x", func(ctx context.Context, run *jobs.Run) error {
			set(t, d, "attempts = 2, state = 'done', result = '\"of the other\"'", id) // another worker was faster
			if err := run.Progress(ctx, 1, 1, "late"); err == nil {
				t.Error("the late worker was not told")
			}
			run.Result("late")
			return nil
		})
		if err := r.Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
		if s, err := find(t, d, as("u1"), id); err != nil || s.Result.V != "of the other" || s.Note != "" {
			t.Fatalf("got %+v, %v", s, err)
		}
	})
}
