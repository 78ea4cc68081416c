package stats

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Distance is how a Regression measures change of weight: the weight of a row is multiplied by g = F(x·β) for the β that
// reaches the totals.
type Distance string

// The distances of Deville & Särndal (1992), table 1.
const (
	Linear        Distance = "linear" // g = 1 + u, the generalised regression estimator; Bounds truncate it
	Multiplying   Distance = "raking" // g = exp u, always positive; Bounds truncate it
	LogitDistance Distance = "logit"  // g smoothly between two required Bounds
)

// Regression calibrates to totals of any columns: counts of factor levels, sums of numbers.
type Regression struct {
	Names         []string    // of the columns, for messages
	X             [][]float64 // one column per total
	Totals        []float64
	Distance      Distance   // "" means Linear
	Bounds        [2]float64 // least and greatest g; both 0 means unbounded
	Epsilon       float64    // greatest |miss|/(1+|total|); 0 means 1e-10
	MaxIterations int        // 0 means 50
}

func (r Regression) reweigh(weights []float64) ([]float64, adjustment, error) {
	if err := r.fill(weights); err != nil {
		return nil, nil, err
	}
	g, err := r.solve(weights)
	if err != nil {
		return nil, nil, err
	}
	w, root := make([]float64, len(weights)), make([]float64, len(weights))
	for i := range w {
		w[i] = weights[i] * g[i]
		root[i] = math.Sqrt(weights[i])
	}
	basis := make([][]float64, len(r.X))
	for j, x := range r.X {
		basis[j] = make([]float64, len(x))
		for i := range x {
			basis[j][i] = x[i] * root[i]
		}
	}
	basis, _ = orthonormal(basis, 1e-9)
	for i := range root {
		root[i] *= g[i]
	}
	return w, &regressionResiduals{basis: basis, scale: root}, nil
}

func (r *Regression) fill(weights []float64) error {
	if len(r.X) == 0 || len(r.X) != len(r.Totals) || len(r.X) != len(r.Names) {
		return fmt.Errorf("%d columns, %d names, %d totals", len(r.X), len(r.Names), len(r.Totals))
	}
	for j, x := range r.X {
		if len(x) != len(weights) {
			return fmt.Errorf("column %q has %d values for %d rows", r.Names[j], len(x), len(weights))
		}
		for i, v := range x {
			if math.IsNaN(v) {
				return fmt.Errorf("row %d: column %q is missing, but calibration needs it", i+1, r.Names[j])
			}
		}
	}
	if r.Distance == "" {
		r.Distance = Linear
	}
	if r.Epsilon == 0 {
		r.Epsilon = 1e-10
	}
	if r.MaxIterations == 0 {
		r.MaxIterations = 50
	}
	if r.Bounds == [2]float64{} {
		if r.Distance == LogitDistance {
			return errors.New("the logit distance needs bounds")
		}
		r.Bounds = [2]float64{math.Inf(-1), math.Inf(1)}
	}
	if !(r.Bounds[0] < 1 && 1 < r.Bounds[1]) {
		return fmt.Errorf("the bounds %v do not enclose 1", r.Bounds)
	}
	return nil
}

// factor returns g and its derivative at u.
func (r *Regression) factor(u float64) (g, slope float64) {
	low, high := r.Bounds[0], r.Bounds[1]
	switch r.Distance {
	case LogitDistance:
		a := (high - low) / ((high - 1) * (1 - low))
		e := math.Exp(a * u)
		if math.IsInf(e, 1) {
			return high, 0
		}
		denominator := high - 1 + (1-low)*e
		g = (low*(high-1) + high*(1-low)*e) / denominator
		return g, (1 - low) * e * a * (high - g) / denominator
	case Multiplying:
		g, slope = math.Exp(u), math.Exp(u)
	default:
		g, slope = 1+u, 1
	}
	if g < low {
		return low, 0
	}
	if g > high {
		return high, 0
	}
	return g, slope
}

// solve finds β by Newton's method on the totals, each step shortened until it comes nearer to them.
func (r *Regression) solve(weights []float64) ([]float64, error) {
	unit, err := r.units(weights)
	if err != nil {
		return nil, err
	}
	now := r.at(weights, make([]float64, len(r.X)), unit)
	for iteration := 0; ; iteration++ {
		worst := r.worst(now.miss)
		if math.Abs(now.miss[worst])/(1+math.Abs(r.Totals[worst])) < r.Epsilon {
			return now.g, nil
		}
		if iteration == r.MaxIterations {
			return nil, fmt.Errorf("calibration did not reach the totals in %d iterations: %q is off by %v", iteration, r.Names[worst], now.miss[worst])
		}
		next := r.step(weights, unit, now)
		if next == nil {
			return nil, fmt.Errorf("calibration cannot reach the totals within the bounds: %q is off by %v", r.Names[worst], now.miss[worst])
		}
		now = next
	}
}

// units are the lengths of the columns, which put the system into a well-conditioned scale.
func (r *Regression) units(weights []float64) ([]float64, error) {
	unit := make([]float64, len(r.X))
	for j, x := range r.X {
		for i := range x {
			unit[j] += weights[i] * x[i] * x[i]
		}
		if unit[j] = math.Sqrt(unit[j]); unit[j] == 0 {
			return nil, fmt.Errorf("column %q is zero for everybody in the sample", r.Names[j])
		}
	}
	return unit, nil
}

// point is where the search stands.
type point struct {
	beta, g, slope, miss []float64
	distance             float64 // length of miss in units of the columns
}

func (r *Regression) at(weights, beta, unit []float64) *point {
	p := &point{beta: beta, g: make([]float64, len(weights)), slope: make([]float64, len(weights)), miss: append([]float64(nil), r.Totals...)}
	for i := range p.g {
		u := 0.0
		for j, x := range r.X {
			u += x[i] * beta[j]
		}
		p.g[i], p.slope[i] = r.factor(u)
	}
	for j, x := range r.X {
		for i := range x {
			p.miss[j] -= weights[i] * p.g[i] * x[i]
		}
		p.distance += p.miss[j] / unit[j] * p.miss[j] / unit[j]
	}
	p.distance = math.Sqrt(p.distance)
	return p
}

// step is the next point, or nil if no step along Newton's direction helps.
func (r *Regression) step(weights, unit []float64, now *point) *point {
	direction := r.newton(weights, now.slope, unit, now.miss)
	if direction == nil {
		return nil
	}
	for share := 1.0; share > 1e-9; share /= 2 {
		beta := append([]float64(nil), now.beta...)
		for j := range beta {
			beta[j] += share * direction[j]
		}
		if next := r.at(weights, beta, unit); next.distance < now.distance { // false for NaN
			return next
		}
	}
	return nil
}

// worst is the total that is missed most, relative to its size.
func (r *Regression) worst(miss []float64) int {
	worst := 0
	for j, m := range miss {
		if math.Abs(m)/(1+math.Abs(r.Totals[j])) > math.Abs(miss[worst])/(1+math.Abs(r.Totals[worst])) {
			worst = j
		}
	}
	return worst
}

// newton solves (X'WFX)δ = miss with a pseudo-inverse, so that redundant columns do no harm.
func (r *Regression) newton(weights, slope, unit, miss []float64) []float64 {
	p := len(r.X)
	t := mat.NewSymDense(p, nil)
	for a := range p {
		for b := a; b < p; b++ {
			sum := 0.0
			for i, w := range weights {
				sum += w * slope[i] * r.X[a][i] * r.X[b][i]
			}
			t.SetSym(a, b, sum/(unit[a]*unit[b]))
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(t, true) {
		return nil
	}
	values := eigen.Values(nil)
	greatest := values[p-1]
	if !(greatest > 0) {
		return nil
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	step := make([]float64, p)
	for e, lambda := range values {
		if lambda < 1e-12*greatest {
			continue
		}
		dot := 0.0
		for j := range p {
			dot += vectors.At(j, e) * miss[j] / unit[j]
		}
		for j := range p {
			step[j] += vectors.At(j, e) * dot / lambda / unit[j]
		}
	}
	return step
}

// regressionResiduals is y minus its regression on x, weighted as before the step: z = √w·g·(I − QQ')(z/(√w·g)).
type regressionResiduals struct {
	basis [][]float64
	scale []float64
}

func (a *regressionResiduals) residuals(z []float64) {
	for i, s := range a.scale {
		if s != 0 {
			z[i] /= s
		} else {
			z[i] = 0
		}
	}
	for _, q := range a.basis {
		removeAlong(z, q)
	}
	for i, s := range a.scale {
		z[i] *= s
	}
}

func removeAlong(z, q []float64) {
	dot := 0.0
	for i, v := range q {
		dot += v * z[i]
	}
	for i, v := range q {
		z[i] -= dot * v
	}
}

// orthonormal turns columns, in place, into an orthonormal basis of their span by modified Gram-Schmidt done twice. A column
// that keeps less than tol of its length is dependent and dropped; rank is what remains.
func orthonormal(columns [][]float64, tol float64) (basis [][]float64, rank int) {
	for _, c := range columns {
		before := length(c)
		for range 2 {
			for _, q := range basis {
				removeAlong(c, q)
			}
		}
		after := length(c)
		if before == 0 || after < tol*before {
			continue
		}
		for i := range c {
			c[i] /= after
		}
		basis = append(basis, c)
	}
	return basis, len(basis)
}

func length(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x * x
	}
	return math.Sqrt(sum)
}
