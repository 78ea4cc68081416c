package demo

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"yiwang/internal/platform/geo"
)

// link is a directed edge between two vertices of the mesh with the site on its left, or nobody.
type link struct {
	from, to geo.Vertex
	left     int
}

const nobody = -1

// face is a region of the mesh: a ring and the site it belongs to.
type face struct {
	ring geo.Ring
	site int
}

// mesh lays the borders between the sites over the outline and returns the regions between them.
func (d *divider) mesh() ([]face, error) {
	points := slices.Clone(d.sites)
	const guards = 48 // sites far outside close the cells at the rim
	mid := point{d.frame.width / 2, d.frame.height / 2}
	r := 3 * max(d.frame.width, d.frame.height)
	for i := range guards {
		a := 2 * math.Pi * (float64(i) + 0.3) / guards
		points = append(points, point{mid.x + r*math.Cos(a), mid.y + r*math.Sin(a)})
	}
	var links []link
	rim := newRim(d.frame, d.outline)
	for _, b := range borders(points, triangulate(points)) {
		if b.left >= len(d.sites) && b.right >= len(d.sites) {
			continue
		}
		d.trace(b, rim, func(a, c geo.Vertex) {
			links = append(links, link{a, c, b.left}, link{c, a, b.right})
		})
	}
	rim.each(func(a, b geo.Vertex) { links = append(links, link{a, b, nobody}) })
	return faces(links)
}

// trace bends a border a little, cuts it at the outline and emits the pieces inside.
func (d *divider) trace(b border, rim *rim, emit func(a, c geo.Vertex)) {
	path := d.bend(b)
	for i := 0; i+1 < len(path); i++ {
		cuts := rim.cut(path[i], path[i+1])
		for k := 0; k+1 < len(cuts); k++ {
			if a, c := cuts[k], cuts[k+1]; a.v != c.v && rim.inside(mean(a.p, c.p)) {
				emit(a.v, c.v)
			}
		}
	}
}

func mean(a, b point) point { return point{(a.x + b.x) / 2, (a.y + b.y) / 2} }

// bend turns a straight border into a line of short pieces that wander like a street does, never so far that it
// could meet another border.
func (d *divider) bend(b border) []point {
	length := math.Sqrt(b.from.dist2(b.to))
	n := min(1+int(length/55), 8)
	out := []point{b.from}
	for i := 1; i < n; i++ {
		t := float64(i) / float64(n)
		off := (d.rnd.Float64() - 0.5) * 0.11 * math.Min(length, 400) * math.Sin(math.Pi*t)
		out = append(out, point{
			b.from.x + (b.to.x-b.from.x)*t - (b.to.y-b.from.y)/length*off,
			b.from.y + (b.to.y-b.from.y)*t + (b.to.x-b.from.x)/length*off,
		})
	}
	return append(out, b.to)
}

var errMesh = errors.New("the mesh does not close")

// faces walks around every region that has its links on the left.
func faces(links []link) ([]face, error) {
	slices.SortFunc(links, func(a, b link) int {
		return cmp.Or(cmp.Compare(a.from.X, b.from.X), cmp.Compare(a.from.Y, b.from.Y), cmp.Compare(bearing(a), bearing(b)))
	})
	leaving := map[geo.Vertex][2]int{} // the run of links that leave a vertex
	for i, l := range links {
		run, ok := leaving[l.from]
		if !ok {
			run[0] = i
		}
		leaving[l.from] = [2]int{run[0], i + 1}
	}
	used := make([]bool, len(links))
	var out []face
	for i := range links {
		f := face{site: nobody}
		for cur := i; cur >= 0 && !used[cur]; cur = clockwise(links, leaving[links[cur].to], links[cur]) {
			used[cur] = true
			f.ring = append(f.ring, links[cur].from)
			f.site = max(f.site, links[cur].left)
		}
		switch {
		case len(f.ring) == 0: // walked before
		case f.site == nobody || len(f.ring) < 3:
			return nil, errMesh
		default:
			out = append(out, f)
		}
	}
	return out, nil
}

// clockwise returns the link that leaves the end of l first when turning clockwise from the way back, or -1.
func clockwise(links []link, run [2]int, l link) int {
	next, least := -1, math.Inf(1)
	back := bearing(link{from: l.to, to: l.from})
	for k := run[0]; k < run[1]; k++ {
		turn := back - bearing(links[k])
		if turn <= 1e-12 {
			turn += 2 * math.Pi
		}
		if turn < least {
			next, least = k, turn
		}
	}
	return next
}

func bearing(l link) float64 {
	return math.Atan2(float64(l.to.Y)-float64(l.from.Y), float64(l.to.X)-float64(l.from.X))
}
