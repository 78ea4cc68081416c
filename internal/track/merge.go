package track

import "slices"

// Merge returns the points of both in the order of time, each time once: the first one that came stays. Both must be in
// the order of time; neither is changed.
func Merge(a, b []Point) []Point {
	if len(b) == 0 {
		return a
	}
	if len(a) == 0 || a[len(a)-1].At < b[0].At {
		return append(slices.Clip(a), b...)
	}
	out := make([]Point, 0, len(a)+len(b))
	for len(a) > 0 || len(b) > 0 {
		var p Point
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].At <= b[0].At:
			p, a = a[0], a[1:]
		default:
			p, b = b[0], b[1:]
		}
		if n := len(out); n == 0 || out[n-1].At != p.At {
			out = append(out, p)
		}
	}
	return out
}

// Insert puts a point where its time belongs and reports whether it is new; a point at a time that is there already
// changes nothing.
func Insert(points []Point, p Point) ([]Point, bool) {
	n := len(points)
	if n == 0 || points[n-1].At < p.At {
		return append(points, p), true
	}
	i, found := slices.BinarySearchFunc(points, p.At, func(q Point, at int64) int {
		switch {
		case q.At < at:
			return -1
		case q.At > at:
			return 1
		}
		return 0
	})
	if found {
		return points, false
	}
	return slices.Insert(points, i, p), true
}

// Box is the smallest rectangle around points; the zero Box for none.
type Box struct{ MinLat, MinLon, MaxLat, MaxLon int32 }

// Bounds returns the rectangle around the points.
func Bounds(points []Point) (b Box) {
	for i, p := range points {
		if i == 0 {
			b = Box{p.Lat, p.Lon, p.Lat, p.Lon}
			continue
		}
		b.MinLat, b.MaxLat = min(b.MinLat, p.Lat), max(b.MaxLat, p.Lat)
		b.MinLon, b.MaxLon = min(b.MinLon, p.Lon), max(b.MaxLon, p.Lon)
	}
	return b
}
