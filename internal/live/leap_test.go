package live

import (
	"context"
	"testing"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/testkit"
)

func emitted(t *testing.T, d *db.DB, subject string) {
	t.Helper()
	ctx := context.Background()
	if err := d.Tx(ctx, func(tx *db.Tx) error { return outbox.Emit(ctx, tx, "x.moved", subject, subject) }); err != nil {
		t.Fatal(err)
	}
}

// listening is a service that carries x.moved, and somebody who hears it.
func listening(d *db.DB) (*Service, *listener) {
	s := New(Deps{DB: d})
	Carry(s, "x.moved", func(text string) Event {
		return Event{Name: "x", Data: text, May: func(*auth.Principal) bool { return true }}
	})
	return s, &listener{who: &auth.Principal{UserID: "a"}, events: make(chan Event, queueLength), behind: make(chan struct{}, 1)}
}

// A clock that leaps ahead and is set right again must not leave every page deaf for as long as the leap was.
func TestFollower_HearsOnWhenTheClockIsSetBack(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		ctx := context.Background()
		s, l := listening(d)
		s.listeners[l] = true
		right := c.Now()
		f := &follower{s: s, from: right, seen: map[string]bool{}}
		emitted(t, d, "before")
		c.Set(right.Add(time.Hour))
		if err := f.read(ctx); err != nil || len(l.events) != 1 {
			t.Fatalf("%d heard, %v", len(l.events), err)
		}
		<-l.events
		c.Set(right.Add(10 * time.Second))
		emitted(t, d, "after")
		if err := f.read(ctx); err != nil || len(l.events) != 1 {
			t.Fatalf("%d heard after the clock was set back, %v", len(l.events), err)
		}
		if e := <-l.events; e.Data != "after" {
			t.Errorf("heard %v", e.Data)
		}
		if len(l.behind) != 1 {
			t.Error("nobody was told to look again")
		}
	})
}

// Transactions do not end in the order in which they began: what began earlier and ended while the listener was away is heard.
func TestMissed_WhatTookLongerToCommitThanItsSuccessorIsHeard(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		ctx := context.Background()
		s, l := listening(d)
		emitted(t, d, "slow")
		c.Advance(time.Second)
		got, ok := s.missed(ctx, l, outbox.FirstAt(c.Now()))
		if !ok || len(got) != 1 {
			t.Errorf("%d, %v", len(got), ok)
		}
	})
}
