package stats

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// EfficiencyInterval says how far an efficiency can be trusted. The best of a few units define the frontier, so efficiencies are too
// high; Corrected takes the estimated Bias off.
type EfficiencyInterval struct {
	Share     float64 // as in Efficiency
	Bias      float64
	Corrected float64
	SE        float64
	Low, High float64
}

// EfficiencyIntervals is the smoothed bootstrap of Simar & Wilson (1998, Manag. Sci. 44): efficiencies are drawn from their smoothed
// distribution, reflected at 1, every unit is moved to the efficiency drawn for it, and the true units are measured against the
// frontier of the moved ones. Their last step, which shrinks the draws towards the mean, is left out: it also moves the best ones
// away from 1, and where many units are near the frontier that alone makes a bias (the tests simulate it). Below about 30 units the
// intervals are wide; that is the message.
func EfficiencyIntervals(e Envelopment, draws int, seed uint64, level float64) ([]EfficiencyInterval, error) {
	if draws < 100 {
		return nil, fmt.Errorf("%d draws are too few for an interval; take 100 or more", draws)
	}
	if !(level > 0 && level < 1) {
		return nil, fmt.Errorf("level %v is not between 0 and 1", level)
	}
	found, err := Efficiencies(e)
	if err != nil {
		return nil, err
	}
	n, scaled, _, err := e.scaled()
	if err != nil {
		return nil, err
	}
	share := make([]float64, n)
	for k, f := range found {
		share[k] = math.Min(1, f.Share)
	}
	width := reflectedBandwidth(share)
	if !(width > 0) {
		return nil, errors.New("every unit is efficient, so nothing is known about the distribution of efficiencies")
	}
	random, values := rand.New(rand.NewPCG(seed, 0x5349_4d41_5257_494c)), make([][]float64, n)
	for range draws {
		moved := scaled.moved(share, smoothedDraw(random, share, width))
		for k := range n {
			cost, a, b := moved.programme(scaled.of(k))
			x, _, err := minimise(cost, a, b)
			if err != nil {
				return nil, fmt.Errorf("unit %d: %w", k+1, err)
			}
			if e.Output {
				x[0] = 1 / x[0]
			}
			values[k] = append(values[k], x[0])
		}
	}
	out := make([]EfficiencyInterval, n)
	for k := range out {
		out[k] = efficiencyInterval(share[k], values[k], level)
	}
	return out, nil
}

// reflectedBandwidth is the normal-reference bandwidth on the values and their mirror images at 1, brought back to n values (Daraio & Simar
// 2007, §3.4.2).
func reflectedBandwidth(share []float64) float64 {
	n := float64(len(share))
	mean, variance := 0.0, 0.0
	var both []float64
	for _, v := range share {
		mean += v / n
		both = append(both, v, 2-v)
	}
	reflected := 0.0
	for _, v := range share {
		variance += (v - mean) * (v - mean) / (n - 1)
		reflected += 2 * (1 - v) * (1 - v) / (2*n - 1)
	}
	slices.Sort(both)
	quartile := func(p float64) float64 {
		at := p * float64(len(both)-1)
		low := int(at)
		return both[low] + (at-float64(low))*(both[min(low+1, len(both)-1)]-both[low])
	}
	least := math.Sqrt(reflected)
	if r := (quartile(0.75) - quartile(0.25)) / 1.34; r > 0 {
		least = math.Min(least, r)
	}
	if variance == 0 {
		return 0
	}
	return 0.9 * least * math.Pow(2*n, -0.2) * math.Pow(2, 0.2) * math.Sqrt(variance/reflected)
}

// smoothedDraw: draw with replacement, add noise, reflect at 1.
func smoothedDraw(random *rand.Rand, share []float64, width float64) []float64 {
	out := make([]float64, len(share))
	for i := range out {
		v := share[random.IntN(len(share))] + width*random.NormFloat64()
		if v > 1 {
			v = 2 - v
		}
		out[i] = math.Max(0.01, math.Min(1, v))
	}
	return out
}

// moved are the units after each was brought from its efficiency to the one drawn.
func (e Envelopment) moved(share, drawn []float64) Envelopment {
	out := e
	scale := func(columns [][]float64, by func(k int) float64) [][]float64 {
		all := make([][]float64, len(columns))
		for j, c := range columns {
			all[j] = make([]float64, len(c))
			for k, v := range c {
				all[j][k] = v * by(k)
			}
		}
		return all
	}
	if e.Output {
		out.Outputs = scale(e.Outputs, func(k int) float64 { return drawn[k] / share[k] })
	} else {
		out.Inputs = scale(e.Inputs, func(k int) float64 { return share[k] / drawn[k] })
	}
	return out
}

// efficiencyInterval turns the distribution of draws − estimate around into that of estimate − truth.
func efficiencyInterval(share float64, values []float64, level float64) EfficiencyInterval {
	slices.Sort(values)
	mean, variance, n := 0.0, 0.0, float64(len(values))
	for _, v := range values {
		mean += v / n
	}
	for _, v := range values {
		variance += (v - mean) * (v - mean) / (n - 1)
	}
	at := func(p float64) float64 { return values[int(math.Round(p*(n-1)))] }
	tail := (1 - level) / 2
	out := EfficiencyInterval{Share: share, Bias: mean - share, SE: math.Sqrt(variance)}
	out.Corrected = share - out.Bias
	out.Low, out.High = math.Max(0, 2*share-at(1-tail)), 2*share-at(tail)
	return out
}
