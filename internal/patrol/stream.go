package patrol

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/errs"
)

// PermShow opens the wall; it shows positions without saying whose. The wall's package declares the permission.
const permShow = "wall.show"

// The stream. Changes of half a second go out together, so that nobody appears more than twice a second whatever the phones send;
// who goes off duty or calls for help does not wait for that. A listener who cannot keep up gets the changes of a longer time in
// one frame, and is let go when a write takes longer than patience.
const (
	streamEvery    = 500 * time.Millisecond
	streamHurry    = 50 * time.Millisecond // those who leave together leave in one frame
	streamQuiet    = 5 * time.Second       // a frame comes at least this often
	streamPatience = 10 * time.Second
	streamLife     = 5 * time.Minute // then the listener comes back and is asked anew who it is
	maxListeners   = 2000
	maxPerListener = 8 // of one account
	busyEvery      = 20 * time.Second
)

// hub tells the listeners of the position stream that something changed. It works while somebody listens.
type hub struct {
	s     *Service
	epoch uint32
	hurry chan struct{}

	mu        sync.Mutex
	listeners int
	full      int
	perUser   map[string]int
	stop      context.CancelFunc
	ended     bool
	changed   chan struct{} // closed and replaced when there is something new
	checked   uint64        // changes up to here are of people on duty
	located   uint64
	places    map[string]uint32 // register of grids: place → number
	names     []string          // number → place, from 1
	busyAt    time.Time

	checking sync.Mutex
}

func newHub(s *Service) *hub {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	h := &hub{s: s, epoch: binary.LittleEndian.Uint32(b[:]) | 1, hurry: make(chan struct{}, 1), perUser: map[string]int{}, changed: make(chan struct{}), places: map[string]uint32{}}
	s.latest.hurry = func() { token(h.hurry) }
	return h
}

// viewer is who listens to the stream and what it may see.
type viewer struct {
	who  *auth.Principal
	area string
	full bool // names and the rest, beside positions
}

// sees reports whether the viewer may see those on duty in an area.
func (v *viewer) sees(area string) bool { return v.who.Covers(area) && strings.HasPrefix(area, v.area) }

// join lets the caller listen, at most to one area. With patrol.live it hears who is where, with wall.show alone that somebody is.
// TooMany beyond the bounds, Unavailable while the server stops. Call leave when it is gone.
func (h *hub) join(ctx context.Context, area string, anonymous bool) (*viewer, error) {
	p := auth.From(ctx)
	switch {
	case p == nil:
		return nil, errs.Unauthorized("auth.sign_in", "Sign in first.")
	case !p.Has(PermLive) && !p.Has(permShow):
		return nil, errs.Forbidden("auth.no_permission", "This needs the permission patrol.live.")
	}
	v := &viewer{who: p, area: area, full: p.Has(PermLive) && !anonymous}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.ended:
		return nil, errs.Unavailable("patrol.starting", "The server is starting or stopping; send the points again in a moment.")
	case h.listeners >= maxListeners || h.perUser[p.UserID] >= maxPerListener:
		return nil, errs.TooMany("patrol.too_many_maps", "Too many maps of yours are open; close some.")
	}
	h.listeners++
	h.perUser[p.UserID]++
	if v.full {
		h.full++
	}
	if h.stop == nil {
		running, stop := context.WithCancel(context.WithoutCancel(ctx))
		h.stop = stop
		go h.run(running)
	}
	return v, nil
}

func (h *hub) leave(v *viewer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listeners--
	if v.full {
		h.full--
	}
	if h.perUser[v.who.UserID]--; h.perUser[v.who.UserID] <= 0 {
		delete(h.perUser, v.who.UserID)
	}
	if h.listeners == 0 && h.stop != nil {
		h.stop()
		h.stop = nil
	}
}

// StopStreams ends the position streams, so that the server need not wait for them.
func (s *Service) StopStreams() {
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = true
	if h.stop != nil {
		h.stop()
		h.stop = nil
	}
	close(h.changed)
	h.changed = make(chan struct{})
}

// Watching returns how many listen to the position stream.
func (s *Service) Watching() int {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	return s.hub.listeners
}

// MarkBusy lets the stream say who works on a case: fn returns them by officer. Call it while the program is built.
func (s *Service) MarkBusy(fn func(context.Context) (map[string]bool, error)) { s.busy = fn }

func (h *hub) run(ctx context.Context) {
	tick := time.NewTicker(streamEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-h.hurry:
			select {
			case <-ctx.Done():
				return
			case <-time.After(streamHurry):
			}
		}
		h.refresh(ctx)
		h.mu.Lock()
		close(h.changed)
		h.changed = make(chan struct{})
		h.mu.Unlock()
	}
}

// refresh brings what is shown up to the moment: who is not on duty any more is gone, who works on a case is marked, and where
// anybody is told names, positions have their grids. What changes during it is shown the next time.
func (h *hub) refresh(ctx context.Context) {
	h.checking.Lock()
	defer h.checking.Unlock()
	now := h.s.DB.Clock().Now()
	if h.s.busy != nil && now.Sub(h.busyAt) >= busyEvery {
		h.busyAt = now
		if busy, err := h.s.busy(ctx); err == nil {
			h.s.latest.mark(busy)
		} else if ctx.Err() == nil {
			slog.WarnContext(ctx, "who works on a case is not known, the last answer stays", "error", err)
		}
	}
	reached := h.s.latest.lapse(h.checked, clock.At(now), func(x *Session) bool { return h.s.gate.onDuty(x, now) })
	h.mu.Lock()
	full := h.full > 0
	h.mu.Unlock()
	if full && h.s.Regions != nil {
		h.locate(ctx, now)
	}
	h.mu.Lock()
	h.checked = reached
	h.mu.Unlock()
}

// locate puts the positions that changed since it was last called into their grids.
func (h *hub) locate(ctx context.Context, now time.Time) {
	moved := h.s.latest.moved(h.located)
	grids := make([]uint32, len(moved))
	for i := range moved {
		lat, lon := moved[i].Point.Degrees()
		at, err := h.s.Regions.Locate(ctx, lon, lat, now)
		if err != nil {
			return // the next round tries again
		}
		grids[i] = h.number(placeOf(at))
		h.located = max(h.located, moved[i].Change)
	}
	h.s.latest.place(moved, grids)
}

// number returns the number of a place in the register, 0 for none.
func (h *hub) number(place string) uint32 {
	if place == "" {
		return 0
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	n, ok := h.places[place]
	if !ok {
		h.names = append(h.names, place)
		n = uint32(len(h.names))
		h.places[place] = n
	}
	return n
}

// place returns the place of a number.
func (h *hub) place(n uint32) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n == 0 || int(n) > len(h.names) {
		return ""
	}
	return h.names[n-1]
}

// now returns up to which change may be shown, and what is closed when there is more.
func (h *hub) now() (checked uint64, more <-chan struct{}, ended bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.checked, h.changed, h.ended
}

// view is a part of the map: west, south, east, north in millionths of a degree.
type view [4]int32

func (w *view) holds(lat, lon int32) bool {
	return lon >= w[0] && lat >= w[1] && lon <= w[2] && lat <= w[3]
}

// picture is what one listener has been sent.
type picture struct {
	*viewer
	h      *hub
	change uint64
	view   *view
	seen   map[uint32]bool // slots inside the view
	told   map[uint32]bool // slots whose names were sent
	grids  map[uint32]bool
}

// next makes the frame that brings the listener up to the moment, and the names that it needs. whole begins anew.
func (p *picture) next(whole bool) (*frame, *names) {
	upTo, _, _ := p.h.now()
	f := &frame{whole: whole, full: p.full, epoch: p.h.epoch, change: upTo, now: p.h.s.DB.Clock().Now().UnixMilli()}
	for {
		after := p.change
		if f.whole {
			after = 0
			p.seen = map[uint32]bool{}
		}
		ok := p.h.s.latest.collect(after, upTo, func(x *seat) { p.take(f, x) }, func(l leaving) {
			if !f.whole && p.sees(l.area) && (p.view == nil || p.seen[l.slot]) {
				delete(p.seen, l.slot)
				f.gone = append(f.gone, l.slot)
			}
		})
		if ok || f.whole {
			break
		}
		f.whole, f.gone, f.spots = true, nil, nil
	}
	p.change = upTo
	return f, p.name(f)
}

// take puts a seat into the frame if the listener may see it and looks there.
func (p *picture) take(f *frame, x *seat) {
	if !p.sees(x.Session.AreaCode) {
		return
	}
	if p.view != nil && !p.view.holds(x.Point.Lat, x.Point.Lon) {
		if p.seen[x.slot] {
			delete(p.seen, x.slot)
			f.gone = append(f.gone, x.slot)
		}
		return
	}
	if p.view != nil {
		p.seen[x.slot] = true
	}
	f.spots = append(f.spots, spot{slot: x.slot, grid: x.grid, busy: x.busy, point: x.Point, session: &x.Session})
}

// names says whose the slots are and where the grids.
type names struct {
	People map[uint32]person `json:"people,omitempty"`
	Grids  map[uint32]string `json:"grids,omitempty"`
}

// person is whose a slot is.
type person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Unit string `json:"unit"`
	Area string `json:"area"`
}

// name returns what of the frame the listener has not been told, nil if nothing or if it is told none.
func (p *picture) name(f *frame) *names {
	if !p.full {
		return nil
	}
	n := &names{People: map[uint32]person{}, Grids: map[uint32]string{}}
	for i := range f.spots {
		x := &f.spots[i]
		if !p.told[x.slot] {
			p.told[x.slot] = true
			n.People[x.slot] = person{x.session.OfficerID, x.session.OfficerName, x.session.UnitID, x.session.AreaCode}
		}
		if x.grid > 0 && !p.grids[x.grid] {
			p.grids[x.grid] = true
			n.Grids[x.grid] = p.h.place(x.grid)
		}
	}
	for _, slot := range f.gone {
		delete(p.told, slot)
	}
	if len(n.People)+len(n.Grids) == 0 {
		return nil
	}
	return n
}

// resumes reports whether a listener that comes back may go on where it was.
func (h *hub) resumes(epoch uint32, change uint64) bool {
	checked, _, _ := h.now()
	return epoch == h.epoch && change > 0 && change <= checked
}

// mayNarrow reports whether the area asked for lies in or around an area of the viewer's.
func (v *viewer) mayNarrow() bool {
	return v.area == "" || v.who.Covers(v.area) || slices.ContainsFunc(v.who.Areas, func(a string) bool { return strings.HasPrefix(a, v.area) })
}
