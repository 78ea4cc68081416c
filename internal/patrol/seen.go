package patrol

import (
	"context"
	"sync"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// seen remembers when trackers sent last, until Settle writes it down: at most every five minutes for each.
type seen struct {
	mu      sync.Mutex
	at      map[string]time.Time // not written yet
	written map[string]time.Time
}

const seenEvery = 5 * time.Minute

func newSeen() *seen { return &seen{at: map[string]time.Time{}, written: map[string]time.Time{}} }

func (x *seen) note(device string, at time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.at[device] = at
}

// due takes out what is to be written.
func (x *seen) due() map[string]time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	out := map[string]time.Time{}
	for device, at := range x.at {
		if at.Sub(x.written[device]) >= seenEvery {
			out[device] = at
			x.written[device] = at
			delete(x.at, device)
		}
	}
	return out
}

// settleSeen writes down when trackers sent last. What a failure loses the next position brings back.
func (s *Service) settleSeen(ctx context.Context) error {
	due := s.seen.due()
	if len(due) == 0 {
		return nil
	}
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		for device, at := range due {
			if _, err := tx.Exec(ctx, "UPDATE track_device SET last_seen_at = $1 WHERE id = $2", clock.At(at), device); err != nil {
				return err
			}
		}
		return nil
	})
}
