package geo

import (
	"cmp"
	"math"
	"slices"
)

// Dissolve joins parts that share their borders vertex by vertex into one shape. Borders that two parts share vanish;
// rings that only touch in a point stay apart. Parts that overlap or share a border with different vertices do not
// dissolve: compare first with Tiling, and check the result.
func Dissolve(parts []Shape) Shape {
	border := make(map[directed]struct{})
	for _, s := range parts {
		for _, p := range s {
			for _, r := range p {
				for i, a := range r {
					e := directed{a, r[(i+1)%len(r)]}
					if _, shared := border[directed{e.to, e.from}]; shared {
						delete(border, directed{e.to, e.from})
					} else {
						border[e] = struct{}{}
					}
				}
			}
		}
	}
	return assemble(loops(border))
}

type directed struct{ from, to Vertex }

// loops chains border edges, which have the ground on their left, into rings without repeated vertices.
func loops(border map[directed]struct{}) []Ring {
	leaving := make(map[Vertex][]Vertex, len(border))
	starts := make([]directed, 0, len(border))
	for e := range border {
		leaving[e.from] = append(leaving[e.from], e.to)
		starts = append(starts, e)
	}
	slices.SortFunc(starts, func(p, q directed) int { return cmp.Or(compareVertex(p.from, q.from), compareVertex(p.to, q.to)) })
	var out []Ring
	for _, e := range starts {
		if _, left := border[e]; !left {
			continue
		}
		var r Ring
		for cur := e; ; {
			delete(border, cur)
			r = append(r, cur.from)
			next, ok := follow(border, leaving[cur.to], cur)
			if !ok {
				break
			}
			cur = directed{cur.to, next}
		}
		out = append(out, unknot(r)...)
	}
	return out
}

func compareVertex(a, b Vertex) int { return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y)) }

// follow chooses the first border edge clockwise from the way back, which keeps the ground on the left.
func follow(border map[directed]struct{}, choices []Vertex, cur directed) (Vertex, bool) {
	back := bearing(cur.to, cur.from)
	best, least, found := Vertex{}, math.Inf(1), false
	for _, v := range choices {
		if _, left := border[directed{cur.to, v}]; !left {
			continue
		}
		turn := back - bearing(cur.to, v)
		if turn <= 0 {
			turn += 2 * math.Pi
		}
		if turn < least {
			best, least, found = v, turn, true
		}
	}
	return best, found
}

func bearing(a, b Vertex) float64 {
	return math.Atan2(float64(b.Y)-float64(a.Y), float64(b.X)-float64(a.X))
}

// unknot cuts a ring that passes a vertex twice into rings that pass it once each.
func unknot(r Ring) []Ring {
	var out []Ring
	var stack Ring
	place := make(map[Vertex]int, len(r))
	for _, v := range r {
		if i, twice := place[v]; twice {
			out = append(out, slices.Clone(stack[i:]))
			for _, w := range stack[i:] {
				delete(place, w)
			}
			stack = stack[:i]
		}
		place[v] = len(stack)
		stack = append(stack, v)
	}
	return append(out, stack)
}

// assemble sorts rings into polygons: counter-clockwise rings are outer, each hole goes to the smallest outer around it.
func assemble(rings []Ring) Shape {
	var s Shape
	var holes []Ring
	for _, r := range rings {
		switch a := r.doubleArea(); {
		case a > 0:
			s = append(s, Polygon{rotate(r)})
		case a < 0:
			holes = append(holes, rotate(r))
		}
	}
	slices.SortFunc(s, func(p, q Polygon) int { return cmp.Compare(p[0].doubleArea(), q[0].doubleArea()) })
	for _, h := range holes {
		for i := range s {
			if _, inside := h.apart(s[i][0], true); inside {
				s[i] = append(s[i], h)
				break
			}
		}
	}
	slices.Reverse(s) // largest part first
	return s
}

// rotate starts a ring at its lowest vertex, so that equal input gives equal output.
func rotate(r Ring) Ring {
	k := 0
	for i, v := range r {
		if compareVertex(v, r[k]) < 0 {
			k = i
		}
	}
	return append(slices.Clone(r[k:]), r[:k]...)
}
