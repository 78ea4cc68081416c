// Package tracktest makes walks for tests, measurements and the demonstration: synthetic, of nobody.
package tracktest

import (
	"math"
	"math/rand/v2"

	"yiwang/internal/track"
)

// Walk is n fixes, step milliseconds apart from start on, of somebody who walks at 1.3 m/s with stops and a receiver that errs by a few metres.
func Walk(seed uint64, n int, step, start int64) []track.Point {
	r := rand.New(rand.NewPCG(seed, 1))
	lat, lon, heading, battery := 32.06, 118.77, r.Float64()*2*math.Pi, 90.0
	ex, ey, still := 0.0, 0.0, 0
	out := make([]track.Point, 0, n)
	for i := range n {
		if still > 0 {
			still--
		} else if r.Float64() < 0.01 {
			still = 20 + r.IntN(60)
		}
		speed := 1.3
		if still > 0 {
			speed = 0
		}
		heading += r.NormFloat64() * 0.2
		d := speed * float64(step) / 1000 / 111_320
		lat, lon = lat+d*math.Cos(heading), lon+d*math.Sin(heading)/math.Cos(lat*math.Pi/180)
		ex, ey = 0.9*ex+r.NormFloat64()*1.7, 0.9*ey+r.NormFloat64()*1.7
		p, _ := track.At(start+int64(i)*step, lat+ex/111_320, lon+ey/111_320)
		p.SetSpeed(math.Abs(speed + r.NormFloat64()*0.1))
		p.SetHeading(math.Mod(heading*180/math.Pi+720, 360))
		p.SetAccuracy(4 + math.Round(r.Float64()*3))
		battery -= 0.01
		p.SetBattery(battery)
		out = append(out, p)
	}
	return out
}
