package stats

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Online is an online sample A beside a probability sample B of the same population. X are the same columns in both, the intercept
// among them; y is needed in A only.
type Online struct {
	Y  []float64
	XA [][]float64
	XB [][]float64
	B  *Design
}

// OnlineEstimates are means of the population by three ways to correct for who answers online (Wu 2022).
type OnlineEstimates struct {
	Naive            float64
	IPW, IPWSE       float64 // weights 1/π(x), Hájek form (Chen, Li & Wu 2020)
	MI, MISE         float64 // regression of A, averaged over B (Kim, Park, Chen & Wu 2021)
	DR, DRSE         float64 // both; right if one of the two models is (Chen, Li & Wu 2020)
	Weights          []float64
	Population, Size float64 // Σ of the weights of A, Σ of those of B
	Theta, Beta      []float64
}

// Adjust corrects the online mean. π is logistic with Σ_A x = Σ_B d·π(x)·x; errors are plug-in, for π and regression estimated.
func (o Online) Adjust() (*OnlineEstimates, error) {
	if len(o.XA) == 0 || len(o.XA) != len(o.XB) {
		return nil, fmt.Errorf("%d columns online, %d in the probability sample", len(o.XA), len(o.XB))
	}
	d := o.B.Weights()
	theta, err := o.propensity(d)
	if err != nil {
		return nil, err
	}
	e := &OnlineEstimates{Theta: theta, Weights: make([]float64, len(o.Y))}
	piA, piB := logistic(o.XA, theta), logistic(o.XB, theta)
	for i, y := range o.Y {
		e.Weights[i] = 1 / piA[i]
		e.Naive += y / float64(len(o.Y))
		e.Population += e.Weights[i]
	}
	for _, v := range d {
		e.Size += v
	}
	e.IPW = weightedMean(e.Weights, o.Y)
	if e.IPWSE, err = o.errorOf(e, o.Y, e.IPW, piA, piB, nil); err != nil {
		return nil, err
	}
	return e, o.regress(e, piA, piB)
}

func logistic(x [][]float64, theta []float64) []float64 {
	out := linearPredictor(x, theta)
	for i, v := range out {
		out[i] = expit(v)
	}
	return out
}

func linearPredictor(x [][]float64, beta []float64) []float64 {
	out := make([]float64, len(x[0]))
	for j, c := range x {
		for i, v := range c {
			out[i] += v * beta[j]
		}
	}
	return out
}

// gram is Σ w x x'.
func gram(x [][]float64, w []float64) *mat.SymDense {
	out := mat.NewSymDense(len(x), nil)
	for a := range x {
		for b := range a + 1 {
			sum := 0.0
			for i, v := range w {
				sum += v * x[a][i] * x[b][i]
			}
			out.SetSym(a, b, sum)
		}
	}
	return out
}

func solveGram(g *mat.SymDense, right []float64) ([]float64, error) {
	var c mat.Cholesky
	if !c.Factorize(g) || c.Cond() > 1e14 {
		return nil, errors.New("a column follows from the others, or has no answers in one of the samples")
	}
	out := mat.NewVecDense(len(right), nil)
	if err := c.SolveVecTo(out, mat.NewVecDense(len(right), right)); err != nil {
		return nil, fmt.Errorf("the model cannot be solved: %w", err)
	}
	return out.RawVector().Data, nil
}

// propensity solves the pseudo-likelihood equations by Newton's method; the function is concave.
func (o Online) propensity(d []float64) ([]float64, error) {
	theta, size := make([]float64, len(o.XA)), 0.0
	for _, v := range d {
		size += v
	}
	share := float64(len(o.Y)) / size
	if share >= 1 {
		return nil, fmt.Errorf("%d online answers in a population of %v", len(o.Y), size)
	}
	for j, c := range o.XA {
		if j == 0 && constant(c) {
			theta[0] = math.Log(share / (1 - share))
		}
	}
	target := sums(o.XA, ones(len(o.Y)))
	for range 100 {
		pi := logistic(o.XB, theta)
		w, slope := make([]float64, len(pi)), make([]float64, len(pi))
		for i, p := range pi {
			w[i], slope[i] = d[i]*p, d[i]*p*(1-p)
		}
		miss, worst := sums(o.XB, w), 0.0
		for j := range miss {
			miss[j] = target[j] - miss[j]
			worst = math.Max(worst, math.Abs(miss[j])/(1+math.Abs(target[j])))
		}
		if worst < 1e-12 {
			return theta, nil
		}
		step, err := solveGram(gram(o.XB, slope), miss)
		if err != nil {
			return nil, err
		}
		for j, v := range step {
			theta[j] += v
		}
	}
	return nil, errors.New("the propensity model did not settle; some group answers online always or never")
}

func constant(c []float64) bool {
	for _, v := range c {
		if v != 1 {
			return false
		}
	}
	return true
}

func sums(x [][]float64, w []float64) []float64 {
	out := make([]float64, len(x))
	for j, c := range x {
		for i, v := range w {
			out[j] += v * c[i]
		}
	}
	return out
}

// errorOf is the plug-in standard error of a Hájek mean of r over A with estimated π: Σ_A (1−π)((r−μ)/π − x'b)²/N² and the design
// variance of Σ_B d(π·x'b + further)/N, b from the regression of the one on the score of the other (Chen, Li & Wu 2020, theorem 1).
func (o Online) errorOf(e *OnlineEstimates, r []float64, mean float64, piA, piB, further []float64) (float64, error) {
	d, n := o.B.Weights(), e.Population
	slope, w := make([]float64, len(piB)), make([]float64, len(piA))
	for i, p := range piB {
		slope[i] = d[i] * p * (1 - p)
	}
	for i, p := range piA {
		w[i] = (1/p - 1) * (r[i] - mean)
	}
	b, err := solveGram(gram(o.XB, slope), sums(o.XA, w))
	if err != nil {
		return 0, err
	}
	inA, inB := linearPredictor(o.XA, b), linearPredictor(o.XB, b)
	v := 0.0
	for i, p := range piA {
		u := (r[i]-mean)/p - inA[i]
		v += (1 - p) * u * u / (n * n)
	}
	z := make([]float64, len(piB))
	for i, p := range piB {
		z[i] = d[i] * p * inB[i] / n
		if further != nil {
			z[i] += d[i] * further[i] / e.Size
		}
	}
	design, err := o.B.Variance(z)
	return math.Sqrt(v + design), err
}

// regress adds mass imputation and the doubly robust mean.
func (o Online) regress(e *OnlineEstimates, piA, piB []float64) (err error) {
	d, plain := o.B.Weights(), ones(len(o.Y))
	cross := gram(o.XA, plain)
	if e.Beta, err = solveGram(cross, sums(o.XA, o.Y)); err != nil {
		return err
	}
	inA, inB := linearPredictor(o.XA, e.Beta), linearPredictor(o.XB, e.Beta)
	e.MI = weightedMean(d, inB)
	c, err := solveGram(cross, sums(o.XB, d))
	if err != nil {
		return err
	}
	pull, rest := linearPredictor(o.XA, c), make([]float64, len(o.Y))
	v := 0.0
	for i, y := range o.Y {
		rest[i] = y - inA[i]
		v += rest[i] * rest[i] * pull[i] * pull[i] / (e.Size * e.Size)
	}
	z, centred := make([]float64, len(d)), make([]float64, len(d))
	for i := range d {
		centred[i] = inB[i] - e.MI
		z[i] = d[i] * centred[i] / e.Size
	}
	design, err := o.B.Variance(z)
	if err != nil {
		return err
	}
	e.MISE = math.Sqrt(v + design)
	h := weightedMean(e.Weights, rest)
	e.DR = h + e.MI
	e.DRSE, err = o.errorOf(e, rest, h, piA, piB, centred)
	return err
}
