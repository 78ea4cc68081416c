package stats

import (
	"errors"
	"fmt"
	"math"
)

// Calibration is one step that changes weights towards known totals: PostStratification, Raking, Regression or Trimming.
type Calibration interface {
	// reweigh returns new weights and what the step does to influence values, which may be nothing.
	reweigh(weights []float64) ([]float64, adjustment, error)
}

// Calibrate returns the design after one calibration step. Variances afterwards are those of the calibration residuals
// (Deville & Särndal 1992), so that what the totals explain no longer counts as error.
func (d *Design) Calibrate(step Calibration) (*Design, error) {
	w, a, err := step.reweigh(d.weights)
	if err != nil {
		return nil, err
	}
	sum := 0.0
	for _, v := range w {
		sum += v
	}
	if !(sum > 0) {
		return nil, errors.New("the calibrated weights add up to nothing; at least one total must be above 0")
	}
	out := *d
	out.weights = w
	if a != nil {
		out.adjust = append(append([]adjustment(nil), d.adjust...), a)
	}
	return &out, nil
}

// PostStratification scales the weights of every cell to its known total, one total per level of Cells (Holt & Smith 1979).
type PostStratification struct {
	Cells  Factor
	Totals []float64
}

func (p PostStratification) reweigh(weights []float64) ([]float64, adjustment, error) {
	if err := p.check(weights); err != nil {
		return nil, nil, err
	}
	after := append([]float64(nil), weights...)
	p.scale(after)
	return after, &cellResiduals{cells: p.Cells, before: weights, after: after}, nil
}

func (p PostStratification) check(weights []float64) error {
	if len(p.Cells.Code) != len(weights) || len(p.Totals) != len(p.Cells.Names) {
		return fmt.Errorf("%d cell codes and %d totals for %d rows and %d cells", len(p.Cells.Code), len(p.Totals), len(weights), len(p.Cells.Names))
	}
	sums := make([]float64, len(p.Totals))
	for i, c := range p.Cells.Code {
		if c < 0 {
			return fmt.Errorf("row %d: the calibration cell is missing", i+1)
		}
		sums[c] += weights[i]
	}
	for c, total := range p.Totals {
		if !(total >= 0) || math.IsInf(total, 0) {
			return fmt.Errorf("cell %q: total %v is not a number from 0 up", p.Cells.Names[c], total)
		}
		if sums[c] == 0 && total > 0 {
			return fmt.Errorf("cell %q has a total of %v but nobody in the sample; merge it with another", p.Cells.Names[c], total)
		}
	}
	return nil
}

// scale fits w to the totals in place.
func (p PostStratification) scale(w []float64) {
	factor := make([]float64, len(p.Totals))
	for i, c := range p.Cells.Code {
		factor[c] += w[i]
	}
	for c := range factor {
		if factor[c] > 0 {
			factor[c] = p.Totals[c] / factor[c]
		}
	}
	for i, c := range p.Cells.Code {
		w[i] *= factor[c]
	}
}

// cellResiduals subtracts the cell mean, weighted before the step, from y = z/after.
type cellResiduals struct {
	cells         Factor
	before, after []float64
}

func (a *cellResiduals) residuals(z []float64) {
	mean, mass := make([]float64, len(a.cells.Names)), make([]float64, len(a.cells.Names))
	for i, c := range a.cells.Code {
		mass[c] += a.before[i]
		if a.after[i] > 0 {
			mean[c] += z[i] * a.before[i] / a.after[i]
		}
	}
	for i, c := range a.cells.Code {
		if mass[c] > 0 {
			z[i] -= mean[c] / mass[c] * a.after[i]
		}
	}
}

// Raking post-stratifies to one margin after the other until the weights stop moving (Deming & Stephan 1940): until no
// weight changes by more than Epsilon times the sum of weights within one round. Margins must agree in their sums.
type Raking struct {
	Margins       []PostStratification
	Epsilon       float64 // 0 means 1e-10
	MaxIterations int     // 0 means 200
}

func (r Raking) reweigh(weights []float64) ([]float64, adjustment, error) {
	if err := r.check(weights); err != nil {
		return nil, nil, err
	}
	if r.Epsilon == 0 {
		r.Epsilon = 1e-10
	}
	if r.MaxIterations == 0 {
		r.MaxIterations = 200
	}
	cells := newRakeCells(r.Margins, weights)
	settled := cells.rake(r.Epsilon, r.MaxIterations)
	w := make([]float64, len(weights))
	for i, c := range cells.of.Code {
		w[i] = weights[i] * cells.factor[c]
	}
	if err := r.reached(w); err != nil {
		if !settled {
			return nil, nil, fmt.Errorf("raking did not settle in %d rounds: %w; merge small cells, or check that the margins describe the same population", r.MaxIterations, err)
		}
		return nil, nil, fmt.Errorf("no weights of these rows meet all margins: %w; some combination of cells has nobody in the sample", err)
	}
	return w, &rakeResiduals{cells: cells, after: w}, nil
}

func (r Raking) check(weights []float64) error {
	if len(r.Margins) == 0 {
		return errors.New("raking needs at least one margin")
	}
	first := 0.0
	for m, margin := range r.Margins {
		if err := margin.check(weights); err != nil {
			return fmt.Errorf("margin %d: %w", m+1, err)
		}
		sum := 0.0
		for _, t := range margin.Totals {
			sum += t
		}
		if m == 0 {
			first = sum
		}
		if math.Abs(sum-first) > 1e-6*first {
			return fmt.Errorf("margin %d adds up to %v, margin 1 to %v", m+1, sum, first)
		}
	}
	return nil
}

// reached names a margin cell that is off by more than one part in 100,000.
func (r Raking) reached(w []float64) error {
	for m, margin := range r.Margins {
		sums := make([]float64, len(margin.Totals))
		for i, c := range margin.Cells.Code {
			sums[c] += w[i]
		}
		for c, total := range margin.Totals {
			if math.Abs(sums[c]-total) > 1e-5*total {
				return fmt.Errorf("margin %d, cell %q reaches %.6g instead of %.6g", m+1, margin.Cells.Names[c], sums[c], total)
			}
		}
	}
	return nil
}

// Trimming cuts weights to [Lower, Upper] and spreads what was cut evenly over the weights inside (Potter 1990); Strict
// repeats until none is outside. Upper 0 means no upper bound. Rows of weight 0 stay out.
type Trimming struct {
	Lower, Upper float64
	Strict       bool
}

func (t Trimming) reweigh(weights []float64) ([]float64, adjustment, error) {
	if t.Upper == 0 {
		t.Upper = math.Inf(1)
	}
	if !(t.Lower < t.Upper) {
		return nil, nil, fmt.Errorf("the lower bound %v is not below the upper bound %v", t.Lower, t.Upper)
	}
	w := append([]float64(nil), weights...)
	for {
		outside, err := t.once(w)
		if err != nil {
			return nil, nil, err
		}
		if !outside || !t.Strict {
			return w, nil, nil
		}
	}
}

func (t Trimming) once(w []float64) (outside bool, err error) {
	cut, inside := 0.0, 0
	isOutside := make([]bool, len(w))
	for i, v := range w {
		switch {
		case v == 0:
			isOutside[i] = true
			continue
		case v < t.Lower || v > t.Upper:
			isOutside[i], outside = true, true
			w[i] = math.Max(t.Lower, math.Min(v, t.Upper))
			cut += v - w[i]
		default:
			inside++
		}
	}
	if outside && inside == 0 {
		return false, fmt.Errorf("no weight lies between %v and %v, so nothing can take up what is cut", t.Lower, t.Upper)
	}
	for i := range w {
		if !isOutside[i] {
			w[i] += cut / float64(inside)
		}
	}
	return outside, nil
}
