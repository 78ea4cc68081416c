package geo

import (
	"cmp"
	"math"
	"slices"
)

// nodeReach is how far, in lattice units, a vertex may lie from an edge and still count as lying on it: rounding moves
// a vertex by half a unit on each side.
const nodeReach = 2

// Node returns copies of the parts in which every vertex that lies on another part's border is a vertex of that border
// too. Borders drawn with different vertices then match and Dissolve can join the parts.
func Node(parts []Shape) []Shape {
	var all []Vertex
	for _, s := range parts {
		for _, p := range s {
			for _, r := range p {
				all = append(all, r...)
			}
		}
	}
	slices.SortFunc(all, compareVertex)
	all = slices.Compact(all)
	out := make([]Shape, len(parts))
	for i, s := range parts {
		for _, p := range s {
			q := make(Polygon, 0, len(p))
			for _, r := range p {
				q = append(q, r.noded(all))
			}
			out[i] = append(out[i], q)
		}
	}
	return out
}

// noded returns the ring with the given vertices, sorted by longitude, inserted where they lie on its edges.
func (r Ring) noded(sorted []Vertex) Ring {
	out := make(Ring, 0, len(r)+8)
	for i, a := range r {
		b := r[(i+1)%len(r)]
		out = append(out, a)
		from := len(out)
		start, _ := slices.BinarySearchFunc(sorted, min(a.X, b.X)-nodeReach, func(v Vertex, x int32) int { return cmp.Compare(v.X, x) })
		for _, v := range sorted[start:] {
			if v.X > max(a.X, b.X)+nodeReach {
				break
			}
			if v != a && v != b && onEdge(v, a, b) {
				out = append(out, v)
			}
		}
		slices.SortFunc(out[from:], func(p, q Vertex) int { return cmp.Compare(along(p, a, b), along(q, a, b)) })
	}
	return out
}

// along is the position of v in the direction from a to b.
func along(v, a, b Vertex) float64 {
	return float64(v.X-a.X)*float64(b.X-a.X) + float64(v.Y-a.Y)*float64(b.Y-a.Y)
}

func onEdge(v, a, b Vertex) bool {
	if v.Y < min(a.Y, b.Y)-nodeReach || v.Y > max(a.Y, b.Y)+nodeReach {
		return false
	}
	length := math.Hypot(float64(b.X-a.X), float64(b.Y-a.Y))
	t := along(v, a, b) / length
	return t > nodeReach && t < length-nodeReach && math.Abs(float64(turn(a, b, v)))/length <= nodeReach
}
