package db

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Value is what the Value method of a type returns that says itself how it is kept.
type Value = driver.Value

// JSON is a value kept as JSON in a TEXT column and shown as itself on the wire.
type JSON[T any] struct{ V T }

// Value stores the JSON text.
func (j JSON[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(j.V)
	return string(b), err
}

// Scan reads JSON text; NULL leaves the zero value.
func (j *JSON[T]) Scan(src any) error {
	switch s := src.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(s), &j.V)
	case []byte:
		return json.Unmarshal(s, &j.V)
	}
	return fmt.Errorf("scan %T into JSON", src)
}

// MarshalJSON shows the value itself.
func (j JSON[T]) MarshalJSON() ([]byte, error) { return json.Marshal(j.V) }

// UnmarshalJSON reads the value itself.
func (j *JSON[T]) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &j.V) }

// Schema is the schema of the value.
func (JSON[T]) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[T](), true, "")
}

// idSource keeps the ids of one process in the order they were made, even within one millisecond.
type idSource struct {
	mu sync.Mutex
	ms int64
	n  uint32
}

func (s *idSource) next(now time.Time) (ms int64, n uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := now.UnixMilli(); t > s.ms {
		s.ms, s.n = t, 0
	}
	s.n++
	if s.n == 1<<26 { // 67 million in a millisecond cannot happen; borrow the next one if it does
		s.ms, s.n = s.ms+1, 1
	}
	return s.ms, s.n
}

// ID returns a UUIDv7 (RFC 9562); ids of one process sort in the order they were made.
func (tx *Tx) ID() string { return newID(tx.d.ids.next(tx.now)) }

// NewID is tx.ID, in the function form.
func NewID(tx *Tx) string { return tx.ID() }

// newID lays out 48 bits of milliseconds, 26 bits of counter, 48 random bits.
func newID(ms int64, n uint32) string {
	var b [16]byte
	_, _ = rand.Read(b[10:]) // crypto/rand never fails on supported systems
	for i := range 6 {
		b[i] = byte(uint64(ms) >> (40 - 8*i))
	}
	b[6] = 0x70 | byte(n>>22)&0x0f
	b[7] = byte(n >> 14)
	b[8] = 0x80 | byte(n>>8)&0x3f
	b[9] = byte(n)
	var out [36]byte
	hex.Encode(out[0:8], b[0:4])
	hex.Encode(out[9:13], b[4:6])
	hex.Encode(out[14:18], b[6:8])
	hex.Encode(out[19:23], b[8:10])
	hex.Encode(out[24:36], b[10:16])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}
