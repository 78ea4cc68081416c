package spoof

import (
	"math"
	"slices"

	"yiwang/internal/track"
)

// Shape is the way of a session, thinned out: what later ones are compared with.
type Shape struct {
	Session string
	Points  []track.Point
}

// Limits of comparing ways.
const (
	shapeStep  = 25.0 // metres between the points of a shape
	shapeMost  = 400  // points
	shapeLeast = 24   // points: a shorter way is repeated by chance
	sameWay    = 1.0  // metres on average: two walks with receivers of their own differ by more
	shakenWay  = 3.0  // metres on average, when every point is off anew …
	shakenLess = 0.2  // … that is, with less memory than this from one point to the next
	samePart   = 0.85 // of the points have a partner in the same order
	partner    = 8.0  // metres
)

// ShapeOf thins a track out to a point every 25 metres of way, without what a stay trembles.
func ShapeOf(points []track.Point) (out []track.Point) {
	for i := range points {
		p := points[i]
		if len(out) > 0 && track.Metres(out[len(out)-1], p) < shapeStep {
			continue
		}
		if out = append(out, track.Point{At: p.At, Lat: p.Lat, Lon: p.Lon, Speed: track.NoSpeed, Heading: track.NoHeading, Accuracy: track.NoAccuracy, Battery: track.NoBattery}); len(out) == shapeMost {
			break
		}
	}
	return out
}

// repeated finds an earlier session whose way is the same to a metre, forwards or backwards, or to a few metres with noise on it. Who walks one
// round every day walks it with other deviations: nobody crosses the street at the same spot, and receivers err by a metre or more, each in its
// own way and for a minute.
func repeated(points []track.Point, earlier []Shape) (best Reason, found bool) {
	own := ShapeOf(points)
	best.Code, best.Value = Repeated, math.Inf(1)
	if len(own) < shapeLeast {
		return best, false
	}
	back := slices.Clone(own)
	slices.Reverse(back)
	for i := range earlier {
		if len(earlier[i].Points) < shapeLeast {
			continue
		}
		for _, way := range [][]track.Point{own, back} {
			off := follows(way, earlier[i].Points)
			if float64(len(off)) < samePart*float64(len(own)) {
				continue
			}
			mean := 0.0
			for _, m := range off {
				mean += math.Abs(m) / float64(len(off))
			}
			if (mean < sameWay || mean < shakenWay && serial(off) < shakenLess) && mean < best.Value {
				best.Value, best.Session, best.Count = mean, earlier[i].Session, len(off)
				best.From, best.To = own[0].At, own[len(own)-1].At
			}
		}
	}
	return best, best.Count > 0
}

// follows walks along both ways at once and returns, of the points of a that lie beside b in order, how many metres off they are:
// to the left positive, to the right negative.
func follows(a, b []track.Point) (off []float64) {
	k := 0
	for i := range a {
		nearest, at := math.Inf(1), k
		for j := k; j+1 < len(b) && j < k+12; j++ {
			if m := toStep(a[i], b[j], b[j+1]); math.Abs(m) < math.Abs(nearest) {
				nearest, at = m, j
			}
		}
		if math.Abs(nearest) <= partner {
			off = append(off, nearest)
			k = at
		}
	}
	return off
}

// toStep is the distance of a point from the straight way between two, in metres, negative on its right.
func toStep(p, a, b track.Point) float64 {
	px, py := plane(a, p)
	ex, ey := plane(a, b)
	along := 0.0
	if l := ex*ex + ey*ey; l > 0 {
		along = min(1, max(0, (px*ex+py*ey)/l))
	}
	return math.Copysign(math.Hypot(px-along*ex, py-along*ey), ex*py-ey*px)
}
