package fence

import (
	"math"

	"yiwang/internal/platform/geo"
	"yiwang/internal/track"
)

// lattice is how many units of platform/geo a millionth of a degree holds.
const lattice = geo.Scale / 1_000_000

func vertex(p track.Point) geo.Vertex { return geo.Vertex{X: p.Lon * lattice, Y: p.Lat * lattice} }

// ground is the area of a fence, ready to be asked.
type ground struct {
	shape       geo.Shape
	box         geo.Box
	east, north float64 // metres per unit of the lattice at its middle
}

func newGround(s geo.Shape) *ground {
	b := s.Bounds()
	lat := (float64(b.MinY) + float64(b.MaxY)) / 2 / geo.Scale * math.Pi / 180
	const metre = math.Pi / 180 / geo.Scale * 6371008.8
	return &ground{shape: s, box: b, east: metre * math.Cos(lat), north: metre}
}

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

func (g *ground) contains(v geo.Vertex) bool {
	if v.X < g.box.MinX || v.X > g.box.MaxX || v.Y < g.box.MinY || v.Y > g.box.MaxY {
		return false
	}
	return g.shape.Contains(v)
}

// reaches reports whether a fix at a position can concern the fence.
func (g *ground) reaches(v geo.Vertex) bool {
	return v.X >= g.box.MinX-reach && v.X <= g.box.MaxX+reach && v.Y >= g.box.MinY-reach && v.Y <= g.box.MaxY+reach
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
	nearest := math.Inf(1)
	for _, polygon := range g.shape {
		for _, ring := range polygon {
			last := ring[len(ring)-1]
			for _, at := range ring {
				nearest = min(nearest, g.toEdge(v, last, at))
				last = at
			}
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

// crossed returns how many metres of the way from a to b, both outside, lie inside, and where the middle of that is on the
// way, 0 to 1.
func (g *ground) crossed(a, b geo.Vertex) (metres, middle float64) {
	if max(a.X, b.X) < g.box.MinX || min(a.X, b.X) > g.box.MaxX || max(a.Y, b.Y) < g.box.MinY || min(a.Y, b.Y) > g.box.MaxY {
		return 0, 0
	}
	first, last := math.Inf(1), math.Inf(-1)
	dx, dy := float64(b.X-a.X), float64(b.Y-a.Y)
	for _, polygon := range g.shape {
		for _, ring := range polygon {
			from := ring[len(ring)-1]
			for _, to := range ring {
				ex, ey := float64(to.X-from.X), float64(to.Y-from.Y)
				fx, fy := float64(from.X-a.X), float64(from.Y-a.Y)
				from = to
				det := dx*ey - dy*ex
				if det == 0 {
					continue
				}
				t, u := (fx*ey-fy*ex)/det, (fx*dy-fy*dx)/det
				if t >= 0 && t <= 1 && u >= 0 && u < 1 {
					first, last = min(first, t), max(last, t)
				}
			}
		}
	}
	if first > last {
		return 0, 0
	}
	return (last - first) * math.Hypot(dx*g.east, dy*g.north), (first + last) / 2
}
