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

// withOverton approximates joint probabilities by those of a randomised systematic draw, Δ̌ = 1 − (n − (π_k+π_l)/2)/(n−1)
// (Overton & Stehman 1995).
func (d *Design) withOverton(p []float64) *Design {
	return d.withPairs(p, func(n, a, b, _ float64) float64 { return 1 - (n-(a+b)/2)/(n-1) })
}

// withHartleyRao uses Δ̌ = 1 − (n − π_k − π_l + Σπ²/n)/(n−1) with Σπ² over the population estimated from the sample
// (Hartley & Rao 1962).
func (d *Design) withHartleyRao(p []float64) *Design {
	return d.withPairs(p, func(n, a, b, mean float64) float64 { return 1 - (n-a-b+mean)/(n-1) })
}

// withPairs fills Δ̌ within first-stage strata from n, both probabilities and the stratum's mean probability.
func (d *Design) withPairs(p []float64, pair func(n, a, b, mean float64) float64) *Design {
	st := &d.stages[0]
	mean := make([]float64, st.strata())
	for i, u := range st.unit {
		h := st.unitStratum[u]
		mean[h] += p[i] / st.sampled(h)
	}
	check := mat.NewSymDense(d.n, nil)
	for k := range d.n {
		h := st.unitStratum[st.unit[k]]
		for l := k + 1; l < d.n; l++ {
			if st.unitStratum[st.unit[l]] == h && p[k] < 1 && p[l] < 1 {
				check.SetSym(k, l, pair(st.sampled(h), p[k], p[l], mean[h]))
			}
		}
		check.SetSym(k, k, 1-p[k])
	}
	out := *d
	out.joint = &jointProbabilities{check: check}
	return &out
}

// withDeville approximates the variance of a fixed-size draw of high entropy from the probabilities of the sample alone:
// V = Σ c (z − Σ a z)²/(1 − Σ a²) with c = 1 − π and a = c/Σc (Deville 1999, as in Matei & Tillé 2005).
func (d *Design) withDeville(p []float64) *Design {
	st := &d.stages[0]
	sum, squares := make([]float64, st.strata()), make([]float64, st.strata())
	for i, u := range st.unit {
		h, c := st.unitStratum[u], 1-p[i]
		sum[h] += c
		squares[h] += c * c
	}
	check := mat.NewSymDense(d.n, nil)
	for k := range d.n {
		h := st.unitStratum[st.unit[k]]
		if !(sum[h] > 0) {
			continue // all certain
		}
		scale := 1 / (1 - squares[h]/(sum[h]*sum[h]))
		for l := k; l < d.n; l++ {
			if st.unitStratum[st.unit[l]] != h {
				continue
			}
			v := -(1 - p[k]) * (1 - p[l]) / sum[h]
			if l == k {
				v += 1 - p[k]
			}
			check.SetSym(k, l, v*scale)
		}
	}
	out := *d
	out.joint = &jointProbabilities{check: check}
	return &out
}
