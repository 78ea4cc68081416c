package stats

import (
	"fmt"
	"math"
)

// Combined is a probability sample and an online sample of one unit put together by the bias that was measured between them.
type Combined struct {
	Bias, BiasSE float64 // online less probability
	Z, P, Holm   float64 // is there a bias: two-sided normal, and adjusted for looking at all units
	Bias2        float64 // max(0, bias² − v_p − v_o), the squared bias without the noise in it
	Weight       float64 // of the probability sample, (v_o + b²)/(v_o + b² + v_p)
	Estimate     float64
	RMSE         float64 // √(W²v_p + (1−W)²(v_o + b²))
}

// Combine weighs an online estimate by its mean squared error, measured bias included, against that of an independent probability
// sample (after Elliott & Haviland 2007). The online sample helps only where its bias is small, and the probability sample
// never counts less than its variance deserves.
func Combine(probability, online []Wave) ([]Combined, error) {
	if len(probability) != len(online) {
		return nil, fmt.Errorf("%d units in the probability sample, %d online", len(probability), len(online))
	}
	out, p := make([]Combined, len(online)), make([]float64, len(online))
	for i, a := range probability {
		b := online[i]
		if !(a.SE > 0) || !(b.SE >= 0) {
			return nil, fmt.Errorf("unit %d has standard errors %v and %v; the first must be above 0", i+1, a.SE, b.SE)
		}
		c, va, vb := &out[i], a.SE*a.SE, b.SE*b.SE
		c.Bias, c.BiasSE = b.Estimate-a.Estimate, math.Sqrt(va+vb)
		c.Z = c.Bias / c.BiasSE
		c.P = math.Erfc(math.Abs(c.Z) / math.Sqrt2)
		c.Bias2 = math.Max(0, c.Bias*c.Bias-va-vb)
		c.Weight = (vb + c.Bias2) / (vb + c.Bias2 + va)
		rest := 1 - c.Weight
		c.Estimate = c.Weight*a.Estimate + rest*b.Estimate
		c.RMSE = math.Sqrt(c.Weight*c.Weight*va + rest*rest*(vb+c.Bias2))
		p[i] = c.P
	}
	for i, v := range Holm(p) {
		out[i].Holm = v
	}
	return out, nil
}
