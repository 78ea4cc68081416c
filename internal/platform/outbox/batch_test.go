package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/testkit"
)

func TestOnBatch_TakesWhatGatheredOfSeveralTopicsOnceAndInOrder(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		b := outbox.New(d, nil)
		var calls [][]string
		outbox.OnBatch(b, []string{"case.closed", "case.opened"}, "count", func(_ context.Context, _ *db.Tx, events []closed) error {
			ids := []string{}
			for _, e := range events {
				ids = append(ids, e.ID)
			}
			calls = append(calls, ids)
			return nil
		})
		emit(t, d, "1", "2")
		emitAs(t, d, "case.opened", "3")
		emit(t, d, "4")
		for range 2 { // a second drain finds nothing
			if err := b.Drain(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		if len(calls) != 1 || !slices.Equal(calls[0], []string{"1", "2", "3", "4"}) {
			t.Fatalf("got %v", calls)
		}
	})
}

func TestOnBatch_ABadFactHoldsUpNoOtherAndIsTriedAgain(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		b := outbox.New(d, nil)
		healed := false
		outbox.OnBatch(b, []string{"case.closed"}, "count", func(ctx context.Context, tx *db.Tx, events []closed) error {
			for _, e := range events {
				if e.ID == "bad" && !healed {
					return errors.New("cannot count this")
				}
				if err := note(ctx, tx, "count "+e.ID); err != nil {
					return err
				}
			}
			return nil
		})
		emit(t, d, "1", "bad", "3")
		if err := b.Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := notes(t, d); !slices.Equal(got, []string{"count 1", "count 3"}) {
			t.Fatalf("got %v", got)
		}
		healed = true
		c.Advance(time.Minute)
		if err := b.Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := notes(t, d); !slices.Equal(got, []string{"count 1", "count 3", "count bad"}) {
			t.Fatalf("got %v", got)
		}
	})
}

func TestDrain_WhatNobodyReactsToIsDoneAtOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		var ids []string
		for i := range 600 {
			ids = append(ids, fmt.Sprint(i))
		}
		emit(t, d, ids...)
		if err := outbox.New(d, nil).Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
		ctx := context.Background()
		if err := d.Read(ctx, func(tx *db.Tx) error {
			n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM outbox WHERE state <> 'done'")
			if n > 0 {
				t.Errorf("%d are left", n)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func emitAs(t *testing.T, d *db.DB, topic, id string) {
	t.Helper()
	ctx := context.Background()
	if err := d.Tx(ctx, func(tx *db.Tx) error { return outbox.Emit(ctx, tx, topic, id, closed{id}) }); err != nil {
		t.Fatal(err)
	}
}
