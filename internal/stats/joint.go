package stats

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// jointProbabilities holds Δ̌_kl = (π_kl − π_kπ_l)/π_kl for unequal-probability designs without replacement.
type jointProbabilities struct {
	check *mat.SymDense
	pair  bool // Yates-Grundy-Sen instead of Horvitz-Thompson
}

// covariance is ΣΣ Δ̌_kl a_k b_l (Horvitz & Thompson 1952) or −½ΣΣ Δ̌_kl (a_k−a_l)(b_k−b_l) (Yates & Grundy 1953; Sen 1953).
func (j *jointProbabilities) covariance(a, b []float64) float64 {
	sum := 0.0
	for k := range a {
		for l := range b {
			c := j.check.At(k, l)
			if j.pair {
				sum -= c * (a[k] - a[l]) * (b[k] - b[l]) / 2
			} else {
				sum += c * a[k] * b[l]
			}
		}
	}
	return sum
}

func (j *jointProbabilities) matrix(columns [][]float64) *mat.SymDense {
	out := mat.NewSymDense(len(columns), nil)
	for a := range columns {
		for b := a; b < len(columns); b++ {
			out.SetSym(a, b, j.covariance(columns[a], columns[b]))
		}
	}
	return out
}

// WithJoint returns the design with the variance computed from joint inclusion probabilities, row by row: probability[k][l] is
// that of rows k and l both being sampled, and of row k alone on the diagonal. With pair the Yates-Grundy-Sen form is used,
// which needs a fixed sample size.
func (d *Design) WithJoint(probability *mat.SymDense, pair bool) (*Design, error) {
	n := probability.SymmetricDim()
	if n != d.n {
		return nil, fmt.Errorf("joint probabilities of %d units for %d rows", n, d.n)
	}
	check := mat.NewSymDense(n, nil)
	for k := range n {
		for l := k; l < n; l++ {
			p := probability.At(k, l)
			if !(p > 0 && p <= 1) {
				return nil, fmt.Errorf("row %d, column %d: joint probability %v is not between 0 and 1", k+1, l+1, p)
			}
			check.SetSym(k, l, 1-probability.At(k, k)*probability.At(l, l)/p)
		}
	}
	for k := range n {
		check.SetSym(k, k, 1-probability.At(k, k))
	}
	out := *d
	out.joint = &jointProbabilities{check: check, pair: pair}
	return &out, nil
}
