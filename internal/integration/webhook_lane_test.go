package integration_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"yiwang/internal/cases/casetest"
	"yiwang/internal/integration"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
)

// many queues n events that begin with a word.
func (x *desk) many(t *testing.T, word string, n int) {
	t.Helper()
	for i := range n {
		x.queue(t, event(fmt.Sprint(word, i), "case.moved", casetest.Grid))
	}
}

// While one address takes every connection and never answers, what is for another goes out at once; then the silent one rests, and what was
// not tried has lost no try.
func TestDeliver_AnAddressThatHangsHoldsUpNoOtherAndRests(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x := newDesk(t, d)
		called, let, heard := make(chan bool, 100), make(chan bool), make(chan bool, 100)
		hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			called <- true
			select {
			case <-let:
			case <-r.Context().Done():
			}
			panic(http.ErrAbortHandler) // the connection breaks without an answer
		}))
		t.Cleanup(hangs.Close)
		good := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { heard <- true }))
		t.Cleanup(good.Close)
		silent := x.hook(t, hangs.URL, "case.moved")
		x.hook(t, good.URL, "case.moved")
		x.many(t, "a", 30)
		ended := make(chan error)
		go func() { ended <- x.s.Deliver(x.Ctx) }()
		<-called
		for range 30 {
			<-heard
		}
		x.many(t, "later", 5) // and the first one still hangs
		for range 5 {
			<-heard
		}
		close(let)
		check(t, <-ended)
		tried, untried := 0, 0
		for _, one := range x.deliveries(t, silent) {
			if one.State != integration.Queued {
				t.Errorf("%+v", one)
			}
			if one.Attempts == 0 {
				untried++
			} else {
				tried++
			}
		}
		if tried == 0 || untried < 20 {
			t.Errorf("%d tried, %d not", tried, untried)
		}
		before := len(called)
		check(t, x.s.Deliver(x.Ctx))
		if len(called) != before {
			t.Error("an address that rests was called")
		}
		c.Advance(10 * time.Second)
		check(t, x.s.Deliver(x.Ctx))
		if n := len(called) - before; n != 1 {
			t.Errorf("after the rest %d calls, want one to see how it stands", n)
		}
	})
}

// A system that was away for days hears of everything it missed with one request, also of what happened while it was halted.
func TestReplay_WhatFailedWhileASystemWasAwayIsSentAgainTogether(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x, e := newDesk(t, d), newEar(t)
		e.status = http.StatusBadGateway
		w := x.hook(t, e.url, "case.moved")
		x.many(t, "before", 10)
		for range 15 {
			check(t, x.s.Deliver(x.Ctx))
			c.Advance(7 * time.Hour)
		}
		away := clock.At(c.Now())
		x.many(t, "meanwhile", 4)
		list, err := x.s.Webhooks(x.admin)
		check(t, err)
		if list[0].HaltedAt == nil || len(x.deliveries(t, w)) != 14 {
			t.Fatalf("halted %v, %d deliveries", list[0].HaltedAt, len(x.deliveries(t, w)))
		}
		if _, err := x.s.ReplayFailed(x.admin, w.ID, clock.Time{}); errs.CodeOf(err) != "integration.webhook_off" {
			t.Errorf("a halted webhook is replayed: %v", err)
		}
		e.status = http.StatusOK
		_, err = x.s.ChangeWebhook(x.admin, w.ID, list[0])
		check(t, err)
		e.heard, e.bodies = nil, nil
		n, err := x.s.ReplayFailed(x.admin, w.ID, away)
		check(t, err)
		check(t, x.s.Deliver(x.Ctx))
		if n != 4 || len(e.heard) != 4 {
			t.Errorf("since then: %d queued, %d heard", n, len(e.heard))
		}
		n, err = x.s.ReplayFailed(x.admin, w.ID, clock.Time{})
		check(t, err)
		check(t, x.s.Deliver(x.Ctx))
		if n != 10 || len(e.heard) != 14 {
			t.Errorf("all: %d queued, %d heard", n, len(e.heard))
		}
		for _, one := range x.deliveries(t, w) {
			if one.State != integration.Delivered || one.Replays != 1 {
				t.Errorf("%+v", one)
			}
		}
	})
}
