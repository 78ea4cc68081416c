package jobs_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/jobs"
	"yiwang/internal/testkit"
)

func as(user string) context.Context {
	return auth.With(context.Background(), &auth.Principal{UserID: user, Name: "顾文澜"})
}

func enqueue(t *testing.T, d *db.DB, ctx context.Context, j jobs.Job) (id string) {
	t.Helper()
	if err := d.Tx(ctx, func(tx *db.Tx) (err error) {
		id, err = jobs.Enqueue(ctx, tx, j)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return id
}

func find(t *testing.T, d *db.DB, ctx context.Context, id string) (s jobs.Status, err error) {
	t.Helper()
	err = d.Read(ctx, func(tx *db.Tx) (err error) {
		s, err = jobs.Find(ctx, tx, id)
		return err
	})
	return s, err
}

func TestDrain_RunsAJobAndKeepsItsResultForItsOwner(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		r := jobs.NewRunner(d)
		r.Register("import", func(ctx context.Context, run *jobs.Run) error {
			var args struct{ File string }
			if err := run.Args(&args); err != nil || args.File != "a.csv" || auth.From(ctx).UserID != "u1" {
				t.Errorf("args %+v, err %v, actor %+v", args, err, auth.From(ctx))
			}
			run.Result(map[string]int{"rows": 7})
			return run.Progress(ctx, 7, 7, "完成")
		})
		id := enqueue(t, d, as("u1"), jobs.Job{Kind: "import", Title: "导入答卷", Args: map[string]string{"File": "a.csv"}})
		if err := r.Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
		s, err := find(t, d, as("u1"), id)
		if err != nil || s.State != jobs.Done || s.Done != 7 || s.Title != "导入答卷" || s.FinishedAt == nil {
			t.Fatalf("got %+v, %v", s, err)
		}
		if _, err := find(t, d, as("u2"), id); errs.KindOf(err) != errs.KindNotFound {
			t.Fatalf("somebody else sees it: %v", err)
		}
	})
}

func TestEnqueue_SameUniqueKeyIsOneJob(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		a := enqueue(t, d, as("u1"), jobs.Job{Kind: "score", UniqueKey: "wave-1"})
		b := enqueue(t, d, as("u1"), jobs.Job{Kind: "score", UniqueKey: "wave-1"})
		c := enqueue(t, d, as("u1"), jobs.Job{Kind: "score", UniqueKey: "wave-2"})
		if a != b || a == c {
			t.Fatalf("got %s %s %s", a, b, c)
		}
		if s, err := find(t, d, as("u1"), c); err != nil || s.Key != "wave-2" {
			t.Errorf("what it works on: %+v, %v", s, err)
		}
	})
}

func TestDrain_FailureIsTriedAgainThenShown(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		r := jobs.NewRunner(d)
		tries := 0
		r.Register("x", func(context.Context, *jobs.Run) error { tries++; return errors.New("the disk is on fire") })
		id := enqueue(t, d, as("u1"), jobs.Job{Kind: "x"})
		for range 6 {
			if err := r.Drain(context.Background()); err != nil {
				t.Fatal(err)
			}
			c.Advance(time.Hour)
		}
		s, err := find(t, d, as("u1"), id)
		if err != nil || tries != 3 || s.State != jobs.Failed || s.Error != "internal" {
			t.Fatalf("tries %d, got %+v, %v", tries, s, err)
		}
	})
}

func TestDrain_InvalidInputIsNotTriedAgain(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		r := jobs.NewRunner(d)
		tries := 0
		r.Register("x", func(context.Context, *jobs.Run) error {
			tries++
			return errs.Invalid("sheet.unreadable", "Not a table.")
		})
		id := enqueue(t, d, as("u1"), jobs.Job{Kind: "x"})
		for range 3 {
			if err := r.Drain(context.Background()); err != nil {
				t.Fatal(err)
			}
			c.Advance(time.Hour)
		}
		if s, err := find(t, d, as("u1"), id); err != nil || tries != 1 || s.State != jobs.Failed || s.Error != "sheet.unreadable" {
			t.Fatalf("tries %d, got %+v, %v", tries, s, err)
		}
	})
}

func TestDrain_PanicIsAFailureNotACrash(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		r := jobs.NewRunner(d)
		r.Register("x", func(context.Context, *jobs.Run) error { panic("oh") })
		id := enqueue(t, d, as("u1"), jobs.Job{Kind: "x", Attempts: 1})
		if err := r.Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
		if s, err := find(t, d, as("u1"), id); err != nil || s.State != jobs.Failed {
			t.Fatalf("got %+v, %v", s, err)
		}
	})
}

func TestClaim_AbandonedJobIsTakenAfterTheLease(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		id := enqueue(t, d, as("u1"), jobs.Job{Kind: "x"})
		ctx := context.Background()
		if err := d.Tx(ctx, func(tx *db.Tx) error { // what a node that died in the middle leaves behind
			_, err := tx.Exec(ctx, "UPDATE job SET state = 'running', attempts = 1, locked_until = $1 WHERE id = $2", tx.Now().Add(time.Minute).UnixMilli(), id)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		ran := 0
		r := jobs.NewRunner(d)
		r.Register("x", func(context.Context, *jobs.Run) error { ran++; return nil })
		if err := r.Drain(ctx); err != nil || ran != 0 {
			t.Fatalf("taken under a valid lease: %d, %v", ran, err)
		}
		c.Advance(2 * time.Minute)
		if err := r.Drain(ctx); err != nil || ran != 1 {
			t.Fatalf("ran %d, %v", ran, err)
		}
	})
}
