package patrol

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// Days for which tracks are kept, as the notice on the phone says: the longer for full-time officers, the shorter for
// everybody else and for calls for help. What is older is shown to nobody, and gone with the table of its week.
const (
	usualKeep = 30
	longKeep  = 90
)

// keptFor is the nearest of the two lengths that is not longer: a strange number keeps less, never more.
func keptFor(days int) int {
	if days >= longKeep {
		return longKeep
	}
	return usualKeep
}

// Other things about people that are not kept for ever.
const (
	keepRefused = 90 * 24 * time.Hour
	keepLooks   = 365 * 24 * time.Hour
	keepCalls   = 365 * 24 * time.Hour
)

// week is a table of chunks.
type week struct {
	Name     string     `db:"name"`
	Until    clock.Time `db:"until"`
	KeepDays int        `db:"keep_days"`
}

// shownFrom is the oldest instant whose points of this table may be shown.
func (w *week) shownFrom(now time.Time) clock.Time { return clock.At(now.AddDate(0, 0, -w.KeepDays)) }

var weekPattern = regexp.MustCompile(`^track_chunk_[0-9]{4}_[0-9]{2}(_90)?$`)

func weekName(name string) bool { return weekPattern.MatchString(name) }

// weekOf names the table of a week and says when the week is over. The name holds digits alone beside its prefix.
func weekOf(t time.Time, keepDays int) (string, time.Time) {
	t = t.UTC()
	year, n := t.ISOWeek()
	monday := t.Truncate(24*time.Hour).AddDate(0, 0, -(int(t.Weekday())+6)%7)
	name := fmt.Sprintf("track_chunk_%04d_%02d", year, n)
	if keepDays == longKeep {
		name += "_90"
	}
	return name, monday.AddDate(0, 0, 7)
}

// weekTx returns the chunk table of the week an instant lies in, and makes it if need be.
func (s *Service) weekTx(ctx context.Context, tx *db.Tx, ms int64, keepDays int) (string, error) {
	keepDays = keptFor(keepDays)
	name, until := weekOf(time.UnixMilli(ms), keepDays)
	s.mu.Lock()
	known := s.weeks[name]
	s.mu.Unlock()
	if known {
		return name, nil
	}
	if _, err := tx.Exec(ctx, "CREATE TABLE IF NOT EXISTS "+name+` (officer_id TEXT NOT NULL, session_id TEXT NOT NULL, t0 BIGINT NOT NULL, n BIGINT NOT NULL, t1 BIGINT NOT NULL,
			points INTEGER NOT NULL, min_lat INTEGER NOT NULL, min_lon INTEGER NOT NULL, max_lat INTEGER NOT NULL, max_lon INTEGER NOT NULL,
			data BYTEA NOT NULL, PRIMARY KEY (officer_id, t0, n))`); err != nil {
		return "", fmt.Errorf("make %s: %w", name, err)
	}
	if _, err := tx.Exec(ctx, "INSERT INTO track_week (name, until, keep_days) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING", name, clock.At(until), keepDays); err != nil {
		return "", fmt.Errorf("make %s: %w", name, err)
	}
	tx.AfterCommit(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.weeks[name] = true
	})
	return name, nil
}

// Forget drops the tables of weeks that are older than their tracks are kept, and what else about people is too old. The
// program calls it every hour.
func (s *Service) Forget(ctx context.Context) error {
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		all, err := db.All[week](ctx, tx, "SELECT name, until, keep_days FROM track_week ORDER BY name")
		if err != nil {
			return err
		}
		for i := range all {
			w := &all[i]
			if !w.Until.Before(w.shownFrom(tx.Now()).Time) {
				continue
			}
			if !weekName(w.Name) {
				return errors.New("a table of tracks has a strange name: " + w.Name)
			}
			if _, err := tx.Exec(ctx, "DROP TABLE "+w.Name); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "DELETE FROM track_week WHERE name = $1", w.Name); err != nil {
				return err
			}
			tx.AfterCommit(func() {
				s.mu.Lock()
				defer s.mu.Unlock()
				delete(s.weeks, w.Name)
			})
		}
		now := tx.Now()
		for query, before := range map[string]any{
			"DELETE FROM track_sealed WHERE session_id IN (SELECT id FROM duty_session WHERE off_at < $1)": clock.At(now.Add(-2 * lateness)),
			"DELETE FROM track_refused WHERE day < $1":                                                     now.Add(-keepRefused).In(china).Format(time.DateOnly),
			"DELETE FROM track_look WHERE at < $1":                                                         clock.At(now.Add(-keepLooks)),
			"DELETE FROM sos_call WHERE at < $1":                                                           clock.At(now.Add(-keepCalls)),
		} {
			if _, err := tx.Exec(ctx, query, before); err != nil {
				return err
			}
		}
		return nil
	})
}
