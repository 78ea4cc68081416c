package stats

import (
	"errors"
	"fmt"
	"math"
	"sort"
)

// RankSet is a place in a ranking together with the places that cannot be excluded. Place 1 is the highest estimate.
type RankSet struct {
	Rank  int // by the estimates alone; ties share the smaller place
	Best  int
	Worst int
}

// RankSets gives for every unit the ranks that cannot be excluded, all at once with the given joint level, from independent
// estimates (Klein, Wright & Wieczorek 2020): with intervals at z = Φ⁻¹(1 − (1 − level^(1/K))/2), the best rank of k is one more
// than the number of units wholly above it, the worst K minus the number wholly below.
func RankSets(est, se []float64, level float64) ([]RankSet, error) {
	if err := checkRanking(est, se); err != nil {
		return nil, err
	}
	if !(level > 0 && level < 1) {
		return nil, fmt.Errorf("level %v is not between 0 and 1", level)
	}
	k := len(est)
	z := RankCritical(level, k)
	out := make([]RankSet, k)
	for i := range est {
		out[i] = RankSet{Rank: 1, Best: 1, Worst: k}
		for j := range est {
			switch {
			case j == i:
			case est[j]-z*se[j] > est[i]+z*se[i]:
				out[i].Best++
			case est[j]+z*se[j] < est[i]-z*se[i]:
				out[i].Worst--
			}
			if est[j] > est[i] {
				out[i].Rank++
			}
		}
	}
	return out, nil
}

// RankCritical is the number of standard errors on each side of k simultaneous intervals (Šidák 1967).
func RankCritical(level float64, k int) float64 {
	return normalQuantile(1 - (1-math.Pow(level, 1/float64(k)))/2)
}

func checkRanking(est, se []float64) error {
	if len(est) == 0 {
		return errors.New("nothing to rank")
	}
	if len(est) != len(se) {
		return fmt.Errorf("%d estimates with %d standard errors", len(est), len(se))
	}
	for i := range est {
		if math.IsNaN(est[i]) || math.IsInf(est[i], 0) {
			return fmt.Errorf("estimate %d is not a number", i+1)
		}
		if !(se[i] >= 0) || math.IsInf(se[i], 0) {
			return fmt.Errorf("standard error %d is not a number from 0 up", i+1)
		}
	}
	return nil
}

// RankBelief is what independent normal errors around the estimates say about the true rank of one unit.
type RankBelief struct {
	PTop         float64   // probability of being among the best k; over all units these sum to k
	PBest        float64   // probability of being first
	ExpectedRank float64   // mean of the distribution
	Distribution []float64 // probability of each place, from the first
}

// TopK gives for every unit the distribution of its true rank when the true values are independent normals centred on the
// estimates: P(rank of i = r+1) = ∫ φ_i(x) · P(exactly r of the others exceed x) dx, where the number exceeding x is
// Poisson-binomial. Units with standard error 0 are fixed; ties among fixed units are split by their order.
func TopK(est, se []float64, k int) ([]RankBelief, error) {
	if err := checkRanking(est, se); err != nil {
		return nil, err
	}
	if k < 1 || k > len(est) {
		return nil, fmt.Errorf("top %d of %d units does not exist", k, len(est))
	}
	out := make([]RankBelief, len(est))
	for i, distribution := range newRankGrid(est, se).distributions() {
		out[i].Distribution = distribution
		out[i].summarise(k)
	}
	return out, nil
}

func (b *RankBelief) summarise(k int) {
	b.PBest = b.Distribution[0]
	for r, p := range b.Distribution {
		b.ExpectedRank += float64(r+1) * p
		if r < k {
			b.PTop += p
		}
	}
}

// rankGrid integrates with Gauss-Legendre panels no wider than about the standard errors that matter there.
type rankGrid struct {
	est, se []float64
	cuts    []float64
}

func newRankGrid(est, se []float64) *rankGrid {
	g := &rankGrid{est: est, se: se}
	order := make([]int, len(est))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(a, b int) bool { return se[order[a]] < se[order[b]] })
	for _, i := range order {
		for z := -8.0; z <= 8; z++ {
			g.cut(est[i]+z*se[i], se[i]/2)
			if se[i] == 0 {
				break
			}
		}
	}
	return g
}

// cut adds a panel border unless one is nearer than gap.
func (g *rankGrid) cut(x, gap float64) {
	at := sort.SearchFloat64s(g.cuts, x)
	if at < len(g.cuts) && g.cuts[at]-x < gap || at > 0 && x-g.cuts[at-1] < gap {
		return
	}
	g.cuts = append(g.cuts, 0)
	copy(g.cuts[at+1:], g.cuts[at:])
	g.cuts[at] = x
}

// distributions computes the distribution of the number of others above x once for all units at every node: the
// Poisson-binomial of all units, from which each unit is divided out again.
func (g *rankGrid) distributions() [][]float64 {
	out := make([][]float64, len(g.est))
	for i := range out {
		out[i] = make([]float64, len(g.est))
	}
	exceeds, all := make([]float64, len(g.est)), make([]float64, len(g.est)+1)
	for p := 1; p < len(g.cuts); p++ {
		half, middle := (g.cuts[p]-g.cuts[p-1])/2, (g.cuts[p]+g.cuts[p-1])/2
		for q, node := range legendreNode {
			x := middle + half*node
			g.exceeding(x, -1, exceeds)
			poissonBinomial(all, exceeds)
			for i, se := range g.se {
				z := (x - g.est[i]) / se
				if se > 0 && math.Abs(z) < 9 {
					density := math.Exp(-z*z/2) / (se * math.Sqrt(2*math.Pi))
					addWithout(out[i], all, exceeds[i], density*legendreWeight[q]*half)
				}
			}
		}
	}
	for i, se := range g.se {
		if se == 0 {
			g.exceeding(g.est[i], i, exceeds)
			exceeds[i] = 0
			poissonBinomial(all, exceeds)
			copy(out[i], all)
		}
		normalise(out[i])
	}
	return out
}

// exceeding fills in for every unit the probability of lying above x. Fixed units tied with the fixed unit self keep their order.
func (g *rankGrid) exceeding(x float64, self int, out []float64) {
	for j, se := range g.se {
		switch {
		case se > 0:
			out[j] = math.Erfc((x-g.est[j])/(se*math.Sqrt2)) / 2
		case g.est[j] > x || g.est[j] == x && j < self:
			out[j] = 1
		default:
			out[j] = 0
		}
	}
}

// poissonBinomial fills in the distribution of the number of successes of independent trials.
func poissonBinomial(out, p []float64) {
	clear(out)
	out[0] = 1
	for n, q := range p {
		for r := n; r >= 0; r-- {
			out[r+1] += out[r] * q
			out[r] *= 1 - q
		}
	}
}

// addWithout adds mass times the distribution of the trials without one that succeeds with probability q, solving the
// convolution from the end where it is stable.
func addWithout(out, all []float64, q, mass float64) {
	rest := 0.0
	if q <= 0.5 {
		for r := range out {
			rest = (all[r] - q*rest) / (1 - q)
			out[r] += mass * rest
		}
		return
	}
	for r := len(out) - 1; r >= 0; r-- {
		rest = (all[r+1] - (1-q)*rest) / q
		out[r] += mass * rest
	}
}

func normalise(p []float64) {
	sum := 0.0
	for _, v := range p {
		sum += v
	}
	for i := range p {
		p[i] /= sum
	}
}

// Gauss-Legendre rule with eight nodes (Abramowitz & Stegun 1964, table 25.4).
var (
	legendreNode = []float64{-0.960289856497536231683560868569, -0.796666477413626739591553936476, -0.525532409916328985817739049189,
		-0.183434642495649804939476142360, 0.183434642495649804939476142360, 0.525532409916328985817739049189,
		0.796666477413626739591553936476, 0.960289856497536231683560868569}
	legendreWeight = []float64{0.101228536290376259152531354310, 0.222381034453374470544355994426, 0.313706645877887287337962201987,
		0.362683783378361982965150449277, 0.362683783378361982965150449277, 0.313706645877887287337962201987,
		0.222381034453374470544355994426, 0.101228536290376259152531354310}
)

// Holm adjusts p-values so that calling everything below α significant keeps the family-wise error at α (Holm 1979).
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return p[order[a]] < p[order[b]] })
	out := make([]float64, len(p))
	highest := 0.0
	for rank, i := range order {
		highest = math.Max(highest, math.Min(1, p[i]*float64(len(p)-rank)))
		out[i] = highest
	}
	return out
}
