package identity

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limits slows sign-ins per address and per name before anything expensive happens. It lives in memory: the strict
// bound on guesses is the lock-out in the database, this only keeps a flood from the hash and the disk.
type limits struct {
	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	limiter *rate.Limiter
	used    time.Time
}

const maxBuckets = 20_000

func newLimits() *limits { return &limits{buckets: map[string]*bucket{}} }

// allow takes one attempt from both buckets; an address has 60 at once and one a second, a name 20 and one in three.
func (l *limits) allow(now time.Time, address, name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.buckets) >= maxBuckets {
		l.forget(now)
	}
	byAddress := l.bucket("a:"+address, rate.Every(time.Second), 60, now).AllowN(now, 1)
	return l.bucket("n:"+name, rate.Every(3*time.Second), 20, now).AllowN(now, 1) && byAddress
}

func (l *limits) bucket(key string, r rate.Limit, burst int, now time.Time) *rate.Limiter {
	b := l.buckets[key]
	if b == nil {
		b = &bucket{limiter: rate.NewLimiter(r, burst)}
		l.buckets[key] = b
	}
	b.used = now
	return b.limiter
}

// forget drops buckets that have refilled since; if all are in use it drops them all, because the lock-out still holds.
func (l *limits) forget(now time.Time) {
	for key, b := range l.buckets {
		if now.Sub(b.used) > 2*time.Minute {
			delete(l.buckets, key)
		}
	}
	if len(l.buckets) >= maxBuckets {
		clear(l.buckets)
	}
}
