package stats

// Sample is what estimators need: a Design with linearised variances, or a Replicated sample.
type Sample interface {
	Rows() int
	Weights() []float64
	DF() int
	Mean(y []float64, q Query) ([]Estimate, error)
	Ratio(y, x []float64, q Query) ([]Estimate, error)
	Total(y []float64, q Query) ([]Estimate, error)
	Variability(y []float64, q Query) ([]Estimate, error)
	Index(x Index) (*IndexResult, error)
}

// Variability estimates the variance of y in the population, n/(n−1)·Σw(y−ȳ)²/Σw, with its standard error.
func (d *Design) Variability(y []float64, q Query) ([]Estimate, error) {
	l, q, err := d.linearRatio(y, nil, q)
	if err != nil {
		return nil, err
	}
	return d.Mean(l.squares(y), q)
}

// Variability is as for Design; every replicate has its own mean.
func (r *Replicated) Variability(y []float64, q Query) ([]Estimate, error) {
	plain := &Design{n: r.n, weights: r.weights}
	mean, q, err := plain.linearRatio(y, nil, q)
	if err != nil {
		return nil, err
	}
	l, _, err := plain.linearRatio(mean.squares(y), nil, q)
	if err != nil {
		return nil, err
	}
	return r.finish(l, q, func(w []float64) []float64 {
		own := *mean
		own.value = weightedRatio(w, y, nil, mean.by, false)
		return weightedRatio(w, own.squares(y), nil, mean.by, false)
	}, nil)
}

// squares are the squared deviations from the mean of the row's domain, times n/(n−1); NaN outside.
func (l *linear) squares(y []float64) []float64 {
	out := make([]float64, len(y))
	for i, c := range l.by.Code {
		if c < 0 {
			out[i] = missing
			continue
		}
		n := float64(l.rows[c])
		out[i] = (y[i] - l.value[c]) * (y[i] - l.value[c]) * n / (n - 1)
	}
	return out
}
