package fence

import (
	"context"
	"slices"
	"time"

	"yiwang/internal/patrol"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// lateBatch bounds how many sessions are found anew in one commit, sameEvent how many milliseconds apart two findings of one
// event may lie.
const (
	lateBatch = 20
	sameEvent = 60_000
)

// Reconsider finds anew the events of sessions of which positions came late. The program calls it every quarter of a minute,
// so that positions which come in many pieces are looked at together.
func (s *Service) Reconsider(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ready || s.rules == nil {
		return nil
	}
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		ids, err := db.All[string](ctx, tx, "SELECT session_id FROM fence_late ORDER BY since, session_id LIMIT $1", lateBatch)
		for i := 0; err == nil && i < len(ids); i++ {
			err = s.reconsider(ctx, tx, ids[i])
		}
		return err
	})
	if err != nil {
		s.ready = false
	}
	return err
}

func (s *Service) reconsider(ctx context.Context, tx *db.Tx, id string) error {
	if _, err := tx.Exec(ctx, "DELETE FROM fence_late WHERE session_id = $1", id); err != nil {
		return err
	}
	session, err := s.Patrol.SessionTx(ctx, tx, id)
	if errs.KindOf(err) == errs.KindNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	fresh, happened, x, err := s.anew(ctx, tx, session)
	if err != nil {
		return err
	}
	added, err := s.compareTx(ctx, tx, session, happened)
	if err != nil {
		return err
	}
	if err := s.note(ctx, tx, session, added, true); err != nil {
		return err
	}
	lasting := []condition{}
	if w := s.watches[id]; w != nil { // still on duty: it goes on from what is known now
		w.Sides, w.Last, w.Jumps, w.Heard, w.dirty = fresh.Sides, fresh.Last, fresh.Jumps, max(w.Heard, fresh.Heard), true
		w.rules = nil
		lasting = w.lasting(s.rules)
	} else if s.other(session) {
		return nil // another session of the officer runs: its alarms stay
	}
	return s.reconcile(ctx, tx, session, lasting, known(added, x), true)
}

// other reports whether another session of the officer is being watched.
func (s *Service) other(x *patrol.Session) bool {
	for id, w := range s.watches {
		if id != x.ID && w.who.Officer == x.OfficerID {
			return true
		}
	}
	return false
}

// known keeps the happenings that a rule with an alarm tells of.
func known(list []happening, x *rules) []happening {
	return slices.DeleteFunc(slices.Clone(list), func(h happening) bool { return x.version(h.rule.ID, h.rule.Version) == nil || !h.rule.Alarm })
}

// anew evaluates all positions of a session with the fences that were in force at each instant. Contact is left out: that
// nothing was heard stays true when positions come later.
func (s *Service) anew(ctx context.Context, tx *db.Tx, session *patrol.Session) (*watch, []happening, *rules, error) {
	points, err := s.Patrol.PointsOf(ctx, tx, session)
	if err != nil {
		return nil, nil, nil, err
	}
	x, err := s.rulesSince(ctx, tx, session.OnAt.Time)
	if err != nil {
		return nil, nil, nil, err
	}
	w := newWatch(session.ID, whoOf(session), session.OnAt.UnixMilli())
	if err := s.groundOwn(ctx, x, map[string]*watch{session.ID: w}); err != nil {
		return nil, nil, nil, err
	}
	var happened []happening
	for _, p := range points {
		w.take(p, x, func(h happening) { happened = append(happened, h) })
	}
	slices.SortStableFunc(happened, func(a, b happening) int { return int(a.at - b.at) })
	return w, happened, x, nil
}

// compareTx withdraws the events that are not found any more and returns those that are new.
func (s *Service) compareTx(ctx context.Context, tx *db.Tx, session *patrol.Session, happened []happening) (added []happening, err error) {
	kept, err := db.All[Event](ctx, tx, "SELECT "+eventColumns+" FROM fence_event WHERE session_id = $1 AND kind <> $2 AND kind <> $3 AND withdrawn_at IS NULL ORDER BY at, id", session.ID, Lost, Found)
	if err != nil {
		return nil, err
	}
	taken := make([]bool, len(kept))
	for _, h := range happened {
		i := slices.IndexFunc(kept, func(e Event) bool {
			d := e.At.UnixMilli() - h.at
			return e.FenceID == h.rule.ID && e.Kind == h.kind && d <= sameEvent && d >= -sameEvent
		})
		if i < 0 {
			added = append(added, h)
			continue
		}
		taken[i] = true
	}
	for i := range kept {
		if taken[i] {
			continue
		}
		if _, err := tx.Exec(ctx, "UPDATE fence_event SET withdrawn_at = $1 WHERE id = $2", tx.Time(), kept[i].ID); err != nil {
			return nil, err
		}
	}
	return added, nil
}

// How long events stay: their places as long as tracks, the rest for a year.
const (
	keepPlace = 30 * 24 * time.Hour
	keepEvent = 365 * 24 * time.Hour
)

// Forget drops places and old events when their time is over. The program calls it every hour.
func (s *Service) Forget(ctx context.Context) error {
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE fence_event SET lat = NULL, lon = NULL WHERE lat IS NOT NULL AND at < $1", clock.At(tx.Now().Add(-keepPlace))); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "DELETE FROM fence_event WHERE at < $1", clock.At(tx.Now().Add(-keepEvent)))
		return err
	})
}
