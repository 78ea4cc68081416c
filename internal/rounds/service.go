package rounds

import (
	"context"
	"io"
	"sync"
	"time"

	"yiwang/internal/identity"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/region"
)

// Deed is something an officer did with a case, for the replay of a track.
type Deed struct {
	At     clock.Time `json:"at"`
	CaseID string     `json:"case_id"`
	Number string     `json:"number"`
	Title  string     `json:"title"`
	Action string     `json:"action" doc:"Code of the step"`
	State  string     `json:"state" doc:"State the step led to"`
	Lat    *float64   `json:"lat,omitempty" doc:"Where the case is"`
	Lon    *float64   `json:"lon,omitempty"`
}

// Deeds tells what an officer did with cases between two instants, as far as the caller may see the cases; nil where there are none.
type Deeds interface {
	DeedsTx(ctx context.Context, tx *db.Tx, officer string, from, to clock.Time) ([]Deed, error)
}

// Photos keeps the pictures of places.
type Photos interface {
	Put(ctx context.Context, r io.Reader) (ref, mediaType string, err error)
	Open(ctx context.Context, ref string) (io.ReadCloser, error)
}

// Deps is what the module stands on.
type Deps struct {
	DB      *db.DB
	Regions *region.Service
	People  *identity.Service
	Patrol  *patrol.Service
	Deeds   Deeds  // nil: nothing is told of cases
	Photos  Photos // nil: places cannot be photographed
}

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	Deps
	mu      sync.Mutex
	field   *field
	reading sync.Mutex                  // one reading at a time
	written map[string]map[seenKey]seen // by session: what stands in round_seen already
}

// New returns the service.
func New(d Deps) *Service { return &Service{Deps: d, written: map[string]map[seenKey]seen{}} }

// MaxPhoto is the largest picture of a place, in bytes.
const MaxPhoto = 12 << 20

// PhotoRules are those of pictures of places.
var PhotoRules = blob.Rules{Types: blob.Photos, Bytes: MaxPhoto}

// fieldTx returns the places, read again when they have changed.
func (s *Service) fieldTx(ctx context.Context, tx *db.Tx) (*field, error) {
	revision, err := db.Get[int64](ctx, tx, "SELECT revision FROM round_state WHERE one = 1")
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	known := s.field
	s.mu.Unlock()
	if known != nil && known.revision == revision {
		return known, nil
	}
	var spots []spot
	err = db.Each(ctx, tx, "SELECT "+pointColumns+" FROM round_point ORDER BY id", nil, func(p *stored) error {
		spots = append(spots, p.spot())
		return nil
	})
	if err != nil {
		return nil, err
	}
	f := newField(revision, spots)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.field == nil || s.field.revision < revision {
		s.field = f
	}
	return f, nil
}

// turnPage notes that places have changed.
func turnPage(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, "UPDATE round_state SET revision = revision + 1 WHERE one = 1")
	return err
}

// dayOf is the day of an instant in Nanjing.
func dayOf(ms int64) string { return time.UnixMilli(ms).In(clock.Nanjing).Format(time.DateOnly) }

// bounds are the first instant of a day and the first after another; Invalid for days that are none or in the wrong order.
func bounds(from, to string, most int) (first, after time.Time, err error) {
	first, err1 := time.ParseInLocation(time.DateOnly, from, clock.Nanjing)
	last, err2 := time.ParseInLocation(time.DateOnly, to, clock.Nanjing)
	if err1 != nil || err2 != nil || last.Before(first) || last.Sub(first) >= time.Duration(most)*24*time.Hour {
		return first, after, errs.Invalid("rounds.bad_days", "Choose days in order, at most 31 of them.", errs.Field{Location: "query.from", Message: "a day, and to not before it", Value: from})
	}
	return first, last.AddDate(0, 0, 1), nil
}

// place checks that the caller may read the area and returns it.
func (s *Service) place(ctx context.Context, permission, code string) (*region.Area, error) {
	a, err := s.Regions.Get(ctx, code)
	if err != nil {
		return nil, err
	}
	return a, auth.RequireArea(ctx, permission, code)
}
