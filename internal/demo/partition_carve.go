package demo

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"yiwang/internal/platform/geo"
)

// carve cuts a campus, mall or office block out of as many cells of each community as it has dedicated grids.
func (d *divider) carve() error {
	byCommunity := make([][]int, len(d.communities))
	for i := range d.cells {
		c := d.communityOf[d.cells[i].site]
		byCommunity[c] = append(byCommunity[c], i)
	}
	spare := 0 // grids that a community had no room for move on to the next
	for c, cells := range byCommunity {
		d.rnd.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
		want := d.dedicated[c] + spare
		d.dedicated[c] = 0
		for _, i := range cells {
			if d.dedicated[c] == want {
				break
			}
			if d.cut(&d.cells[i]) {
				d.dedicated[c]++
			}
		}
		spare = want - d.dedicated[c]
	}
	if spare > 0 {
		return fmt.Errorf("%d dedicated grids found no room", spare)
	}
	return nil
}

// chord is a candidate cut between two vertices of a ring; low is better.
type chord struct {
	i, j  int
	score float64
}

// cut divides a cell between two of its own vertices, so that its neighbours keep their borders: a compact part of a
// sixth to a third becomes the dedicated grid.
func (d *divider) cut(c *cell) bool {
	whole := area(c.ring)
	target := whole * (0.15 + 0.2*d.rnd.Float64())
	var tries []chord
	n, parts := len(c.ring), geo.NewSpans(c.ring)
	for i := range n {
		for j := i + 2; j < i+n-1; j++ {
			a := parts.Area(i, j)
			if a < whole*0.1 || a > whole*0.4 {
				continue
			}
			around := parts.Perimeter(i, j)
			tries = append(tries, chord{i, j, math.Abs(a-target)/whole*8 + around*around/a/12})
		}
	}
	slices.SortFunc(tries, func(p, q chord) int {
		return cmp.Or(cmp.Compare(p.score, q.score), cmp.Compare(p.i, q.i), cmp.Compare(p.j, q.j))
	})
	for _, t := range tries[:min(len(tries), 12)] {
		middle := d.wander(c.ring[t.j%n], c.ring[t.i])
		part := append(span(c.ring, t.i, t.j), middle...)
		slices.Reverse(middle)
		rest := append(span(c.ring, t.j, t.i+n), middle...)
		if geo.Check(geo.Shape{{part}}) == nil && geo.Check(geo.Shape{{rest}}) == nil && area(part) > 0 && area(rest) > whole/2 {
			c.carved, c.ring = part, rest
			return true
		}
	}
	return false
}

// span copies the vertices of a ring from i to j, both included.
func span(r geo.Ring, i, j int) geo.Ring {
	out := make(geo.Ring, 0, j-i+4)
	for k := i; k <= j; k++ {
		out = append(out, r[k%len(r)])
	}
	return out
}

// wander returns the vertices between two ends of a cut: a line with a slight bend where it is long enough.
func (d *divider) wander(from, to geo.Vertex) geo.Ring {
	a, b := d.frame.point(from), d.frame.point(to)
	path := d.bend(border{from: a, to: b})
	var out geo.Ring
	for _, p := range path[1 : len(path)-1] {
		out = append(out, d.frame.vertex(p))
	}
	return out
}
