package httpx

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"yiwang/internal/platform/errs"
)

// Gate bounds how many operations work at once. Who comes beyond that waits a little, and is then told to come back: under
// more load than the machine can bear, those inside are still answered in time and nothing is begun that cannot be
// finished. A slow network holds no place: bodies are read before, answers are sent after.
type Gate struct {
	places chan struct{}
	queue  chan struct{}
	wait   time.Duration
}

// NewGate lets places operations work at once and queue more wait, each at most for wait. places 0 means no bound.
func NewGate(places, queue int, wait time.Duration) *Gate {
	if places == 0 {
		return nil
	}
	return &Gate{places: make(chan struct{}, places), queue: make(chan struct{}, queue), wait: wait}
}

var turnedAway = promauto.NewCounter(prometheus.CounterOpts{Name: "yiwang_http_turned_away_total", Help: "Operations refused with 429 because the server was full."})

type gateKey struct{}

// enter takes a place, and returns TooMany if none becomes free in time. Call leave when the work is done.
func enter(ctx context.Context) (leave func(), err error) {
	g, _ := ctx.Value(gateKey{}).(*Gate)
	if g == nil {
		return func() {}, nil
	}
	leave = func() { <-g.places }
	select {
	case g.places <- struct{}{}:
		return leave, nil
	default:
	}
	select {
	case g.queue <- struct{}{}:
		defer func() { <-g.queue }()
	default:
		return nil, full()
	}
	timer := time.NewTimer(g.wait)
	defer timer.Stop()
	select {
	case g.places <- struct{}{}:
		return leave, nil
	case <-timer.C:
		return nil, full()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func full() error {
	turnedAway.Inc()
	return errs.TooMany("request.full", "The server has its hands full; come back in a moment.")
}
