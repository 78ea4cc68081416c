package fence

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"yiwang/internal/patrol"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// How the journal is followed.
const (
	reader    = "fence"
	rowsRead  = 500              // of each journal at a time
	turnTime  = 20 * time.Second // after which another server takes over
	saveEvery = 30 * time.Second // states without an event
	sweep     = 5 * time.Second  // contact, ends of sessions
)

// Follow evaluates what came since it was last called. The program calls it every second; where several servers run, one
// of them does the work. After a failure it starts again from what is in the database.
func (s *Service) Follow(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	mine, err := s.takeTurn(ctx)
	if err != nil || !mine {
		s.ready = false
		return err
	}
	if !s.ready {
		if err := s.load(ctx); err != nil {
			return err
		}
	}
	if err := s.refresh(ctx); err != nil {
		return err
	}
	for {
		more, err := s.follow(ctx)
		if err != nil {
			s.ready = false // what is in memory may be ahead of what was kept
			return err
		}
		if !more {
			return nil
		}
	}
}

// takeTurn says whether this server is the one that evaluates. It asks again when half its time is over.
func (s *Service) takeTurn(ctx context.Context) (mine bool, err error) {
	if s.ready && s.DB.Clock().Now().Before(s.turn) {
		return true, nil
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE fence_turn SET holder = $1, until = $2 WHERE id = 1 AND (holder = $1 OR until < $3)", s.holder, clock.At(tx.Now().Add(turnTime)), tx.Time())
		mine = n == 1
		s.turn = tx.Now().Add(turnTime / 2)
		return err
	})
	return mine, err
}

// load brings back where every session stood.
func (s *Service) load(ctx context.Context) error {
	now := s.DB.Clock().Now()
	s.rules, s.stamp, s.watches, s.began, s.saved, s.swept = nil, "", map[string]*watch{}, now, now, time.Time{}
	return s.DB.Read(ctx, func(tx *db.Tx) error {
		read, err := s.Patrol.ReadUpTo(ctx, tx, reader)
		if err != nil {
			return err
		}
		s.read, s.marked = read, maps.Clone(read)
		states, err := db.All[string](ctx, tx, "SELECT state FROM fence_state ORDER BY session_id")
		if err != nil {
			return err
		}
		for _, text := range states {
			w := newWatch("", Who{}, 0)
			if err := json.Unmarshal([]byte(text), w); err != nil {
				return fmt.Errorf("state of a session at its fences: %w", err)
			}
			x, err := s.Patrol.SessionTx(ctx, tx, w.Session)
			if err != nil {
				return err
			}
			w.who, w.dirty = whoOf(x), false
			s.watches[w.Session] = w
		}
		s.ready = true
		return nil
	})
}

func whoOf(x *patrol.Session) Who { return Who{Officer: x.OfficerID, Unit: x.UnitID, Area: x.AreaCode} }

// refresh builds the rules anew if a fence has changed.
func (s *Service) refresh(ctx context.Context) error {
	return s.DB.Read(ctx, func(tx *db.Tx) error {
		stamp, err := db.Get[string](ctx, tx, "SELECT COUNT(*) || ' ' || COALESCE(MAX(id), '') FROM fence_version")
		if err != nil || stamp == s.stamp && s.rules != nil {
			return err
		}
		fresh, err := s.rulesSince(ctx, tx, tx.Now())
		if err != nil {
			return err
		}
		s.rules, s.stamp, s.recheck = fresh, stamp, true
		return s.groundOwn(ctx, s.rules, s.watches)
	})
}

// rulesSince compiles the versions that were in force at some time since an instant.
func (s *Service) rulesSince(ctx context.Context, tx *db.Tx, since time.Time) (*rules, error) {
	versions, err := db.All[Version](ctx, tx, "SELECT "+versionColumns+" FROM fence_version WHERE active AND (to_at IS NULL OR to_at > $1) ORDER BY fence_id, version", clock.At(since))
	if err != nil {
		return nil, err
	}
	list := make([]*rule, 0, len(versions))
	for i := range versions {
		v := &versions[i]
		r, err := s.compile(ctx, v)
		if err != nil {
			return nil, fmt.Errorf("fence %s, version %d: %w", v.FenceID, v.Version, err)
		}
		list = append(list, r)
	}
	return newRules(list), nil
}

func (s *Service) compile(ctx context.Context, v *Version) (*rule, error) {
	d := v.Definition.V
	r, err := d.compile(nil)
	if err != nil {
		return nil, err
	}
	if d.Kind == Area && s.Regions != nil {
		if ground, err := s.Regions.GroundAt(ctx, d.Area, time.Time{}); err == nil && len(ground) > 0 { // an area that ended has no ground
			r.ground = newGround(ground)
		}
	}
	r.ID, r.Version, r.From = v.FenceID, v.Version, v.FromAt.UnixMilli()
	if v.ToAt != nil {
		r.To = v.ToAt.UnixMilli()
	}
	return r, nil
}

// groundOwn makes known the ground of the areas people are on duty in.
func (s *Service) groundOwn(ctx context.Context, x *rules, watches map[string]*watch) error {
	if s.Regions == nil {
		return nil
	}
	for _, w := range watches {
		if _, known := x.grounds[w.who.Area]; known {
			continue
		}
		ground, err := s.Regions.GroundAt(ctx, w.who.Area, time.Time{})
		if err != nil || len(ground) == 0 {
			x.grounds[w.who.Area] = nil // no ground, or an area that ended: nobody can stray from it
			continue
		}
		x.grounds[w.who.Area] = newGround(ground)
	}
	return nil
}

// round is what one look at the journal brought.
type round struct {
	sessions map[string]*patrol.Session
	happened map[string][]happening // by session
	lasted   map[string][]condition // before the round, of sessions that were touched
	changed  []string               // sessions to be kept at once
	late     map[string]bool
	ended    []string
	upTo     map[string]int64
	full     bool // there may be more
}

// follow takes the next rows of the journal and keeps what follows from them in one commit.
func (s *Service) follow(ctx context.Context) (more bool, err error) {
	x := &round{sessions: map[string]*patrol.Session{}, happened: map[string][]happening{}, lasted: map[string][]condition{}, late: map[string]bool{}}
	now := s.DB.Clock().Now()
	if err := s.DB.Read(ctx, func(tx *db.Tx) error { return s.evaluate(ctx, tx, x, now) }); err != nil {
		return false, err
	}
	x.changed = s.changed(x)
	save := now.Sub(s.saved) >= saveEvery && (!maps.Equal(s.read, s.marked) || x.full)
	if !save && len(x.changed) == 0 && len(x.late) == 0 && len(x.ended) == 0 && !s.recheck {
		return x.full, nil
	}
	if err := s.DB.Tx(ctx, func(tx *db.Tx) error { return s.keep(ctx, tx, x, save) }); err != nil {
		return false, err
	}
	if s.recheck = false; save {
		s.saved, s.marked = now, maps.Clone(s.read)
	}
	for id, w := range s.watches {
		if save || slices.Contains(x.changed, id) {
			w.dirty = false
		}
	}
	for _, id := range x.ended {
		delete(s.watches, id)
	}
	return x.full, nil
}

// changed lists the sessions with events, or with a condition that began or ended, by id.
func (s *Service) changed(x *round) (out []string) {
	for id, before := range x.lasted {
		w := s.watches[id]
		if len(x.happened[id]) > 0 || !slices.EqualFunc(before, w.lasting(s.rules), func(a, b condition) bool { return a.key() == b.key() }) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

func (s *Service) evaluate(ctx context.Context, tx *db.Tx, x *round, now time.Time) error {
	batches, upTo, err := s.Patrol.JournalTx(ctx, tx, s.read, rowsRead)
	if err != nil {
		return err
	}
	x.upTo = upTo
	for node, seq := range upTo {
		x.full = x.full || seq-s.read[node] >= rowsRead
	}
	for i := range batches {
		if err := s.take(ctx, tx, x, &batches[i]); err != nil {
			return err
		}
	}
	for node, seq := range upTo {
		s.read[node] = seq
	}
	if now.Sub(s.swept) < sweep {
		return nil
	}
	s.swept = now
	return s.sweep(ctx, tx, x, now)
}

// take moves the watch of a session on. What is older than the newest fix, or comes after the session was put away, is late.
func (s *Service) take(ctx context.Context, tx *db.Tx, x *round, b *patrol.Batch) error {
	w := s.watches[b.SessionID]
	if w == nil {
		session, err := s.Patrol.SessionTx(ctx, tx, b.SessionID)
		if err != nil {
			return err
		}
		if session.Kind == patrol.ForSOS {
			return nil // somebody who called for help is not watched
		}
		if session.OffAt != nil && session.OffAt.Before(tx.Now().Add(-time.Minute)) {
			x.late[b.SessionID] = true
			return nil
		}
		w = newWatch(session.ID, whoOf(session), session.OnAt.UnixMilli())
		x.sessions[session.ID] = session
		s.watches[session.ID] = w
		if err := s.groundOwn(ctx, s.rules, map[string]*watch{session.ID: w}); err != nil {
			return err
		}
	}
	if b.Seq <= w.Seqs[b.Node] {
		return nil
	}
	x.touch(s, w)
	w.Seqs[b.Node], w.dirty = b.Seq, true
	for _, p := range b.Points {
		switch {
		case p.At > w.Heard:
			w.take(p, s.rules, func(h happening) { x.happened[w.Session] = append(x.happened[w.Session], h) })
		case p.At < w.Heard:
			x.late[w.Session] = true
		}
	}
	return nil
}

// touch remembers what lasted before the round.
func (x *round) touch(s *Service, w *watch) {
	if _, known := x.lasted[w.Session]; !known {
		x.lasted[w.Session] = w.lasting(s.rules)
	}
}

// sweep judges contact of those on duty and puts the watches of ended sessions away. After this server took over, silence
// counts from then: while no server ran, nobody could be heard.
func (s *Service) sweep(ctx context.Context, tx *db.Tx, x *round, now time.Time) error {
	running, err := s.Patrol.RunningTx(ctx, tx)
	if err != nil {
		return err
	}
	on := map[string]bool{}
	for i := range running {
		r := &running[i]
		on[r.ID] = true
		w := s.watches[r.ID]
		if w == nil {
			if r.Kind == patrol.ForSOS {
				continue
			}
			w = newWatch(r.ID, whoOf(r), r.OnAt.UnixMilli())
			s.watches[r.ID] = w
		}
		x.touch(s, w)
		w.listen(now.UnixMilli(), s.began.UnixMilli(), s.rules, func(h happening) { x.happened[w.Session] = append(x.happened[w.Session], h) })
	}
	for id, w := range s.watches {
		if !on[id] {
			x.touch(s, w)
			x.ended = append(x.ended, id)
		}
	}
	return s.groundOwn(ctx, s.rules, s.watches)
}
