package db

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// gate lets few transactions work on PostgreSQL at once, in the order they came. More of them than the cores carry only push
// each other out of the caches: with twenty at work the same statements take twice the processor time they take with
// five. What waits for the disk needs no core, so the slower a commit, the more may be under way. A transaction that
// takes long is no longer counted after a while: imports and locks cannot hold the gate.
type gate struct {
	cores, most int

	mu      sync.Mutex
	limit   int
	free    int // below zero while the limit falls
	waiting []chan struct{}
	commits [8]time.Duration // the latest commits that went out alone
	seen    int
}

const (
	// counted is how long a transaction holds its place.
	counted = 50 * time.Millisecond
	// ownWork is about what a transaction of a few statements takes from a core.
	ownWork = 500 * time.Microsecond
)

// newGate makes a gate for a number of cores; it never lets more than most pass.
func newGate(cores, most int) *gate {
	n := min(2*cores+1, most)
	return &gate{cores: cores, most: most, limit: n, free: n}
}

// pass waits for a place and returns what gives it back; calling that again does nothing.
func (g *gate) pass(ctx context.Context) (leave func(), err error) {
	g.mu.Lock()
	if g.free > 0 {
		g.free--
		g.mu.Unlock()
		return g.placed(), nil
	}
	turn := make(chan struct{})
	g.waiting = append(g.waiting, turn)
	g.mu.Unlock()
	select {
	case <-turn:
		return g.placed(), nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	at := slices.Index(g.waiting, turn)
	if at >= 0 {
		g.waiting = slices.Delete(g.waiting, at, at+1)
	}
	g.mu.Unlock()
	if at < 0 { // the place was given in the same moment
		g.next()
	}
	return nil, ctx.Err()
}

func (g *gate) placed() (leave func()) {
	var left atomic.Bool
	once := func() {
		if left.CompareAndSwap(false, true) {
			g.next()
		}
	}
	t := time.AfterFunc(counted, once)
	return func() {
		t.Stop()
		once()
	}
}

// next gives a place back.
func (g *gate) next() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.free++
	g.admit()
}

// admit hands free places to those who wait longest. Called with the mutex held.
func (g *gate) admit() {
	for g.free > 0 && len(g.waiting) > 0 {
		g.free--
		close(g.waiting[0])
		g.waiting = slices.Delete(g.waiting, 0, 1)
	}
}

// took learns how long a commit waited for the disk and the way there, to the millisecond. The middle of the latest counts:
// single ones also waited for a core.
func (g *gate) took(wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.commits[g.seen%len(g.commits)] = wait
	g.seen++
	latest := slices.Sorted(slices.Values(g.commits[:min(g.seen, len(g.commits))]))
	limit := min(2*g.cores+1+int(time.Duration(g.cores)*latest[len(latest)/2]/ownWork), g.most)
	g.free += limit - g.limit
	g.limit = limit
	g.admit()
}
