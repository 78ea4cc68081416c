package spoof

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"yiwang/internal/track"
)

// The tracks are made up: what the figures say holds for walks like these, no more.

// receiver adds what a phone's receiver adds: an error that wanders slowly, an accuracy and a speed that breathe.
type receiver struct {
	r      *rand.Rand
	dx, dy float64
	sigma  float64
}

func (x *receiver) fix(ms int64, east, north, speed float64) track.Point {
	const keep = 0.9
	noise := x.sigma * math.Sqrt(1-keep*keep)
	x.dx, x.dy = keep*x.dx+noise*x.r.NormFloat64(), keep*x.dy+noise*x.r.NormFloat64()
	p := bare(ms, east+x.dx, north+x.dy)
	p.SetAccuracy(max(3, x.sigma*(1.5+0.4*x.r.NormFloat64())))
	p.SetSpeed(max(0, speed+0.2*x.r.NormFloat64()))
	return p
}

func bare(ms int64, east, north float64) track.Point {
	const metre = math.Pi / 180 * 6371008.8
	p, _ := track.At(ms, 32.06+north/metre, 118.77+east/(metre*math.Cos(32.06*math.Pi/180)))
	return p
}

// way is a round through streets: where somebody is after so many seconds, with stops.
type way struct {
	corners [][2]float64
	speed   float64
	stop    float64 // seconds at each corner
}

func newWay(r *rand.Rand) way {
	w := way{speed: 1.1 + 0.4*r.Float64(), stop: 60 + 400*r.Float64()}
	x, y := 0.0, 0.0
	for range 12 + r.IntN(8) {
		if r.IntN(2) == 0 {
			x += (60 + 140*r.Float64()) * float64(1-2*r.IntN(2))
		} else {
			y += (60 + 140*r.Float64()) * float64(1-2*r.IntN(2))
		}
		w.corners = append(w.corners, [2]float64{x, y})
	}
	return w
}

// walk is an honest session on the way: pace and side of the street vary, and in one of ten the phone loses its satellites for
// a while.
func walk(r *rand.Rand, w way, from int64) []track.Point {
	x := &receiver{r: r, sigma: 3 + 3*r.Float64()}
	every := []int64{5, 10, 10, 15}[r.IntN(4)]
	var out []track.Point
	ms, side := from, 3*r.NormFloat64()
	for i := 1; i < len(w.corners); i++ {
		a, b := w.corners[i-1], w.corners[i]
		length := math.Hypot(b[0]-a[0], b[1]-a[1])
		for done := 0.0; done < length; {
			pace := w.speed * max(0.3, 1+0.25*r.NormFloat64())
			done += pace * float64(every)
			f := min(1, done/length)
			side = 0.95*side + r.NormFloat64()
			out = append(out, x.fix(ms, a[0]+f*(b[0]-a[0])+side, a[1]+f*(b[1]-a[1])+side, pace))
			ms += every * 1000
		}
		for s := int64(0); s < int64(w.stop*(0.5+r.Float64())); s += every {
			out = append(out, x.fix(ms, b[0], b[1], 0))
			ms += every * 1000
		}
	}
	if r.IntN(10) == 0 { // cells and wireless networks for a few minutes
		for i := len(out) / 3; i < len(out)/3+15 && i < len(out); i++ {
			q := bare(out[i].At, 400*r.NormFloat64(), 400*r.NormFloat64())
			q.SetAccuracy(100 + 400*r.Float64())
			q.Flags |= track.Network
			out[i] = q
		}
	}
	return out
}

// The ways to make positions up.
var frauds = map[string]func(r *rand.Rand, honest, former []track.Point) []track.Point{
	"app with mark": func(_ *rand.Rand, honest, _ []track.Point) []track.Point {
		out := clone(honest)
		for i := range out {
			out[i].Flags |= track.Mock
		}
		return out
	},
	"joystick": func(r *rand.Rand, honest, _ []track.Point) []track.Point { // steady pace, constant accuracy
		out := clone(honest[:1])
		heading, pace := r.Float64()*6, 1+r.Float64()
		x, y := 0.0, 0.0
		for i := range 300 {
			if i%60 == 59 {
				heading += r.Float64()
			}
			x, y = x+10*pace*math.Cos(heading), y+10*pace*math.Sin(heading)
			p := bare(honest[0].At+int64(i+1)*10_000, x, y)
			p.SetAccuracy(5)
			p.SetSpeed(pace)
			out = append(out, p)
		}
		return out
	},
	"joystick with jitter": func(r *rand.Rand, honest, _ []track.Point) []track.Point { // white noise instead of a receiver's
		out := clone(honest[:1])
		pace := 1 + r.Float64()
		for i := range 300 {
			p := bare(honest[0].At+int64(i+1)*10_000, 10*pace*float64(i)+0.05*r.NormFloat64(), 0.05*r.NormFloat64())
			p.SetAccuracy(3 + 5*r.Float64())
			p.SetSpeed(pace + 0.1*r.NormFloat64())
			out = append(out, p)
		}
		return out
	},
	"pinned": func(r *rand.Rand, honest, _ []track.Point) []track.Point { // stays at the post, walks nowhere
		var out []track.Point
		for i := range 400 {
			p := bare(honest[0].At+int64(i)*10_000, 20, 20)
			p.SetAccuracy(3 + 3*r.Float64())
			p.SetSpeed(0)
			out = append(out, p)
		}
		return out
	},
	"teleport": func(r *rand.Rand, honest, _ []track.Point) []track.Point { // from place to place, pinned at each
		var out []track.Point
		x, y := 0.0, 0.0
		for i := range 400 {
			if i%70 == 0 {
				x, y = 3000*r.NormFloat64(), 3000*r.NormFloat64()
			}
			p := bare(honest[0].At+int64(i)*10_000, x, y)
			p.SetAccuracy(3 + 3*r.Float64())
			p.SetSpeed(0)
			out = append(out, p)
		}
		return out
	},
	"replay": func(r *rand.Rand, honest, former []track.Point) []track.Point { // a recorded day again
		out := clone(former)
		for i := range out {
			out[i].At += honest[0].At - former[0].At
		}
		return out
	},
	"replay, shaken": func(r *rand.Rand, honest, former []track.Point) []track.Point { // with two metres of noise and another pace
		var out []track.Point
		ms := honest[0].At
		for i := range former {
			p := former[i]
			p.Lat += int32(18 * r.NormFloat64())
			p.Lon += int32(21 * r.NormFloat64())
			p.At = ms
			ms += 8000 + int64(r.IntN(4000))
			out = append(out, p)
		}
		return out
	},
	"emulator": func(r *rand.Rand, honest, _ []track.Point) []track.Point { // typed coordinates, accuracy of 20 m
		var out []track.Point
		for i := range 300 {
			p := bare(honest[0].At+int64(i)*10_000, 0, 0)
			p.Lat, p.Lon = 32_060_000+int32(i/3)*100, 118_770_000+int32(i/4)*100
			p.SetAccuracy(20)
			p.SetSpeed(0)
			out = append(out, p)
		}
		return out
	},
	"perfect copy": func(r *rand.Rand, honest, former []track.Point) []track.Point { // simulates a receiver well and walks a new way: not to be told
		return walk(r, newWay(r), honest[0].At)
	},
}

func clone(points []track.Point) []track.Point { return append([]track.Point(nil), points...) }

const each = 60 // sessions of each kind

// figures are what docs/spoof.md publishes.
type figures struct {
	honest, wrong int
	found         map[string]int
}

func measure() (f figures) {
	f.found = map[string]int{}
	for n := range each {
		for kind, make := range frauds {
			r := rand.New(rand.NewPCG(uint64(n), uint64(len(kind)*7+int(kind[0]))))
			w := newWay(r)
			former := walk(r, w, 1_790_000_000_000)
			earlier := []Shape{{"before", ShapeOf(former)}}
			honest := walk(r, w, 1_790_086_400_000) // the same round on the next day
			f.honest++
			if s, _ := Score(honest, earlier); s >= Suspicious {
				f.wrong++
			}
			if s, _ := Score(make(r, honest, former), earlier); s >= Suspicious {
				f.found[kind]++
			}
		}
	}
	return f
}

func TestScore_ErrorRatesAreAsPublished(t *testing.T) {
	t.Parallel()
	f := measure()
	found, all := 0, 0
	for kind, n := range f.found {
		t.Logf("%-22s %d of %d", kind, n, each)
		if kind != "perfect copy" {
			found, all = found+n, all+each
		}
	}
	precision, recall := float64(found)/float64(found+f.wrong), float64(found)/float64(all)
	t.Logf("honest: %d of %d wrongly; precision %.3f, recall %.3f without perfect copies", f.wrong, f.honest, precision, recall)
	if precision < 0.99 || recall < 0.85 {
		t.Errorf("precision %.3f and recall %.3f, published are at least 0.99 and 0.85", precision, recall)
	}
	if float64(f.wrong)/float64(f.honest) > 0.005 {
		t.Errorf("%d of %d honest sessions are suspicious, published is at most one in 200", f.wrong, f.honest)
	}
}

func TestScore_SaysWhy(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	w := newWay(r)
	former := walk(r, w, 1_790_000_000_000)
	honest := walk(r, w, 1_790_086_400_000)
	earlier := []Shape{{"before", ShapeOf(former)}}
	for kind, want := range map[string]Code{"app with mark": Marked, "joystick": Regular, "pinned": Still, "teleport": Teleport, "replay": Repeated, "emulator": TooExact} {
		_, reasons := Score(frauds[kind](r, honest, former), earlier)
		if len(reasons) == 0 || reasons[0].Code != want || reasons[0].To < reasons[0].From || reasons[0].Count == 0 {
			t.Errorf("%s: %+v", kind, reasons)
		}
	}
	if s, reasons := Score(honest, earlier); s != 0 {
		t.Errorf("an honest walk: %d, %+v", s, reasons)
	}
	if s, _ := Score(honest[:20], nil); s != 0 {
		t.Errorf("twenty fixes: %d", s)
	}
}

func BenchmarkScore(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	points := walk(r, newWay(r), 0)
	var earlier []Shape
	for i := range 30 {
		earlier = append(earlier, Shape{fmt.Sprint(i), ShapeOf(walk(r, newWay(r), 0))})
	}
	b.ReportMetric(float64(len(points)), "points")
	for b.Loop() {
		Score(points, earlier)
	}
}
