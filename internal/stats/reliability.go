package stats

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Reliability says how far items measure one thing.
type Reliability struct {
	Alpha        float64   // Cronbach (1951), from covariances
	StdAlpha     float64   // the same from correlations
	Omega        float64   // McDonald (1999): share of the variance of the sum that goes with one common factor; NaN below 3 items
	MeanR        float64   // mean correlation between items
	ItemRest     []float64 // correlation of each item with the sum of the others
	AlphaDropped []float64 // alpha without the item; NaN when one item is left
	Loadings     []float64 // of the one-factor model, standardised; nil below 3 items
	Uniquenesses []float64
	Heywood      bool // the variance of an item of its own fell to the least value allowed: omega is not to be trusted
}

// Cronbach is alpha of all items of a covariance matrix: k/(k−1)·(1 − trace/sum).
func Cronbach(cov mat.Symmetric) float64 {
	k, trace, sum := cov.SymmetricDim(), 0.0, 0.0
	for a := range k {
		trace += cov.At(a, a)
		for b := range k {
			sum += cov.At(a, b)
		}
	}
	return float64(k) / float64(k-1) * (1 - trace/sum)
}

// Scale analyses the items of a covariance matrix as one scale.
func Scale(cov *mat.SymDense) (*Reliability, error) {
	k := cov.SymmetricDim()
	if k < 2 {
		return nil, errors.New("a scale has at least two items")
	}
	r, err := correlations(cov)
	if err != nil {
		return nil, err
	}
	out := &Reliability{Alpha: Cronbach(cov), StdAlpha: Cronbach(r), Omega: math.NaN(), ItemRest: make([]float64, k), AlphaDropped: make([]float64, k)}
	sum := 0.0
	for a := range k {
		for b := range k {
			sum += cov.At(a, b)
			if a != b {
				out.MeanR += r.At(a, b) / float64(k*(k-1))
			}
		}
	}
	for j := range k {
		with := 0.0
		for a := range k {
			with += cov.At(a, j)
		}
		own := cov.At(j, j)
		out.ItemRest[j] = (with - own) / math.Sqrt(own*(sum-2*with+own))
		out.AlphaDropped[j] = math.NaN()
		if k > 2 {
			out.AlphaDropped[j] = Cronbach(without(cov, j))
		}
	}
	if k > 2 {
		return out, out.factor(cov, r)
	}
	return out, nil
}

func without(cov *mat.SymDense, j int) *mat.SymDense {
	k := cov.SymmetricDim()
	out := mat.NewSymDense(k-1, nil)
	for a, x := 0, 0; a < k; a++ {
		if a == j {
			continue
		}
		for b, y := 0, 0; b <= a; b++ {
			if b != j {
				out.SetSym(x, y, cov.At(a, b))
				y++
			}
		}
		x++
	}
	return out
}

// leastUniqueness keeps the likelihood bounded, as is usual for factor analysis.
const leastUniqueness = 0.005

// factor fits one common factor by maximum likelihood: loadings from the first eigenvector of Ψ^−½RΨ^−½, uniquenesses from what they
// leave of the diagonal, until neither moves (Lawley & Maxwell 1971, ch. 4).
func (s *Reliability) factor(cov, r *mat.SymDense) error {
	k := r.SymmetricDim()
	psi, load := make([]float64, k), make([]float64, k)
	for j := range psi {
		psi[j] = 0.5
	}
	scaled := mat.NewSymDense(k, nil)
	var eigen mat.EigenSym
	var v mat.Dense
	for round := 0; ; round++ {
		if round == 100_000 {
			return fmt.Errorf("the one-factor model did not settle in %d rounds", round)
		}
		for a := range k {
			for b := range a + 1 {
				scaled.SetSym(a, b, r.At(a, b)/math.Sqrt(psi[a]*psi[b]))
			}
		}
		if !eigen.Factorize(scaled, true) {
			return errors.New("the correlations have no eigenvalues")
		}
		eigen.VectorsTo(&v)
		size, moved, sign := math.Sqrt(math.Max(eigen.Values(nil)[k-1]-1, 0)), 0.0, 0.0
		for j := range k {
			sign += v.At(j, k-1)
		}
		s.Heywood = false
		for j := range k {
			load[j] = math.Copysign(1, sign) * size * math.Sqrt(psi[j]) * v.At(j, k-1)
			next := 1 - load[j]*load[j]
			if next < leastUniqueness {
				next, s.Heywood = leastUniqueness, true
			}
			moved = math.Max(moved, math.Abs(next-psi[j]))
			psi[j] = next
		}
		if moved < 1e-13 {
			break
		}
	}
	s.Loadings, s.Uniquenesses = load, psi
	common, own := 0.0, 0.0
	for j := range k {
		common += load[j] * math.Sqrt(cov.At(j, j))
		own += psi[j] * cov.At(j, j)
	}
	s.Omega = common * common / (common*common + own)
	return nil
}
