package stats

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// AreaMethod is how the variance between areas is estimated.
type AreaMethod string

// The methods.
const (
	AreaREML AreaMethod = "REML" // restricted maximum likelihood
	AreaML   AreaMethod = "ML"   // maximum likelihood
	AreaFH   AreaMethod = "FH"   // the moment equation of Fay & Herriot (1979)
)

// SmallAreas is an area model: y_i = x_i'β + v_i + e_i, v of variance A, e of the known variance V_i (Fay & Herriot 1979).
type SmallAreas struct {
	Y []float64   // direct estimates
	V []float64   // their variances, above 0
	X [][]float64 // one column per coefficient, the intercept among them
}

// AreaEstimates is what the model says.
type AreaEstimates struct {
	A      float64   // variance between areas that X does not explain; 0 means the model alone speaks
	Beta   []float64 // coefficients
	BetaSE []float64
	EBLUP  []float64 // γ_i y_i + (1 − γ_i) x_i'β
	Gamma  []float64 // weight of the direct estimate, A/(A + V_i)
	MSE    []float64 // mean squared error of EBLUP (Prasad & Rao 1990; Datta & Lahiri 2000)
}

// FayHerriot fits the model.
func FayHerriot(s SmallAreas, method AreaMethod) (*AreaEstimates, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	a, err := s.variance(method)
	if err != nil {
		return nil, err
	}
	fit, err := s.at(a)
	if err != nil {
		return nil, err
	}
	return s.estimates(fit, method), nil
}

func (s *SmallAreas) check() error {
	m, p := len(s.Y), len(s.X)
	if len(s.V) != m || p == 0 {
		return fmt.Errorf("%d estimates, %d variances, %d columns", m, len(s.V), p)
	}
	if m <= p {
		return fmt.Errorf("%d areas cannot carry %d coefficients", m, p)
	}
	for i := range s.Y {
		if !(s.V[i] > 0) || math.IsInf(s.V[i], 0) || math.IsNaN(s.Y[i]) {
			return fmt.Errorf("area %d has the estimate %v with variance %v", i+1, s.Y[i], s.V[i])
		}
	}
	for j, x := range s.X {
		if len(x) != m {
			return fmt.Errorf("column %d has %d values for %d areas", j+1, len(x), m)
		}
	}
	return nil
}

// areaFit is generalised least squares at one value of A.
type areaFit struct {
	a       float64
	beta    *mat.VecDense
	inverse *mat.Dense // (X'WX)⁻¹, W = diag 1/(A+V)
	rest    []float64  // y − Xβ
	w       []float64
}

func (s *SmallAreas) at(a float64) (*areaFit, error) {
	m, p := len(s.Y), len(s.X)
	f := &areaFit{a: a, w: make([]float64, m), rest: make([]float64, m), beta: mat.NewVecDense(p, nil), inverse: mat.NewDense(p, p, nil)}
	cross, right := mat.NewSymDense(p, nil), mat.NewVecDense(p, nil)
	for i, v := range s.V {
		f.w[i] = 1 / (a + v)
		for j, x := range s.X {
			right.SetVec(j, right.AtVec(j)+f.w[i]*x[i]*s.Y[i])
			for k := range j + 1 {
				cross.SetSym(j, k, cross.At(j, k)+f.w[i]*x[i]*s.X[k][i])
			}
		}
	}
	var c mat.Cholesky
	if !c.Factorize(cross) || c.Cond() > 1e13 {
		return nil, errors.New("a column of the model follows from the others; leave one out")
	}
	var inverse mat.SymDense
	if err := c.InverseTo(&inverse); err != nil {
		return nil, fmt.Errorf("the model cannot be solved: %w", err)
	}
	f.inverse.Copy(&inverse)
	f.beta.MulVec(f.inverse, right)
	for i := range f.rest {
		f.rest[i] = s.Y[i]
		for j, x := range s.X {
			f.rest[i] -= x[i] * f.beta.AtVec(j)
		}
	}
	return f, nil
}

// step returns score and information of A.
func (s *SmallAreas) step(f *areaFit, method AreaMethod) (score, information float64) {
	quadratic, sum1, sum2, plain := 0.0, 0.0, 0.0, 0.0
	for i, w := range f.w {
		quadratic += w * w * f.rest[i] * f.rest[i]
		plain += w * f.rest[i] * f.rest[i]
		sum1, sum2 = sum1+w, sum2+w*w
	}
	switch method {
	case AreaML:
		return (quadratic - sum1) / 2, sum2 / 2
	case AreaFH:
		return plain - float64(len(s.Y)-len(s.X)), quadratic
	}
	p2, p3 := s.power(f, 2), s.power(f, 3)
	var b, c, d mat.Dense
	b.Mul(f.inverse, p2)
	c.Mul(f.inverse, p3)
	d.Mul(&b, &b)
	// P = W − WX(X'WX)⁻¹X'W: trace of P and of PP, y'PPy is the quadratic form of the residuals
	return (quadratic - sum1 + mat.Trace(&b)) / 2, (sum2 - 2*mat.Trace(&c) + mat.Trace(&d)) / 2
}

// power is X'W^kX.
func (s *SmallAreas) power(f *areaFit, k int) *mat.Dense {
	p := len(s.X)
	out := mat.NewDense(p, p, nil)
	for i, w := range f.w {
		v := math.Pow(w, float64(k))
		for a := range p {
			for b := range p {
				out.Set(a, b, out.At(a, b)+v*s.X[a][i]*s.X[b][i])
			}
		}
	}
	return out
}

// variance finds A by scoring; outside 0 and above it ends at 0.
func (s *SmallAreas) variance(method AreaMethod) (float64, error) {
	if method != AreaREML && method != AreaML && method != AreaFH {
		return 0, fmt.Errorf("the method %q is not known", method)
	}
	a := median(s.V)
	if method == AreaFH {
		a = 0 // the equation falls in A and is convex: from the left Newton's steps never overshoot
	}
	for range 500 {
		f, err := s.at(a)
		if err != nil {
			return 0, err
		}
		score, information := s.step(f, method)
		next := math.Max(a+score/information, 0)
		if math.Abs(next-a) <= 1e-14*(1e-300+math.Max(a, next)) || next == 0 && a == 0 {
			return next, nil
		}
		a = next
	}
	f, err := s.at(a)
	if err != nil {
		return 0, err
	}
	if score, information := s.step(f, method); math.Abs(score/information) < 1e-9*a {
		return a, nil // rounding keeps it from standing still
	}
	return 0, errors.New("the variance between areas did not settle")
}

func median(v []float64) float64 {
	order := slices.Sorted(slices.Values(v))
	n := len(v)
	return (order[(n-1)/2] + order[n/2]) / 2
}

// estimates: MSE = g1 + g2 + 2·g3, for ML and FH less the bias of the estimated A times (1 − γ)².
func (s *SmallAreas) estimates(f *areaFit, method AreaMethod) *AreaEstimates {
	m, p := len(s.Y), len(s.X)
	out := &AreaEstimates{A: f.a, EBLUP: make([]float64, m), Gamma: make([]float64, m), MSE: make([]float64, m), Beta: make([]float64, p), BetaSE: make([]float64, p)}
	for j := range p {
		out.Beta[j], out.BetaSE[j] = f.beta.AtVec(j), math.Sqrt(f.inverse.At(j, j))
	}
	sum1, sum2 := 0.0, 0.0
	for _, w := range f.w {
		sum1, sum2 = sum1+w, sum2+w*w
	}
	spread, bias := 2/sum2, 0.0
	switch method {
	case AreaML:
		var b mat.Dense
		b.Mul(f.inverse, s.power(f, 2))
		bias = -mat.Trace(&b) / sum2
	case AreaFH:
		spread = 2 * float64(m) / (sum1 * sum1)
		bias = 2 * (float64(m)*sum2 - sum1*sum1) / (sum1 * sum1 * sum1)
	}
	for i, v := range s.V {
		shrink := v * f.w[i]
		out.Gamma[i] = f.a * f.w[i]
		out.EBLUP[i] = s.Y[i] - shrink*f.rest[i]
		g2 := 0.0
		for a := range p {
			for b := range p {
				g2 += s.X[a][i] * f.inverse.At(a, b) * s.X[b][i]
			}
		}
		g3 := shrink * shrink * f.w[i] * spread
		out.MSE[i] = out.Gamma[i]*v + shrink*shrink*g2 + 2*g3 - bias*shrink*shrink
	}
	return out
}

// Benchmark moves the estimates of each group by one amount, so that their weighted mean is the target of the group: the closest
// values to the estimates that agree with it, deviations weighted alike (Datta, Ghosh, Steorts & Maples 2011).
func Benchmark(estimates, weights []float64, group Factor, target []float64) ([]float64, error) {
	sum, total := make([]float64, len(target)), make([]float64, len(target))
	for i, g := range group.Code {
		if !(weights[i] >= 0) {
			return nil, fmt.Errorf("area %d has the weight %v", i+1, weights[i])
		}
		sum[g] += weights[i] * estimates[i]
		total[g] += weights[i]
	}
	out := make([]float64, len(estimates))
	for i, g := range group.Code {
		if !(total[g] > 0) {
			return nil, fmt.Errorf("the weights of group %q add up to 0", group.Names[g])
		}
		out[i] = estimates[i] + target[g] - sum[g]/total[g]
	}
	return out, nil
}
