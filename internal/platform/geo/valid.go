package geo

import (
	"fmt"
	"slices"
)

// MaxVertices bounds one shape, so that hostile input cannot hold a processor.
const MaxVertices = 20_000

// pairBudget bounds the pairs of edges compared for one shape; honest outlines need a few per vertex.
const pairBudget = 20_000_000

// DefectKind names what is wrong with a shape.
type DefectKind string

// The defects Check finds, in the order it looks for them.
const (
	DefectEmpty     DefectKind = "empty"             // no polygon, or a ring of fewer than three distinct vertices
	DefectTooLarge  DefectKind = "too_large"         // more than MaxVertices, wider than MaxSpan, or too tangled to check
	DefectRepeated  DefectKind = "repeated_vertex"   // a ring passes the same position twice
	DefectCrossing  DefectKind = "self_intersection" // two edges cross, touch within a ring, or run on each other
	DefectHole      DefectKind = "hole_outside"      // a hole is not inside its outer ring
	DefectNested    DefectKind = "nested"            // a hole lies in a hole, or a polygon in a polygon of the same shape
	DefectCollapsed DefectKind = "no_area"           // a ring encloses nothing
)

// Defect is one fault of a shape with its place.
type Defect struct {
	Kind    DefectKind
	At      Vertex
	Polygon int // index of the polygon in the shape
	Ring    int // index of the ring in the polygon; 0 is the outer ring
}

func (d *Defect) Error() string {
	return fmt.Sprintf("%s at %s (polygon %d, ring %d)", d.Kind, d.At, d.Polygon+1, d.Ring+1)
}

// Check returns the first defect of a normalized shape, or nil when it may be stored.
func Check(s Shape) *Defect {
	if len(s) == 0 {
		return &Defect{Kind: DefectEmpty}
	}
	if s.Vertices() > MaxVertices {
		return &Defect{Kind: DefectTooLarge}
	}
	for i, p := range s {
		if len(p) == 0 {
			return &Defect{Kind: DefectEmpty, Polygon: i}
		}
		for j, r := range p {
			if d := r.check(); d != nil {
				d.Polygon, d.Ring = i, j
				return d
			}
		}
	}
	b := s.Bounds()
	if int64(b.MaxX)-int64(b.MinX) > MaxSpan*Scale || int64(b.MaxY)-int64(b.MinY) > MaxSpan*Scale {
		return &Defect{Kind: DefectTooLarge, At: s[0][0][0]}
	}
	if d := s.crossing(); d != nil {
		return d
	}
	return s.nesting()
}

func (r Ring) check() *Defect {
	if len(r) < 3 {
		d := &Defect{Kind: DefectEmpty}
		if len(r) > 0 {
			d.At = r[0]
		}
		return d
	}
	seen := make(map[Vertex]struct{}, len(r))
	for _, v := range r {
		if _, twice := seen[v]; twice {
			return &Defect{Kind: DefectRepeated, At: v}
		}
		seen[v] = struct{}{}
	}
	if r.doubleArea() == 0 {
		return &Defect{Kind: DefectCollapsed, At: r[0]}
	}
	return nil
}

type segment struct {
	a, b          Vertex
	polygon, ring int
	index, last   int // position in the ring and the ring's last position
}

func (s Shape) segments() []segment {
	out := make([]segment, 0, s.Vertices())
	for i, p := range s {
		for j, r := range p {
			for k, a := range r {
				out = append(out, segment{a, r[(k+1)%len(r)], i, j, k, len(r) - 1})
			}
		}
	}
	return out
}

// crossing sweeps the edges by longitude and looks at the pairs whose extents meet.
func (s Shape) crossing() *Defect {
	all := s.segments()
	slices.SortFunc(all, func(p, q segment) int { return int(min(p.a.X, p.b.X)) - int(min(q.a.X, q.b.X)) })
	var active []segment
	pairs := 0
	for _, e := range all {
		left := min(e.a.X, e.b.X)
		if pairs += len(active); pairs > pairBudget {
			return &Defect{Kind: DefectTooLarge, At: e.a, Polygon: e.polygon, Ring: e.ring}
		}
		keep := active[:0]
		for _, f := range active {
			if max(f.a.X, f.b.X) < left {
				continue
			}
			keep = append(keep, f)
			if at, bad := conflict(e, f); bad {
				return &Defect{Kind: DefectCrossing, At: at, Polygon: e.polygon, Ring: e.ring}
			}
		}
		active = append(keep, e)
	}
	return nil
}

// conflict reports whether two edges of one shape meet in a way a valid shape does not allow. Edges of different
// rings may touch in a point; edges of one ring meet only where they follow each other.
func conflict(e, f segment) (Vertex, bool) {
	if max(e.a.Y, e.b.Y) < min(f.a.Y, f.b.Y) || max(f.a.Y, f.b.Y) < min(e.a.Y, e.b.Y) {
		return Vertex{}, false
	}
	d1, d2 := sign(turn(f.a, f.b, e.a)), sign(turn(f.a, f.b, e.b))
	d3, d4 := sign(turn(e.a, e.b, f.a)), sign(turn(e.a, e.b, f.b))
	if d1*d2 < 0 && d3*d4 < 0 {
		return meeting(e.a, e.b, f.a, f.b), true
	}
	if d1 == 0 && d2 == 0 {
		return overlapOnLine(e, f)
	}
	if e.polygon != f.polygon || e.ring != f.ring || e.follows(f) || f.follows(e) {
		return Vertex{}, false
	}
	for _, t := range []struct {
		side    int
		v, a, b Vertex
	}{{d1, e.a, f.a, f.b}, {d2, e.b, f.a, f.b}, {d3, f.a, e.a, e.b}, {d4, f.b, e.a, e.b}} {
		if t.side == 0 && within(t.v, t.a, t.b) {
			return t.v, true
		}
	}
	return Vertex{}, false
}

func (e segment) follows(f segment) bool {
	return e.polygon == f.polygon && e.ring == f.ring && (e.index == f.index+1 || (e.index == 0 && f.index == f.last))
}

// overlapOnLine handles two edges on one line: they may share an end, never a stretch.
func overlapOnLine(e, f segment) (Vertex, bool) {
	for _, v := range []Vertex{e.a, e.b} {
		if within(v, f.a, f.b) && v != f.a && v != f.b {
			return v, true
		}
	}
	for _, v := range []Vertex{f.a, f.b} {
		if within(v, e.a, e.b) && v != e.a && v != e.b {
			return v, true
		}
	}
	same := (e.a == f.a && e.b == f.b) || (e.a == f.b && e.b == f.a)
	return e.a, same
}

// within reports whether v, known to lie on the line through a and b, lies between them.
func within(v, a, b Vertex) bool {
	return v.X >= min(a.X, b.X) && v.X <= max(a.X, b.X) && v.Y >= min(a.Y, b.Y) && v.Y <= max(a.Y, b.Y)
}

func sign(v int64) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// meeting returns the crossing of two edges, rounded to the lattice.
func meeting(a, b, c, d Vertex) Vertex {
	t := float64(turn(c, d, a))
	t /= t - float64(turn(c, d, b))
	return Vertex{a.X + int32(float64(int64(b.X)-int64(a.X))*t), a.Y + int32(float64(int64(b.Y)-int64(a.Y))*t)}
}

// nesting looks for rings in the wrong place; edges are known not to cross.
func (s Shape) nesting() *Defect {
	for i, p := range s {
		for j, hole := range p[1:] {
			if v, ok := hole.apart(p[0], false); ok {
				return &Defect{Kind: DefectHole, At: v, Polygon: i, Ring: j + 1}
			}
			for k, other := range p[1:] {
				if v, ok := hole.apart(other, true); k != j && ok {
					return &Defect{Kind: DefectNested, At: v, Polygon: i, Ring: j + 1}
				}
			}
		}
		for k, q := range s {
			if k == i {
				continue
			}
			if v := p[0][0]; (Shape{q}).Contains(v) && !q.touches(v) {
				return &Defect{Kind: DefectNested, At: v, Polygon: i}
			}
		}
	}
	return nil
}

// apart returns a vertex of r that lies off the border of other and inside it (or outside, when inside is false).
func (r Ring) apart(other Ring, inside bool) (Vertex, bool) {
	for _, v := range r {
		if !(Polygon{other}).touches(v) {
			return v, other.contains(v) == inside
		}
	}
	return Vertex{}, false
}

// touches reports whether v lies on a border of p.
func (p Polygon) touches(v Vertex) bool {
	for _, r := range p {
		for i, a := range r {
			if b := r[(i+1)%len(r)]; within(v, a, b) && turn(a, b, v) == 0 {
				return true
			}
		}
	}
	return false
}
