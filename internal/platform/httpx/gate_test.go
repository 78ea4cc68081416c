package httpx

import (
	"context"
	"errors"
	"testing"
	"time"

	"yiwang/internal/platform/errs"
)

func TestGate_TurnsAwayBeyondPlacesAndQueueAndLetsInAgain(t *testing.T) {
	t.Parallel()
	g := NewGate(1, 1, time.Hour)
	ctx := context.WithValue(context.Background(), gateKey{}, g)
	leave, err := enter(ctx)
	if err != nil {
		t.Fatal(err)
	}
	let := make(chan error)
	go func() { // waits in the queue
		out, err := enter(ctx)
		if err == nil {
			out()
		}
		let <- err
	}()
	for len(g.queue) == 0 { // until it waits
		select {
		case err := <-let:
			t.Fatalf("came in over a full gate: %v", err)
		default:
		}
	}
	if _, err := enter(ctx); errs.CodeOf(err) != "request.full" {
		t.Errorf("beyond the queue: %v", err)
	}
	leave()
	if err := <-let; err != nil {
		t.Errorf("who waited was turned away: %v", err)
	}
	if leave, err = enter(ctx); err != nil {
		t.Fatalf("the gate stays shut: %v", err)
	}
	leave()
}

func TestGate_WhoWaitsTooLongOrGoesAwayIsNotLetIn(t *testing.T) {
	t.Parallel()
	g := NewGate(1, 4, time.Millisecond)
	ctx := context.WithValue(context.Background(), gateKey{}, g)
	leave, err := enter(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	if _, err := enter(ctx); errs.CodeOf(err) != "request.full" {
		t.Errorf("got %v", err)
	}
	g.wait = time.Hour
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := enter(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
