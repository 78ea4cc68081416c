// Package clock is the only place that reads the machine's time. Everything else takes the time of its
// transaction (db.Tx.Now) or an injected Clock, so that every deadline can be tested.
package clock

import (
	"database/sql/driver"
	"fmt"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Clock tells the time. System in production, Fake in tests.
type Clock interface{ Now() time.Time }

// System is the machine's clock in UTC, cut to milliseconds as the database stores them.
var System Clock = systemClock{}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// Fake is a clock that moves only when told. It is safe for concurrent use.
type Fake struct {
	mu  sync.Mutex
	now time.Time
}

// NewFake returns a clock that stands at t.
func NewFake(t time.Time) *Fake { return &Fake{now: t.UTC().Truncate(time.Millisecond)} }

// Now returns the time the clock stands at.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Advance moves the clock forward by d.
func (f *Fake) Advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

// Set moves the clock to t.
func (f *Fake) Set(t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = t.UTC().Truncate(time.Millisecond)
}

// Time is an instant that the database keeps as BIGINT milliseconds and the wire as RFC 3339 in UTC.
type Time struct{ time.Time }

// At wraps t, cut to milliseconds.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Millisecond)} }

// Ptr wraps t for a nullable column.
func Ptr(t time.Time) *Time {
	v := At(t)
	return &v
}

// Value stores the instant as milliseconds since 1970.
func (t Time) Value() (driver.Value, error) { return t.UnixMilli(), nil }

// Scan reads milliseconds since 1970.
func (t *Time) Scan(src any) error {
	ms, ok := src.(int64)
	if !ok {
		return fmt.Errorf("scan %T into clock.Time", src)
	}
	t.Time = time.UnixMilli(ms).UTC()
	return nil
}

// Schema describes the wire form for OpenAPI.
func (Time) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time"}
}
