package fence

import (
	"math"

	"yiwang/internal/platform/geo"
	"yiwang/internal/track"
)

// lattice is how many units of platform/geo a millionth of a degree holds.
const lattice = geo.Scale / 1_000_000

func vertex(p track.Point) geo.Vertex { return geo.Vertex{X: p.Lon * lattice, Y: p.Lat * lattice} }

// ground is the area of a fence, ready to be asked: its edges lie in rows from south to north, so that a question looks at the few of them beside it.
type ground struct {
	shape       geo.Shape
	box         geo.Box
	east, north float64 // metres per unit of the lattice at its middle
	height      int64   // of a row in units of the lattice
	rows        [][]edge
}

// edge is one side of the border from its lower to its higher end.
type edge struct{ low, high geo.Vertex }

// edgesPerRow is about how many edges of a plain outline lie in a row; mostRows bounds what is kept of a big one.
const (
	edgesPerRow = 4
	mostRows    = 256
)

func newGround(s geo.Shape) *ground {
	b := s.Bounds()
	lat := (float64(b.MinY) + float64(b.MaxY)) / 2 / geo.Scale * math.Pi / 180
	const metre = math.Pi / 180 / geo.Scale * 6371008.8
	g := &ground{shape: s, box: b, east: metre * math.Cos(lat), north: metre}
	n := min(mostRows, max(1, s.Vertices()/edgesPerRow*2))
	g.height = (int64(b.MaxY)-int64(b.MinY))/int64(n) + 1
	g.rows = make([][]edge, n)
	for _, polygon := range s {
		for _, ring := range polygon {
			last := ring[len(ring)-1]
			for _, at := range ring {
				e := edge{last, at}
				if last.Y > at.Y {
					e = edge{at, last}
				}
				last = at
				for row := g.row(e.low.Y); row <= g.row(e.high.Y); row++ {
					g.rows[row] = append(g.rows[row], e)
				}
			}
		}
	}
	return g
}

// row is where a height within the box lies.
func (g *ground) row(y int32) int64 { return (int64(y) - int64(g.box.MinY)) / g.height }

// circleSides is how many corners stand for a circle: the error is a thousandth of its radius.
const circleSides = 64

// circle is the area within so many metres of a position.
func circle(lat, lon, radius float64) geo.Shape {
	const metre = math.Pi / 180 * 6371008.8
	ring := make(geo.Ring, circleSides)
	for i := range ring {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / circleSides)
		y, x := lat+radius*sin/metre, lon+radius*cos/(metre*math.Cos(lat*math.Pi/180))
		ring[i] = geo.Vertex{X: int32(math.Round(x * geo.Scale)), Y: int32(math.Round(y * geo.Scale))}
	}
	return geo.Shape{geo.Polygon{ring}}
}

// apart reports whether a position lies beside the box of the area.
func (g *ground) apart(v geo.Vertex) bool {
	return v.X < g.box.MinX || v.X > g.box.MaxX || v.Y < g.box.MinY || v.Y > g.box.MaxY
}

// contains reports whether a position lies within, by the rule of geo.Shape.Contains.
func (g *ground) contains(v geo.Vertex) bool {
	if g.apart(v) {
		return false
	}
	in := false
	for i := range g.rows[g.row(v.Y)] {
		e := &g.rows[g.row(v.Y)][i]
		if e.low.Y > v.Y || v.Y >= e.high.Y {
			continue
		}
		if (int64(e.high.X)-int64(e.low.X))*(int64(v.Y)-int64(e.low.Y))-(int64(e.high.Y)-int64(e.low.Y))*(int64(v.X)-int64(e.low.X)) > 0 {
			in = !in
		}
	}
	return in
}

// far is beyond what any fix within maxAccuracy can be wrong by: such distances are not measured exactly.
const far = 200.0

// away returns the metres from a position outside to the border, or at least far.
func (g *ground) away(v geo.Vertex) float64 {
	dx := float64(max(int64(g.box.MinX)-int64(v.X), int64(v.X)-int64(g.box.MaxX), 0)) * g.east
	dy := float64(max(int64(g.box.MinY)-int64(v.Y), int64(v.Y)-int64(g.box.MaxY), 0)) * g.north
	if dx > far || dy > far {
		return max(dx, dy)
	}
	reach := int64(far / g.north)
	from := max(0, (int64(v.Y)-reach-int64(g.box.MinY))/g.height)
	to := min(int64(len(g.rows))-1, (int64(v.Y)+reach-int64(g.box.MinY))/g.height)
	nearest := far * far
	for row := from; row <= to; row++ {
		for i := range g.rows[row] {
			nearest = min(nearest, g.toEdge(v, g.rows[row][i].low, g.rows[row][i].high))
		}
	}
	return math.Sqrt(nearest)
}

// toEdge is the square of the metres from v to the edge from a to b.
func (g *ground) toEdge(v, a, b geo.Vertex) float64 {
	px, py := float64(v.X-a.X)*g.east, float64(v.Y-a.Y)*g.north
	ex, ey := float64(b.X-a.X)*g.east, float64(b.Y-a.Y)*g.north
	along := 0.0
	if length := ex*ex + ey*ey; length > 0 {
		along = min(1, max(0, (px*ex+py*ey)/length))
	}
	dx, dy := px-along*ex, py-along*ey
	return dx*dx + dy*dy
}

// beside reports whether a way cannot touch the area because it lies on one side of it.
func (g *ground) beside(a, b geo.Vertex) bool {
	return max(a.X, b.X) < g.box.MinX || min(a.X, b.X) > g.box.MaxX || max(a.Y, b.Y) < g.box.MinY || min(a.Y, b.Y) > g.box.MaxY
}

// crossed returns how many metres of the way from a to b, both outside, lie inside, and where the middle of that is on the
// way, 0 to 1.
func (g *ground) crossed(a, b geo.Vertex) (metres, middle float64) {
	if g.beside(a, b) {
		return 0, 0
	}
	first, last := math.Inf(1), math.Inf(-1)
	dx, dy := float64(b.X-a.X), float64(b.Y-a.Y)
	to := g.row(min(max(a.Y, b.Y), g.box.MaxY))
	for row := g.row(max(min(a.Y, b.Y), g.box.MinY)); row <= to; row++ {
		for i := range g.rows[row] {
			e := &g.rows[row][i]
			ex, ey := float64(e.high.X-e.low.X), float64(e.high.Y-e.low.Y)
			fx, fy := float64(e.low.X-a.X), float64(e.low.Y-a.Y)
			det := dx*ey - dy*ex
			if det == 0 {
				continue
			}
			t, u := (fx*ey-fy*ex)/det, (fx*dy-fy*dx)/det
			if t >= 0 && t <= 1 && u >= 0 && u <= 1 {
				first, last = min(first, t), max(last, t)
			}
		}
	}
	if first > last {
		return 0, 0
	}
	return (last - first) * math.Hypot(dx*g.east, dy*g.north), (first + last) / 2
}
