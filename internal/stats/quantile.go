package stats

import (
	"errors"
	"fmt"
	"math"
	"sort"
	"strings"
)

// QuantileRule says which value stands for the quantile of a weighted sample. The hf rules are the weighted forms of types 1
// to 9 of Hyndman & Fan (1996).
type QuantileRule string

// The quantile rules. RuleMath, the default, is the least value with at least the share p of the weight at or below it.
const (
	RuleMath      QuantileRule = "math"
	RuleSchool    QuantileRule = "school" // as math, but halfway between two values that split the weight exactly
	RuleShahVaish QuantileRule = "shahvaish"
	RuleHF7       QuantileRule = "hf7"
)

const quantileRules = "math school shahvaish hf1 hf2 hf3 hf4 hf5 hf6 hf7 hf8 hf9"

// QuantileQuery asks for quantiles. Interval is the way to the confidence interval: "mean", "beta", "xlogit" and "asin" put
// the interval of the share below the quantile through the distribution (Woodruff 1952), "score" inverts the test of
// that share (Francisco & Fuller 1991), "quantile" uses the spread of the replicates.
type QuantileQuery struct {
	Query
	Probs    []float64
	Rule     QuantileRule // "" means RuleMath
	Interval string       // "" means "mean"
}

func (q *QuantileQuery) fill(n int) error {
	var err error
	if q.Query, err = q.Query.fill(n); err != nil {
		return err
	}
	if q.Rule == "" {
		q.Rule = RuleMath
	}
	if q.Interval == "" {
		q.Interval = "mean"
	}
	if !contains(quantileRules, string(q.Rule)) {
		return fmt.Errorf("unknown quantile rule %q; there are %s", q.Rule, quantileRules)
	}
	if !contains("mean beta xlogit asin score quantile", q.Interval) {
		return fmt.Errorf("unknown quantile interval %q; there are mean, beta, xlogit, asin, score and quantile", q.Interval)
	}
	for _, p := range q.Probs {
		if !(p > 0 && p < 1) {
			return fmt.Errorf("probability %v is not between 0 and 1", p)
		}
	}
	return nil
}

func contains(list, word string) bool {
	for _, w := range strings.Fields(list) {
		if w == word {
			return true
		}
	}
	return false
}

// Quantile estimates quantiles of y: the result holds for every probability one Estimate per level of q.By. The standard
// error is that of an interval of the same width.
func Quantile(s Sample, y []float64, q QuantileQuery) ([][]Estimate, error) {
	if err := q.fill(s.Rows()); err != nil {
		return nil, err
	}
	out := make([][]Estimate, len(q.Probs))
	for c := range q.By.Names {
		job := newQuantileJob(s, y, q, int32(c))
		for p, prob := range q.Probs {
			e, err := job.estimate(prob)
			if err != nil {
				return nil, err
			}
			out[p] = append(out[p], e)
		}
	}
	return out, nil
}

// quantileJob is one domain.
type quantileJob struct {
	s      Sample
	q      QuantileQuery
	y      []float64
	domain Factor
	dist   *distribution
	t      float64
}

func newQuantileJob(s Sample, y []float64, q QuantileQuery, level int32) *quantileJob {
	j := &quantileJob{s: s, q: q, y: y, domain: Factor{Code: make([]int32, len(y)), Names: []string{""}}}
	for i, c := range q.By.Code {
		if c != level || math.IsNaN(y[i]) || s.Weights()[i] == 0 {
			j.domain.Code[i] = -1
		}
	}
	j.dist = newDistribution(y, s.Weights(), j.domain)
	j.t = studentQuantile(1-(1-q.Level)/2, s.DF())
	return j
}

func (j *quantileJob) estimate(p float64) (Estimate, error) {
	nan := math.NaN()
	e := Estimate{Estimate: nan, SE: nan, Low: nan, High: nan, DF: j.s.DF(), N: len(j.dist.x), Deff: nan, NEff: nan}
	if e.N == 0 {
		return e, nil
	}
	e.Estimate = j.dist.quantile(j.q.Rule, p)
	var err error
	switch j.q.Interval {
	case "score":
		e.Low, e.High, err = j.score(p)
	case "quantile":
		e.Low, e.High, err = j.replicates(e.Estimate, p)
	default:
		e.Low, e.High, err = j.woodruff(e.Estimate)
	}
	e.SE = (e.High - e.Low) / (2 * j.t)
	return e, err
}

func (j *quantileJob) indicator(below func(v float64) float64) []float64 {
	out := make([]float64, len(j.y))
	for i, c := range j.domain.Code {
		if c >= 0 {
			out[i] = below(j.y[i])
		}
	}
	return out
}

func (j *quantileJob) woodruff(at float64) (low, high float64, err error) {
	below := j.indicator(func(v float64) float64 {
		if v <= at {
			return 1
		}
		return 0
	})
	shares, err := Proportion(j.s, below, Query{By: j.domain, Level: j.q.Level}, j.q.Interval)
	if err != nil {
		return 0, 0, err
	}
	low, high = math.NaN(), math.NaN()
	if shares[0].Low >= 0 {
		low = j.dist.quantile(j.q.Rule, shares[0].Low)
	}
	if shares[0].High <= 1 {
		high = j.dist.quantile(j.q.Rule, shares[0].High)
	}
	return low, high, nil
}

// score finds the values whose share above is just t standard errors away from 1 − p.
func (j *quantileJob) score(p float64) (low, high float64, err error) {
	least, greatest := j.dist.x[0], j.dist.x[len(j.dist.x)-1]
	margin := (j.dist.quantile("hf7", 0.75) - j.dist.quantile("hf7", 0.25)) / 100
	test := func(at float64) (float64, error) {
		u := j.indicator(func(v float64) float64 {
			if v > at {
				return p
			}
			return p - 1
		})
		mean, err := j.s.Mean(u, Query{By: j.domain})
		if err != nil {
			return 0, err
		}
		return mean[0].Estimate / mean[0].SE, nil
	}
	tolerance := 1 / (100 * math.Sqrt(float64(len(j.dist.x))))
	for _, limit := range []float64{j.t, -j.t} {
		root, err := bisect(func(at float64) (float64, error) {
			v, err := test(at)
			return v - limit, err
		}, least+margin, greatest-margin, tolerance)
		if err != nil {
			return 0, 0, err
		}
		if high = j.dist.quantile(j.q.Rule, j.dist.shareBelow(root)); limit > 0 {
			low = high
		}
	}
	return low, high, nil
}

// bisect finds where a falling function changes sign; at a jump it returns the side where the function is nearer to zero.
func bisect(f func(float64) (float64, error), low, high, tolerance float64) (float64, error) {
	atLow, err := f(low)
	if err != nil {
		return 0, err
	}
	atHigh, err := f(high)
	if err != nil {
		return 0, err
	}
	if math.IsNaN(atLow) || math.IsNaN(atHigh) || atLow < 0 || atHigh > 0 {
		return 0, errors.New("the score interval reaches beyond the data; use another interval")
	}
	for high-low > tolerance {
		middle := (low + high) / 2
		v, err := f(middle)
		if err != nil {
			return 0, err
		}
		if v > 0 {
			low, atLow = middle, v
		} else {
			high, atHigh = middle, v
		}
	}
	if atLow < -atHigh {
		return low, nil
	}
	return high, nil
}

func (j *quantileJob) replicates(at, p float64) (low, high float64, err error) {
	r, ok := j.s.(*Replicated)
	if !ok {
		return 0, 0, errors.New("the interval \"quantile\" needs replicate weights")
	}
	values := r.replicateValues(func(w []float64) []float64 {
		return []float64{newDistribution(j.y, w, j.domain).quantile(j.q.Rule, p)}
	})
	v, err := r.covariance(values, []float64{at}, 0, 0)
	return at - j.t*math.Sqrt(v), at + j.t*math.Sqrt(v), err
}

// distribution is a weighted sample in rising order.
type distribution struct {
	x, w, sum []float64 // values, weights, running sums of weights
}

func newDistribution(y, w []float64, domain Factor) *distribution {
	var rows []int
	for i, c := range domain.Code {
		if c >= 0 && w[i] > 0 {
			rows = append(rows, i)
		}
	}
	sort.SliceStable(rows, func(a, b int) bool { return y[rows[a]] < y[rows[b]] })
	d := &distribution{}
	for _, i := range rows {
		d.x, d.w = append(d.x, y[i]), append(d.w, w[i])
	}
	d.sum = runningSums(d.w)
	return d
}

// runningSums carries the rounding error along (Neumaier 1974), so that equal weights split exactly where they should.
func runningSums(w []float64) []float64 {
	out := make([]float64, len(w))
	sum, carry := 0.0, 0.0
	for i, v := range w {
		t := sum + v
		if math.Abs(sum) >= math.Abs(v) {
			carry += (sum - t) + v
		} else {
			carry += (v - t) + sum
		}
		sum = t
		out[i] = sum + carry
	}
	return out
}

// shareBelow is the share of the weight at or below v; with equal weights that is a count over a count.
func (d *distribution) shareBelow(v float64) float64 {
	n := len(d.x)
	i := sort.Search(n, func(i int) bool { return d.x[i] > v })
	for _, w := range d.w {
		if w != d.w[0] {
			return d.sum[max(i-1, 0)] / d.sum[n-1]
		}
	}
	return float64(i) / float64(n)
}
