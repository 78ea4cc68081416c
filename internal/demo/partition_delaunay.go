package demo

import "math"

// triangle of a Delaunay triangulation; corners are numbers of points, counter-clockwise.
type triangle struct {
	corner [3]int
	center point // of the circle through the corners
	r2     float64
}

// triangulate returns the Delaunay triangles of points by inserting them one by one (Bowyer–Watson). The three corners
// of the first, all-embracing triangle are numbered after the points. A thousand points take a few milliseconds.
func triangulate(points []point) []triangle {
	const far = 1e6
	all := append(append([]point{}, points...), point{-far, -far}, point{far, -far}, point{0, far})
	n := len(points)
	live := []triangle{circled(all, n, n+1, n+2)}
	type side struct{ a, b int }
	for i := range points {
		edges := map[side]bool{}
		var order []side // keeps the result independent of map order
		keep := live[:0]
		for _, t := range live {
			if t.center.dist2(points[i]) >= t.r2 {
				keep = append(keep, t)
				continue
			}
			for k := range 3 {
				e := side{t.corner[k], t.corner[(k+1)%3]}
				if edges[side{e.b, e.a}] {
					delete(edges, side{e.b, e.a})
				} else {
					edges[e] = true
					order = append(order, e)
				}
			}
		}
		live = keep
		for _, e := range order {
			if edges[e] {
				live = append(live, circled(all, e.a, e.b, i))
			}
		}
	}
	return live
}

func circled(all []point, a, b, c int) triangle {
	p, q, r := all[a], all[b], all[c]
	qx, qy, rx, ry := q.x-p.x, q.y-p.y, r.x-p.x, r.y-p.y
	d := 2 * (qx*ry - qy*rx)
	q2, r2 := qx*qx+qy*qy, rx*rx+ry*ry
	ux, uy := (ry*q2-qy*r2)/d, (qx*r2-rx*q2)/d
	if d == 0 {
		ux, uy = math.Inf(1), math.Inf(1)
	}
	return triangle{corner: [3]int{a, b, c}, center: point{p.x + ux, p.y + uy}, r2: ux*ux + uy*uy}
}

// border is the line between two neighbouring sites, from circle centre to circle centre; left lies left of it.
type border struct {
	from, to    point
	left, right int
}

// borders returns the borders between the sites of the triangulation, in the order of its triangles.
func borders(points []point, triangles []triangle) []border {
	type side struct{ a, b int }
	owner := make(map[side]int, 3*len(triangles))
	for i, t := range triangles {
		for k := range 3 {
			owner[side{t.corner[k], t.corner[(k+1)%3]}] = i
		}
	}
	var out []border
	for i, t := range triangles {
		for k := range 3 {
			a, b := t.corner[k], t.corner[(k+1)%3]
			j, ok := owner[side{b, a}]
			if !ok || j < i || a >= len(points) || b >= len(points) {
				continue
			}
			e := border{from: t.center, to: triangles[j].center, left: a, right: b}
			if cross(e.from, e.to, points[a]) < 0 {
				e.left, e.right = b, a
			}
			out = append(out, e)
		}
	}
	return out
}

func cross(a, b, c point) float64 { return (b.x-a.x)*(c.y-a.y) - (b.y-a.y)*(c.x-a.x) }
