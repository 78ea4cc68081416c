package patrol

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"yiwang/internal/platform/db"
)

// refused counts in memory what was turned away, until Settle writes it down.
type refused struct {
	mu     sync.Mutex
	counts map[refusal]Refused
}

type refusal struct{ officer, day string }

// Refused is how many points of a day were turned away.
type Refused struct {
	Day     string `db:"day" json:"day" doc:"In China, such as 2026-11-24"`
	OffDuty int    `db:"off_duty" json:"off_duty"`
	Bad     int    `db:"bad" json:"bad"`
}

func newRefused() *refused { return &refused{counts: map[refusal]Refused{}} }

// china is where the day of an officer begins.
var china = time.FixedZone("CST", 8*60*60)

func (r *refused) add(officer string, at time.Time, offDuty, bad int) {
	key := refusal{officer, at.In(china).Format(time.DateOnly)}
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.counts[key]
	c.OffDuty += offDuty
	c.Bad += bad
	r.counts[key] = c
}

// with adds to an officer's counts what is not written down yet; the newest day first.
func (r *refused) with(officer string, list []Refused) []Refused {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, c := range r.counts {
		if key.officer != officer {
			continue
		}
		i := slices.IndexFunc(list, func(x Refused) bool { return x.Day == key.day })
		if i < 0 {
			c.Day = key.day
			list = append(list, c)
			continue
		}
		list[i].OffDuty += c.OffDuty
		list[i].Bad += c.Bad
	}
	slices.SortFunc(list, func(a, b Refused) int { return strings.Compare(b.Day, a.Day) })
	return list
}

// Settle writes down the counts of refused points, and when trackers sent last. The program calls it every minute; a crash
// loses the counts of a minute, never a point.
func (s *Service) Settle(ctx context.Context) error {
	return errors.Join(s.settleRefused(ctx), s.settleSeen(ctx))
}

func (s *Service) settleRefused(ctx context.Context) error {
	s.refused.mu.Lock()
	counts := s.refused.counts
	s.refused.counts = map[refusal]Refused{}
	s.refused.mu.Unlock()
	if len(counts) == 0 {
		return nil
	}
	rows := make([][]any, 0, len(counts))
	for key, c := range counts {
		rows = append(rows, []any{key.officer, key.day, c.OffDuty, c.Bad})
	}
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		return db.InsertMany(ctx, tx, "track_refused", "officer_id, day, off_duty, bad",
			`ON CONFLICT (officer_id, day) DO UPDATE SET off_duty = track_refused.off_duty + excluded.off_duty, bad = track_refused.bad + excluded.bad`, rows)
	})
	if err != nil {
		s.refused.mu.Lock()
		defer s.refused.mu.Unlock()
		for key, c := range s.refused.counts {
			old := counts[key]
			counts[key] = Refused{OffDuty: old.OffDuty + c.OffDuty, Bad: old.Bad + c.Bad}
		}
		s.refused.counts = maps.Clone(counts)
	}
	return err
}
