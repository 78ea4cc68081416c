package stats

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// CovarianceMatrix is the weighted covariance of columns in the population, Σ w (x−x̄)(y−ȳ)/Σ w. Rows with weight 0 do not count and
// may be missing; a missing value elsewhere is an error.
func CovarianceMatrix(w []float64, columns [][]float64) (*mat.SymDense, error) {
	k, sum := len(columns), 0.0
	mean := make([]float64, k)
	for i, v := range w {
		if v == 0 {
			continue
		}
		sum += v
		for j, c := range columns {
			if math.IsNaN(c[i]) {
				return nil, fmt.Errorf("row %d: column %d is missing", i+1, j+1)
			}
			mean[j] += v * c[i]
		}
	}
	if !(sum > 0) {
		return nil, errors.New("no row is complete and has a weight above 0")
	}
	out, flat, dev := mat.NewSymDense(k, nil), make([]float64, k*k), make([]float64, k)
	for j := range mean {
		mean[j] /= sum
	}
	for i, v := range w {
		if v == 0 {
			continue
		}
		for j, c := range columns {
			dev[j] = c[i] - mean[j]
		}
		for a := range dev {
			x := v * dev[a]
			for b := a; b < k; b++ {
				flat[a*k+b] += x * dev[b]
			}
		}
	}
	for a := range k {
		for b := a; b < k; b++ {
			out.SetSym(a, b, flat[a*k+b]/sum)
		}
	}
	return out, nil
}

// weightedMean over the rows with a weight above 0.
func weightedMean(w, y []float64) float64 {
	sum, total := 0.0, 0.0
	for i, v := range w {
		if v > 0 {
			sum, total = sum+v*y[i], total+v
		}
	}
	return sum / total
}

// correlations scales a covariance matrix; a column without spread is an error that gives its place.
func correlations(cov *mat.SymDense) (*mat.SymDense, error) {
	k := cov.SymmetricDim()
	out := mat.NewSymDense(k, nil)
	for a := range k {
		if !(cov.At(a, a) > 0) {
			return nil, fmt.Errorf("column %d is the same in every row", a+1)
		}
		for b := range a {
			out.SetSym(a, b, cov.At(a, b)/math.Sqrt(cov.At(a, a)*cov.At(b, b)))
		}
		out.SetSym(a, a, 1)
	}
	return out, nil
}
