package geo

import (
	"cmp"
	"slices"
)

// MismatchKind names how a parent and its parts disagree.
type MismatchKind string

// The disagreements Tiling finds.
const (
	Gap     MismatchKind = "gap"     // ground of the parent that belongs to no part
	Overlap MismatchKind = "overlap" // ground that belongs to two parts or more
	Outside MismatchKind = "outside" // ground of a part beyond the parent
	Complex MismatchKind = "complex" // the borders differ in so many places that the ground was not compared
)

// Mismatch is one connected piece of ground on which a parent and its parts disagree.
type Mismatch struct {
	Kind    MismatchKind
	At      Vertex  // a position inside the piece
	Area    float64 // square metres
	Members []int   // the parts that claim the position
}

// Tiling compares a parent with its parts, which must be valid and normalized, and returns the pieces of at least
// minArea square metres where they disagree, largest first. A nil parent means that only overlaps are looked for.
//
// Borders that two parts share vertex by vertex cancel; the ground is swept only along what is left. A correct tiling
// therefore costs one pass over its edges.
func Tiling(parent Shape, parts []Shape, minArea float64) []Mismatch {
	net := make(map[edgeKey]int32)
	for _, s := range parts {
		addEdges(net, s, 1)
	}
	addEdges(net, parent, -1)
	var rest []leftover
	for k, n := range net {
		if n != 0 {
			rest = append(rest, k.leftover(n))
		}
	}
	if len(rest) == 0 {
		return nil
	}
	pieces, ok := sweep(rest)
	if !ok {
		return []Mismatch{{Kind: Complex, At: rest[0].low}}
	}
	var out []Mismatch
	for _, p := range pieces {
		if p.area < minArea {
			continue
		}
		if m, found := classify(p, parent, parts); found {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b Mismatch) int {
		return cmp.Or(cmp.Compare(b.Area, a.Area), cmp.Compare(a.At.X, b.At.X), cmp.Compare(a.At.Y, b.At.Y))
	})
	return out
}

type edgeKey struct{ a, b Vertex }

func addEdges(net map[edgeKey]int32, s Shape, weight int32) {
	for _, p := range s {
		for _, r := range p {
			for i, a := range r {
				b := r[(i+1)%len(r)]
				switch {
				case a.Y == b.Y: // a level edge bounds no slab of the sweep
				case a.Y < b.Y:
					net[edgeKey{a, b}] += weight
				default:
					net[edgeKey{b, a}] -= weight
				}
			}
		}
	}
}

// leftover is an edge, read upwards, that did not cancel. Crossing it eastwards changes the winding by step.
type leftover struct {
	low, high Vertex
	step      int32
}

func (k edgeKey) leftover(n int32) leftover { return leftover{k.a, k.b, -n} }

func classify(p piece, parent Shape, parts []Shape) (Mismatch, bool) {
	m := Mismatch{At: p.at, Area: p.area}
	for i, s := range parts {
		if s.Contains(p.at) {
			m.Members = append(m.Members, i)
		}
	}
	switch {
	case len(m.Members) >= 2:
		m.Kind = Overlap
	case parent == nil:
		return m, false
	case len(m.Members) == 1:
		m.Kind = Outside
	default:
		m.Kind = Gap
	}
	return m, true
}
