package spoof

import (
	"math"
	"math/rand/v2"
	"slices"

	"yiwang/internal/track"
)

// The ways to make positions up of the second set. former is an honest session of the same phone the day before.
var otherFrauds = map[string]func(r *rand.Rand) occasion{
	"joystick app with its own noise": func(r *rand.Rand) occasion { // set speed, turned by hand, uniform noise, accuracy of the app
		var out []track.Point
		x, y, heading, v := 0.0, 0.0, r.Float64()*6, 1.1+0.5*r.Float64()
		rest := 0
		for i := range 900 {
			if rest--; rest < 0 {
				x, y = x+5*v*math.Cos(heading), y+5*v*math.Sin(heading)
				if r.IntN(12) == 0 {
					heading += 1.6 * r.NormFloat64()
				}
				if r.IntN(150) == 0 {
					rest = 20 + r.IntN(130)
				}
			}
			p := bare(1_790_000_000_000+int64(i)*5000, x+1.5*(2*r.Float64()-1), y+1.5*(2*r.Float64()-1))
			p.SetAccuracy(3 + 3*r.Float64())
			if p.SetSpeed(v); rest >= 0 {
				p.SetSpeed(0)
			}
			out = append(out, p)
		}
		return occasion{points: out}
	},
	"joystick app as it comes": func(r *rand.Rand) occasion { // straight at the set speed, accuracy 5
		var out []track.Point
		x, y, heading, v := 0.0, 0.0, r.Float64()*6, 1.1+0.5*r.Float64()
		for i := range 700 {
			x, y = x+5*v*math.Cos(heading), y+5*v*math.Sin(heading)
			if i%50 == 49 {
				heading += 1.6 * r.NormFloat64()
			}
			p := bare(1_790_000_000_000+int64(i)*5000, x, y)
			p.SetAccuracy(5)
			p.SetSpeed(v)
			out = append(out, p)
		}
		return occasion{points: out}
	},
	"route app along streets": func(r *rand.Rand) occasion { // a planned way at a steady speed, stops, white noise
		c, pace := onFoot(r)
		h := phone{every: 10, sigma: 0.5, tau: 1, accuracy: func(r *rand.Rand) float64 { return 4 + 4*r.Float64() }}
		return occasion{points: h.record(r, c.follow(r, pace, 0.01, 0), 1_790_000_000_000)}
	},
	"file played at a steady speed with noise": func(r *rand.Rand) occasion {
		former := formerDay(r)
		return occasion{played(r, former, 1+3*r.Float64()), []Shape{{"before", ShapeOf(former)}}}
	},
	"file played backwards": func(r *rand.Rand) occasion {
		former := formerDay(r)
		out := clone(former)
		slices.Reverse(out)
		for i := range out {
			out[i].At = former[i].At + days
		}
		return occasion{out, []Shape{{"before", ShapeOf(former)}}}
	},
	"pieces of three former days": func(r *rand.Rand) occasion {
		var out []track.Point
		var earlier []Shape
		at := int64(1_790_000_000_000) + days
		c, pace := onFoot(r)
		h := phone{every: 10, sigma: 4, tau: 60, echoes: 6, accuracy: usual}
		for d := range 3 {
			day := h.record(r, c.follow(r, pace, 0.2, 1.5), 1_790_000_000_000-int64(d)*days)
			earlier = append(earlier, Shape{"day", ShapeOf(day)})
			for _, p := range day[len(day)*d/3 : len(day)*(d+1)/3] {
				p.At = at
				at += 10_000
				out = append(out, p)
			}
		}
		return occasion{out, earlier}
	},
	"own day again, hours later": func(r *rand.Rand) occasion {
		former := formerDay(r)
		out := clone(former)
		for i := range out {
			out[i].At += days + 3*3_600_000
		}
		return occasion{out, []Shape{{"before", ShapeOf(former)}}}
	},
	"one phone for two officers": func(r *rand.Rand) occasion { // two accounts report the same fixes, a second apart
		former := formerDay(r)
		out := clone(former)
		for i := range out {
			out[i].At += 1000
		}
		return occasion{out, []Shape{{"colleague", ShapeOf(former)}}}
	},
	"two phones in one pocket": func(r *rand.Rand) occasion { // own receivers, the sky above is shared
		c, pace := onFoot(r)
		truth := c.follow(r, pace, 0.2, 1.5)
		sky := phone{every: 1, sigma: 3, tau: 90, accuracy: usual}
		both := make([]moment, len(truth))
		for i, p := range sky.record(r, truth, 0) {
			zero := bare(0, 0, 0)
			east, north := track.Metres(track.Point{Lat: zero.Lat, Lon: p.Lon}, zero), track.Metres(track.Point{Lat: p.Lat, Lon: zero.Lon}, zero)
			both[i] = moment{math.Copysign(east, float64(p.Lon-zero.Lon)), math.Copysign(north, float64(p.Lat-zero.Lat)), truth[i].v}
		}
		own := phone{every: 10, sigma: 1.5, tau: 60, accuracy: usual}
		return occasion{own.record(r, both, 1_790_000_030_000), []Shape{{"colleague", ShapeOf(own.record(r, both, 1_790_000_000_000))}}}
	},
	"switched to and fro": func(r *rand.Rand) occasion { // really at home, made up at work, changed a few times
		o := occasion{points: formerDay(r)}
		away := false
		for i := range o.points {
			if r.IntN(120) == 0 || i == len(o.points)/3 || i == len(o.points)/2 {
				away = !away
			}
			if away {
				o.points[i].Lat += 40_000
			}
		}
		return o
	},
	"pinned all day, trembling": func(r *rand.Rand) occasion { // the app moves the pin by a white half metre
		var out []track.Point
		for i := range 900 {
			p := bare(1_790_000_000_000+int64(i)*10_000, 20+0.5*r.NormFloat64(), 20+0.5*r.NormFloat64())
			p.SetAccuracy(3 + 3*r.Float64())
			p.SetSpeed(0)
			out = append(out, p)
		}
		return occasion{points: out}
	},
	"pinned, the same accuracy too": func(*rand.Rand) occasion { // nothing tells it from a phone on a table
		var out []track.Point
		for i := range 900 {
			p := bare(1_790_000_000_000+int64(i)*10_000, 20, 20)
			p.SetAccuracy(5)
			p.SetSpeed(0)
			out = append(out, p)
		}
		return occasion{points: out}
	},
	"pinned all day": func(r *rand.Rand) occasion {
		var out []track.Point
		for i := range 900 {
			p := bare(1_790_000_000_000+int64(i)*10_000, 20, 20)
			p.SetAccuracy(3 + 3*r.Float64())
			p.SetSpeed(0)
			out = append(out, p)
		}
		return occasion{points: out}
	},
}

func formerDay(r *rand.Rand) []track.Point {
	c, pace := onFoot(r)
	return phone{every: 10, sigma: 4, tau: 60, echoes: 6, accuracy: usual}.record(r, c.follow(r, pace, 0.2, 1.5), 1_790_000_000_000)
}

// played is a recorded way walked at a steady speed by an app that shakes each fix.
func played(r *rand.Rand, former []track.Point, noise float64) (out []track.Point) {
	way := ShapeOf(former)
	speed := 1 + 0.5*r.Float64()
	at := former[0].At + days
	for i := 1; i < len(way); i++ {
		far := track.Metres(way[i-1], way[i])
		for done := 0.0; done < far; done += 10 * speed {
			p := way[i]
			f := done / far
			p.Lat = way[i-1].Lat + int32(f*float64(way[i].Lat-way[i-1].Lat)+9*noise*r.NormFloat64())
			p.Lon = way[i-1].Lon + int32(f*float64(way[i].Lon-way[i-1].Lon)+10.6*noise*r.NormFloat64())
			p.At = at
			p.SetAccuracy(4 + 4*r.Float64())
			p.SetSpeed(speed)
			at += 10_000
			out = append(out, p)
		}
	}
	return out
}
