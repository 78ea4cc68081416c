package stats

import (
	"math"
	"sort"
)

var missing = math.NaN()

// quantile applies a rule; p outside the data gives the nearest value.
func (d *distribution) quantile(rule QuantileRule, p float64) float64 {
	n := len(d.x)
	switch n {
	case 0:
		return missing
	case 1:
		return d.x[0]
	}
	total := d.sum[n-1]
	switch rule {
	case "hf3":
		return d.distinct().step(p, func(low, _ float64, at int) (float64, bool) { return low, at%2 == 1 })
	case RuleSchool, "hf2":
		return d.step(p, func(low, up float64, _ int) (float64, bool) { return (low + up) / 2, true })
	case "hf4":
		return d.interpolate(p, func(i int) float64 { return d.sum[i] / total })
	case "hf5":
		return d.interpolate(p, func(i int) float64 { return (d.sum[i] - d.w[i]/2) / total })
	case "hf6":
		return d.interpolate(p, func(i int) float64 { return d.sum[i] / (total + d.w[n-1]) })
	case RuleHF7:
		return d.interpolate(p, func(i int) float64 { return d.before(i) / d.sum[n-2] })
	case "hf8":
		return d.interpolate(p, func(i int) float64 { return (d.before(i)/3 + d.sum[i]*2/3) / (total + d.w[n-1]/3) })
	case "hf9":
		return d.interpolate(p, func(i int) float64 { return (d.before(i)*3/8 + d.sum[i]*5/8) / (total + d.w[n-1]/4) })
	case RuleShahVaish:
		mean := total / float64(n)
		i := sort.Search(n, func(i int) bool { return ((d.sum[i]-d.w[i]/2)/mean+0.5)/float64(n+1) > p })
		return d.x[max(i-1, 0)]
	default: // math, hf1
		return d.step(p, func(low, _ float64, _ int) (float64, bool) { return low, true })
	}
}

func (d *distribution) before(i int) float64 {
	if i == 0 {
		return 0
	}
	return d.sum[i-1]
}

// step takes the first value with more than the share p of weight at or below it; where the shares agree exactly at index at,
// onTie may choose another value.
func (d *distribution) step(p float64, onTie func(low, up float64, at int) (float64, bool)) float64 {
	n := len(d.x)
	total := d.sum[n-1]
	i := sort.Search(n, func(i int) bool { return d.sum[i] > p*total })
	if i == n {
		i--
	}
	if i > 0 && p-d.sum[i-1]/total == 0 {
		if v, ok := onTie(d.x[i-1], d.x[i], i-1); ok {
			return v
		}
	}
	return d.x[i]
}

// interpolate reads the value at p off the line through (position(i), x[i]).
func (d *distribution) interpolate(p float64, position func(i int) float64) float64 {
	n := len(d.x)
	i := sort.Search(n, func(i int) bool { return position(i) >= p })
	switch i {
	case 0:
		return d.x[0]
	case n:
		return d.x[n-1]
	}
	low, high := position(i-1), position(i)
	return d.x[i-1] + (d.x[i]-d.x[i-1])*(p-low)/(high-low)
}

// distinct merges equal values.
func (d *distribution) distinct() *distribution {
	out := &distribution{}
	for i, x := range d.x {
		if last := len(out.x) - 1; last >= 0 && out.x[last] == x {
			out.w[last] += d.w[i]
			continue
		}
		out.x, out.w = append(out.x, x), append(out.w, d.w[i])
	}
	out.sum = runningSums(out.w)
	return out
}
