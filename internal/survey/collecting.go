package survey

import (
	"context"
	"errors"
	"sync"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// ErrStale says that a wave changed after the answers were checked: read it again and check again.
var ErrStale = errs.Conflict("survey.wave_changed", "Somebody changed this wave in the meantime.")

// Collecting is a wave as the collection of answers uses it thousands of times a minute: read once per version and shared, so it
// must not be changed.
type Collecting struct {
	Wave  *Wave
	Forms map[Group]*Form
}

// stamp is what tells whether a Collecting is still true.
type stamp struct {
	ID      string `db:"id"`
	Version int    `db:"version"`
	State   State  `db:"state"`
}

func stampOf(ctx context.Context, tx *db.Tx, id string) (stamp, error) {
	st, err := db.Get[stamp](ctx, tx, "SELECT id, version, state FROM wave WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return st, errs.NotFound("survey.wave_not_found", "There is no such wave.")
	}
	return st, err
}

// holdStamp is stampOf in a transaction that writes: a wave is not closed between the look and the commit. SQLite has one writer anyway.
func holdStamp(ctx context.Context, tx *db.Tx, id string) (stamp, error) {
	if tx.Dialect() == db.Postgres {
		if _, err := tx.Exec(ctx, "SELECT id FROM wave WHERE id = $1 FOR SHARE", id); err != nil {
			return stamp{}, err
		}
	}
	return stampOf(ctx, tx, id)
}

// collectingCache keeps the last version of each wave that was collected for.
type collectingCache struct {
	mu    sync.RWMutex
	waves map[string]*Collecting
}

// Collecting returns a wave by id or code for the collection of answers; a code stands for the wave that takes answers now, or else for
// the newest. It asks for no permission: callers decide what of it they show. NotFound when there is none.
func (s *Service) Collecting(ctx context.Context, idOrCode string) (c *Collecting, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		c, err = s.CollectingTx(ctx, tx, idOrCode)
		return err
	})
	return c, err
}

// CollectingTx is Collecting inside the caller's transaction.
func (s *Service) CollectingTx(ctx context.Context, tx *db.Tx, idOrCode string) (*Collecting, error) {
	found, err := db.All[stamp](ctx, tx, "SELECT id, version, state FROM wave WHERE id = $1 OR code = $1 ORDER BY created_at DESC LIMIT 20", idOrCode)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, errs.NotFound("survey.wave_not_found", "There is no such wave.")
	}
	st := found[0]
	for _, f := range found {
		if f.ID == idOrCode || f.State == Fieldwork || f.State == Piloting && st.State != Fieldwork {
			st = f
		}
	}
	if c := s.Known(st.ID); c != nil && c.Wave.Version == st.Version {
		return c, nil
	}
	w, err := findWave(ctx, tx, st.ID)
	if err != nil {
		return nil, err
	}
	c := &Collecting{Wave: w, Forms: map[Group]*Form{}}
	if w.State != Draft { // a draft may have no questionnaires yet
		if c.Forms, err = s.FormsTx(ctx, tx, w); err != nil {
			return nil, err
		}
	}
	s.collecting.mu.Lock()
	defer s.collecting.mu.Unlock()
	if s.collecting.waves == nil {
		s.collecting.waves = map[string]*Collecting{}
	}
	s.collecting.waves[st.ID] = c
	return c, nil
}

// TakingAnswersTx returns the waves that take answers now, newest first. It asks for no permission.
func (s *Service) TakingAnswersTx(ctx context.Context, tx *db.Tx) (list []*Collecting, err error) {
	ids, err := db.All[string](ctx, tx, "SELECT id FROM wave WHERE state IN ($1, $2) ORDER BY created_at DESC, id LIMIT 50", Fieldwork, Piloting)
	for i := 0; err == nil && i < len(ids); i++ {
		var c *Collecting
		if c, err = s.CollectingTx(ctx, tx, ids[i]); err == nil {
			list = append(list, c)
		}
	}
	return list, err
}

// Known returns a wave as it was last read for collection, nil if never. RecordTx refuses with ErrStale what was checked with an old one.
func (s *Service) Known(id string) *Collecting {
	s.collecting.mu.RLock()
	defer s.collecting.mu.RUnlock()
	return s.collecting.waves[id]
}
