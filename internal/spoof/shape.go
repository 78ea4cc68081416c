package spoof

import (
	"math"

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
	sameWay    = 3.0  // metres on average: two walks with receivers of their own differ by more
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

// repeated finds an earlier session whose way is the same to a few metres. A person who walks one round every day walks it
// with other deviations: receivers are off by four metres and more, and nobody crosses the street at the same spot.
func repeated(points []track.Point, earlier []Shape) (best Reason, found bool) {
	own := ShapeOf(points)
	best.Code, best.Value = Repeated, math.Inf(1)
	if len(own) < shapeLeast {
		return best, false
	}
	for i := range earlier {
		if len(earlier[i].Points) < shapeLeast {
			continue
		}
		part, mean := follows(own, earlier[i].Points)
		if part >= samePart && mean < best.Value {
			best.Value, best.Session, best.Count = mean, earlier[i].Session, int(part*float64(len(own)))
			best.From, best.To = own[0].At, own[len(own)-1].At
		}
	}
	return best, best.Value < sameWay
}

// follows walks along both ways at once and returns what part of a lies beside b, in order, and the mean distance of those
// points to the way b.
func follows(a, b []track.Point) (part, mean float64) {
	k, hits, sum := 0, 0, 0.0
	for i := range a {
		nearest, at := math.Inf(1), k
		for j := k; j+1 < len(b) && j < k+12; j++ {
			if m := toStep(a[i], b[j], b[j+1]); m < nearest {
				nearest, at = m, j
			}
		}
		if nearest <= partner {
			hits++
			sum += nearest
			k = at
		}
	}
	if hits == 0 {
		return 0, math.Inf(1)
	}
	return float64(hits) / float64(len(a)), sum / float64(hits)
}

// toStep is the distance of a point from the straight way between two, in metres.
func toStep(p, a, b track.Point) float64 {
	const metre = math.Pi / 180 / 1e6 * 6371008.8
	cos := math.Cos(float64(a.Lat) / 1e6 * math.Pi / 180)
	px, py := float64(p.Lon-a.Lon)*metre*cos, float64(p.Lat-a.Lat)*metre
	ex, ey := float64(b.Lon-a.Lon)*metre*cos, float64(b.Lat-a.Lat)*metre
	along := 0.0
	if l := ex*ex + ey*ey; l > 0 {
		along = min(1, max(0, (px*ex+py*ey)/l))
	}
	return math.Hypot(px-along*ex, py-along*ey)
}
