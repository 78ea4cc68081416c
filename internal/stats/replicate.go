package stats

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Replicated is a sample with replicate weights. The variance of any estimate is scale · Σ_r rscale_r (θ_r − θ̄)² over the
// replicates (Wolter 2007). It is immutable and safe for concurrent use.
type Replicated struct {
	n         int
	weights   []float64
	count     int
	fill      func(r int, into []float64) // weights of replicate r
	scale     float64
	rscales   []float64
	aroundAll bool // deviations from the full-sample estimate instead of the replicates' mean
	df        int
	draws     *bootstrapDraws // of a bootstrap before calibration
}

// ReplicateColumns uses replicate weights computed elsewhere; each column holds the complete weights of one replicate.
// Without rscales every replicate counts 1. The degrees of freedom are the rank of the weights minus one.
func ReplicateColumns(weights []float64, columns [][]float64, scale float64, rscales []float64, mse bool) (*Replicated, error) {
	if len(columns) < 2 {
		return nil, fmt.Errorf("%d replicate columns are too few", len(columns))
	}
	if rscales == nil {
		rscales = ones(len(columns))
	}
	if len(rscales) != len(columns) {
		return nil, fmt.Errorf("%d rscales for %d replicates", len(rscales), len(columns))
	}
	for r, c := range columns {
		if len(c) != len(weights) {
			return nil, fmt.Errorf("replicate %d has %d weights for %d rows", r+1, len(c), len(weights))
		}
		for i, w := range c {
			if math.IsNaN(w) || math.IsInf(w, 0) {
				return nil, fmt.Errorf("row %d: weight of replicate %d is missing", i+1, r+1)
			}
		}
	}
	rep := &Replicated{n: len(weights), weights: weights, count: len(columns), scale: scale, rscales: rscales, aroundAll: mse,
		fill: func(r int, into []float64) { copy(into, columns[r]) }}
	rep.df = rep.rankDF()
	return rep, nil
}

func ones(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}

// rankDF is the rank of the replicate weights minus one. Many rows are first added up, with signs, in a few places each column at the
// same: that keeps the rank of as many columns as there are, with certainty for practical purposes, and costs nothing.
func (r *Replicated) rankDF() int {
	columns, places := make([][]float64, r.count), 4*r.count
	weights, at, sign := make([]float64, r.n), make([]int32, r.n), make([]float64, r.n)
	for row := range at {
		hash := uint64(row+1) * 0x9E3779B97F4A7C15
		at[row], sign[row] = int32(hash>>32%uint64(places)), float64(int(hash>>30&2)-1)
	}
	for i := range columns {
		r.fill(i, weights)
		if r.n <= 2*places {
			columns[i] = append([]float64(nil), weights...)
			continue
		}
		own := make([]float64, places)
		for row, w := range weights {
			own[at[row]] += sign[row] * w
		}
		columns[i] = own
	}
	_, rank := orthonormal(columns, 1e-5)
	return rank - 1
}

// DF is the degrees of freedom of intervals.
func (r *Replicated) DF() int { return r.df }

// Rows is the number of rows.
func (r *Replicated) Rows() int { return r.n }

// Weights are the full-sample weights. Do not change them.
func (r *Replicated) Weights() []float64 { return r.weights }

// Calibrate applies the step to the full sample and to every replicate, so that the variance includes the adjustment.
func (r *Replicated) Calibrate(step Calibration) (*Replicated, error) {
	out := *r
	out.draws = nil
	var err error
	if out.weights, _, err = step.reweigh(r.weights); err != nil {
		return nil, err
	}
	columns := make([][]float64, r.count)
	for i := range columns {
		columns[i] = make([]float64, r.n)
		r.fill(i, columns[i])
		if columns[i], _, err = step.reweigh(columns[i]); err != nil {
			return nil, fmt.Errorf("replicate %d: %w", i+1, err)
		}
	}
	out.fill = func(i int, into []float64) { copy(into, columns[i]) }
	out.df = out.rankDF()
	return &out, nil
}

// replicateValues computes the estimates at every replicate. Estimates must be NaN where they are undefined.
func (r *Replicated) replicateValues(estimate func(w []float64) []float64) [][]float64 {
	w := make([]float64, r.n)
	out := make([][]float64, r.count)
	for i := range out {
		r.fill(i, w)
		out[i] = estimate(w)
	}
	return out
}

// covariance leaves out replicates in which an estimate is undefined.
func (r *Replicated) covariance(values [][]float64, full []float64, a, b int) (float64, error) {
	meanA, meanB, used := 0.0, 0.0, 0.0
	for i, v := range values {
		if r.rscales[i] > 0 && !math.IsNaN(v[a]) && !math.IsNaN(v[b]) {
			meanA, meanB, used = meanA+v[a], meanB+v[b], used+1
		}
	}
	if used == 0 {
		return 0, errors.New("the estimate is undefined in every replicate")
	}
	meanA, meanB = meanA/used, meanB/used
	if r.aroundAll {
		meanA, meanB = full[a], full[b]
	}
	sum := 0.0
	for i, v := range values {
		if !math.IsNaN(v[a]) && !math.IsNaN(v[b]) {
			sum += r.rscales[i] * (v[a] - meanA) * (v[b] - meanB)
		}
	}
	return r.scale * sum, nil
}

// Covariance is the joint covariance of whatever estimate returns for a set of weights.
func (r *Replicated) Covariance(estimate func(w []float64) []float64) (*mat.SymDense, error) {
	full, values := estimate(r.weights), r.replicateValues(estimate)
	out := mat.NewSymDense(len(full), nil)
	for a := range full {
		for b := a; b < len(full); b++ {
			v, err := r.covariance(values, full, a, b)
			if err != nil {
				return nil, err
			}
			out.SetSym(a, b, v)
		}
	}
	return out, nil
}

// Mean is as for Design.
func (r *Replicated) Mean(y []float64, q Query) ([]Estimate, error) { return r.ratio(y, nil, q, false) }

// Ratio is as for Design.
func (r *Replicated) Ratio(y, x []float64, q Query) ([]Estimate, error) {
	return r.ratio(y, x, q, false)
}

// Total is as for Design.
func (r *Replicated) Total(y []float64, q Query) ([]Estimate, error) { return r.ratio(y, nil, q, true) }

func (r *Replicated) ratio(y, x []float64, q Query, total bool) ([]Estimate, error) {
	plain := &Design{n: r.n, weights: r.weights} // for the point estimate and the simple random sample to compare with
	linearise := func() (*linear, Query, error) { return plain.linearRatio(y, x, q) }
	if total {
		linearise = func() (*linear, Query, error) { return plain.linearTotal(y, q) }
	}
	l, q, err := linearise()
	if err != nil {
		return nil, err
	}
	return r.finish(l, q, func(w []float64) []float64 { return weightedRatio(w, y, x, l.by, total) }, nil)
}

// finish adds the replicate variance to the full-sample values. The estimates of the replicates are computed from their weights, or
// known already.
func (r *Replicated) finish(l *linear, q Query, estimate func(w []float64) []float64, known func(replicate int) []float64) ([]Estimate, error) {
	values := make([][]float64, r.count)
	if known == nil {
		values = r.replicateValues(estimate)
	} else {
		for i := range values {
			values[i] = known(i)
		}
	}
	t := studentQuantile(1-(1-q.Level)/2, r.df)
	out := make([]Estimate, len(l.value))
	for c := range out {
		variance := 0.0
		if l.rows[c] > 0 {
			var err error
			if variance, err = r.covariance(values, l.value, c, c); err != nil {
				return nil, err
			}
		}
		out[c] = l.estimate(c, variance, r.df, t, q.Replacement)
	}
	return out, nil
}

// weightedRatio is Σwy/Σwx, Σwy/Σw or Σwy in every level of by.
func weightedRatio(w, y, x []float64, by Factor, total bool) []float64 {
	top, bottom := make([]float64, len(by.Names)), make([]float64, len(by.Names))
	for i, c := range by.Code {
		if c < 0 {
			continue
		}
		top[c] += w[i] * y[i]
		if x != nil {
			bottom[c] += w[i] * x[i]
		} else {
			bottom[c] += w[i]
		}
	}
	for c := range top {
		if !total {
			top[c] /= bottom[c]
		}
	}
	return top
}
