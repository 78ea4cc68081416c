package stats

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// JointScheme is a way to draw with unequal probabilities for which the chance of two units being drawn together is known.
type JointScheme string

// The schemes (Tillé 2006, ch. 5 and 6).
const (
	JointEntropy JointScheme = "entropy" // maximum entropy: rejective Poisson sampling (Chen, Dempster & Liu 1994)
	JointTille   JointScheme = "tille"   // one unit after the other is removed from the population (Tillé 1996)
	JointMidzuno JointScheme = "midzuno" // the complement of Tillé's for the units not drawn (Midzuno 1952; Deville & Tillé 1998)
)

// JointProbabilities are the chances that two units are both in the sample, and of each unit on the diagonal. The probabilities
// add up to a whole number, the size of the sample; units with 1 are certain and units with 0 never drawn.
func JointProbabilities(probability []float64, scheme JointScheme) (*mat.SymDense, error) {
	open, size, err := undecided(probability)
	if err != nil {
		return nil, err
	}
	inner := make([]float64, len(open))
	for a, k := range open {
		inner[a] = probability[k]
	}
	var pairs *mat.SymDense
	switch {
	case len(open) == 0:
	case scheme == JointEntropy:
		pairs, err = entropyPairs(inner, size)
	case scheme == JointTille:
		pairs, err = eliminationPairs(inner, size)
	case scheme == JointMidzuno:
		pairs, err = complementPairs(inner, size)
	default:
		err = fmt.Errorf("unknown scheme %q; there are entropy, tille and midzuno", string(scheme))
	}
	if err != nil {
		return nil, err
	}
	out := mat.NewSymDense(len(probability), nil)
	for k, p := range probability {
		for l := k; l < len(probability); l++ {
			out.SetSym(k, l, p*probability[l]) // right where one of them is certain or impossible
		}
		out.SetSym(k, k, p)
	}
	for a, k := range open {
		for b := a + 1; b < len(open); b++ {
			out.SetSym(k, open[b], pairs.At(a, b))
		}
	}
	return out, nil
}

// undecided are the units that are neither certain nor impossible, and how many of them are drawn.
func undecided(probability []float64) (open []int, size int, err error) {
	sum := 0.0
	for k, p := range probability {
		if !(p >= 0 && p <= 1) {
			return nil, 0, fmt.Errorf("unit %d: probability %v is not between 0 and 1", k+1, p)
		}
		if p > 1e-9 && p < 1-1e-9 {
			open = append(open, k)
			sum += p
		}
	}
	size = int(math.Round(sum))
	if math.Abs(sum-float64(size)) > 1e-6 {
		return nil, 0, fmt.Errorf("the probabilities below 1 add up to %v, but must add up to a whole number", sum)
	}
	return open, size, nil
}

// eliminationPairs: on the way from all units down to the sample, unit k is removed at size i with probability 1 − π(k|i)/π(k|i+1),
// and a pair survives all removals with Π (1 − r_k − r_l).
func eliminationPairs(probability []float64, size int) (*mat.SymDense, error) {
	n := len(probability)
	out := mat.NewSymDense(n, nil)
	for k := range n {
		for l := k; l < n; l++ {
			out.SetSym(k, l, 1)
		}
	}
	above := ones(n)
	for i := n - 1; i >= size; i-- {
		now := probability
		if i > size {
			var err error
			if now, err = InclusionProbabilities(probability, i); err != nil {
				return nil, err
			}
		}
		for k := range n {
			for l := k + 1; l < n; l++ {
				out.SetSym(k, l, out.At(k, l)*(now[k]/above[k]+now[l]/above[l]-1))
			}
		}
		above = now
	}
	return out, nil
}

func complementPairs(probability []float64, size int) (*mat.SymDense, error) {
	n := len(probability)
	rest := make([]float64, n)
	for k, p := range probability {
		rest[k] = 1 - p
	}
	out, err := eliminationPairs(rest, n-size)
	if err != nil {
		return nil, err
	}
	for k := range n {
		for l := k + 1; l < n; l++ {
			out.SetSym(k, l, out.At(k, l)+1-rest[k]-rest[l])
		}
	}
	return out, nil
}

// entropyPairs finds the odds w of independent draws that give the probabilities once the size is fixed; then
// π_kl = (w_l π_k − w_k π_l)/(w_l − w_k), and units of equal odds share what Σ_l π_kl = (n − 1) π_k leaves.
func entropyPairs(probability []float64, size int) (*mat.SymDense, error) {
	w, err := entropyOdds(probability, size)
	if err != nil {
		return nil, err
	}
	n := len(probability)
	out := mat.NewSymDense(n, nil)
	for k, p := range probability {
		sum, alike := 0.0, 0
		for l, q := range probability {
			if l == k {
				continue
			}
			if math.Abs(w[l]-w[k]) <= 1e-9*w[k] {
				alike++
				continue
			}
			pair := (w[l]*p - w[k]*q) / (w[l] - w[k])
			sum += pair
			out.SetSym(k, l, pair)
		}
		for l := range probability {
			if l != k && math.Abs(w[l]-w[k]) <= 1e-9*w[k] {
				out.SetSym(k, l, (float64(size-1)*p-sum)/float64(alike))
			}
		}
	}
	return out, nil
}

// entropyOdds repeats w ← w · odds(π)/odds(ψ(w)), with ψ the probabilities given the size (Chen, Dempster & Liu 1994; Tillé 2006, §5.3).
func entropyOdds(probability []float64, size int) ([]float64, error) {
	w := make([]float64, len(probability))
	for k, v := range probability {
		w[k] = v / (1 - v)
	}
	for range 1000 {
		given, miss := givenSize(w, size), 0.0
		for k, v := range probability {
			if !(given[k] > 0 && given[k] < 1) {
				return nil, errors.New("the odds of maximum entropy cannot be found for these probabilities")
			}
			w[k] *= v / (1 - v) / (given[k] / (1 - given[k]))
			miss = math.Max(miss, math.Abs(v-given[k])/v)
		}
		if miss < 1e-13 {
			return w, nil
		}
	}
	return nil, errors.New("the odds of maximum entropy do not settle for these probabilities")
}

// givenSize are the inclusion probabilities of independent draws with odds w, given that n units were drawn: π_k times the chance of
// n − 1 among the others, over the chance of n. Sums of positive terms only: the usual recursion in n loses all digits where odds are large.
func givenSize(w []float64, n int) []float64 {
	units := len(w)
	before := make([][]float64, units+1) // before[k][j]: j drawn among the first k
	before[0] = make([]float64, n+1)
	before[0][0] = 1
	for k, v := range w {
		before[k+1] = addDraw(before[k], v/(1+v))
	}
	out, after := make([]float64, units), make([]float64, n+1)
	after[0] = 1
	for k := units - 1; k >= 0; k-- {
		p, others := w[k]/(1+w[k]), 0.0
		for j := range n {
			others += before[k][j] * after[n-1-j]
		}
		out[k] = p * others / before[units][n]
		after = addDraw(after, p)
	}
	return out
}

// addDraw is the distribution of a count with one more draw of chance p.
func addDraw(count []float64, p float64) []float64 {
	out := make([]float64, len(count))
	for j, v := range count {
		out[j] += v * (1 - p)
		if j+1 < len(count) {
			out[j+1] += v * p
		}
	}
	return out
}
