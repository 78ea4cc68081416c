package httpx

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"golang.org/x/time/rate"
)

// Limiter bounds requests per key (an address, an account). It forgets the least recently made keys when
// there are too many, so that it cannot be used to fill the memory.
type Limiter struct {
	mu    sync.Mutex
	rate  rate.Limit
	burst int
	max   int
	now   map[string]*rate.Limiter
	old   map[string]*rate.Limiter
}

// NewLimiter allows perSecond requests per key, and burst at once. perSecond 0 means no limit.
func NewLimiter(perSecond float64, burst int) *Limiter {
	l := &Limiter{rate: rate.Limit(perSecond), burst: burst, max: 20_000, now: map[string]*rate.Limiter{}, old: map[string]*rate.Limiter{}}
	if perSecond == 0 {
		l.rate = rate.Inf
	}
	return l
}

// Allow takes one request of key.
func (l *Limiter) Allow(key string) bool {
	if l.rate == rate.Inf {
		return true
	}
	l.mu.Lock()
	k := l.now[key]
	if k == nil {
		if k = l.old[key]; k == nil {
			k = rate.NewLimiter(l.rate, l.burst)
		}
		if len(l.now) >= l.max {
			l.old, l.now = l.now, map[string]*rate.Limiter{}
		}
		l.now[key] = k
	}
	l.mu.Unlock()
	return k.Allow()
}

var requests = promauto.NewHistogramVec(prometheus.HistogramOpts{
	Name:    "yiwang_http_request_seconds",
	Help:    "Time to answer, by route pattern and status class.",
	Buckets: []float64{.001, .0025, .005, .01, .02, .05, .1, .25, .5, 1, 2.5, 10},
}, []string{"route", "class"})

func observe(r *http.Request, status int, took time.Duration) {
	requests.WithLabelValues(routeOf(r), strconv.Itoa(status/100)+"xx").Observe(took.Seconds())
}

// routeOf is the route of a request, set by the mux on the request it saw: bounded by the number of routes.
func routeOf(r *http.Request) string {
	if r.Pattern == "" {
		return "other"
	}
	return r.Pattern
}
