package stats

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// ReplicateType names a way to make replicate weights from a design.
type ReplicateType string

// The replicate types.
const (
	JK1       ReplicateType = "JK1"       // leave out one unit; unstratified designs
	JKn       ReplicateType = "JKn"       // leave out one unit of one stratum
	BRR       ReplicateType = "BRR"       // balanced half samples; two units per stratum (McCarthy 1966)
	Fay       ReplicateType = "Fay"       // BRR with weights times 2−ρ and ρ instead of 2 and 0 (Judkins 1990)
	Bootstrap ReplicateType = "bootstrap" // n_h − 1 of n_h units with replacement, rescaled (Rao, Wu & Yue 1992)
)

// ReplicateOptions choose how many replicates are drawn and how. Rho is Fay's, between 0 and 1; Replicates and Seed serve the
// bootstrap; MSE takes deviations from the full-sample estimate instead of the replicates' mean.
type ReplicateOptions struct {
	Type       ReplicateType
	Rho        float64
	Replicates int
	Seed       uint64
	MSE        bool
}

// Replicate makes replicate weights from first-stage units. The finite population correction of the first stage enters the
// scale of the jackknife and the spread of the bootstrap weights; BRR and Fay have none. Apply calibration afterwards.
func (d *Design) Replicate(o ReplicateOptions) (*Replicated, error) {
	if len(d.adjust) > 0 || d.joint != nil {
		return nil, errors.New("replicates are made before calibration and without joint probabilities")
	}
	r := &Replicated{n: d.n, weights: d.weights, aroundAll: o.MSE, scale: 1}
	m := &replicateMaker{d: d, st: &d.stages[0], r: r}
	var err error
	switch o.Type {
	case JK1:
		if m.st.strata() > 1 {
			return nil, errors.New("JK1 is for unstratified designs; use JKn")
		}
		err = m.jackknife()
	case JKn:
		err = m.jackknife()
	case BRR, Fay:
		err = m.balanced(o)
	case Bootstrap:
		err = m.bootstrap(o)
	default:
		return nil, fmt.Errorf("unknown replicate type %q; there are JK1, JKn, BRR, Fay and bootstrap", o.Type)
	}
	return r, err
}

type replicateMaker struct {
	d  *Design
	st *stage
	r  *Replicated
}

// deletion is one jackknife replicate: unit out, its stratum scaled up.
type deletion struct {
	unit, stratum int32
	factor        float64 // for the other units of the stratum, or of all other strata if lonely
	lonely        bool
}

// jackknife leaves one unit out at a time: rscale_h = (1−f_h)(n_h−1)/n_h. Fully sampled strata have no replicates.
func (m *replicateMaker) jackknife() error {
	var out []deletion
	strata := float64(m.st.strata())
	skipped := 0
	for h := range int32(m.st.strata()) {
		n := m.st.sampled(h)
		for _, u := range m.st.unitOrder[m.st.unitStart[h]:m.st.unitStart[h+1]] {
			if m.st.rest[u] < 1e-12 {
				continue
			}
			if n > 1 {
				out = append(out, deletion{unit: u, stratum: h, factor: n / (n - 1)})
				m.r.rscales = append(m.r.rscales, m.st.rest[u]*(n-1)/n)
				continue
			}
			switch m.d.lonely {
			case LonelyFail:
				return fmt.Errorf("stratum %q has only one sampling unit; set lonely_psu or merge strata", m.st.names[h])
			case LonelyAdjust:
				out = append(out, deletion{unit: u, stratum: h, factor: strata / (strata - 1), lonely: true})
				m.r.rscales = append(m.r.rscales, (strata-1)/strata)
			default:
				skipped++
			}
		}
	}
	if len(out) == 0 {
		return errors.New("every stratum is sampled completely, so there is nothing to leave out")
	}
	if m.d.lonely == LonelyAverage {
		m.r.scale = float64(len(out)+skipped) / float64(len(out))
	}
	m.r.count, m.r.df = len(out), m.d.DF()
	m.r.fill = func(r int, into []float64) { m.delete(out[r], into) }
	return nil
}

func (m *replicateMaker) delete(x deletion, into []float64) {
	for i, w := range m.d.weights {
		u := m.st.unit[i]
		switch same := m.st.unitStratum[u] == x.stratum; {
		case u == x.unit:
			w = 0
		case same != x.lonely:
			w *= x.factor
		}
		into[i] = w
	}
}

// setFactors stores one factor per replicate and unit.
func (m *replicateMaker) setFactors(factors [][]float64) {
	m.r.count, m.r.rscales = len(factors), ones(len(factors))
	m.r.fill = func(r int, into []float64) {
		for i, w := range m.d.weights {
			into[i] = w * factors[r][m.st.unit[i]]
		}
	}
	m.r.df = m.r.rankDF()
}

// balanced assigns the two units of stratum h in replicate r by the sign in a Hadamard matrix. Strata with an even number of
// units above two are split into pairs.
func (m *replicateMaker) balanced(o ReplicateOptions) error {
	rho := 0.0
	if o.Type == Fay {
		rho = o.Rho
	}
	if rho < 0 || rho >= 1 {
		return fmt.Errorf("rho %v is not from 0 up to below 1", rho)
	}
	var pairs [][2]int32
	for h := range int32(m.st.strata()) {
		units := m.st.unitOrder[m.st.unitStart[h]:m.st.unitStart[h+1]]
		if len(units)%2 != 0 {
			return fmt.Errorf("stratum %q has %d sampling units; balanced replicates need pairs", m.st.names[h], len(units))
		}
		for i := 0; i < len(units); i += 2 {
			pairs = append(pairs, [2]int32{units[i], units[i+1]})
		}
	}
	order, sign := hadamard(len(pairs))
	factors := make([][]float64, order)
	for r := range factors {
		factors[r] = make([]float64, len(m.st.unitStratum))
		for p, pair := range pairs {
			kept := sign(p+1, r)
			factors[r][pair[kept]], factors[r][pair[1-kept]] = 2-rho, rho
		}
	}
	m.setFactors(factors)
	m.r.scale = 1 / (float64(order) * (1 - rho) * (1 - rho))
	return nil
}

// hadamard is Sylvester's matrix of the smallest order above n; at gives 0 or 1.
func hadamard(n int) (order int, at func(i, j int) int) {
	order = 4
	for order <= n {
		order *= 2
	}
	return order, func(i, j int) int {
		bits := 0
		for both := i & j; both != 0; both &= both - 1 {
			bits ^= 1
		}
		return bits
	}
}

// bootstrap multiplies weights by 1 − λ + λ·n/(n−1)·m with m the times a unit was drawn among n − 1 and λ² = 1 − f.
func (m *replicateMaker) bootstrap(o ReplicateOptions) error {
	if o.Replicates < 2 {
		return fmt.Errorf("%d bootstrap replicates are too few", o.Replicates)
	}
	random, units := rand.New(rand.NewPCG(o.Seed, 0x5941_4e57_414e_4721)), len(m.st.unitStratum)
	b := &bootstrapDraws{unit: m.st.unit, units: units, times: make([]uint8, o.Replicates*units), kept: ones(units), gained: make([]float64, units)}
	for r := range o.Replicates {
		times := b.times[r*units : (r+1)*units]
		for h := range int32(m.st.strata()) {
			list := m.st.unitOrder[m.st.unitStart[h]:m.st.unitStart[h+1]]
			n := len(list)
			if n == 1 && m.st.rest[list[0]] > 0 && m.d.lonely == LonelyFail {
				return fmt.Errorf("stratum %q has only one sampling unit; set lonely_psu or merge strata", m.st.names[h])
			}
			for range n - 1 {
				times[list[random.IntN(n)]]++ // 256 times happens never: the mean is 1
			}
			if r > 0 || n == 1 {
				continue
			}
			for _, u := range list {
				lambda := math.Sqrt(m.st.rest[u])
				b.kept[u], b.gained[u] = 1-lambda, lambda*float64(n)/float64(n-1)
			}
		}
	}
	m.r.draws, m.r.count, m.r.rscales = b, o.Replicates, ones(o.Replicates)
	m.r.fill = func(r int, into []float64) {
		times := b.times[r*units : (r+1)*units]
		for i, w := range m.d.weights {
			u := m.st.unit[i]
			into[i] = w * (b.kept[u] + b.gained[u]*float64(times[u]))
		}
	}
	m.r.df = m.r.rankDF()
	m.r.scale = 1 / float64(o.Replicates-1)
	return nil
}
