package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Estimate is one number with its uncertainty.
type Estimate struct {
	Estimate float64
	SE       float64 // standard error under the design
	Low      float64 // confidence interval, Student t with DF degrees of freedom
	High     float64
	DF       int     // of the whole design, also for a domain unless the query asks otherwise
	N        int     // rows used
	Deff     float64 // variance over that of a simple random sample of N rows without replacement; NaN if undefined
	NEff     float64 // size of the simple random sample with replacement that would be as precise; NaN if undefined
}

// Query narrows what an estimator does. The zero Query is the whole sample at 95%.
type Query struct {
	By          Factor  // one estimate per level; rows with code -1 are outside
	Level       float64 // confidence level; 0 means 0.95
	Replacement bool    // deff against a simple random sample with replacement
	DomainDF    bool    // degrees of freedom of each level's own units and strata (Korn & Graubard 1999, §5.2); of a Design only
}

// By is the Query for one estimate per level of f.
func By(f Factor) Query { return Query{By: f} }

func (q Query) fill(n int) (Query, error) {
	if q.Level == 0 {
		q.Level = 0.95
	}
	if q.Level <= 0 || q.Level >= 1 {
		return q, fmt.Errorf("confidence level %v is not between 0 and 1", q.Level)
	}
	if !q.By.given() {
		q.By = whole(n)
	}
	if len(q.By.Code) != n {
		return q, fmt.Errorf("%d domain codes for %d rows", len(q.By.Code), n)
	}
	return q, nil
}

// Mean estimates the Hájek mean Σwy/Σw over the rows where y is a number (NaN is missing), one per level of q.By in the order
// of its names. A level without rows gives NaN with N 0.
func (d *Design) Mean(y []float64, q Query) ([]Estimate, error) {
	return d.ratio(y, nil, q)
}

// Ratio estimates Σwy/Σwx over the rows where both are numbers.
func (d *Design) Ratio(y, x []float64, q Query) ([]Estimate, error) {
	return d.ratio(y, x, q)
}

// Total estimates Σwy over the rows where y is a number.
func (d *Design) Total(y []float64, q Query) ([]Estimate, error) {
	l, q, err := d.linearTotal(y, q)
	if err != nil {
		return nil, err
	}
	return d.finish(l, q)
}

func (d *Design) ratio(y, x []float64, q Query) ([]Estimate, error) {
	l, q, err := d.linearRatio(y, x, q)
	if err != nil {
		return nil, err
	}
	return d.finish(l, q)
}

// linear is a set of estimates, one per domain, with the influence value of every row in its own domain.
type linear struct {
	by     Factor
	value  []float64
	z      []float64
	rows   []int
	spread []float64 // S²: variance between rows that a simple random sample would see, times scale²
	weight []float64 // sum of weights
}

func (d *Design) newLinear(y, x []float64, by Factor) (*linear, error) {
	if len(y) != d.n || (x != nil && len(x) != d.n) {
		return nil, fmt.Errorf("%d values for %d rows", len(y), d.n)
	}
	k := len(by.Names)
	l := &linear{value: make([]float64, k), z: make([]float64, d.n), rows: make([]int, k), spread: make([]float64, k), weight: make([]float64, k)}
	l.by = Factor{Code: make([]int32, d.n), Names: by.Names}
	for i, c := range by.Code {
		if c < 0 || d.weights[i] == 0 || math.IsNaN(y[i]) || (x != nil && math.IsNaN(x[i])) {
			l.by.Code[i] = -1
			continue
		}
		l.by.Code[i] = c
		l.rows[c]++
		l.weight[c] += d.weights[i]
	}
	return l, nil
}

// linearRatio linearises Σwy/Σwx: z = w(y − Rx)/Σwx. Without x the ratio is the mean.
func (d *Design) linearRatio(y, x []float64, q Query) (*linear, Query, error) {
	q, err := q.fill(d.n)
	if err != nil {
		return nil, q, err
	}
	l, err := d.newLinear(y, x, q.By)
	if err != nil {
		return nil, q, err
	}
	base := l.weight
	if x != nil {
		base = make([]float64, len(l.value))
	}
	for i, c := range l.by.Code {
		if c < 0 {
			continue
		}
		l.value[c] += d.weights[i] * y[i]
		if x != nil {
			base[c] += d.weights[i] * x[i]
		}
	}
	for c := range l.value {
		l.value[c] /= base[c]
	}
	for i, c := range l.by.Code {
		if c < 0 {
			continue
		}
		e := y[i] - l.value[c]
		if x != nil {
			e = y[i] - l.value[c]*x[i]
		}
		l.z[i] = d.weights[i] * e / base[c]
		l.spread[c] += d.weights[i] * e * e / base[c] * (l.weight[c] / base[c])
	}
	l.scaleSpread()
	return l, q, nil
}

func (d *Design) linearTotal(y []float64, q Query) (*linear, Query, error) {
	mean, q, err := d.linearRatio(y, nil, q)
	if err != nil {
		return nil, q, err
	}
	for i, c := range mean.by.Code {
		if c >= 0 {
			mean.z[i] = d.weights[i] * y[i]
		}
	}
	for c := range mean.value {
		if mean.rows[c] == 0 {
			mean.value[c] = 0
			continue
		}
		mean.value[c] *= mean.weight[c]
		mean.spread[c] *= mean.weight[c] * mean.weight[c]
	}
	return mean, q, nil
}

func (l *linear) scaleSpread() {
	for c, n := range l.rows {
		l.spread[c] *= float64(n) / float64(n-1)
	}
}

func (d *Design) finish(l *linear, q Query) ([]Estimate, error) {
	v, err := d.Variances(l.z, l.by)
	if err != nil {
		return nil, err
	}
	df, t := d.degrees(l.by, q.DomainDF), 0.0
	out := make([]Estimate, len(v))
	for c := range v {
		if c == 0 || df[c] != df[c-1] {
			t = studentQuantile(1-(1-q.Level)/2, df[c])
		}
		out[c] = l.estimate(c, v[c], df[c], t, q.Replacement)
	}
	return out, nil
}

// degrees are the degrees of freedom of every level: of the whole design, or of the sampling units and strata that the level has rows in.
// A street with eight sampled communities has seven, however many other streets there are: intervals with those of the design are then
// too short.
func (d *Design) degrees(by Factor, own bool) []int {
	out := make([]int, len(by.Names))
	if !own {
		all := d.DF()
		for c := range out {
			out[c] = all
		}
		return out
	}
	first := &d.stages[0]
	inside := make([]int32, d.n)
	for i, c := range by.Code {
		if inside[i] = c + 1; d.weights[i] == 0 {
			inside[i] = 0
		}
	}
	start, order := group(inside, len(out)+1)
	units, strata := make([]int32, len(first.unitStratum)), make([]int32, first.strata()) // the level last seen in, + 1
	for c := range out {
		for _, row := range order[start[c+1]:start[c+2]] {
			u := first.unit[row]
			if units[u] == int32(c+1) {
				continue
			}
			units[u] = int32(c + 1)
			out[c]++
			if h := first.unitStratum[u]; strata[h] != int32(c+1) {
				strata[h] = int32(c + 1)
				out[c]--
			}
		}
	}
	return out
}

func (l *linear) estimate(c int, variance float64, df int, t float64, replacement bool) Estimate {
	nan := math.NaN()
	e := Estimate{Estimate: l.value[c], SE: math.Sqrt(variance), DF: df, N: l.rows[c], Deff: nan, NEff: nan}
	if e.N == 0 {
		e.Estimate, e.SE, e.Low, e.High = nan, nan, nan, nan
		return e
	}
	e.Low, e.High = e.Estimate-t*e.SE, e.Estimate+t*e.SE
	n := float64(e.N)
	if l.spread[c] > 0 {
		simple := l.spread[c] / n
		if variance > 0 {
			e.NEff = l.spread[c] / variance
		}
		if !replacement {
			simple *= 1 - n/l.weight[c]
		}
		if simple > 0 {
			e.Deff = variance / simple
		}
	}
	return e
}

// studentQuantile is the p-quantile of Student's t; without degrees of freedom there is no interval and it is NaN.
func studentQuantile(p float64, df int) float64 {
	if df <= 0 {
		return math.NaN()
	}
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(df)}.Quantile(p)
}

func normalQuantile(p float64) float64 { return distuv.UnitNormal.Quantile(p) }
