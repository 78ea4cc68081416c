package wall

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
)

// figures keeps what the sources said, so that a hundred screens ask as little as one. A source that fails keeps its last answer.
type figures struct {
	s            *Service
	open         kept[[]Case]
	entries      kept[[]Entry]
	before       kept[[]Entry] // of the day before
	endings      kept[[]Ending]
	alarms       keptBy[*Alarms]
	satisfaction keptBy[*Satisfaction]
	voices       keptBy[[]Voice]
}

// How long an answer is good for.
const (
	freshCases  = 10 * time.Second
	freshPast   = time.Minute
	freshAlarms = 3 * time.Second
	freshWaves  = 10 * time.Minute
	window      = 30 * 24 * time.Hour // of the rate of cases closed in time
	maxKept     = 500                 // areas
)

func newFigures(s *Service) *figures { return &figures{s: s} }

// kept is an answer with its age.
type kept[T any] struct {
	mu    sync.Mutex
	value T
	at    time.Time // when it was counted; zero never
	tried time.Time
}

// get returns the answer, asked anew if it is older than fresh, and when it was counted. An error comes only if there has never been
// an answer; otherwise it is written down and the last one stands.
func (k *kept[T]) get(ctx context.Context, now time.Time, fresh time.Duration, what string, ask func(context.Context) (T, error)) (T, clock.Time, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.tried.IsZero() && now.Sub(k.tried) < fresh && now.Sub(k.tried) >= 0 {
		return k.value, clock.At(k.at), nil
	}
	value, err := ask(auth.System(context.WithoutCancel(ctx), "wall"))
	if err != nil {
		if k.at.IsZero() {
			return value, clock.Time{}, err
		}
		slog.WarnContext(ctx, "a source of the wall failed, its last figures stand", "source", what, "error", err)
		k.tried = now
		return k.value, clock.At(k.at), nil
	}
	k.value, k.at, k.tried = value, now, now
	return k.value, clock.At(k.at), nil
}

// keptBy is an answer for each area.
type keptBy[T any] struct {
	mu sync.Mutex
	by map[string]*kept[T]
}

func (k *keptBy[T]) of(area string) *kept[T] {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.by == nil || len(k.by) >= maxKept {
		k.by = map[string]*kept[T]{}
	}
	if k.by[area] == nil {
		k.by[area] = &kept[T]{}
	}
	return k.by[area]
}

// midnight is the beginning of the day an instant lies in, or of a day so many days later.
func midnight(now time.Time, later int) clock.Time {
	y, m, d := now.In(clock.Nanjing).Date()
	return clock.At(time.Date(y, m, d+later, 0, 0, 0, 0, clock.Nanjing))
}
