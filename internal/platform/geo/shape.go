package geo

import (
	"fmt"
	"math"
)

// Scale is the number of lattice units in a degree.
const Scale = 1e7

// MaxSpan is the widest extent of a shape in degrees; within it the exact predicates cannot overflow.
const MaxSpan = 90

// Vertex is a lattice position: longitude and latitude in units of 1e-7 degree.
type Vertex struct{ X, Y int32 }

// Ring is a closed line; the first vertex is not repeated at the end.
type Ring []Vertex

// Polygon is an outer ring, counter-clockwise, followed by its holes, clockwise.
type Polygon []Ring

// Shape is the ground of one area: one polygon, or several for an area in parts.
type Shape []Polygon

// Box is an extent on the lattice; both corners belong to it.
type Box struct{ MinX, MinY, MaxX, MaxY int32 }

// At rounds a WGS-84 position in degrees to the lattice. The error names the value that is no position on earth.
func At(lon, lat float64) (Vertex, error) {
	if !(lon >= -180 && lon <= 180) {
		return Vertex{}, fmt.Errorf("longitude %v is outside -180…180", lon)
	}
	if !(lat >= -90 && lat <= 90) {
		return Vertex{}, fmt.Errorf("latitude %v is outside -90…90", lat)
	}
	return Vertex{int32(math.Round(lon * Scale)), int32(math.Round(lat * Scale))}, nil
}

// Lon returns the longitude in degrees.
func (v Vertex) Lon() float64 { return float64(v.X) / Scale }

// Lat returns the latitude in degrees.
func (v Vertex) Lat() float64 { return float64(v.Y) / Scale }

// String returns "longitude,latitude" in degrees, as messages to people use it.
func (v Vertex) String() string { return fmt.Sprintf("%.7f,%.7f", v.Lon(), v.Lat()) }

// Bounds returns the extent of the shape; of an empty shape the zero box.
func (s Shape) Bounds() Box {
	b, first := Box{}, true
	for _, p := range s {
		for _, v := range p[0] {
			if first {
				b, first = Box{v.X, v.Y, v.X, v.Y}, false
				continue
			}
			b.MinX, b.MaxX = min(b.MinX, v.X), max(b.MaxX, v.X)
			b.MinY, b.MaxY = min(b.MinY, v.Y), max(b.MaxY, v.Y)
		}
	}
	return b
}

// Overlaps reports whether two extents share a point.
func (b Box) Overlaps(c Box) bool {
	return b.MinX <= c.MaxX && c.MinX <= b.MaxX && b.MinY <= c.MaxY && c.MinY <= b.MaxY
}

// Vertices counts the vertices of all rings.
func (s Shape) Vertices() int {
	n := 0
	for _, p := range s {
		for _, r := range p {
			n += len(r)
		}
	}
	return n
}

// Contains reports whether v lies in the shape. A point on a border that two shapes share lies in exactly one of them.
func (s Shape) Contains(v Vertex) bool {
	in := false
	for _, p := range s {
		for _, r := range p {
			if r.contains(v) {
				in = !in
			}
		}
	}
	return in
}

func (r Ring) contains(v Vertex) bool {
	in := false
	for i, a := range r {
		b := r[(i+1)%len(r)]
		if (a.Y > v.Y) != (b.Y > v.Y) && leftOf(v, a, b) {
			in = !in
		}
	}
	return in
}

// leftOf reports whether v lies west of the non-horizontal edge ab. The edge is read upwards whichever way the ring
// runs, so both owners of a shared edge decide alike.
func leftOf(v, a, b Vertex) bool {
	if a.Y > b.Y {
		a, b = b, a
	}
	return turn(a, b, v) > 0
}

// turn is twice the signed area of abc: positive when c lies left of the line from a to b. Exact within MaxSpan.
func turn(a, b, c Vertex) int64 {
	ax, ay := int64(a.X), int64(a.Y)
	return (int64(b.X)-ax)*(int64(c.Y)-ay) - (int64(b.Y)-ay)*(int64(c.X)-ax)
}

// doubleArea returns twice the signed area in lattice units; counter-clockwise rings are positive.
func (r Ring) doubleArea() float64 {
	if len(r) < 3 {
		return 0
	}
	sum := 0.0
	for i := 1; i < len(r)-1; i++ {
		sum += float64(turn(r[0], r[i], r[i+1]))
	}
	return sum
}

// Normalize turns outer rings counter-clockwise and holes clockwise and drops repeated vertices, in place.
func (s Shape) Normalize() Shape {
	for _, p := range s {
		for i, r := range p {
			r = distinct(r)
			if (r.doubleArea() > 0) != (i == 0) {
				reverse(r)
			}
			p[i] = r
		}
	}
	return s
}

func distinct(r Ring) Ring {
	out := r[:0]
	for _, v := range r {
		if len(out) == 0 || out[len(out)-1] != v {
			out = append(out, v)
		}
	}
	for len(out) > 1 && out[0] == out[len(out)-1] {
		out = out[:len(out)-1]
	}
	return out
}

func reverse(r Ring) {
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
}
