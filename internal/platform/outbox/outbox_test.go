package outbox_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/testkit"
)

type closed struct{ ID string }

func emit(t *testing.T, d *db.DB, ids ...string) {
	t.Helper()
	ctx := context.Background()
	err := d.Tx(ctx, func(tx *db.Tx) error {
		for _, id := range ids {
			if err := outbox.Emit(ctx, tx, "case.closed", id, closed{id}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func note(ctx context.Context, tx *db.Tx, name string) error {
	_, err := tx.Exec(ctx, "INSERT INTO setting (name, value, updated_at) VALUES ($1, '', $2)", name, tx.Time())
	return err
}

func notes(t *testing.T, d *db.DB) (names []string) {
	t.Helper()
	ctx := context.Background()
	if err := d.Read(ctx, func(tx *db.Tx) (err error) {
		names, err = db.All[string](ctx, tx, "SELECT name FROM setting ORDER BY name")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return names
}

func TestDrain_RunsEveryReactionOnceInOrder(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		b := outbox.New(d, nil)
		var order []string
		outbox.On(b, "case.closed", "rectify.open", func(ctx context.Context, tx *db.Tx, e closed) error {
			order = append(order, e.ID)
			return note(ctx, tx, "open "+e.ID)
		})
		outbox.On(b, "case.closed", "notice", func(ctx context.Context, tx *db.Tx, e closed) error { return note(ctx, tx, "notice "+e.ID) })
		emit(t, d, "1", "2")
		for range 2 { // a second drain finds nothing
			if err := b.Drain(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		if got := notes(t, d); len(got) != 4 || len(order) != 2 || order[0] != "1" {
			t.Fatalf("got %v, order %v", got, order)
		}
	})
}

func TestDrain_FailingReactionIsRepeatedAndTheOthersAreNot(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		b := outbox.New(d, nil)
		tries, good := 0, 0
		outbox.On(b, "case.closed", "flaky", func(ctx context.Context, tx *db.Tx, e closed) error {
			tries++
			if err := note(ctx, tx, "flaky"); err != nil {
				return err
			}
			if tries < 3 {
				return errors.New("not yet")
			}
			return nil
		})
		outbox.On(b, "case.closed", "good", func(context.Context, *db.Tx, closed) error { good++; return nil })
		emit(t, d, "1")
		for range 5 {
			if err := b.Drain(context.Background()); err != nil {
				t.Fatal(err)
			}
			c.Advance(time.Minute)
		}
		if tries != 3 || good != 1 || len(notes(t, d)) != 1 {
			t.Fatalf("tries %d, good %d, notes %v", tries, good, notes(t, d))
		}
	})
}

func TestDrain_HopelessReactionIsSetAsideAndBlocksNobody(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		b := outbox.New(d, nil)
		outbox.On(b, "case.closed", "broken", func(_ context.Context, _ *db.Tx, e closed) error {
			if e.ID == "bad" {
				return errors.New("never")
			}
			return nil
		})
		emit(t, d, "bad", "fine")
		for range 14 {
			if err := b.Drain(context.Background()); err != nil {
				t.Fatal(err)
			}
			c.Advance(time.Hour)
		}
		ctx := context.Background()
		var states []string
		if err := d.Read(ctx, func(tx *db.Tx) (err error) {
			states, err = db.All[string](ctx, tx, "SELECT subject || ' ' || state FROM outbox ORDER BY subject")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if len(states) != 2 || states[0] != "bad failed" || states[1] != "fine done" {
			t.Fatalf("got %v", states)
		}
	})
}

func TestEmit_RolledBackIsNeverDelivered(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		b := outbox.New(d, nil)
		outbox.On(b, "case.closed", "any", func(context.Context, *db.Tx, closed) error { t.Error("delivered"); return nil })
		ctx := context.Background()
		_ = d.Tx(ctx, func(tx *db.Tx) error {
			if err := outbox.Emit(ctx, tx, "case.closed", "1", closed{"1"}); err != nil {
				t.Error(err)
			}
			return errors.New("undo")
		})
		if err := b.Drain(ctx); err != nil {
			t.Fatal(err)
		}
	})
}

func TestStart_DeliversSoonAfterTheCommit(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		b := outbox.New(d, nil)
		got := make(chan string, 1)
		outbox.On(b, "case.closed", "signal", func(_ context.Context, tx *db.Tx, e closed) error {
			tx.AfterCommit(func() { got <- e.ID })
			return nil
		})
		b.Start(context.Background())
		defer b.Stop()
		emit(t, d, "1")
		select {
		case id := <-got:
			if id != "1" {
				t.Fatalf("got %s", id)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("not delivered")
		}
	})
}
