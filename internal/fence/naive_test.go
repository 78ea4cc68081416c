package fence

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"yiwang/internal/platform/geo"
	"yiwang/internal/track"
)

// naive is what docs/alarms.md says of one fence, without cells, rows or anything remembered between fixes but what the text names.
type naive struct {
	rule          *rule
	shape         geo.Shape
	in, was, told bool
	since, first  int64
	against       int // fixes on the other side
	story         []string
}

func (n *naive) tell(kind string, at int64, seconds int) {
	n.story = append(n.story, fmt.Sprintf("%s %s %d %d", n.rule.ID, kind, at-start, seconds))
}

// toBorder is the distance in metres from a position to the border, over every edge.
func toBorder(s geo.Shape, v geo.Vertex) float64 {
	b := s.Bounds()
	narrow := math.Cos((float64(b.MinY) + float64(b.MaxY)) / 2 / geo.Scale * math.Pi / 180)
	const metre = math.Pi / 180 / geo.Scale * 6371008.8
	nearest := math.Inf(1)
	for _, polygon := range s {
		for _, ring := range polygon {
			for i, a := range ring {
				c := ring[(i+1)%len(ring)]
				ax, ay := float64(a.X-v.X)*metre*narrow, float64(a.Y-v.Y)*metre
				cx, cy := float64(c.X-v.X)*metre*narrow, float64(c.Y-v.Y)*metre
				dx, dy := cx-ax, cy-ay
				t := min(1, max(0, -(ax*dx+ay*dy)/(dx*dx+dy*dy)))
				nearest = min(nearest, math.Hypot(ax+t*dx, ay+t*dy))
			}
		}
	}
	return nearest
}

// cut is how many metres from the first to the last crossing of the border lie on the way from a to b, and its middle.
func cut(s geo.Shape, a, b geo.Vertex) (metres, middle float64) {
	bounds := s.Bounds()
	narrow := math.Cos((float64(bounds.MinY) + float64(bounds.MaxY)) / 2 / geo.Scale * math.Pi / 180)
	const metre = math.Pi / 180 / geo.Scale * 6371008.8
	var at []float64
	for _, polygon := range s {
		for _, ring := range polygon {
			for i, c := range ring {
				d := ring[(i+1)%len(ring)]
				rx, ry, sx, sy := float64(b.X-a.X), float64(b.Y-a.Y), float64(d.X-c.X), float64(d.Y-c.Y)
				cross := rx*sy - ry*sx
				if cross == 0 {
					continue
				}
				qx, qy := float64(c.X-a.X), float64(c.Y-a.Y)
				if t, u := (qx*sy-qy*sx)/cross, (qx*ry-qy*rx)/cross; t >= 0 && t <= 1 && u >= 0 && u <= 1 {
					at = append(at, t)
				}
			}
		}
	}
	if len(at) == 0 {
		return 0, 0
	}
	low, high := slices.Min(at), slices.Max(at)
	return (high - low) * math.Hypot(float64(b.X-a.X)*metre*narrow, float64(b.Y-a.Y)*metre), (high + low) / 2
}

// take is one believed fix; last is the believed one before, if it is at most a minute old.
func (n *naive) take(p track.Point, last *track.Point) {
	r := n.rule
	if !r.inForce(p.At) || !r.watches(&watched) {
		n.in, n.was, n.told, n.against = false, false, false, 0
		return
	}
	v := vertex(p)
	inside := n.shape.Contains(v)
	known := n.in || n.was || n.against > 0
	switch {
	case inside == n.in:
		n.against = 0
		n.stay(p)
	case n.in && toBorder(n.shape, v)-accuracy(p) <= 15: // it may still be inside
		n.stay(p)
	default:
		if n.against == 0 {
			n.first = p.At
		}
		if n.against++; n.against >= 2 && p.At-n.first >= 10_000 {
			n.change()
			n.stay(p)
		}
	}
	if last != nil && r.Enter && !known && !inside {
		a := vertex(*last)
		if metres, middle := cut(n.shape, a, v); metres >= 10 {
			n.tell(Crossed, last.At+int64(math.Round(middle*float64(p.At-last.At))), 0)
		}
	}
}

func (n *naive) change() {
	noted := n.rule.Enter || n.rule.Leave || n.rule.DwellMinutes > 0
	seconds := int((n.first - n.since) / 1000)
	if n.in && noted {
		n.tell(Left, n.first, seconds)
	}
	if !n.in {
		if n.was && n.told {
			n.tell(Back, n.first, seconds)
		}
		if noted {
			n.tell(Entered, n.first, 0)
		}
	}
	n.was, n.in, n.since, n.against, n.told = n.in, !n.in, n.first, 0, false
}

func (n *naive) stay(p track.Point) {
	minutes, kind := n.rule.DwellMinutes, Dwelt
	if !n.in {
		minutes, kind = n.rule.AwayMinutes, Strayed
	}
	if minutes == 0 || n.told || !n.in && !n.was || p.At-n.since < int64(minutes)*60_000 {
		return
	}
	n.told = true
	n.tell(kind, n.since+int64(minutes)*60_000, minutes*60)
}

// drawing is a random outline around a place: a circle, a star with dents, or a ring with a hole.
func drawing(r *rand.Rand, east, north float64) geo.Shape {
	const metre = math.Pi / 180 * 6371008.8
	lat, lon := lat0+north/metre, lon0+east/(metre*math.Cos(lat0*math.Pi/180))
	size := 30 + 250*r.Float64()
	if r.IntN(3) == 0 {
		return circle(lat, lon, size)
	}
	ring := func(size, dents float64) geo.Ring {
		out := make(geo.Ring, 5+r.IntN(40))
		for i := range out {
			sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(len(out)))
			far := size * (1 - dents*r.Float64())
			out[i] = geo.Vertex{X: int32((lon + far*cos/(metre*math.Cos(lat*math.Pi/180))) * geo.Scale), Y: int32((lat + far*sin/metre) * geo.Scale)}
		}
		return out
	}
	polygon := geo.Polygon{ring(size, 0.6)}
	if r.IntN(2) == 0 {
		polygon = append(polygon, ring(size*0.3, 0.5))
	}
	return geo.Shape{polygon}
}

// someRules are fences of all sorts around the walk.
func someRules(r *rand.Rand) (list []*rule) {
	for i := range 1 + r.IntN(12) {
		d := &Definition{Name: "x", Kind: Polygon, Scope: "320106", Enter: r.IntN(2) == 0, Leave: r.IntN(2) == 0, Alarm: true, Severity: "warning"}
		if r.IntN(3) == 0 {
			d.DwellMinutes = 1 + r.IntN(4)
		}
		if r.IntN(3) == 0 {
			d.AwayMinutes = 1 + r.IntN(4)
		}
		if r.IntN(8) == 0 {
			d.Scope = "320106002"
		}
		one := &rule{Definition: d, ID: fmt.Sprint(i), Version: 1, ground: newGround(drawing(r, 300*r.NormFloat64(), 300*r.NormFloat64()))}
		one.hours.always = true
		if r.IntN(4) == 0 {
			one.From = start + int64(r.IntN(600_000))
		}
		if r.IntN(4) == 0 {
			one.To = start + 600_000 + int64(r.IntN(1_800_000))
		}
		list = append(list, one)
	}
	return list
}

// someWalk is a walk with pauses, rough fixes and silence, in believable steps.
func someWalk(r *rand.Rand) (out []track.Point) {
	const metre = math.Pi / 180 * 6371008.8
	x, y, heading, ms := 200*r.NormFloat64(), 200*r.NormFloat64(), 6*r.Float64(), start
	for range 60 + r.IntN(200) {
		step := int64([]int{1, 5, 10, 10, 30, 80}[r.IntN(6)])
		ms += step * 1000
		heading += 0.5 * r.NormFloat64()
		far := float64(step) * []float64{0, 1.3, 1.3, 4, 9}[r.IntN(5)]
		x, y = x+far*math.Cos(heading), y+far*math.Sin(heading)
		if math.Hypot(x, y) > 500 {
			heading = math.Atan2(-y, -x)
		}
		p, _ := track.At(ms, lat0+y/metre, lon0+x/(metre*math.Cos(lat0*math.Pi/180)))
		p.SetAccuracy([]float64{3, 8, 20, 45, 70}[r.IntN(5)])
		out = append(out, p)
	}
	return out
}

func TestTake_SaysWhatANaiveReadingOfTheRulesSays(t *testing.T) {
	t.Parallel()
	events := 0
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 54))
		list, points := someRules(r), someWalk(r)
		var got, want []string
		x, w := newRules(list), newWatch("s", watched, start-1000)
		for _, p := range points {
			w.take(p, x, func(h happening) {
				got = append(got, fmt.Sprintf("%s %s %d %d", h.rule.ID, h.kind, h.at-start, h.seconds))
			})
		}
		for _, one := range list {
			n := &naive{rule: one, shape: one.ground.shape}
			var last *track.Point
			for i := range points {
				if points[i].Accuracy > 50 {
					continue
				}
				if last != nil && points[i].At-last.At > 60_000 {
					last = nil
				}
				n.take(points[i], last)
				last = &points[i]
			}
			want = append(want, n.story...)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d:\ngot  %s\nwant %s", seed, strings.Join(got, "; "), strings.Join(want, "; "))
		}
		events += len(got)
	}
	if events < 2000 {
		t.Errorf("only %d events: the walks hardly meet the fences", events)
	}
}

func TestGround_AnswersLikeTheShape(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		s := drawing(r, 0, 0)
		g := newGround(s)
		for range 200 {
			v := geo.Vertex{X: int32((lon0 + 0.006*(2*r.Float64()-1)) * geo.Scale), Y: int32((lat0 + 0.005*(2*r.Float64()-1)) * geo.Scale)}
			if r.IntN(4) == 0 {
				v.Y = s[0][0][r.IntN(len(s[0][0]))].Y // at the height of a corner
			}
			if g.contains(v) != s.Contains(v) {
				t.Fatalf("seed %d, %v: %v", seed, v, g.contains(v))
			}
			if near := toBorder(s, v); math.Abs(min(g.away(v), far)-min(near, far)) > 0.01 && !s.Contains(v) {
				t.Fatalf("seed %d, %v: %f metres away, over every edge %f", seed, v, g.away(v), near)
			}
		}
	}
}
