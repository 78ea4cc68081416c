package stats

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Family is the kind of outcome of a Model, with its usual link.
type Family string

// The families.
const (
	Gaussian Family = "gaussian" // a number, identity link
	Binomial Family = "binomial" // 0 or 1, or a share; logit link
	Poisson  Family = "poisson"  // a count, log link
)

// Model is a regression of Y on the columns X, which include the constant if one is wanted. A row with a missing value in Y or X
// stays out as a domain does: it keeps its place in the design with weight zero.
type Model struct {
	Family Family
	Y      []float64
	X      [][]float64
	Names  []string // of the columns
}

// Fit is a fitted Model. Covariance is that of the design (Binder 1983); Naive is the inverse of the weighted information,
// weights scaled to mean one.
type Fit struct {
	Names        []string
	Coefficients []float64
	Covariance   *mat.SymDense
	Naive        *mat.SymDense
	Deviance     float64 // weights scaled to mean one
	N, DF        int     // rows used; design degrees of freedom + 1 − coefficients

	design *Design
	model  Model
	scale  float64 // what one unit of weight counts
}

// fitting is the state of the iteration.
type fitting struct {
	m      Model
	w      []float64 // scaled; 0 outside
	eta    []float64
	beta   []float64
	score  *mat.VecDense
	inform *mat.SymDense
}

// Fit finds the coefficients that solve Σ w x (y − μ) = 0 by iteratively reweighted least squares (McCullagh & Nelder 1989),
// and their covariance by linearisation.
func (d *Design) Fit(m Model) (*Fit, error) {
	if d.joint != nil {
		return nil, errors.New("models are not available with joint probabilities")
	}
	complete, n, err := m.complete(d)
	if err != nil {
		return nil, err
	}
	inner := d.within(complete)
	f := &fitting{m: m, w: make([]float64, d.n), eta: make([]float64, d.n), beta: make([]float64, len(m.X))}
	sum := 0.0
	for _, w := range d.weights {
		sum += w
	}
	for i, w := range inner.weights {
		f.w[i] = w * float64(d.n) / sum
	}
	if err := f.iterate(); err != nil {
		return nil, err
	}
	out := &Fit{Names: m.Names, Coefficients: f.beta, Deviance: f.deviance(), N: n, DF: inner.DF() + 1 - len(m.X), design: inner, model: m, scale: float64(d.n) / sum}
	var chol mat.Cholesky
	if !chol.Factorize(f.inform) {
		return nil, m.aliased(f.inform)
	}
	out.Naive = mat.NewSymDense(len(m.X), nil)
	if err := chol.InverseTo(out.Naive); err != nil {
		return nil, fmt.Errorf("the predictors nearly determine each other: %w", err)
	}
	out.Covariance, err = inner.Covariance(f.influence(out.Naive), whole(d.n))
	return out, err
}

// within is the design with weight zero for rows that do not count.
func (d *Design) within(counts []bool) *Design {
	out := *d
	out.weights = append([]float64(nil), d.weights...)
	for i, in := range counts {
		if !in {
			out.weights[i] = 0
		}
	}
	return &out
}

// complete marks the rows with a weight and all values.
func (m Model) complete(d *Design) ([]bool, int, error) {
	if len(m.X) == 0 || len(m.X) != len(m.Names) || len(m.Y) != d.n {
		return nil, 0, fmt.Errorf("%d columns, %d names and %d outcomes for %d rows", len(m.X), len(m.Names), len(m.Y), d.n)
	}
	out, n := make([]bool, d.n), 0
	for i, y := range m.Y {
		ok := d.weights[i] > 0 && !math.IsNaN(y)
		for _, x := range m.X {
			ok = ok && !math.IsNaN(x[i])
		}
		if !ok {
			continue
		}
		switch {
		case m.Family == Binomial && (y < 0 || y > 1):
			return nil, 0, fmt.Errorf("row %d: the outcome %v is not between 0 and 1", i+1, y)
		case m.Family == Poisson && y < 0:
			return nil, 0, fmt.Errorf("row %d: the outcome %v is below 0", i+1, y)
		}
		out[i] = true
		n++
	}
	if n < len(m.X) {
		return nil, 0, fmt.Errorf("%d complete rows cannot determine %d coefficients", n, len(m.X))
	}
	return out, n, nil
}

// mean is the expected outcome, its derivative after eta, which is also its variance, and the deviance of a row.
func (f *fitting) mean(eta float64) (mu, slope float64) {
	switch f.m.Family {
	case Binomial:
		mu = expit(eta)
		return mu, mu * (1 - mu)
	case Poisson:
		mu = math.Exp(eta)
		return mu, mu
	default:
		return eta, 1
	}
}

func (f *fitting) start() {
	for i, y := range f.m.Y {
		switch f.m.Family {
		case Binomial:
			mu := (y + 0.5) / 2
			f.eta[i] = math.Log(mu / (1 - mu))
		case Poisson:
			f.eta[i] = math.Log(y + 0.1)
		}
	}
}

func (f *fitting) iterate() error {
	f.start()
	k, last := len(f.m.X), math.Inf(1)
	for round := range 100 {
		f.inform, f.score = mat.NewSymDense(k, nil), mat.NewVecDense(k, nil)
		f.accumulate()
		var chol mat.Cholesky
		if !chol.Factorize(f.inform) {
			return f.m.aliased(f.inform)
		}
		step := mat.NewVecDense(k, nil)
		if err := chol.SolveVecTo(step, f.score); err != nil {
			return f.m.aliased(f.inform)
		}
		largest := 0.0
		for j := range f.beta {
			largest = math.Max(largest, math.Abs(step.AtVec(j)-f.beta[j])*math.Sqrt(f.inform.At(j, j)))
			f.beta[j] = step.AtVec(j)
		}
		f.predict()
		deviance := f.deviance()
		if math.IsNaN(deviance) || math.IsInf(deviance, 0) {
			return errors.New("the fit runs away; look for predictors on very different scales")
		}
		if round > 0 && largest < 1e-10 && math.Abs(deviance-last) <= 1e-12*(math.Abs(deviance)+0.1) {
			return nil
		}
		last = deviance
	}
	return errors.New("the fit did not settle in 100 rounds; some combination of predictors may decide the outcome completely")
}

// accumulate adds up the information X'WX and the working score X'W(η + (y−μ)/μ').
func (f *fitting) accumulate() {
	k := len(f.m.X)
	info, x := make([]float64, k*k), make([]float64, k)
	for i, w := range f.w {
		if w == 0 {
			continue
		}
		mu, slope := f.mean(f.eta[i])
		slope = math.Max(slope, 1e-12)
		working := f.eta[i] + (f.m.Y[i]-mu)/slope
		for j, column := range f.m.X {
			x[j] = column[i]
		}
		for a := range x {
			v := w * slope * x[a]
			f.score.SetVec(a, f.score.AtVec(a)+v*working)
			for b := a; b < k; b++ {
				info[a*k+b] += v * x[b]
			}
		}
	}
	for a := range k {
		for b := a; b < k; b++ {
			f.inform.SetSym(a, b, info[a*k+b])
		}
	}
}

func (f *fitting) predict() {
	for i, w := range f.w {
		f.eta[i] = 0
		if w == 0 {
			continue
		}
		for j, column := range f.m.X {
			f.eta[i] += f.beta[j] * column[i]
		}
	}
}

// deviance is twice the distance in log-likelihood from a perfect fit.
func (f *fitting) deviance() float64 {
	out := 0.0
	for i, w := range f.w {
		if w == 0 {
			continue
		}
		y := f.m.Y[i]
		mu, _ := f.mean(f.eta[i])
		switch f.m.Family {
		case Binomial:
			out += 2 * w * (plogp(y, mu) + plogp(1-y, 1-mu))
		case Poisson:
			out += 2 * w * (plogp(y, mu) - (y - mu))
		default:
			out += w * (y - mu) * (y - mu)
		}
	}
	return out
}

// plogp is y·log(y/mu), 0 at y = 0.
func plogp(y, mu float64) float64 {
	if y == 0 {
		return 0
	}
	return y * math.Log(y/mu)
}

// influence is z = A⁻¹ x w (y − μ) of every row, one column per coefficient.
func (f *fitting) influence(inverse *mat.SymDense) [][]float64 {
	k := len(f.m.X)
	z := make([][]float64, k)
	for a := range z {
		z[a] = make([]float64, len(f.w))
	}
	for i, w := range f.w {
		if w == 0 {
			continue
		}
		mu, _ := f.mean(f.eta[i])
		r := w * (f.m.Y[i] - mu)
		for a := range k {
			for b, column := range f.m.X {
				z[a][i] += inverse.At(a, b) * column[i] * r
			}
		}
	}
	return z
}

// aliased names the first column that the ones before it determine.
func (m Model) aliased(info *mat.SymDense) error {
	k := info.SymmetricDim()
	for j := 1; j <= k; j++ {
		scaled := mat.NewSymDense(j, nil)
		for a := range j {
			for b := a; b < j; b++ {
				scaled.SetSym(a, b, info.At(a, b)/math.Sqrt(info.At(a, a)*info.At(b, b)))
			}
		}
		var chol mat.Cholesky
		if !chol.Factorize(scaled) || chol.Cond() > 1e14 {
			return fmt.Errorf("predictor %q is determined by the ones before it, or the same in every row; leave it out", m.Names[j-1])
		}
	}
	return errors.New("the predictors nearly determine each other")
}
