package db

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"yiwang/internal/platform/clock"
)

func TestGate_PlacesAreGivenInTheOrderOfAsking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, ctx := newGate(1, 3), context.Background()
		var leave []func()
		for range 3 {
			l, err := g.pass(ctx)
			if err != nil {
				t.Fatal(err)
			}
			leave = append(leave, l)
		}
		var order []int
		for i := range 3 {
			go func() {
				l, err := g.pass(ctx)
				if err != nil {
					t.Error(err)
					return
				}
				order = append(order, i)
				l()
			}()
			synctest.Wait()
		}
		if len(order) != 0 {
			t.Fatalf("%v passed a full gate", order)
		}
		leave[0]()
		leave[0]() // again: nothing
		synctest.Wait()
		if len(order) != 3 || order[0] != 0 || order[1] != 1 || order[2] != 2 {
			t.Errorf("passed in the order %v", order)
		}
		leave[1]()
		leave[2]()
		if g.free != 3 {
			t.Errorf("%d places are free", g.free)
		}
	})
}

func TestGate_WhoTakesLongIsNoLongerCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, ctx := newGate(1, 1), context.Background()
		long, err := g.pass(ctx)
		if err != nil {
			t.Fatal(err)
		}
		start := clock.System.Now()
		short, err := g.pass(ctx)
		if waited := clock.System.Now().Sub(start); err != nil || waited != counted {
			t.Fatalf("waited %s, %v", waited, err)
		}
		long()
		short()
		if g.free != 1 {
			t.Errorf("%d places are free", g.free)
		}
	})
}

func TestGate_WhoGivesUpLeavesNoPlaceBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 1)
		held, err := g.pass(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		defer cancel()
		if _, err := g.pass(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		held()
		if g.free != 1 || len(g.waiting) != 0 {
			t.Errorf("%d free, %d waiting", g.free, len(g.waiting))
		}
	})
}

func TestGate_SlowCommitsLetMorePassAndFastOnesFewer(t *testing.T) {
	g := newGate(2, 20)
	if g.limit != 5 {
		t.Fatalf("begins with %d", g.limit)
	}
	for range 8 {
		g.took(10 * time.Millisecond)
	}
	if g.limit != 20 || g.free != 20 {
		t.Errorf("%d places, %d free on a slow disk", g.limit, g.free)
	}
	for range 5 {
		g.took(0)
	}
	g.took(40 * time.Millisecond)
	if g.limit != 5 || g.free != 5 {
		t.Errorf("%d places, %d free once it is fast", g.limit, g.free)
	}
}
