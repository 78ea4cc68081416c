package appraisal

import (
	"math"

	"yiwang/internal/survey"
)

// stratum is what the design knows about a group in a street: population, respondents, and whether the finite
// population correction applies (it does not for the self-selected online channel).
type stratum struct {
	street string
	group  survey.Group
	weight float64 // population ÷ respondents
	scale  float64 // (1 − f)·n/(n − 1); NaN for a single respondent
	all    *moments
}

// newStratum weighs the respondents of a stratum up to its population.
func newStratum(street string, group survey.Group, population int, corrected bool, all *moments) *stratum {
	n, size := float64(all.n), math.Max(float64(population), float64(all.n))
	s := &stratum{street: street, group: group, weight: size / n, all: all, scale: n / (n - 1)}
	if corrected {
		s.scale *= 1 - n/size
	}
	if all.n < 2 {
		s.scale = math.NaN()
	}
	return s
}

// member is the part of a stratum that lies in the domain: the stratum itself, or one of its communities.
type member struct {
	stratum *stratum
	part    *moments
}

// cell holds, for one group of one domain (community, street, district), the item means and the two matrices that the
// variance of any combination of them follows from. Formulas: Särndal, Swensson & Wretman 1992, ch. 5 and 10; a mean is a ratio of
// estimated totals, its influence u_i = w·(y_i − mean)/Σw, its variance Σ_h (1−f_h)·n_h/(n_h−1)·Σ_i (u_i − ū_h)².
type cell struct {
	group   survey.Group
	members []member
	n       int
	weight  float64 // Σ w over respondents
	mean    []float64
	valid   []float64 // answers per item
	cov     []float64 // design covariance of the means
	spread  []float64 // Σ w·e·e′ with e = u/w: what simple random sampling would have to estimate
}

// newCell estimates one measure in one group of a domain.
func newCell(v measure, group survey.Group, members []member) *cell {
	c := &cell{group: group, members: members}
	if len(members) == 0 {
		return c
	}
	k := members[0].part.items
	c.mean, c.valid = make([]float64, k), make([]float64, k)
	weightOf := make([]float64, k)
	for _, m := range members {
		c.n += m.part.n
		c.weight += m.stratum.weight * float64(m.part.n)
		for j := range k {
			n, sum := m.part.total(v, j)
			c.valid[j] += n
			weightOf[j] += m.stratum.weight * n
			c.mean[j] += m.stratum.weight * sum
		}
	}
	for j := range k {
		c.mean[j] /= weightOf[j] // NaN without answers
	}
	c.cov, c.spread = make([]float64, k*k), make([]float64, k*k)
	for _, m := range members {
		c.addVariance(v, m, weightOf)
	}
	return c
}

func (c *cell) addVariance(v measure, m member, weightOf []float64) {
	k := len(c.mean)
	off := make([]float64, k) // Σ (y − mean) in this stratum
	for j := range k {
		n, sum := m.part.total(v, j)
		off[j] = sum - c.mean[j]*n
	}
	w, n := m.stratum.weight, float64(m.stratum.all.n)
	for j := range k {
		if c.valid[j] == 0 {
			continue
		}
		for i := 0; i <= j; i++ {
			if c.valid[i] == 0 {
				continue
			}
			square := m.part.deviation(v, j, i, c.mean[j], c.mean[i]) / (weightOf[j] * weightOf[i])
			shift := off[j] * off[i] / (n * weightOf[j] * weightOf[i])
			c.cov[j*k+i] += m.stratum.scale * w * w * (square - shift)
			c.spread[j*k+i] += w * square
		}
	}
}

// quadratic evaluates s′Ms over the items of a mix; M is stored by its lower triangle and items ascend.
func quadratic(matrix []float64, m mix, k int) float64 {
	sum := 0.0
	for a, j := range m.items {
		row := matrix[j*k : j*k+k]
		for b, i := range m.items[:a] {
			sum += 2 * m.shares[a] * m.shares[b] * row[i]
		}
		sum += m.shares[a] * m.shares[a] * row[j]
	}
	return sum
}

// estimate is a combination of item means with its uncertainty. Fields are NaN where they cannot be known.
type estimate struct {
	value, se, df, deff, nEff float64
	n                         int     // respondents with at least one scored answer
	fewest                    float64 // scored answers to the least answered item, all groups together
}

// combine estimates Σ_g ω_g Σ_j share_gj·mean_gj over the cells of a domain. Items without an answer and groups without a
// respondent leave the sum and the remaining weights are raised in proportion (indicators.yaml, meta.respondent_note).
// Groups are independent samples, so their variances add.
//
// deff is the design variance divided by what a simple random sample of the same size would have if it were drawn from a
// population made up like the respondent weights: with weights ω_g·w/Σw and deviations d = Σw·e that is
// (1−n/N)·Σ_g ω_g·Σw·Σw·e²/(n−1). For one group it is R survey's deff=TRUE. n_eff is the size of such a sample, drawn with
// replacement, that would be as precise; it falls as the groups' numbers depart from their weights.
func combine(cells []*cell, node *node, weights map[survey.Group]float64) estimate {
	e := estimate{se: math.NaN(), df: math.NaN(), deff: math.NaN(), nEff: math.NaN()}
	mixes := make([]mix, len(cells))
	total := 0.0
	for i, c := range cells {
		if mixes[i] = node.available(c); len(mixes[i].items) > 0 {
			total += weights[c.group]
		}
	}
	if total == 0 {
		e.value = math.NaN()
		return e
	}
	variance, spread, size, strata := 0.0, 0.0, 0.0, 0
	answers := map[int]float64{} // item → scored answers of all groups
	for i, c := range cells {
		mix := mixes[i]
		if len(mix.items) == 0 {
			continue
		}
		w, k := weights[c.group]/total, len(c.mean)
		for a, j := range mix.items {
			e.value += w * mix.shares[a] * c.mean[j]
			answers[j] += c.valid[j]
			if c.valid[j] < 2 {
				variance = math.NaN() // one answer says nothing about its spread
			}
		}
		variance += w * w * quadratic(c.cov, mix, k)
		strata += len(c.members)
		people := 0.0
		for _, m := range c.members {
			n := m.part.answered(node.mask)
			e.n += n
			people += m.stratum.weight * float64(n)
		}
		spread += w * people * quadratic(c.spread, mix, k)
		size += people
	}
	e.fewest = math.Inf(1)
	for _, k := range answers {
		e.fewest = min(e.fewest, k)
	}
	n := float64(e.n)
	e.se = math.Sqrt(math.Max(variance, 0)) // rounding can leave −1e-20; NaN stays NaN
	e.df = math.Max(n-float64(strata), 0)
	if simple := spread / (n - 1); simple > 0 {
		e.deff = variance / (simple * (1 - min(n/size, 1)))
		e.nEff = n * simple / variance
	}
	return e
}
