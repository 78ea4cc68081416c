package command

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"yiwang/internal/platform/clock"
)

// storm lets lives arrive whether or not earlier ones are done: the pattern 1, 35, 10 a second that broke the peer, then
// ten times what the server reached, then half of it, and says when calls are fast again.
func (b *caseBench) storm(ctx context.Context, reached float64) error {
	for _, part := range []struct {
		name string
		rate float64
		long time.Duration
	}{
		{"1/s", 1, 4 * time.Second}, {"35/s", 35, 5 * time.Second}, {"10/s", 10, 5 * time.Second},
		{"10 x overload", 10 * reached, 4 * time.Second},
	} {
		t := b.arrive(ctx, part.rate, part.long)
		if _, err := fmt.Fprintf(b.out, "arrivals %-14s %6.0f lives/s for %s: %d lives whole, %d turned away by 429, %d other errors, p95 %s of a call\n",
			part.name, part.rate, part.long, t.whole, t.away, t.errors, t.at(.95)); err != nil {
			return err
		}
		if t.errors > 0 {
			return fmt.Errorf("arrivals %s: %w", part.name, t.first)
		}
	}
	start := clock.System.Now()
	for clock.System.Now().Sub(start) < 30*time.Second {
		t := b.arrive(ctx, reached/2, time.Second)
		if t.errors == 0 && t.away == 0 && t.at(.95) < 60*time.Millisecond {
			_, err := fmt.Fprintf(b.out, "recovered: half load at p95 %s, %s after the overload ended (bound 5 s)\n", t.at(.95), clock.System.Now().Sub(start).Round(100*time.Millisecond))
			return err
		}
	}
	return errors.New("no recovery within 30 s of the overload")
}

// tide is what came of lives that arrived at a rate.
type tide struct {
	pace
	whole, away, errors int
	first               error
}

// inFlight bounds how many lives the generator keeps open at once; more would measure the generator.
const inFlight = 2000

func (b *caseBench) arrive(ctx context.Context, rate float64, long time.Duration) (t tide) {
	var mu sync.Mutex
	var all sync.WaitGroup
	slots := make(chan struct{}, inFlight)
	start := clock.System.Now()
	for i := 0; ; i++ {
		due := start.Add(time.Duration(float64(i) / rate * float64(time.Second)))
		if due.Sub(start) >= long {
			break
		}
		if wait := due.Sub(clock.System.Now()); wait > 0 {
			time.Sleep(wait)
		}
		select {
		case slots <- struct{}{}:
		default:
			continue // the generator itself is full
		}
		all.Go(func() {
			defer func() { <-slots }()
			var took []time.Duration
			err := b.live(ctx, i, &took)
			mu.Lock()
			defer mu.Unlock()
			t.count(err, took)
		})
	}
	all.Wait()
	slices.Sort(t.took)
	return t
}

func (t *tide) count(err error, took []time.Duration) {
	t.took = append(t.took, took...)
	var no refused
	switch {
	case err == nil:
		t.whole++
	case errors.As(err, &no) && no.status == http.StatusTooManyRequests:
		t.away++
	default:
		t.errors++
		t.first = err
	}
}
