package rounds

import (
	"cmp"
	"math"
	"slices"

	"yiwang/internal/track"
)

// Parameters of reading, from the project's research on walkers: a step of more than a minute is a gap, a fix worse than 50 m says nothing about
// where somebody was, and nobody on foot or on an electric bicycle moves faster than 15 m/s. A place counts as passed within max(its radius,
// the error of the fix up to 40 m); positions every ten seconds lie 13 m apart on foot, so the way between them is what is measured.
const (
	gapMillis   = 60_000
	maxAccuracy = 50
	errorLimit  = 40
	runMetres   = 15 // per second
	maxRadius   = 100
	usualRadius = 25
	usualDwell  = 10
)

// visit is a time spent within reach of a place without a break of more than a minute.
type visit struct {
	spot     int32
	from, to int64 // milliseconds, when the way came within reach and left it
	millis   int64 // within reach
}

// usable reports whether a fix says where somebody was.
func usable(p *track.Point) bool {
	return !p.Flags.Has(track.Mock) && (p.Accuracy == track.NoAccuracy || p.Accuracy <= maxAccuracy)
}

// legs calls fn for each stretch of a track that was walked: between usable fixes without a gap or a jump.
func legs(points []track.Point, fn func(a, b *track.Point)) {
	var last *track.Point
	for i := range points {
		p := &points[i]
		if !usable(p) {
			continue
		}
		if last != nil && p.At > last.At && p.At-last.At <= gapMillis && track.Metres(*last, *p) <= runMetres*float64(p.At-last.At)/1000+float64(maxAccuracy) {
			fn(last, p)
		}
		last = p
	}
}

// cover returns the visits of a track in the order of their beginning. The points are in the order of time.
func (f *field) cover(points []track.Point) []visit {
	var out []visit
	last := map[int32]int{} // the latest visit of a place
	legs(points, func(a, b *track.Point) {
		scale := math.Cos((float64(a.Lat)+float64(b.Lat))/2e6*math.Pi/180) * metresPerUnit
		dx, dy := float64(b.Lon-a.Lon)*scale, float64(b.Lat-a.Lat)*metresPerUnit
		length, span := dx*dx+dy*dy, float64(b.At-a.At)
		radius := errorOf(a, b)
		f.near(*a, *b, func(n int32) {
			s := &f.spots[n]
			x, y := float64(s.lon-a.Lon)*scale, float64(s.lat-a.Lat)*metresPerUnit
			t0, t1, ok := within(x, y, dx, dy, length, math.Max(float64(s.radius), radius))
			if !ok || !s.current(a.At) {
				return
			}
			from, to := a.At+int64(t0*span), a.At+int64(math.Ceil(t1*span))
			if k, seen := last[n]; seen && from-out[k].to <= gapMillis {
				out[k].to, out[k].millis = to, out[k].millis+to-from
				return
			}
			last[n] = len(out)
			out = append(out, visit{n, from, to, to - from})
		})
	})
	slices.SortStableFunc(out, func(a, b visit) int { return cmp.Compare(a.from, b.from) })
	return out
}

// errorOf is how far off a stretch may lie: the error of its worse end, up to 40 m.
func errorOf(a, b *track.Point) float64 {
	worst := uint16(0)
	for _, p := range []*track.Point{a, b} {
		if p.Accuracy != track.NoAccuracy {
			worst = max(worst, p.Accuracy)
		}
	}
	return float64(min(worst, errorLimit))
}

// within returns between which parts of the way (0 its beginning, 1 its end) it runs inside a circle around (x, y). The way begins at (0, 0) and
// leads by (dx, dy); length is its square.
func within(x, y, dx, dy, length, radius float64) (t0, t1 float64, ok bool) {
	if length < 1e-6 { // nobody moved
		return 0, 1, x*x+y*y <= radius*radius
	}
	foot := (x*dx + y*dy) / length
	ex, ey := x-foot*dx, y-foot*dy
	rest := radius*radius - (ex*ex + ey*ey)
	if rest < 0 {
		return 0, 0, false
	}
	half := math.Sqrt(rest / length)
	t0, t1 = math.Max(0, foot-half), math.Min(1, foot+half)
	return t0, t1, t0 < t1
}

// long reports whether the visit lasted as long as its place asks for.
func (f *field) long(v *visit) bool { return v.millis >= int64(f.spots[v.spot].dwell)*1000 }
