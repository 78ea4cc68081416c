package spoof

import (
	"math"
	"math/rand/v2"

	"yiwang/internal/track"
)

// A second set of made-up sessions, with other models of people and phones than those the limits were set on: what is true is told
// second by second, and a phone takes it down. Nothing in score.go was set by what it says about the first seeds of this set.

// moment is where somebody is in a second, in metres, and how fast.
type moment struct{ x, y, v float64 }

// course is a round that is walked on many days: headings and lengths of its legs, and where one stays how long.
type course struct {
	heading, length, stay []float64
}

func newCourse(r *rand.Rand, legs int, shortest, longest float64) course {
	c := course{}
	heading := r.Float64() * 2 * math.Pi
	for range legs {
		heading += []float64{-1, -0.5, 0.3, 0.5, 1}[r.IntN(5)] * (math.Pi/2 + 0.2*r.NormFloat64())
		c.heading = append(c.heading, heading)
		c.length = append(c.length, shortest+(longest-shortest)*r.Float64())
		stay := 0.0
		if r.IntN(3) == 0 {
			stay = 60 + 600*r.ExpFloat64()
		}
		c.stay = append(c.stay, min(stay, 2400))
	}
	return c
}

// follow walks the course at a pace that wanders by so much around its mean, with a distance from the middle of the way that wanders too.
func (c course) follow(r *rand.Rand, pace, wander, side float64) []moment {
	var out []moment
	x, y, off, drift := 0.0, 0.0, side*r.NormFloat64(), 0.0
	for i := range c.heading {
		sin, cos := math.Sincos(c.heading[i])
		for done := 0.0; done < c.length[i]; {
			drift = 0.97*drift + wander*math.Sqrt(1-0.97*0.97)*r.NormFloat64()
			v := pace * max(0.2, 1+drift)
			done += v
			x, y = x+v*cos, y+v*sin
			off = 0.98*off + side*math.Sqrt(1-0.98*0.98)*r.NormFloat64()
			out = append(out, moment{x - off*sin, y + off*cos, v})
		}
		for range int(c.stay[i] * (0.6 + 0.8*r.Float64())) {
			out = append(out, moment{x - off*sin, y + off*cos, 0})
		}
	}
	return out
}

// phone takes down what is true with its own errors.
type phone struct {
	every    int     // seconds between two fixes
	sigma    float64 // metres of the slow error
	tau      float64 // seconds after which it is another
	echoes   float64 // reflections an hour, each off by 8 to 35 m for a while
	accuracy func(r *rand.Rand) float64
	hold     bool // a receiver that keeps its position while it stands
	cached   bool // a system that repeats its last fix while the phone lies still
	decimals int32
}

func usual(r *rand.Rand) float64 { return 4 + 3*r.ExpFloat64() }

func (h phone) record(r *rand.Rand, truth []moment, from int64) []track.Point {
	var out []track.Point
	ex, ey := h.sigma*r.NormFloat64(), h.sigma*r.NormFloat64()
	keep := math.Exp(-float64(h.every) / h.tau)
	noise := h.sigma * math.Sqrt(1-keep*keep)
	var bx, by float64
	echo := 0
	still := 0
	for s := 0; s < len(truth); s += h.every {
		m := truth[s]
		ex, ey = keep*ex+noise*r.NormFloat64(), keep*ey+noise*r.NormFloat64()
		if echo -= h.every; echo <= 0 {
			bx, by = 0, 0
			if r.Float64() < h.echoes*float64(h.every)/3600 {
				echo = 15 + r.IntN(75)
				sin, cos := math.Sincos(r.Float64() * 2 * math.Pi)
				far := 8 + 27*r.Float64()
				bx, by = far*cos, far*sin
			}
		}
		if m.v < 0.3 {
			still += h.every
		} else {
			still = 0
		}
		p := bare(from+int64(s)*1000, m.x+ex+bx, m.y+ey+by)
		p.SetAccuracy(h.accuracy(r))
		p.SetSpeed(max(0, m.v+0.15*r.NormFloat64()))
		if n := len(out); still > 30 && n > 0 && (h.hold || h.cached) {
			p.Lat, p.Lon, p.Speed = out[n-1].Lat, out[n-1].Lon, 0
			if h.cached {
				p.Accuracy = out[n-1].Accuracy
			}
		}
		if h.decimals > 0 {
			p.Lat, p.Lon = (p.Lat/h.decimals)*h.decimals, (p.Lon/h.decimals)*h.decimals
		}
		out = append(out, p)
	}
	return out
}

// days is how long after the session compared with the examined one begins.
const days = 86_400_000

// occasion is a session with what it is compared with.
type occasion struct {
	points  []track.Point
	earlier []Shape
}

// again is one course on two days.
func again(r *rand.Rand, c course, pace, wander, side float64, h phone) occasion {
	before := h.record(r, c.follow(r, pace, wander, side), 1_790_000_000_000)
	today := h.record(r, c.follow(r, pace, wander, side), 1_790_000_000_000+days)
	return occasion{today, []Shape{{"before", ShapeOf(before)}}}
}

func onFoot(r *rand.Rand) (course, float64) {
	return newCourse(r, 14+r.IntN(10), 50, 260), 0.9 + 0.5*r.Float64()
}

// The honest sessions of the second set. Each walks the way of the day before.
var otherHonest = map[string]func(r *rand.Rand) occasion{
	"street canyon, reflections": func(r *rand.Rand) occasion {
		c, pace := onFoot(r)
		return again(r, c, pace, 0.2, 1.5, phone{every: []int{5, 10}[r.IntN(2)], sigma: 4 + 4*r.Float64(), tau: 60, echoes: 20, accuracy: func(r *rand.Rand) float64 { return 6 + 9*r.ExpFloat64() }})
	},
	"bus between two walks": func(r *rand.Rand) occasion {
		c, pace := onFoot(r)
		bus := newCourse(r, 14, 300, 700)
		for i := range bus.stay {
			bus.stay[i] = 15 + 30*r.Float64()
		}
		h := phone{every: 10, sigma: 4, tau: 60, echoes: 6, accuracy: usual}
		day := func() []moment {
			out := c.follow(r, pace, 0.2, 1.5)
			x, y := out[len(out)-1].x, out[len(out)-1].y
			for _, m := range bus.follow(r, 9, 0.25, 1) {
				out = append(out, moment{x + m.x, y + m.y, m.v})
			}
			return out
		}
		return occasion{h.record(r, day(), 1_790_000_000_000+days), []Shape{{"before", ShapeOf(h.record(r, day(), 1_790_000_000_000))}}}
	},
	"electric bicycle": func(r *rand.Rand) occasion {
		return again(r, newCourse(r, 12, 400, 1600), 5+1.5*r.Float64(), 0.06, 0.8, phone{every: 10, sigma: 3, tau: 60, echoes: 4, accuracy: usual})
	},
	"indoors for an hour": func(r *rand.Rand) occasion {
		c, pace := onFoot(r)
		c.stay[3] = 3600
		return again(r, c, pace, 0.2, 1.5, phone{every: 10, sigma: 12, tau: 300, echoes: 12, accuracy: func(r *rand.Rand) float64 { return 12 + 12*r.ExpFloat64() }})
	},
	"on a table, repeats its fix": func(r *rand.Rand) occasion {
		c, pace := onFoot(r)
		c.stay[3] = 2400
		return again(r, c, pace, 0.2, 1.5, phone{every: 10, sigma: 4, tau: 60, cached: true, accuracy: usual})
	},
	"tracker that holds its place": func(r *rand.Rand) occasion {
		c, pace := onFoot(r)
		c.stay[3] = 1500
		return again(r, c, pace, 0.2, 1.5, phone{every: []int{10, 15}[r.IntN(2)], sigma: 4, tau: 60, hold: true, accuracy: func(r *rand.Rand) float64 { return 5 * (0.7 + 0.3*r.ExpFloat64()) }})
	},
	"restarts and cold starts": func(r *rand.Rand) occasion {
		c, pace := onFoot(r)
		o := again(r, c, pace, 0.2, 1.5, phone{every: 10, sigma: 4, tau: 60, echoes: 4, accuracy: usual})
		for range 2 + r.IntN(4) { // silent for minutes, then a few fixes that are off and do not know it
			if len(o.points) < 200 {
				break
			}
			at, gap := 20+r.IntN(len(o.points)-120), 12+r.IntN(50)
			o.points = append(o.points[:at:at], o.points[at+gap:]...)
			off := 40 + 160*r.Float64()
			for i := at; i < at+4 && i < len(o.points); i++ {
				o.points[i].Lat += int32(off * 9)
				o.points[i].SetAccuracy(15 + 60*r.Float64())
				off *= 0.4
			}
		}
		return o
	},
	"low battery, a fix every two minutes": func(r *rand.Rand) occasion {
		c, pace := onFoot(r)
		return again(r, c, pace, 0.2, 1.5, phone{every: 60 + 30*r.IntN(3), sigma: 9, tau: 60, accuracy: func(r *rand.Rand) float64 { return 15 + 10*r.ExpFloat64() }})
	},
	"tracker with five decimals": func(r *rand.Rand) occasion {
		c, pace := onFoot(r)
		return again(r, c, pace, 0.2, 1.5, phone{every: 10, sigma: 4, tau: 60, decimals: 10, accuracy: func(*rand.Rand) float64 { return 5 }})
	},
	"receiver of two frequencies, same pavement": func(r *rand.Rand) occasion {
		c, pace := onFoot(r)
		return again(r, c, pace, 0.15, 0.9, phone{every: 5, sigma: 1.3, tau: 90, accuracy: func(r *rand.Rand) float64 { return 2 + r.ExpFloat64() }})
	},
	"beside a colleague": func(r *rand.Rand) occasion {
		c, pace := onFoot(r)
		truth := c.follow(r, pace, 0.2, 1.5)
		beside := make([]moment, len(truth))
		for i, m := range truth {
			beside[i] = moment{m.x + 0.8, m.y + 0.6, m.v}
		}
		h := phone{every: 10, sigma: 3.5, tau: 60, accuracy: usual}
		return occasion{h.record(r, truth, 1_790_000_030_000), []Shape{{"colleague", ShapeOf(h.record(r, beside, 1_790_000_000_000))}}}
	},
	// The last three were written after the limits were last changed, to try what they had not been tried on.
	"receiver that forgets its error in ten seconds": func(r *rand.Rand) occasion {
		c, pace := onFoot(r)
		return again(r, c, pace, 0.15, 1.2, phone{every: 5, sigma: 2, tau: 10, accuracy: usual})
	},
	"on a table all day": func(r *rand.Rand) occasion {
		c := newCourse(r, 1, 20, 60)
		c.stay[0] = 6000
		return again(r, c, 1.1, 0.2, 1.5, phone{every: 10, sigma: 4, tau: 60, cached: true, accuracy: usual})
	},
	"car between two places": func(r *rand.Rand) occasion {
		c := newCourse(r, 12, 600, 3000)
		return again(r, c, 14, 0.3, 1, phone{every: 10, sigma: 4, tau: 60, echoes: 8, accuracy: usual})
	},
}
