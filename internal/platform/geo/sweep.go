package geo

import (
	"cmp"
	"slices"
)

// sweepBudget bounds the work of one sweep, about a second; borders that differ everywhere are told as Complex.
const sweepBudget = 60_000_000

// piece is a connected region of one winding number other than zero.
type piece struct {
	at   Vertex
	area float64
}

type trapezoid struct {
	x0, x1 float64 // west and east at the upper side of the slab
	w      int32
	set    int
}

type sweeper struct {
	edges  []leftover
	work   int
	parent []int // union-find over pieces
	pieces []piece
	widest []float64
}

// sweep cuts the plane into horizontal slabs at every end and crossing of the edges and joins the trapezoids between
// neighbouring edges into pieces. False means the budget was used up.
func sweep(edges []leftover) ([]piece, bool) {
	slices.SortFunc(edges, func(a, b leftover) int {
		return cmp.Or(cmp.Compare(a.low.Y, b.low.Y), cmp.Compare(a.low.X, b.low.X), cmp.Compare(a.high.X, b.high.X),
			cmp.Compare(a.high.Y, b.high.Y))
	})
	s := &sweeper{edges: edges}
	levels, ok := s.levels()
	if !ok {
		return nil, false
	}
	var active, above []leftover
	var prev, cur []trapezoid
	next := 0
	for i := 0; i+1 < len(levels); i++ {
		y0, y1 := levels[i], levels[i+1]
		above = above[:0]
		for _, e := range active {
			if float64(e.high.Y) > y0 {
				above = append(above, e)
			}
		}
		for next < len(edges) && float64(edges[next].low.Y) <= y0 {
			above = append(above, edges[next])
			next++
		}
		active, above = above, active
		if s.work += len(active) + 1; s.work > sweepBudget {
			return nil, false
		}
		cur = s.slab(active, prev, cur[:0], y0, y1)
		prev, cur = cur, prev
	}
	return s.collect(), true
}

// levels returns the heights of all ends and crossings in order.
func (s *sweeper) levels() ([]float64, bool) {
	out := make([]float64, 0, 2*len(s.edges))
	var active []leftover
	for _, e := range s.edges {
		out = append(out, float64(e.low.Y), float64(e.high.Y))
		keep := active[:0]
		for _, f := range active {
			if f.high.Y <= e.low.Y {
				continue
			}
			keep = append(keep, f)
			if y, ok := crossingHeight(e, f); ok {
				out = append(out, y)
			}
		}
		if s.work += len(keep); s.work > sweepBudget || len(out) > sweepBudget/100 {
			return nil, false
		}
		active = append(keep, e)
	}
	slices.Sort(out)
	return slices.Compact(out), true
}

func crossingHeight(e, f leftover) (float64, bool) {
	if max(e.low.X, e.high.X) < min(f.low.X, f.high.X) || max(f.low.X, f.high.X) < min(e.low.X, e.high.X) {
		return 0, false
	}
	d1, d2 := turn(f.low, f.high, e.low), turn(f.low, f.high, e.high)
	d3, d4 := turn(e.low, e.high, f.low), turn(e.low, e.high, f.high)
	if sign(d1)*sign(d2) >= 0 || sign(d3)*sign(d4) >= 0 {
		return 0, false
	}
	t := float64(d1) / (float64(d1) - float64(d2))
	return float64(e.low.Y) + t*(float64(e.high.Y)-float64(e.low.Y)), true
}

func (e leftover) xAt(y float64) float64 {
	t := (y - float64(e.low.Y)) / (float64(e.high.Y) - float64(e.low.Y))
	return float64(e.low.X) + t*(float64(e.high.X)-float64(e.low.X))
}

// slab emits the trapezoids of one slab and joins them with those below.
func (s *sweeper) slab(active []leftover, below, out []trapezoid, y0, y1 float64) []trapezoid {
	mid := (y0 + y1) / 2
	slices.SortFunc(active, func(a, b leftover) int { return cmp.Compare(a.xAt(mid), b.xAt(mid)) })
	east, north := metersPerUnit(mid / Scale)
	w := int32(0)
	from := 0
	for i := 0; i+1 < len(active); i++ {
		w += active[i].step
		l, r := active[i], active[i+1]
		bottom := r.xAt(y0) - l.xAt(y0)
		top := r.xAt(y1) - l.xAt(y1)
		if w == 0 || bottom+top <= 0 {
			continue
		}
		t := trapezoid{l.xAt(y1), r.xAt(y1), w, s.newPiece(l, r, mid, (bottom+top)/2*(y1-y0)*east*north)}
		for from < len(below) && below[from].x1 <= l.xAt(y0) {
			from++
		}
		for j := from; j < len(below) && below[j].x0 < r.xAt(y0); j++ {
			if below[j].w == w {
				s.join(t.set, below[j].set)
			}
		}
		out = append(out, t)
	}
	return out
}

func (s *sweeper) newPiece(l, r leftover, mid, area float64) int {
	x := (l.xAt(mid) + r.xAt(mid)) / 2
	s.pieces = append(s.pieces, piece{Vertex{int32(x), int32(mid)}, area})
	s.widest = append(s.widest, area)
	s.parent = append(s.parent, len(s.parent))
	return len(s.parent) - 1
}

func (s *sweeper) root(i int) int {
	for s.parent[i] != i {
		s.parent[i] = s.parent[s.parent[i]]
		i = s.parent[i]
	}
	return i
}

// join merges two pieces; the place of the larger trapezoid stands for both.
func (s *sweeper) join(i, j int) {
	i, j = s.root(i), s.root(j)
	if i == j {
		return
	}
	s.parent[j] = i
	s.pieces[i].area += s.pieces[j].area
	if s.widest[j] > s.widest[i] {
		s.widest[i], s.pieces[i].at = s.widest[j], s.pieces[j].at
	}
}

func (s *sweeper) collect() []piece {
	var out []piece
	for i := range s.pieces {
		if s.root(i) == i {
			out = append(out, s.pieces[i])
		}
	}
	return out
}
