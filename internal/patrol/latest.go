package patrol

import (
	"sync"

	"yiwang/internal/track"
)

// Position is where an officer on duty was last.
type Position struct {
	Session Session
	Point   track.Point
	Change  uint64 // counts up with every change anywhere
}

// latest holds the last position of everybody on duty, in memory alone: after a restart the journal brings it back.
type latest struct {
	mu     sync.RWMutex
	by     map[string]Position // by officer
	gone   map[string]gone     // officers who went off duty
	change uint64
}

// gone is where somebody was on duty who is so no longer, and at which change that was.
type gone struct {
	area   string
	change uint64
}

func newLatest() *latest { return &latest{by: map[string]Position{}, gone: map[string]gone{}} }

// offer shows a point if it is the newest of an officer whose session is running.
func (l *latest) offer(x *Session, p track.Point) {
	if x.OffAt != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if old, ok := l.by[x.OfficerID]; ok && old.Point.At >= p.At {
		return
	}
	l.change++
	l.by[x.OfficerID] = Position{Session: *x, Point: p, Change: l.change}
	delete(l.gone, x.OfficerID)
}

// drop forgets where an officer was.
func (l *latest) drop(officer string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p, ok := l.by[officer]; ok {
		l.change++
		delete(l.by, officer)
		l.gone[officer] = gone{p.Session.AreaCode, l.change}
	}
}

// dropSession is drop if the position shown is of this session.
func (l *latest) dropSession(officer, session string) {
	l.mu.RLock()
	p, ok := l.by[officer]
	l.mu.RUnlock()
	if ok && p.Session.ID == session {
		l.drop(officer)
	}
}

// since returns the positions that changed after a change, the officers gone since from areas that covers holds of, and the
// change reached.
func (l *latest) since(change uint64, covers func(area string) bool) (moved []Position, left []string, reached uint64) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, p := range l.by {
		if p.Change > change && covers(p.Session.AreaCode) {
			moved = append(moved, p)
		}
	}
	for officer, g := range l.gone {
		if g.change > change && covers(g.area) {
			left = append(left, officer)
		}
	}
	return moved, left, l.change
}
