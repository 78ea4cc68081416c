package stats

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// variance is Σ_h (1−f_h)·n_h/(n_h−1)·Σ(t − t̄)² over first-stage units with t the sum of w·(e − b) in a unit, where b is what the
// calibration totals explain of e; and the degrees of freedom, units less strata of the domain.
func (d *StoreDomain) variance(cells []influence, mixes []StoreMix, n int) (variance, df float64) {
	if d.Apart {
		return d.varianceApart(cells, mixes, n)
	}
	s := d.store
	v := newStrataSums(s)
	strata, units := map[int32]bool{}, map[int32]bool{}
	for k, i := range d.cells {
		if c := &s.Cells[i]; len(mixes[d.group[k]].Items) > 0 {
			strata[c.Stratum], units[c.Unit] = true, true
			v.own[c.Stratum] = v.own[c.Stratum] || cells[k].q2 > 0
			v.add(c, cells[k])
		}
	}
	df = float64(n - len(strata))
	if len(s.Units) > 0 {
		df = float64(len(units) - len(strata))
	}
	if s.project != nil {
		v.explain(cells, d.cells)
	}
	return v.variance(), df
}

// varianceApart takes each group of the domain as a random sample of its own.
func (d *StoreDomain) varianceApart(cells []influence, mixes []StoreMix, n int) (variance, df float64) {
	for g, m := range mixes {
		if len(m.Items) == 0 {
			continue
		}
		square, total, people := 0.0, 0.0, 0.0
		for k, i := range d.cells {
			if d.group[k] == g {
				square, total, people = square+cells[k].q2, total+cells[k].l1, people+float64(d.store.Cells[i].N)
			}
		}
		n--
		if people < 2 {
			return math.NaN(), float64(n)
		}
		variance += people / (people - 1) * (square - total*total/people)
	}
	return variance, float64(n)
}

// strataSums are Σt and Σt² by stratum, by unit first where units are clusters.
type strataSums struct {
	s             *MomentStore
	total, square []float64
	units         []float64
	of            []int32 // unit → stratum, −1 before the unit is met
	own           []bool  // strata in which the domain has people who differ from its means
}

func newStrataSums(s *MomentStore) *strataSums {
	v := &strataSums{s: s, total: make([]float64, len(s.Strata)), square: make([]float64, len(s.Strata)), units: make([]float64, len(s.Units)),
		of: make([]int32, len(s.Units)), own: make([]bool, len(s.Strata))}
	for u := range v.of {
		v.of[u] = -1
	}
	return v
}

func (v *strataSums) add(c *StoreCell, x influence) {
	if c.Unit >= 0 {
		v.units[c.Unit] += x.l1
		v.of[c.Unit] = c.Stratum
		return
	}
	v.total[c.Stratum] += x.l1
	v.square[c.Stratum] += x.q2
}

// explain takes out what calibration explains; that concerns cells outside the domain too.
func (v *strataSums) explain(cells []influence, domain []int) {
	s := v.s
	right := make([]float64, s.project.columns)
	inside := make([]float64, len(s.Cells)) // Σw²e of the cells
	for k, i := range domain {
		c, x := &s.Cells[i], cells[k]
		inside[i] = x.l2
		of := x.l1 * c.Ratio
		if s.Plain {
			of = x.l0
		}
		for _, column := range c.Margins {
			right[column] += of
		}
	}
	beta := s.project.solve(right)
	for i := range s.Cells {
		c, b := &s.Cells[i], 0.0
		for _, column := range c.Margins {
			b += beta[column]
		}
		v.add(c, influence{l1: -b * c.W, q2: b*b*c.W2 - 2*b*inside[i]})
	}
}

// variance adds up the strata. Of a single unit the spread is unknown, and so is the variance of a domain that has people in it; to domains elsewhere,
// which it reaches through calibration only, it adds nothing (R survey's "remove").
func (v *strataSums) variance() (sum float64) {
	for u, t := range v.units {
		if h := v.of[u]; h >= 0 {
			v.total[h] += t
			v.square[h] += t * t
		}
	}
	for h := range v.s.Strata {
		st := &v.s.Strata[h]
		switch {
		case st.Units < 2 && v.own[h]:
			return math.NaN()
		case st.Units >= 2:
			sum += st.scale() * (v.square[h] - v.total[h]*v.total[h]/float64(st.Units))
		}
	}
	return sum
}

// projection solves the normal equations of a regression on the calibration columns, which are dummies of cells.
type projection struct {
	columns int
	inverse *mat.Dense
}

// Calibrated prepares the store for variances by calibration residuals (Deville & Särndal 1992). Call it once all cells are filled and
// their Margins and Ratio are set; without margins it does nothing.
func (s *MomentStore) Calibrated() error {
	p := len(s.Margins)
	if p == 0 {
		return nil
	}
	cross := mat.NewSymDense(p, nil)
	for i := range s.Cells {
		c := &s.Cells[i]
		q := c.W * c.Ratio
		if s.Plain {
			q = float64(c.N)
		}
		for _, a := range c.Margins {
			for _, b := range c.Margins {
				if a <= b {
					cross.SetSym(int(a), int(b), cross.At(int(a), int(b))+q)
				}
			}
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(cross, true) {
		return errors.New("the calibration totals have no solution")
	}
	values := eigen.Values(nil)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	scaled := mat.DenseCopyOf(&vectors)
	scaled.Apply(func(_, j int, v float64) float64 {
		if values[j] <= 1e-11*values[p-1] { // margins that repeat each other: any solution will do
			return 0
		}
		return v / values[j]
	}, scaled)
	s.project = &projection{columns: p, inverse: mat.NewDense(p, p, nil)}
	s.project.inverse.Mul(scaled, vectors.T())
	return nil
}

func (p *projection) solve(right []float64) []float64 {
	out := mat.NewVecDense(p.columns, nil)
	out.MulVec(p.inverse, mat.NewVecDense(p.columns, right))
	return out.RawVector().Data
}
