package stats

import (
	"fmt"
	"math"
)

// Contrast estimates a function of several means or totals in every domain, by the delta method: its influence value is that of
// the estimates times the derivative after each (Särndal, Swensson & Wretman 1992, §5.5). Replicates need no derivative.
type contrast struct {
	items [][]float64
	total bool
	of    *expression
}

func (c contrast) linear(d *Design, q Query) (*linear, Query, error) {
	var parts []*linear
	for _, y := range c.items {
		linearise := func() (*linear, Query, error) { return d.linearRatio(y, nil, q) }
		if c.total {
			linearise = func() (*linear, Query, error) { return d.linearTotal(y, q) }
		}
		l, filled, err := linearise()
		if err != nil {
			return nil, q, err
		}
		parts, q = append(parts, l), filled
	}
	k := len(q.By.Names)
	out := &linear{by: q.By, value: make([]float64, k), z: make([]float64, d.n), rows: make([]int, k), spread: make([]float64, k), weight: make([]float64, k)}
	slopes := make([][]float64, k)
	for level := range k {
		values := make([]float64, len(parts))
		out.rows[level] = math.MaxInt
		for j, l := range parts {
			values[j] = l.value[level]
			out.rows[level] = min(out.rows[level], l.rows[level])
		}
		if out.rows[level] == 0 {
			continue
		}
		out.value[level], slopes[level] = c.of.at(values)
		if math.IsNaN(out.value[level]) || math.IsInf(out.value[level], 0) {
			return nil, q, fmt.Errorf("the expression has no value in the domain %q", q.By.Names[level])
		}
	}
	for i, level := range q.By.Code {
		if level < 0 || slopes[level] == nil {
			continue
		}
		for j, l := range parts {
			if l.by.Code[i] >= 0 {
				out.z[i] += slopes[level][j] * l.z[i]
			}
		}
	}
	return out, q, nil
}

func (c contrast) estimate(s Sample, q Query) ([]Estimate, error) {
	switch sample := s.(type) {
	case *Design:
		l, q, err := c.linear(sample, q)
		if err != nil {
			return nil, err
		}
		return sample.finish(l, q)
	case *Replicated:
		plain := &Design{n: sample.n, weights: sample.weights}
		l, q, err := c.linear(plain, q)
		if err != nil {
			return nil, err
		}
		return sample.finish(l, q, func(w []float64) []float64 { return c.values(w, l.by) }, nil)
	}
	return nil, fmt.Errorf("contrasts are not available here")
}

// values are the contrasts for other weights.
func (c contrast) values(w []float64, by Factor) []float64 {
	means := make([][]float64, len(c.items))
	for j, y := range c.items {
		answered := Factor{Code: append([]int32(nil), by.Code...), Names: by.Names}
		for i, v := range y {
			if math.IsNaN(v) {
				answered.Code[i] = -1
			}
		}
		means[j] = weightedRatio(w, y, nil, answered, c.total)
	}
	out, values := make([]float64, len(by.Names)), make([]float64, len(c.items))
	for level := range out {
		for j := range means {
			values[j] = means[j][level]
		}
		out[level], _ = c.of.at(values)
	}
	return out
}

// productColumns are the products of deviations of every pair of columns from the means of the row's domain, times n/(n−1), whose means
// are the covariances in the population.
func productColumns(s Sample, columns []column, by Factor) ([]column, error) {
	plain := &Design{n: s.Rows(), weights: s.Weights()}
	var out []column
	for a := range columns {
		for b := a; b < len(columns); b++ {
			both := append([]float64(nil), columns[a].y...)
			for i, v := range columns[b].y {
				if math.IsNaN(v) {
					both[i] = missing
				}
			}
			of := func(y []float64) (*linear, error) {
				l, _, err := plain.linearRatio(y, both, Query{By: by}) // only to know the rows with both
				if err != nil {
					return nil, err
				}
				l, _, err = plain.linearRatio(y, nil, Query{By: l.by})
				return l, err
			}
			first, err := of(columns[a].y)
			if err != nil {
				return nil, err
			}
			second, err := of(columns[b].y)
			if err != nil {
				return nil, err
			}
			y := make([]float64, len(both))
			for i, level := range first.by.Code {
				if y[i] = missing; level >= 0 {
					n := float64(first.rows[level])
					y[i] = (columns[a].y[i] - first.value[level]) * (columns[b].y[i] - second.value[level]) * n / (n - 1)
				}
			}
			out = append(out, column{item: columns[a].item, level: columns[b].item, y: y})
		}
	}
	return out, nil
}
