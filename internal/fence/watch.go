package fence

import (
	"math"
	"sort"

	"yiwang/internal/platform/geo"
	"yiwang/internal/track"
)

// How positions are judged. Sources: the research notes of the project on geofences (hysteresis of two fixes or 10 to 20
// seconds, exit only when the distance less the accuracy leaves the border behind) and on gating fixes.
const (
	maxAccuracy = 50        // metres; a worse fix says nothing about where somebody is
	settleFixes = 2         // fixes on the other side …
	settleTime  = 10_000    // … that span so many milliseconds make a change of sides
	buffer      = 15.0      // metres beyond the border that still count as inside when leaving
	fastest     = 15.0      // metres a second; a faster step is a jump of the receiver …
	jumpsTaken  = 3         // … unless so many fixes in a row say so
	wayBreak    = 60_000    // milliseconds without a fix after which nothing is known of the way in between
	shortestCut = 10.0      // metres of a way inside that count as passing through
	minute      = 60 * 1000 // milliseconds
)

// What can happen at a fence.
const (
	Entered = "enter"
	Left    = "leave"
	Crossed = "cross" // went in and out between two positions
	Dwelt   = "dwell" // stayed inside for the time that is watched
	Strayed = "away"  // stayed outside for the time that is watched
	Back    = "back"  // came back after that
	Lost    = "lost"
	Found   = "found"
)

// happening is an event before it is kept.
type happening struct {
	rule    *rule
	kind    string
	at      int64
	seconds int // leave: how long inside; back and found: how long away
	lat     int32
	lon     int32
}

// watch is where a session stands at its fences. It is kept as JSON.
type watch struct {
	Session string           `json:"s"`
	Seqs    map[string]int64 `json:"q"`           // per server: the last journal row that is part of this
	Heard   int64            `json:"h"`           // newest fix of all
	Last    fix              `json:"l"`           // newest fix that was believed
	Jumps   int              `json:"j,omitempty"` // fixes in a row that are too far to be believed
	Sides   []*side          `json:"f,omitempty"` // a fence that is not here is outside and nothing is known against it
	Lost    map[string]int64 `json:"c,omitempty"` // by contact rule: since when

	who   Who
	dirty bool
	rules *rules  // whose rules the sides hold
	cell  cell    // of the newest fix that was compared …
	close []*rule // … and what may concern it
}

// follow lets the sides hold their versions of these rules.
func (w *watch) follow(x *rules) {
	if w.rules == x {
		return
	}
	for _, s := range w.Sides {
		s.rule = x.version(s.Fence, s.Version)
		s.mine = s.rule != nil && s.rule.watches(&w.who)
	}
	w.rules, w.close = x, nil
}

// near lists the drawn fences that a position can concern: mostly those of the fix before.
func (w *watch) near(v geo.Vertex) []*rule {
	if at := cellOf(v); w.close == nil || at != w.cell {
		w.cell, w.close = at, w.rules.near(at)
	}
	return w.close
}

// of returns the side of a rule, nil if it is outside and nothing is known against it.
func (w *watch) of(r *rule) *side {
	for _, s := range w.Sides {
		if s.rule == r {
			return s
		}
	}
	return nil
}

func (w *watch) add(r *rule) *side {
	s := &side{Fence: r.ID, Version: r.Version, rule: r, mine: true}
	w.Sides = append(w.Sides, s)
	return s
}

type fix struct {
	At       int64 `json:"t"`
	Lat, Lon int32
}

// side is on which side of a fence somebody is.
type side struct {
	Fence   string `json:"f"`
	Version int64  `json:"v"`
	In      bool   `json:"i,omitempty"`
	Was     bool   `json:"w,omitempty"` // outside, having been inside
	Since   int64  `json:"s"`           // on this side
	N       int    `json:"n,omitempty"` // fixes on the other side so far …
	First   int64  `json:"a,omitempty"` // … the first of them
	Lat     int32  `json:"y,omitempty"`
	Lon     int32  `json:"x,omitempty"`
	Told    bool   `json:"t,omitempty"` // that the time on this side was reached

	rule *rule // the version; nil if it is gone
	mine bool  // the rule is for whose watch it is
}

// rests reports a side of somebody outside for whom nothing can change by another fix outside.
func (s *side) rests() bool { return !s.In && (s.Told || s.rule.AwayMinutes == 0) }

func newWatch(session string, who Who, on int64) *watch {
	return &watch{Session: session, Seqs: map[string]int64{}, Heard: on, Lost: map[string]int64{}, who: who, dirty: true}
}

// take moves the watch on by a fix that is newer than all before, and tells what happened.
func (w *watch) take(p track.Point, rules *rules, tell func(happening)) {
	w.Heard, w.dirty = p.At, true
	if p.Accuracy != track.NoAccuracy && p.Accuracy > maxAccuracy || !w.believe(p) {
		return
	}
	v := vertex(p)
	w.follow(rules)
	from := w.cell
	w.keep(func(s *side) bool {
		if !s.mine || !s.rule.inForce(p.At) { // changed, switched off, or out of its hours
			return false
		}
		switch g := s.rule.ground; {
		case g == nil:
		case g.apart(v) && s.rests(): // most of the fences that somebody once went by
			s.N = 0
		default:
			w.compare(s, g.contains(v), g, v, p, tell)
		}
		return true
	})
	for _, r := range w.near(v) {
		if r.ground.contains(v) && w.of(r) == nil && r.inForce(p.At) && r.watches(&w.who) {
			w.compare(w.add(r), true, r.ground, v, p, tell)
		}
	}
	for _, r := range rules.own {
		if g := rules.grounds[w.who.Area]; g != nil && r.inForce(p.At) && r.watches(&w.who) {
			s := w.of(r)
			if s == nil {
				s = w.add(r)
				s.In, s.Since = true, p.At
			}
			w.compare(s, g.contains(v), g, v, p, tell)
		}
	}
	if last := w.Last; last.At > 0 && p.At-last.At <= wayBreak {
		w.passed(last, from, p, tell)
	}
	w.Last = fix{p.At, p.Lat, p.Lon}
	w.keep(func(s *side) bool { return s.In || s.Was || s.N > 0 })
}

// keep lets go of the sides for which stays says no.
func (w *watch) keep(stays func(*side) bool) {
	kept := w.Sides[:0]
	for _, s := range w.Sides {
		if stays(s) {
			kept = append(kept, s)
		}
	}
	clear(w.Sides[len(kept):])
	w.Sides = kept
}

// believe reports whether a fix can follow the last one that was believed.
func (w *watch) believe(p track.Point) bool {
	if w.Last.At == 0 {
		return true
	}
	seconds := float64(p.At-w.Last.At) / 1000
	if track.Metres(track.Point{Lat: w.Last.Lat, Lon: w.Last.Lon}, p) <= fastest*max(seconds, 1)+far/4 {
		w.Jumps = 0
		return true
	}
	if w.Jumps++; w.Jumps < jumpsTaken {
		return false
	}
	w.Jumps, w.Last = 0, fix{} // the way there is not known
	return true
}

// compare moves one side on by a fix inside or outside of its ground.
func (w *watch) compare(s *side, inside bool, g *ground, v geo.Vertex, p track.Point, tell func(happening)) {
	r := s.rule
	if inside == s.In {
		s.N = 0
		w.stay(r, s, p, tell)
		return
	}
	if s.In && g.away(v)-accuracy(p) <= buffer { // it may still be inside
		w.stay(r, s, p, tell)
		return
	}
	if s.N == 0 {
		s.First, s.Lat, s.Lon = p.At, p.Lat, p.Lon
	}
	if s.N++; s.N >= settleFixes && p.At-s.First >= settleTime {
		w.change(r, s, tell)
		w.stay(r, s, p, tell)
	}
}

func accuracy(p track.Point) float64 {
	if p.Accuracy == track.NoAccuracy {
		return 0
	}
	return float64(p.Accuracy)
}

// change makes the other side the present one, from the first fix on it.
func (w *watch) change(r *rule, s *side, tell func(happening)) {
	h := happening{rule: r, at: s.First, lat: s.Lat, lon: s.Lon}
	if s.In {
		h.kind, h.seconds = Left, int((s.First-s.Since)/1000)
		if r.Leave || r.Enter || r.DwellMinutes > 0 {
			tell(h)
		}
	} else {
		if s.Told && s.Was {
			back := h
			back.kind, back.seconds = Back, int((s.First-s.Since)/1000)
			tell(back)
		}
		if h.kind = Entered; r.Enter || r.Leave || r.DwellMinutes > 0 {
			tell(h)
		}
	}
	s.In, s.Was, s.Since, s.N, s.First, s.Told = !s.In, s.In, s.First, 0, 0, false
}

// stay tells once when the time on one side reaches what is watched.
func (w *watch) stay(r *rule, s *side, p track.Point, tell func(happening)) {
	if s.Told {
		return
	}
	limit, kind := r.DwellMinutes, Dwelt
	if !s.In {
		limit, kind = r.AwayMinutes, Strayed
	}
	if limit == 0 || !s.In && !s.Was || p.At-s.Since < int64(limit)*minute {
		return
	}
	s.Told = true
	tell(happening{rule: r, kind: kind, at: s.Since + int64(limit)*minute, seconds: limit * 60, lat: p.Lat, lon: p.Lon})
}

// passed finds fences between two fixes, both outside; from is the cell of the first.
func (w *watch) passed(last fix, from cell, p track.Point, tell func(happening)) {
	a, b := geo.Vertex{X: last.Lon * lattice, Y: last.Lat * lattice}, vertex(p)
	list := w.close
	if from != w.cell {
		list = w.rules.along(cellOf(a), w.cell)
	}
	for _, r := range list {
		if !r.Enter || r.ground.beside(a, b) || w.of(r) != nil || !r.inForce(p.At) || !r.watches(&w.who) {
			continue
		}
		if metres, middle := r.ground.crossed(a, b); metres >= shortestCut {
			tell(happening{rule: r, kind: Crossed, at: last.At + int64(math.Round(middle*float64(p.At-last.At))),
				lat: last.Lat + int32(math.Round(middle*float64(p.Lat-last.Lat))), lon: last.Lon + int32(math.Round(middle*float64(p.Lon-last.Lon)))})
		}
	}
}

// listen judges whether positions still come, at an instant. Since began somebody listens: a silence before that is nobody's.
func (w *watch) listen(now, began int64, rules *rules, tell func(happening)) {
	for _, r := range rules.contact {
		since, lost := w.Lost[r.ID]
		heard := w.Heard
		if !lost {
			heard = max(heard, began)
		}
		silent := r.inForce(now) && r.watches(&w.who) && now-heard >= int64(r.ContactMinutes)*minute
		switch {
		case silent && !lost:
			w.Lost[r.ID], w.dirty = w.Heard, true
			tell(happening{rule: r, kind: Lost, at: w.Heard + int64(r.ContactMinutes)*minute, seconds: r.ContactMinutes * 60, lat: w.Last.Lat, lon: w.Last.Lon})
		case !silent && lost:
			delete(w.Lost, r.ID)
			w.dirty = true
			if w.Heard > since {
				tell(happening{rule: r, kind: Found, at: w.Heard, seconds: int((w.Heard - since) / 1000), lat: w.Last.Lat, lon: w.Last.Lon})
			}
		}
	}
}

// condition is something that lasts and has an alarm.
type condition struct {
	rule *rule
	kind string // of the happening that began it
}

// lasting lists the conditions with an alarm in which the session is now.
func (w *watch) lasting(rules *rules) (out []condition) {
	w.follow(rules)
	for _, s := range w.Sides {
		r := s.rule
		if r == nil || !r.Alarm {
			continue
		}
		for _, c := range []struct {
			on   bool
			kind string
		}{{s.In && r.Enter, Entered}, {s.In && s.Told, Dwelt}, {!s.In && s.Was && r.Leave, Left}, {!s.In && s.Was && s.Told, Strayed}} {
			if c.on {
				out = append(out, condition{r, c.kind})
			}
		}
	}
	for id := range w.Lost {
		if r := rules.byID[id]; r != nil && r.Alarm {
			out = append(out, condition{r, Lost})
		}
	}
	sort.Slice(out, func(i, k int) bool { return out[i].key() < out[k].key() })
	return out
}

func (c condition) key() string { return c.kind + ":" + c.rule.ID }
