package patrol

import (
	"context"
	"strings"
	"sync"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// gate knows in memory who was on duty when, for as long as late points are taken. It is what stands between a phone and
// the storage.
type gate struct {
	mu       sync.RWMutex
	sessions map[string][]Session // by officer, at most a few each
	devices  map[string]Device    // by digest of the token
	calls    map[string]bool      // officers whose call for help has not ended
	upTo     clock.Time           // changes before are known
	lived    clock.Time           // the latest time this server has lived through
	before   clock.Time           // lived, before the clock leapt ahead at leapt; zero if it did not
	leapt    clock.Time
	turned   func(officer string) // told when somebody goes on or off duty
}

// lateness is how late a point may come: phones without network keep theirs for a day or two.
const lateness = 48 * time.Hour

func newGate() *gate {
	return &gate{sessions: map[string][]Session{}, devices: map[string]Device{}, calls: map[string]bool{}}
}

// put makes a session known, or what has become of it.
func (g *gate) put(x Session) {
	g.mu.Lock()
	turned := g.turned
	if !g.learn(x) {
		turned = nil
	}
	g.mu.Unlock()
	if turned != nil {
		turned(x.OfficerID)
	}
}

// learn reports whether the session, or what has become of it, is new. The caller holds mu.
func (g *gate) learn(x Session) bool {
	if g.upTo.IsZero() && x.ChangedAt.After(g.lived.Time) { // at the start: what was written has been
		g.lived = x.ChangedAt
	}
	list := g.sessions[x.OfficerID]
	for i := range list {
		if list[i].ID == x.ID {
			newer := list[i].Version < x.Version
			if newer {
				list[i] = x
			}
			return newer
		}
	}
	g.sessions[x.OfficerID] = append(list, x)
	return true
}

// at returns the session of the officer that holds the present instant.
func (g *gate) at(officer string, now int64) (Session, bool) {
	return g.held(officer, now, time.UnixMilli(now))
}

// held returns the session of the officer in which an instant lies, as known now. Where two hold it, because the clock of the server
// leapt, it is the one that runs. One that ended in the future ended while the clock had leapt ahead, at some time until now: of it the
// last minutes are left out until its end is set right.
func (g *gate) held(officer string, ms int64, now time.Time) (found Session, ok bool) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	for _, x := range g.sessions[officer] {
		if x.OffAt != nil && x.OffAt.After(now) && ms > now.Add(-lateAfter).UnixMilli() {
			continue
		}
		if x.holds(ms) && (!ok || x.OffAt == nil) {
			found, ok = x, true
		}
	}
	return found, ok
}

// holds reports whether an instant lies inside the session.
func (x *Session) holds(ms int64) bool {
	end := x.UntilAt.UnixMilli()
	if x.OffAt != nil {
		end = x.OffAt.UnixMilli()
	}
	return ms >= x.OnAt.UnixMilli() && ms <= end
}

// running returns the session of an officer that has neither ended nor run out, also where the clock of the server went back
// behind its beginning.
func (g *gate) running(officer string, now time.Time) (Session, bool) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	for _, x := range g.sessions[officer] {
		if x.OffAt == nil && x.UntilAt.After(now) {
			return x, true
		}
	}
	return Session{}, false
}

func (g *gate) session(officer, id string) (Session, bool) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	for _, x := range g.sessions[officer] {
		if x.ID == id {
			return x, true
		}
	}
	return Session{}, false
}

// onDuty reports whether a session runs at an instant by what is known now: a point that waited for its flush while its
// officer went off duty is kept, and shown to nobody.
func (g *gate) onDuty(x *Session, at time.Time) bool {
	now, ok := g.session(x.OfficerID, x.ID)
	return ok && now.OffAt == nil && now.UntilAt.After(at)
}

// count is how many sessions of an area run at an instant.
func (g *gate) count(area string, at time.Time) (n int) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	for _, list := range g.sessions {
		for i := range list {
			if x := &list[i]; x.OffAt == nil && x.UntilAt.After(at) && strings.HasPrefix(x.AreaCode, area) {
				n++
			}
		}
	}
	return n
}

// putSOS makes known how far a call for help is.
func (g *gate) putSOS(x *SOS) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if x.State == SOSResolved {
		delete(g.calls, x.OfficerID)
		return
	}
	g.calls[x.OfficerID] = true
}

// calling reports whether an officer calls for help.
func (g *gate) calling(officer string) bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.calls[officer]
}

func (g *gate) putDevice(d Device) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if d.RevokedAt != nil {
		delete(g.devices, d.TokenDigest)
		return
	}
	g.devices[d.TokenDigest] = d
}

func (g *gate) device(digest string) (Device, bool) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	d, ok := g.devices[digest]
	return d, ok
}

// Refresh learns what other servers changed: sessions and trackers. The program calls it every two seconds; on one server
// it finds nothing new. Sessions that ended longer ago than late points are taken are forgotten.
func (s *Service) Refresh(ctx context.Context) error {
	return s.DB.Read(ctx, func(tx *db.Tx) error {
		g := s.gate
		oldest := clock.At(tx.Now().Add(-lateness))
		since, first := g.since(tx.Now(), oldest)
		sessions, err := db.All[Session](ctx, tx, "SELECT "+sessionColumns+" FROM duty_session WHERE changed_at >= $1", since)
		if err != nil {
			return err
		}
		if first {
			open, err := db.All[Session](ctx, tx, "SELECT "+sessionColumns+" FROM duty_session WHERE off_at IS NULL")
			if err != nil {
				return err
			}
			sessions = append(sessions, open...)
			since = clock.Time{}
		}
		devices, err := db.All[Device](ctx, tx, "SELECT "+deviceColumns+" FROM track_device WHERE changed_at >= $1", since)
		if err != nil {
			return err
		}
		calls, err := db.All[SOS](ctx, tx, "SELECT "+sosColumns+" FROM sos_call WHERE changed_at >= $1 ORDER BY changed_at", since)
		if err != nil {
			return err
		}
		for i := range calls {
			s.gate.putSOS(&calls[i])
		}
		for _, x := range sessions {
			x.elsewhere = x.OffAt != nil
			s.gate.put(x)
			if x.OffAt != nil {
				s.latest.dropSession(x.OfficerID, x.ID)
			}
		}
		for _, d := range devices {
			s.gate.putDevice(d)
		}
		g.forget(oldest, tx.Time())
		return nil
	})
}

// since is from when on changes are to be asked for, and whether everything is: at first, and after the clock of the server went
// back, since what it forgot while it was ahead is wanted again.
func (g *gate) since(now time.Time, oldest clock.Time) (clock.Time, bool) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if g.upTo.IsZero() || now.Before(g.upTo.Add(-time.Minute)) {
		return oldest, true
	}
	return clock.At(g.upTo.Add(-5 * time.Second)), false // what was being committed while we last looked
}

// ahead reports whether an instant that seems to lie in the future is one this server has lived through already: its clock went
// back since, and whoever sends the instant may be right.
func (g *gate) ahead(ms int64) bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return ms <= g.lived.UnixMilli()
}

// forget drops the sessions that ended before oldest.
func (g *gate) forget(oldest, now clock.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for officer, list := range g.sessions {
		kept := list[:0]
		for _, x := range list {
			if x.OffAt == nil || x.OffAt.After(oldest.Time) {
				kept = append(kept, x)
			}
		}
		if len(kept) == 0 {
			delete(g.sessions, officer)
			continue
		}
		g.sessions[officer] = kept
	}
	g.live(now)
}

// leap is how far the clock of the server may seem to run on between two refreshes, and leapDay how long it is remembered that it did.
const (
	leap    = 10 * time.Minute
	leapDay = 24 * time.Hour
)

// live notes what time it is. What the server lived through after a leap ahead has never been where the clock comes back within a day
// to what it would show now: else phones whose clocks are wrong were told for as long to send again. The caller holds mu.
func (g *gate) live(now clock.Time) {
	switch {
	case g.upTo.IsZero():
	case now.Sub(g.lived.Time) > leap && g.before.IsZero():
		g.before, g.leapt = g.lived, now
	case g.before.IsZero():
	case now.Before(g.upTo.Add(-time.Minute)) && !now.Before(g.before.Time):
		g.lived, g.before = g.before, clock.Time{}
	case now.Sub(g.leapt.Time) > leapDay:
		g.before = clock.Time{}
	}
	if now.After(g.lived.Time) {
		g.lived = now
	}
	g.upTo = now
}
