package stats

import (
	"errors"
	"fmt"
	"math"
	"sort"
)

// Allocation is a rule that spreads a sample over strata.
type Allocation string

// The rules. All but Optimum round real numbers by largest remainders; Optimum is exact among whole numbers.
const (
	Equal        Allocation = "equal"        // the same number in each stratum: best for comparing strata
	Proportional Allocation = "proportional" // n·N_h/N
	Neyman       Allocation = "neyman"       // n·N_h·S_h/Σ N·S (Neyman 1934)
	Power        Allocation = "power"        // n·N_h^a/Σ N^a, a compromise (Bankier 1988)
	Optimum      Allocation = "optimum"      // the least variance of the mean among whole numbers (Wright 2012, 2017)
)

// Stratum is a part of the population that is sampled on its own.
type Stratum struct {
	Name string
	Size int     // units in the population
	SD   float64 // of the item in the stratum; needed by Neyman, Optimum and the variance
	Min  int     // least sample; 0 means 1
	Max  int     // greatest sample; 0 means Size
}

// AllocationPlan asks for n units.
type AllocationPlan struct {
	N      int
	Method Allocation
	Power  float64 // exponent of Power; 0 means 0.5
	Strata []Stratum
}

// Allocate returns the sample of each stratum in order, and the real numbers it was rounded from (for Optimum those of Neyman
// within the bounds).
func Allocate(p AllocationPlan) (whole []int, real []float64, err error) {
	if err := p.fill(); err != nil {
		return nil, nil, err
	}
	shares, err := p.shares()
	if err != nil {
		return nil, nil, err
	}
	real = p.spread(shares)
	if p.Method == Optimum {
		return p.optimum(), real, nil
	}
	return p.round(real), real, nil
}

func (p *AllocationPlan) fill() error {
	if len(p.Strata) == 0 {
		return errors.New("there are no strata")
	}
	if p.Power == 0 {
		p.Power = 0.5
	}
	least, most := 0, 0
	p.Strata = append([]Stratum(nil), p.Strata...)
	for h := range p.Strata {
		s := &p.Strata[h]
		if s.Min == 0 {
			s.Min = 1
		}
		if s.Max == 0 {
			s.Max = s.Size
		}
		if s.Size < 1 || s.Min < 0 || s.Min > s.Max || s.Max > s.Size {
			return fmt.Errorf("stratum %d (%s) has %d units and bounds %d to %d", h+1, s.Name, s.Size, s.Min, s.Max)
		}
		if !(s.SD >= 0) || math.IsInf(s.SD, 0) {
			return fmt.Errorf("stratum %d (%s) has the standard deviation %v", h+1, s.Name, s.SD)
		}
		least, most = least+s.Min, most+s.Max
	}
	if p.N < least || p.N > most {
		return fmt.Errorf("a sample of %d lies outside %d to %d, what the strata allow", p.N, least, most)
	}
	return nil
}

// shares are what a stratum gets relative to the others.
func (p *AllocationPlan) shares() ([]float64, error) {
	out, sum := make([]float64, len(p.Strata)), 0.0
	for h, s := range p.Strata {
		size := float64(s.Size)
		switch p.Method {
		case Equal:
			out[h] = 1
		case Proportional:
			out[h] = size
		case Power:
			out[h] = math.Pow(size, p.Power)
		case Neyman, Optimum:
			out[h] = size * s.SD
		default:
			return nil, fmt.Errorf("the method %q is not known", p.Method)
		}
		sum += out[h]
	}
	if !(sum > 0) || math.IsInf(sum, 0) {
		return nil, fmt.Errorf("the method %s needs a positive standard deviation in some stratum", p.Method)
	}
	return out, nil
}

// spread scales the shares so that they add up to n inside the bounds: n_h = clamp(c·share_h), c found by bisection.
func (p *AllocationPlan) spread(shares []float64) []float64 {
	at := func(c float64) (out []float64, sum float64) {
		out = make([]float64, len(shares))
		for h, s := range p.Strata {
			out[h] = math.Min(math.Max(c*shares[h], float64(s.Min)), float64(s.Max))
			sum += out[h]
		}
		return out, sum
	}
	total := 0.0
	for _, v := range shares {
		total += v
	}
	plain := float64(p.N) / total
	out, sum := at(plain)
	if math.Abs(sum-float64(p.N)) < 1e-9 {
		return out // no bound matters
	}
	low, high := 0.0, plain
	for range 1000 {
		if _, s := at(high); s >= float64(p.N) || math.IsInf(high, 1) {
			break
		}
		high *= 2
	}
	for range 200 {
		middle := (low + high) / 2
		if _, s := at(middle); s < float64(p.N) {
			low = middle
		} else {
			high = middle
		}
	}
	out, _ = at(high)
	return out
}

// round gives the units left after rounding down to the largest remainders; ties go to the earlier stratum.
func (p *AllocationPlan) round(real []float64) []int {
	out, order, left := make([]int, len(real)), make([]int, len(real)), p.N
	for h, v := range real {
		out[h] = int(v + 1e-9)
		order[h] = h
		left -= out[h]
	}
	rest := func(h int) float64 { return real[h] - float64(out[h]) }
	sort.SliceStable(order, func(a, b int) bool { return rest(order[a]) > rest(order[b])+1e-12 })
	for left > 0 {
		for _, h := range order {
			if left > 0 && out[h] < p.Strata[h].Max {
				out[h]++
				left--
			}
		}
	}
	return out
}

// optimum starts at the lower bounds and gives each further unit to the stratum with the greatest priority N·S/√(n(n+1)), which is
// the greatest fall of the variance. The variance is convex and separable, so that no other whole numbers do better.
func (p *AllocationPlan) optimum() []int {
	out, left := make([]int, len(p.Strata)), p.N
	for h, s := range p.Strata {
		out[h] = s.Min
		left -= s.Min
	}
	for ; left > 0; left-- {
		best, priority := -1, -1.0
		for h, s := range p.Strata {
			n := float64(out[h])
			if v := float64(s.Size) * s.SD / math.Sqrt(n*(n+1)); out[h] < s.Max && v > priority {
				best, priority = h, v
			}
		}
		out[best]++
	}
	return out
}

// AllocationVariance is the variance of the stratified mean, Σ (N_h/N)² (1 − n_h/N_h) S_h²/n_h (Cochran 1977, ch. 5).
func AllocationVariance(strata []Stratum, n []int) float64 {
	total, v := 0.0, 0.0
	for _, s := range strata {
		total += float64(s.Size)
	}
	for h, s := range strata {
		if s.SD > 0 {
			share, f := float64(s.Size)/total, float64(n[h])/float64(s.Size)
			v += share * share * (1 - f) * s.SD * s.SD / float64(n[h])
		}
	}
	return v
}

// Precision is what a simple random sample is to reach.
type Precision struct {
	Margin     float64 // half width of the interval, in the unit of the item
	SD         float64 // of the item; for a proportion √(p(1−p))
	Level      float64 // of the interval
	Population int     // 0 means very large
	Deff       float64 // 0 means 1
}

// SampleSize is n = n0/(1+(n0−1)/N)·deff with n0 = z²·SD²/margin² (Cochran 1977, ch. 4; Kish 1965 for deff). Round it up.
func SampleSize(p Precision) float64 {
	z := normalQuantile(1 - (1-p.Level)/2)
	n := z * z * p.SD * p.SD / (p.Margin * p.Margin)
	if p.Population > 0 {
		n /= 1 + (n-1)/float64(p.Population)
	}
	if p.Deff > 0 {
		n *= p.Deff
	}
	return n
}

// DetectableDifference is the true difference of two independent means, with standard deviations sd and sample sizes n, that a
// two-sided test finds with the given power: (z_{1−α/2} + z_power)·√(deff·(sd₁²/n₁ + sd₂²/n₂)) (Cohen 1988, ch. 2).
func DetectableDifference(sd [2]float64, n [2]float64, deff, level, power float64) float64 {
	z := normalQuantile(1-(1-level)/2) + normalQuantile(power)
	return z * math.Sqrt(deff*(sd[0]*sd[0]/n[0]+sd[1]*sd[1]/n[1]))
}
