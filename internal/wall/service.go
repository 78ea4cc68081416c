package wall

import (
	"context"

	"yiwang/internal/alarm"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
)

// Deps is what the module stands on.
type Deps struct {
	DB      *db.DB
	Regions *region.Service
	Patrol  *patrol.Service
	Alarms  *alarm.Service
	Sources Sources
	Secure  bool // served by TLS: the cookie of a screen is kept to it
}

// Sources are the figures that other modules count.
type Sources interface {
	// Open returns every open case.
	Open(ctx context.Context) ([]Case, error)
	// Entries counts what came into each stage from an instant to before a later one.
	Entries(ctx context.Context, since, until clock.Time) ([]Entry, error)
	// Endings counts the cases that were due or done since an instant, and those done since a later one.
	Endings(ctx context.Context, since, today clock.Time) ([]Ending, error)
	// Satisfaction returns the last published wave that covers an area, nil if there is none.
	Satisfaction(ctx context.Context, area string) (*Satisfaction, error)
	// Voices returns what residents spoke of most in a wave, inside an area.
	Voices(ctx context.Context, wave, area string) ([]Voice, error)
	// CategoryName names a category.
	CategoryName(code string) string
}

// Case is an open case as the wall counts it. Lat and Lon are nil for one that has no place or whose place is not shown.
type Case struct {
	ID, Area, Category, Channel string
	Stage                       Stage
	Level                       string
	DueAt                       *clock.Time
	Lat, Lon                    *float64
	Sensitive                   bool
}

// Entry is how many cases came into a stage.
type Entry struct {
	Stage                   Stage
	Area, Category, Channel string
	N                       int
}

// Ending is how many cases fell due or were done: OnTime in time, Today of the done ones today.
type Ending struct {
	Area, Category, Channel string
	OnTime                  bool
	N, Today                int
}

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	Deps
	figures *figures
}

// New returns the service.
func New(d Deps) *Service {
	s := &Service{Deps: d}
	s.figures = newFigures(s)
	return s
}
