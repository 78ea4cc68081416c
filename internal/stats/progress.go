package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Wave is one estimate of a unit in one wave. DF are the degrees of freedom of the standard error; 0 takes it for known.
type Wave struct{ Estimate, SE, DF float64 }

// Progress is the change of one unit between two waves.
type Progress struct {
	Difference, SE, Low, High float64
	Z, P                      float64 // two-sided; Student's t where degrees of freedom are given
	Holm                      float64 // P adjusted for looking at all units (Holm 1979)
	Gap                       float64 // share of what was left to the best possible score that was closed; NaN when nothing was left
	GapSE, GapLow, GapHigh    float64 // by the delta method
}

// Compare sets a second wave against a first: d = S₂ − S₁ with variance v₁ + v₂ − 2c, where c is the covariance of the two estimates
// of a unit (0 for independent samples; nil for all 0), and d/(best − S₁) with the delta-method error. With degrees of freedom in both waves they
// are put together after Satterthwaite (1946): few communities make a standard error that is itself uncertain.
func Compare(first, second []Wave, covariance []float64, best, level float64) ([]Progress, error) {
	if len(first) != len(second) || covariance != nil && len(covariance) != len(first) {
		return nil, fmt.Errorf("%d units in the first wave, %d in the second, %d covariances", len(first), len(second), len(covariance))
	}
	if !(level > 0 && level < 1) {
		return nil, fmt.Errorf("level %v is not between 0 and 1", level)
	}
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
		d, spread := &out[i], spreadOf(a, b)
		z := spread.Quantile(1 - (1-level)/2)
		d.Difference = b.Estimate - a.Estimate
		d.SE = math.Sqrt(math.Max(a.SE*a.SE+b.SE*b.SE-2*c, 0))
		d.Low, d.High = d.Difference-z*d.SE, d.Difference+z*d.SE
		d.Z, d.P = d.Difference/d.SE, 2*spread.CDF(-math.Abs(d.Difference/d.SE))
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

// spreadOf is the distribution that the difference of two estimates is judged by.
func spreadOf(a, b Wave) interface {
	Quantile(p float64) float64
	CDF(x float64) float64
} {
	va, vb := a.SE*a.SE, b.SE*b.SE
	if !(a.DF > 0) || !(b.DF > 0) || va+vb == 0 {
		return distuv.UnitNormal
	}
	return distuv.StudentsT{Sigma: 1, Nu: (va + vb) * (va + vb) / (va*va/a.DF + vb*vb/b.DF)}
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
