package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"

	"gonum.org/v1/gonum/mat"
)

// PairOptions tune PairwiseRankSets. Simultaneous covers all ranks at once, otherwise each unit's set holds on its own.
// OneSided gives lower bounds of the rank only, which answer who may be among the best. Draws (0 means 5000) and Seed steer
// the simulated critical value.
type PairOptions struct {
	Simultaneous bool
	OneSided     bool
	Draws        int
	Seed         uint64
}

// PairwiseRankSets are rank sets from confidence intervals of all pairwise differences, with a critical value simulated from
// the joint normal distribution and sharpened by stepping down (Mogstad, Romano, Shaikh & Wilhelm 2024; Romano & Wolf 2005).
// They are narrower than RankSets as a rule and use the covariance of the estimates.
func PairwiseRankSets(est []float64, cov *mat.SymDense, level float64, o PairOptions) ([]RankSet, error) {
	if err := checkRanking(est, standardErrors(cov)); err != nil {
		return nil, err
	}
	if !(level > 0 && level < 1) {
		return nil, fmt.Errorf("level %v is not between 0 and 1", level)
	}
	if o.Draws == 0 {
		o.Draws = 5000
	}
	draws, err := drawNormal(make([]float64, len(est)), cov, o.Draws, o.Seed)
	if err != nil {
		return nil, err
	}
	out, err := RankSets(est, make([]float64, len(est)), level)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Best, out[i].Worst = 1, len(est)
	}
	p := &pairTest{est: est, cov: cov, draws: draws, level: level, oneSided: o.OneSided}
	if o.Simultaneous {
		p.decide(everyone, out)
		return out, nil
	}
	for i := range est {
		p.decide(i, out)
	}
	return out, nil
}

// pair is the hypothesis that unit a is not better than unit b. Two-sided sets test both directions of every pair.
type pair struct {
	a, b int
	se   float64
}

const everyone = -1

type pairTest struct {
	est      []float64
	cov      *mat.SymDense
	draws    [][]float64
	level    float64
	oneSided bool
}

// pairs lists the hypotheses that bear on the rank of one unit, or of everyone.
func (p *pairTest) pairs(unit int) []pair {
	var out []pair
	for a := range p.est {
		for b := range p.est {
			if a == b || unit != everyone && b != unit && (p.oneSided || a != unit) {
				continue
			}
			v := p.cov.At(a, a) + p.cov.At(b, b) - 2*p.cov.At(a, b)
			out = append(out, pair{a, b, math.Sqrt(math.Max(v, 0))})
		}
	}
	return out
}

// decide rejects hypotheses step by step, each time with the critical value of those still open, and narrows the rank sets.
func (p *pairTest) decide(unit int, out []RankSet) {
	open := p.pairs(unit)
	for len(open) > 0 {
		critical := p.critical(open)
		var left []pair
		for _, x := range open {
			if diff := p.est[x.a] - p.est[x.b]; diff <= 0 || diff <= critical*x.se {
				left = append(left, x)
				continue
			}
			if unit == everyone || x.b == unit {
				out[x.b].Best++
			}
			if !p.oneSided && (unit == everyone || x.a == unit) {
				out[x.a].Worst--
			}
		}
		if len(left) == len(open) {
			return
		}
		open = left
	}
}

// critical is the quantile of the greatest standardised difference.
func (p *pairTest) critical(open []pair) float64 {
	greatest := make([]float64, len(p.draws))
	for r, z := range p.draws {
		most := math.Inf(-1)
		for _, x := range open {
			if x.se == 0 {
				continue
			}
			most = math.Max(most, (z[x.a]-z[x.b])/x.se)
		}
		greatest[r] = most
	}
	sort.Float64s(greatest)
	at := math.Ceil(p.level*float64(len(greatest))) - 1
	return math.Max(greatest[int(at)], 0)
}

func standardErrors(cov *mat.SymDense) []float64 {
	out := make([]float64, cov.SymmetricDim())
	for i := range out {
		out[i] = math.Sqrt(cov.At(i, i))
	}
	return out
}

// drawNormal draws from the normal distribution with the given mean and covariance, which may be singular.
func drawNormal(mean []float64, cov *mat.SymDense, draws int, seed uint64) ([][]float64, error) {
	var eigen mat.EigenSym
	if !eigen.Factorize(cov, true) {
		return nil, fmt.Errorf("the covariance matrix cannot be factorised")
	}
	values := eigen.Values(nil)
	k := len(values)
	for i, v := range values {
		if v < -1e-8*math.Abs(values[k-1]) {
			return nil, fmt.Errorf("the covariance matrix is not positive semidefinite")
		}
		values[i] = math.Sqrt(math.Max(v, 0))
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	random := rand.New(rand.NewPCG(seed, 0x52414e4b))
	out := make([][]float64, draws)
	z := make([]float64, k)
	for r := range out {
		for e := range z {
			z[e] = random.NormFloat64() * values[e]
		}
		out[r] = append([]float64(nil), mean...)
		for i := range out[r] {
			for e := range z {
				out[r][i] += vectors.At(i, e) * z[e]
			}
		}
	}
	return out, nil
}

// TopKCovariance is TopK for estimates that are not independent, by simulation from their joint distribution; 100,000 draws
// keep the error of a probability below about 0.003.
func TopKCovariance(est []float64, cov *mat.SymDense, k, draws int, seed uint64) ([]RankBelief, error) {
	if err := checkRanking(est, standardErrors(cov)); err != nil {
		return nil, err
	}
	if k < 1 || k > len(est) {
		return nil, fmt.Errorf("top %d of %d units does not exist", k, len(est))
	}
	all, err := drawNormal(est, cov, draws, seed)
	if err != nil {
		return nil, err
	}
	out := make([]RankBelief, len(est))
	for i := range out {
		out[i].Distribution = make([]float64, len(est))
	}
	order := make([]int, len(est))
	for _, z := range all {
		for i := range order {
			order[i] = i
		}
		sort.SliceStable(order, func(a, b int) bool { return z[order[a]] > z[order[b]] })
		for r, i := range order {
			out[i].Distribution[r] += 1 / float64(draws)
		}
	}
	for i := range out {
		out[i].summarise(k)
	}
	return out, nil
}
