package geo

import (
	"math"
	"slices"
)

// WGS-84 ellipsoid.
const (
	axis         = 6378137.0
	eccentricity = 0.0818191908426214957
)

// Area returns the area of the shape on the WGS-84 ellipsoid in square metres, holes taken off.
//
// It integrates the equal-area cylinder projection of the ellipsoid along edges that are straight in longitude and
// latitude. An edge shared by two shapes contributes the same number to both with opposite sign, so the areas of parts
// add up to the area of the whole.
func (s Shape) Area() float64 {
	sum := 0.0
	for _, p := range s {
		for _, r := range p {
			sum += r.area()
		}
	}
	return sum
}

func (r Ring) area() float64 {
	if len(r) < 3 {
		return 0
	}
	sum := 0.0
	prev := r[len(r)-1]
	hPrev := authalic(prev.Lat())
	for _, v := range r {
		h := authalic(v.Lat())
		sum -= swept(prev, v, hPrev, h)
		prev, hPrev = v, h
	}
	return sum / Scale * math.Pi / 180 * axis * axis
}

// swept is what an edge adds to an area, of the heights of its ends: Simpson's rule; the ends are added first so that the
// reversed edge gives the same bits.
func swept(from, to Vertex, hFrom, hTo float64) float64 {
	mid := (hFrom + hTo) + 4*authalic((from.Lat()+to.Lat())/2)
	return float64(to.X-from.X) * mid / 6
}

// Spans measures the parts that chords cut off a ring. What an edge adds is computed once, and each number has the same bits as if the
// part were measured by itself.
type Spans struct {
	ring                   Ring
	heights, edges, length []float64
}

// NewSpans prepares the parts of a ring of three vertices at least.
func NewSpans(r Ring) *Spans {
	n := len(r)
	s := &Spans{ring: r, heights: make([]float64, n), edges: make([]float64, n), length: make([]float64, n)}
	for i, v := range r {
		s.heights[i] = authalic(v.Lat())
	}
	for i, v := range r {
		next := (i + 1) % n
		s.edges[i], s.length[i] = swept(v, r[next], s.heights[i], s.heights[next]), Distance(v, r[next])
	}
	return s
}

// Area returns the area in square metres of the vertices from i to j, both included, i+2 ≤ j; they count on past the end of the ring.
func (s *Spans) Area(i, j int) float64 {
	n := len(s.ring)
	first, last := i%n, j%n
	sum := 0.0
	sum -= swept(s.ring[last], s.ring[first], s.heights[last], s.heights[first])
	for k := i; k < j; k++ {
		sum -= s.edges[k%n]
	}
	return sum / Scale * math.Pi / 180 * axis * axis
}

// Perimeter returns the metres around the same part.
func (s *Spans) Perimeter(i, j int) float64 {
	n := len(s.ring)
	sum := 0.0
	for k := i; k < j; k++ {
		sum += s.length[k%n]
	}
	return sum + Distance(s.ring[j%n], s.ring[i%n])
}

// authalic is the height of a latitude on the equal-area cylinder of unit equatorial radius.
func authalic(lat float64) float64 {
	s := math.Sin(lat * math.Pi / 180)
	e := eccentricity
	return (1 - e*e) / 2 * (s/(1-e*e*s*s) + math.Atanh(e*s)/e)
}

// metersPerUnit returns the length of one lattice unit eastwards and northwards at a latitude.
func metersPerUnit(lat float64) (east, north float64) {
	s := math.Sin(lat * math.Pi / 180)
	e2 := eccentricity * eccentricity
	n := axis / math.Sqrt(1-e2*s*s)
	m := n * (1 - e2) / (1 - e2*s*s)
	k := math.Pi / 180 / Scale
	return n * math.Cos(lat*math.Pi/180) * k, m * k
}

// Distance returns the metres between two positions that lie within a city of each other.
func Distance(a, b Vertex) float64 {
	e, n := metersPerUnit((a.Lat() + b.Lat()) / 2)
	return math.Hypot(float64(a.X-b.X)*e, float64(a.Y-b.Y)*n)
}

// Center returns a position for a label: the centroid where it lies inside the shape, else the middle of the longest
// inner stretch on the centroid's parallel.
func (s Shape) Center() Vertex {
	p := s.largest()
	if p == nil {
		return Vertex{}
	}
	var ax, ay, sum float64
	o := p[0][0]
	for _, r := range p {
		for i, a := range r {
			b := r[(i+1)%len(r)]
			x0, y0 := float64(a.X-o.X), float64(a.Y-o.Y)
			x1, y1 := float64(b.X-o.X), float64(b.Y-o.Y)
			k := x0*y1 - x1*y0
			ax, ay, sum = ax+(x0+x1)*k, ay+(y0+y1)*k, sum+k
		}
	}
	if sum == 0 {
		return o
	}
	c := Vertex{o.X + int32(math.Round(ax/3/sum)), o.Y + int32(math.Round(ay/3/sum))}
	if (Shape{p}).Contains(c) {
		return c
	}
	return p.widest(c)
}

func (s Shape) largest() Polygon {
	var best Polygon
	area := -1.0
	for _, p := range s {
		if a := p[0].doubleArea(); a > area {
			best, area = p, a
		}
	}
	return best
}

// widest returns the middle of the longest run inside p on the parallel through c.
func (p Polygon) widest(c Vertex) Vertex {
	var xs []float64
	for _, r := range p {
		for i, a := range r {
			b := r[(i+1)%len(r)]
			if (a.Y > c.Y) != (b.Y > c.Y) {
				xs = append(xs, float64(a.X)+float64(b.X-a.X)*float64(c.Y-a.Y)/float64(b.Y-a.Y))
			}
		}
	}
	slices.Sort(xs)
	best := 0.0
	for i := 0; i+1 < len(xs); i += 2 {
		if w := xs[i+1] - xs[i]; w > best {
			best, c.X = w, int32((xs[i]+xs[i+1])/2)
		}
	}
	return c
}
