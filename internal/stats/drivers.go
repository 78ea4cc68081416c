package stats

import (
	"errors"
	"fmt"
	"math"
	"math/bits"

	"gonum.org/v1/gonum/mat"
)

// MostPredictors is the greatest number of predictors of Drivers; time doubles with each.
const MostPredictors = 20

// Importance says how much of the variance of an outcome goes with each predictor. LMG and Johnson each add up to R2.
type Importance struct {
	R2      float64
	LMG     []float64 // mean gain in R² over all orders of entry (Lindeman, Merenda & Gold 1980), the Shapley value
	First   []float64 // R² of the predictor alone
	Last    []float64 // gain when it enters after all others
	Johnson []float64 // relative weight by the nearest orthogonal variables (Johnson 2000)
	Beta    []float64 // standardised coefficient in the full regression
}

// Drivers decomposes the R² of the regression of the first variable of a covariance matrix on all the others.
func Drivers(cov *mat.SymDense) (*Importance, error) {
	k := cov.SymmetricDim() - 1
	if k < 1 || k > MostPredictors {
		return nil, fmt.Errorf("%d predictors; 1 to %d are possible", k, MostPredictors)
	}
	r, err := correlations(cov)
	if err != nil {
		return nil, err
	}
	out := &Importance{LMG: make([]float64, k), First: make([]float64, k), Last: make([]float64, k)}
	r2 := subsetR2(r)
	all := len(r2) - 1
	out.R2 = r2[all]
	weight := orderWeights(k)
	for set, v := range r2 {
		for j := range k {
			if set&(1<<j) == 0 {
				out.LMG[j] += weight[bits.OnesCount(uint(set))] * (r2[set|1<<j] - v)
			}
		}
	}
	for j := range k {
		out.First[j], out.Last[j] = r2[1<<j], out.R2-r2[all&^(1<<j)]
	}
	out.Johnson, out.Beta, err = relativeWeights(r)
	return out, err
}

// orderWeights is the share of all orders in which a predictor follows just one set of a given size: s!(k−1−s)!/k!.
func orderWeights(k int) []float64 {
	out := make([]float64, k)
	for s := range out {
		a, _ := math.Lgamma(float64(s + 1))
		b, _ := math.Lgamma(float64(k - s))
		c, _ := math.Lgamma(float64(k + 1))
		out[s] = math.Exp(a + b - c)
	}
	return out
}

// subsetR2 gives R² for each set of predictors, by bit mask. Each branch takes the next predictor out of all that follow, so that
// a set costs one elimination step more than the set without its last member.
func subsetR2(r *mat.SymDense) []float64 {
	k := r.SymmetricDim() - 1
	out := make([]float64, 1<<k)
	work := make([][]float64, k+1) // the residual covariances at each depth
	for d := range work {
		work[d] = make([]float64, (k+1)*(k+1))
	}
	for a := range k + 1 {
		for b := range k + 1 {
			work[0][a*(k+1)+b] = r.At(a, b)
		}
	}
	var visit func(from, set, depth int)
	visit = func(from, set, depth int) {
		now := work[depth]
		out[set] = 1 - now[0]
		for j := from; j <= k; j++ {
			next := work[depth+1]
			pivot := now[j*(k+1)+j]
			for a := 0; a <= k; a++ {
				if a != 0 && a <= j {
					continue
				}
				f := 0.0
				if pivot > 1e-12 {
					f = now[a*(k+1)+j] / pivot
				}
				next[a*(k+1)] = now[a*(k+1)] - f*now[j*(k+1)]
				for b := j + 1; b <= k; b++ {
					next[a*(k+1)+b] = now[a*(k+1)+b] - f*now[j*(k+1)+b]
				}
			}
			visit(j+1, set|1<<(j-1), depth+1)
		}
	}
	visit(1, 0, 0)
	return out
}

// relativeWeights: with R = Λ², Λ symmetric, z = Λ⁻¹x is the orthogonal set nearest to x; β* = Λ⁻¹r, weight_j = Σ_m Λ²_jm β*²_m.
func relativeWeights(r *mat.SymDense) (weights, beta []float64, err error) {
	k := r.SymmetricDim() - 1
	x := mat.NewSymDense(k, nil)
	for a := range k {
		for b := range a + 1 {
			x.SetSym(a, b, r.At(a+1, b+1))
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(x, true) {
		return nil, nil, errors.New("the correlations have no eigenvalues")
	}
	values := eigen.Values(nil)
	if values[0] < 1e-10 {
		return nil, nil, errors.New("a predictor follows from the others; leave one out")
	}
	var v mat.Dense
	eigen.VectorsTo(&v)
	power := func(p float64) *mat.Dense {
		scaled, out := mat.DenseCopyOf(&v), new(mat.Dense)
		scaled.Apply(func(_, j int, e float64) float64 { return e * math.Pow(values[j], p) }, scaled)
		out.Mul(scaled, v.T())
		return out
	}
	root, inverse, full := power(0.5), power(-0.5), power(-1)
	weights, beta = make([]float64, k), make([]float64, k)
	for m := range k {
		star := 0.0
		for j := range k {
			star += inverse.At(m, j) * r.At(j+1, 0)
			beta[m] += full.At(m, j) * r.At(j+1, 0)
		}
		for j := range k {
			weights[j] += root.At(j, m) * root.At(j, m) * star * star
		}
	}
	return weights, beta, nil
}
