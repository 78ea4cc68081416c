package stats

import (
	"fmt"
	"math"
)

// Wave is one estimate of a unit in one wave.
type Wave struct{ Estimate, SE float64 }

// Progress is the change of one unit between two waves.
type Progress struct {
	Difference, SE, Low, High float64
	Z, P                      float64 // two-sided, normal
	Holm                      float64 // P adjusted for looking at all units (Holm 1979)
	Gap                       float64 // share of what was left to the best possible score that was closed; NaN when nothing was left
	GapSE, GapLow, GapHigh    float64 // by the delta method
}

// Compare sets a second wave against a first: d = S₂ − S₁ with variance v₁ + v₂ − 2c, where c is the covariance of the two estimates
// of a unit (0 for independent samples; nil for all 0), and d/(best − S₁) with the delta-method error.
func Compare(first, second []Wave, covariance []float64, best, level float64) ([]Progress, error) {
	if len(first) != len(second) || covariance != nil && len(covariance) != len(first) {
		return nil, fmt.Errorf("%d units in the first wave, %d in the second, %d covariances", len(first), len(second), len(covariance))
	}
	if !(level > 0 && level < 1) {
		return nil, fmt.Errorf("level %v is not between 0 and 1", level)
	}
	z := normalQuantile(1 - (1-level)/2)
	out, p := make([]Progress, len(first)), make([]float64, len(first))
	for i, a := range first {
		b, c := second[i], 0.0
		if covariance != nil {
			c = covariance[i]
		}
		if !(a.SE >= 0) || !(b.SE >= 0) || math.Abs(c) > a.SE*b.SE*(1+1e-9) {
			return nil, fmt.Errorf("unit %d has standard errors %v and %v with covariance %v", i+1, a.SE, b.SE, c)
		}
		if a.Estimate > best || b.Estimate > best {
			return nil, fmt.Errorf("unit %d has more than the best possible score %v", i+1, best)
		}
		d := &out[i]
		d.Difference = b.Estimate - a.Estimate
		d.SE = math.Sqrt(math.Max(a.SE*a.SE+b.SE*b.SE-2*c, 0))
		d.Low, d.High = d.Difference-z*d.SE, d.Difference+z*d.SE
		d.Z, d.P = d.Difference/d.SE, math.Erfc(math.Abs(d.Difference/d.SE)/math.Sqrt2)
		if d.SE == 0 {
			d.Z, d.P = math.NaN(), 1
			if d.Difference != 0 {
				d.P = 0
			}
		}
		p[i] = d.P
		d.gap(a, b, c, best, z)
	}
	for i, v := range Holm(p) {
		out[i].Holm = v
	}
	return out, nil
}

func (d *Progress) gap(a, b Wave, c, best, z float64) {
	left := best - a.Estimate
	if left == 0 {
		d.Gap, d.GapSE, d.GapLow, d.GapHigh = math.NaN(), math.NaN(), math.NaN(), math.NaN()
		return
	}
	d.Gap = d.Difference / left
	byFirst, bySecond := -(best-b.Estimate)/(left*left), 1/left
	d.GapSE = math.Sqrt(math.Max(byFirst*byFirst*a.SE*a.SE+bySecond*bySecond*b.SE*b.SE+2*byFirst*bySecond*c, 0))
	d.GapLow, d.GapHigh = d.Gap-z*d.GapSE, d.Gap+z*d.GapSE
}
