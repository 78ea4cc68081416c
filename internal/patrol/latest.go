package patrol

import (
	"sync"

	"yiwang/internal/platform/clock"
	"yiwang/internal/track"
)

// Position is where an officer on duty was last.
type Position struct {
	Session Session
	Point   track.Point
	Change  uint64 // counts up with every change anywhere
}

// seat is the place of somebody on duty in what is shown live. The seats form a list in the order of their last change, so that
// what changed lately is found without looking at everybody.
type seat struct {
	Position
	slot       uint32 // numbers this appearance; the next one of the same officer has another
	grid       uint32 // in the register of grids; 0 unknown
	busy       bool   // works on a case
	prev, next *seat
}

// latest holds the last position of everybody on duty, in memory alone: after a restart the journal brings it back.
type latest struct {
	mu             sync.RWMutex
	by             map[string]*seat // by officer
	oldest, newest *seat
	gone           map[string]gone // officers who went off duty
	left           []leaving       // appearances that ended, in the order of their change
	forgotten      uint64          // appearances that ended up to this change are not in left any more
	change         uint64
	slots          uint32
	hurry          func() // called when somebody left or called for help
}

// gone is where somebody was on duty who is so no longer, and at which change that was.
type gone struct {
	area   string
	change uint64
}

// leaving is an appearance that ended.
type leaving struct {
	slot   uint32
	area   string
	change uint64
}

// keepLeaving bounds how many ended appearances are remembered for those who come back to the stream.
const keepLeaving = 20_000

func newLatest() *latest {
	return &latest{by: map[string]*seat{}, gone: map[string]gone{}, hurry: func() {}}
}

// offer shows a point if it is the newest of an officer whose session is running.
func (l *latest) offer(x *Session, p track.Point) {
	if x.OffAt != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	old, ok := l.by[x.OfficerID]
	if ok && old.Point.At >= p.At {
		return
	}
	if ok && old.Session.ID != x.ID {
		l.end(old)
		ok = false
	}
	if !ok {
		l.slots++
		old = &seat{Position: Position{Session: *x}, slot: l.slots}
		l.by[x.OfficerID] = old
		delete(l.gone, x.OfficerID)
	}
	sos := p.Flags.Has(track.SOS) && !old.Point.Flags.Has(track.SOS)
	old.Point = p
	l.touch(old)
	if sos {
		l.hurry()
	}
}

// touch moves a seat to the end of the list with a new change.
func (l *latest) touch(x *seat) {
	l.change++
	x.Change = l.change
	if l.newest == x {
		return
	}
	l.unlink(x)
	if x.prev = l.newest; x.prev != nil {
		x.prev.next = x
	} else {
		l.oldest = x
	}
	l.newest = x
}

func (l *latest) unlink(x *seat) {
	if x.prev != nil {
		x.prev.next = x.next
	} else if l.oldest == x {
		l.oldest = x.next
	}
	if x.next != nil {
		x.next.prev = x.prev
	} else if l.newest == x {
		l.newest = x.prev
	}
	x.prev, x.next = nil, nil
}

// end takes an appearance away and remembers that it ended.
func (l *latest) end(x *seat) {
	l.change++
	l.unlink(x)
	delete(l.by, x.Session.OfficerID)
	l.gone[x.Session.OfficerID] = gone{x.Session.AreaCode, l.change}
	l.left = append(l.left, leaving{x.slot, x.Session.AreaCode, l.change})
	if len(l.left) > 2*keepLeaving {
		l.forgotten = l.left[keepLeaving-1].change
		l.left = append(l.left[:0:0], l.left[keepLeaving:]...)
	}
	l.hurry()
}

// drop forgets where an officer was.
func (l *latest) drop(officer string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if x, ok := l.by[officer]; ok {
		l.end(x)
	}
}

// dropSession is drop if the position shown is of this session.
func (l *latest) dropSession(officer, session string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if x, ok := l.by[officer]; ok && x.Session.ID == session {
		l.end(x)
	}
}

// since returns the positions that changed after a change, the officers gone since from areas that covers holds of, and the
// change reached.
func (l *latest) since(change uint64, covers func(area string) bool) (moved []Position, left []string, reached uint64) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for x := l.newest; x != nil && x.Change > change; x = x.prev {
		if covers(x.Session.AreaCode) {
			moved = append(moved, x.Position)
		}
	}
	for officer, g := range l.gone {
		if g.change > change && covers(g.area) {
			left = append(left, officer)
		}
	}
	return moved, left, l.change
}

// lapse takes those away who are not on duty any more by what the gate knows: of those who changed after a change everybody is
// asked about, of the others whose time is up. It returns the change up to which all shown are on duty.
func (l *latest) lapse(change uint64, now clock.Time, onDuty func(*Session) bool) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	var over []*seat
	for x := l.newest; x != nil; x = x.prev {
		if x.Change > change && !onDuty(&x.Session) || !x.Session.UntilAt.After(now.Time) {
			over = append(over, x)
		}
	}
	for _, x := range over {
		l.end(x)
	}
	return l.change
}

// mark sets who works on a case.
func (l *latest) mark(busy map[string]bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for officer, x := range l.by {
		if x.busy != busy[officer] {
			x.busy = busy[officer]
			l.touch(x)
		}
	}
}

// moved returns where those are who changed after a change.
func (l *latest) moved(change uint64) []Position {
	out, _, _ := l.since(change, func(string) bool { return true })
	return out
}

// place says in which grids those lie whom moved returned; who has moved on since is passed over.
func (l *latest) place(moved []Position, grids []uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range moved {
		if x, ok := l.by[moved[i].Session.OfficerID]; ok && x.Change == moved[i].Change {
			x.grid = grids[i]
		}
	}
}

// collect hands the seats that changed after a change, up to another, to fn, and the slots that ended to ended. It returns false
// if what ended that long ago is forgotten.
func (l *latest) collect(after, upTo uint64, fn func(*seat), ended func(leaving)) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if after < l.forgotten {
		return false
	}
	for x := l.newest; x != nil && x.Change > after; x = x.prev {
		if x.Change <= upTo {
			fn(x)
		}
	}
	for i := len(l.left) - 1; i >= 0 && l.left[i].change > after; i-- {
		if l.left[i].change <= upTo {
			ended(l.left[i])
		}
	}
	return true
}
