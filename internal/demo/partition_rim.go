package demo

import (
	"cmp"
	"slices"

	"yiwang/internal/platform/geo"
)

// rim is the outline of the district with the places where borders reach it.
type rim struct {
	frame  frame
	ring   geo.Ring
	points []point
	cuts   [][]rimCut // by edge of the ring
	index  *geo.Index
}

type rimCut struct {
	t float64 // along the edge
	v geo.Vertex
}

// pathCut is a place on a border: its ends and its crossings with the rim.
type pathCut struct {
	t float64
	p point
	v geo.Vertex
}

func newRim(f frame, ring geo.Ring) *rim {
	r := &rim{frame: f, ring: ring, cuts: make([][]rimCut, len(ring)), index: geo.NewIndex([]geo.Shape{{{ring}}})}
	for _, v := range ring {
		r.points = append(r.points, f.point(v))
	}
	return r
}

func (r *rim) inside(p point) bool { return r.index.Find(r.frame.vertex(p)) == 0 }

// cut returns the ends of a straight piece of border and its crossings with the rim in order, and remembers the
// crossings for the rim.
func (r *rim) cut(a, b point) []pathCut {
	out := []pathCut{{0, a, r.frame.vertex(a)}, {1, b, r.frame.vertex(b)}}
	loX, hiX, loY, hiY := min(a.x, b.x), max(a.x, b.x), min(a.y, b.y), max(a.y, b.y)
	for i, p := range r.points {
		q := r.points[(i+1)%len(r.points)]
		if max(p.x, q.x) < loX || min(p.x, q.x) > hiX || max(p.y, q.y) < loY || min(p.y, q.y) > hiY {
			continue
		}
		s0, s1 := cross(a, b, p), cross(a, b, q)
		t0, t1 := cross(p, q, a), cross(p, q, b)
		if (s0 > 0) == (s1 > 0) || (t0 > 0) == (t1 > 0) {
			continue
		}
		t, s := t0/(t0-t1), s0/(s0-s1)
		at := point{a.x + (b.x-a.x)*t, a.y + (b.y-a.y)*t}
		v := r.frame.vertex(at)
		out = append(out, pathCut{t, at, v})
		r.cuts[i] = append(r.cuts[i], rimCut{s, v})
	}
	slices.SortFunc(out, func(p, q pathCut) int { return cmp.Compare(p.t, q.t) })
	return out
}

// each emits the outline piece by piece, cut where borders reach it.
func (r *rim) each(emit func(a, b geo.Vertex)) {
	for i, a := range r.ring {
		cuts := append(r.cuts[i], rimCut{1, r.ring[(i+1)%len(r.ring)]})
		slices.SortFunc(cuts, func(p, q rimCut) int { return cmp.Compare(p.t, q.t) })
		for _, c := range cuts {
			if c.v != a {
				emit(a, c.v)
				a = c.v
			}
		}
	}
}
