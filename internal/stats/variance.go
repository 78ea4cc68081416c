package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Variance is the design variance of the sum of z, where z holds one influence value per row, weights already applied
// (for a total: weight times value; for a mean: weight times deviation, divided by the sum of weights).
//
// V = Σ_stages Σ_h φ_h · n_h/(n_h−1) · Σ_u (1−f_u)(z_u − z̄_h)², with z_u the sum over the rows of unit u and φ_h the product of
// the sampling fractions of the units that stratum h lies in (Särndal, Swensson & Wretman 1992, ch. 4; Lumley 2010, ch. 3).
func (d *Design) Variance(z []float64) (float64, error) {
	v, err := d.Variances(z, whole(d.n))
	if err != nil {
		return 0, err
	}
	return v[0], nil
}

// Variances are the variances of z summed within each level of by; rows with code -1 belong to none. It is one walk over the
// rows, whatever the number of levels, unless the design is calibrated (then one walk per level).
func (d *Design) Variances(z []float64, by Factor) ([]float64, error) {
	k := len(by.Names)
	if d.joint == nil && len(d.adjust) == 0 {
		if d.simple {
			return d.rowVariances(z, by), nil
		}
		return d.walk(k, func(row int32, add func(int, float64)) {
			if c := by.Code[row]; c >= 0 {
				add(int(c), z[row])
			}
		}, nil)
	}
	out := make([]float64, k)
	column := make([]float64, d.n)
	for c := range k {
		for i, code := range by.Code {
			column[i] = 0
			if code == int32(c) {
				column[i] = z[i]
			}
		}
		v, err := d.oneVariance(d.residuals(column))
		if err != nil {
			return nil, err
		}
		out[c] = v
	}
	return out, nil
}

// rowVariances is the walk for the plain case of one stage whose units are the rows, two or more in every stratum.
func (d *Design) rowVariances(z []float64, by Factor) []float64 {
	st, k := &d.stages[0], len(by.Names)
	variance, sum, seen := make([]float64, k), make([]float64, k), make([]float64, k)
	for h := range st.strata() {
		rows := st.unitOrder[st.unitStart[h]:st.unitStart[h+1]]
		clear(sum)
		clear(seen)
		all, n := 0.0, float64(len(rows))
		for _, row := range rows {
			all += st.rest[row]
			if c := by.Code[row]; c >= 0 {
				sum[c] += z[row]
				seen[c] += st.rest[row]
			}
		}
		for c := range sum {
			sum[c] /= n
		}
		scale := n / (n - 1)
		for _, row := range rows {
			if c := by.Code[row]; c >= 0 {
				dev := z[row] - sum[c]
				variance[c] += scale * st.rest[row] * dev * dev
			}
		}
		for c, mean := range sum {
			variance[c] += scale * (all - seen[c]) * mean * mean
		}
	}
	return variance
}

func (d *Design) oneVariance(z []float64) (float64, error) {
	if d.joint != nil {
		return d.joint.covariance(z, z), nil
	}
	v, err := d.walk(1, func(row int32, add func(int, float64)) { add(0, z[row]) }, nil)
	if err != nil {
		return 0, err
	}
	return v[0], nil
}

// residuals applies the calibration steps to z in place and returns it.
func (d *Design) residuals(z []float64) []float64 {
	for _, a := range d.adjust {
		a.residuals(z)
	}
	return z
}

// Covariance is the joint covariance of the sums of several influence columns, each split by the levels of by: entry
// (a·L+l, b·L+m) belongs to column a in level l and column b in level m of L levels.
func (d *Design) Covariance(columns [][]float64, by Factor) (*mat.SymDense, error) {
	l := len(by.Names)
	out := mat.NewSymDense(len(columns)*l, nil)
	if d.joint == nil && len(d.adjust) == 0 {
		_, err := d.walk(len(columns)*l, func(row int32, add func(int, float64)) {
			if c := by.Code[row]; c >= 0 {
				for a, z := range columns {
					add(a*l+int(c), z[row])
				}
			}
		}, out)
		return out, err
	}
	split := make([][]float64, len(columns)*l)
	for a, z := range columns {
		for c := range l {
			column := make([]float64, d.n)
			for i, code := range by.Code {
				if code == int32(c) {
					column[i] = z[i]
				}
			}
			split[a*l+c] = d.residuals(column)
		}
	}
	if d.joint != nil {
		return d.joint.matrix(split), nil
	}
	_, err := d.walk(len(split), func(row int32, add func(int, float64)) {
		for a, z := range split {
			add(a, z[row])
		}
	}, out)
	return out, err
}

// walk visits the rows stage by stage, stratum by stratum, unit by unit. feed hands each row's values to columns 0..k-1;
// columns a row does not touch cost nothing. With cov it fills the covariance matrix instead of returning variances.
func (d *Design) walk(k int, feed func(row int32, add func(int, float64)), cov *mat.SymDense) ([]float64, error) {
	w := newWalker(k, cov)
	w.feed = feed
	w.adder = w.add // once: a method value in the inner loop would be allocated for every row
	for index := range d.stages {
		st := &d.stages[index]
		w.lonely, w.known = 0, 0
		w.snapshot()
		for h := range st.strata() {
			if err := d.walkStratum(w, st, index, int32(h)); err != nil {
				return nil, err
			}
		}
		w.scaleUp()
	}
	return w.variance, nil
}

func (d *Design) walkStratum(w *walker, st *stage, index int, h int32) error {
	units := st.unitOrder[st.unitStart[h]:st.unitStart[h+1]]
	w.clear()
	taken := true
	for _, u := range units {
		taken = taken && st.rest[u] < 1e-7
		for _, row := range st.rowOrder[st.rowStart[u]:st.rowStart[u+1]] {
			w.feed(row, w.adder)
		}
		w.closeUnit(st.rest[u])
	}
	if taken {
		w.known++
		return nil // all units of the stratum are in the sample
	}
	if len(units) == 1 {
		switch d.lonely {
		case LonelyFail:
			return fmt.Errorf("stratum %q has only one sampling unit at stage %d; set lonely_psu or merge strata", st.names[h], index+1)
		case LonelyAverage:
			w.lonely++
			return nil
		case LonelyAdjust:
			w.known++
			w.closeStratum(1, st.within[h], false)
			return nil
		default:
			w.known++
			return nil
		}
	}
	w.known++
	w.closeStratum(float64(len(units)), st.within[h], true)
	return nil
}

// walker accumulates unit totals of one stratum at a time, sparsely.
type walker struct {
	feed      func(row int32, add func(int, float64))
	adder     func(int, float64)
	current   []float64 // totals of the open unit, by column
	open      []bool
	touched   []int
	entries   []entry // closed units of the stratum
	unitEnds  []int
	rests     []float64
	sum, seen []float64 // of the stratum, by column: total, and 1-f of the units that touched it
	variance  []float64
	before    []float64
	cov       *mat.SymDense
	covBefore *mat.SymDense
	columns   []int
	inStratum []bool
	lonely    int
	known     int
}

type entry struct {
	column int
	total  float64
}

func newWalker(k int, cov *mat.SymDense) *walker {
	w := &walker{current: make([]float64, k), open: make([]bool, k), sum: make([]float64, k), seen: make([]float64, k),
		inStratum: make([]bool, k), cov: cov}
	if cov == nil {
		w.variance = make([]float64, k)
	}
	return w
}

func (w *walker) add(column int, v float64) {
	if !w.open[column] {
		w.open[column] = true
		w.touched = append(w.touched, column)
	}
	w.current[column] += v
}

func (w *walker) closeUnit(rest float64) {
	for _, c := range w.touched {
		if !w.inStratum[c] {
			w.inStratum[c] = true
			w.columns = append(w.columns, c)
		}
		w.entries = append(w.entries, entry{c, w.current[c]})
		w.sum[c] += w.current[c]
		w.seen[c] += rest
		w.current[c], w.open[c] = 0, false
	}
	w.touched = w.touched[:0]
	w.unitEnds = append(w.unitEnds, len(w.entries))
	w.rests = append(w.rests, rest)
}

func (w *walker) clear() {
	for _, c := range w.columns {
		w.sum[c], w.seen[c], w.inStratum[c] = 0, 0, false
	}
	w.columns, w.entries, w.unitEnds, w.rests = w.columns[:0], w.entries[:0], w.unitEnds[:0], w.rests[:0]
}

// closeStratum adds the stratum's contribution. A unit that did not touch a column has total zero there.
func (w *walker) closeStratum(n, within float64, centre bool) {
	scale, all := within, 0.0
	if centre {
		scale *= n / (n - 1)
	}
	for _, r := range w.rests {
		all += r
	}
	for _, c := range w.columns {
		if centre {
			w.sum[c] /= n
		} else {
			w.sum[c] = 0
		}
	}
	if w.cov != nil {
		for _, c := range w.columns {
			w.seen[c] = 0 // from here on: Σ f·total
		}
		w.crossProducts(scale, all)
		return
	}
	unit := 0
	for i, e := range w.entries {
		for i >= w.unitEnds[unit] {
			unit++
		}
		dev := e.total - w.sum[e.column]
		w.variance[e.column] += scale * w.rests[unit] * dev * dev
	}
	for _, c := range w.columns {
		w.variance[c] += scale * (all - w.seen[c]) * w.sum[c] * w.sum[c]
	}
}

// crossProducts adds Σ f(a−ā)(b−b̄) over the units of the stratum: centred when every unit touched every column, otherwise
// expanded to Σ f·a·b − b̄Σ f·a − āΣ f·b + āb̄Σ f so that untouched columns cost nothing.
func (w *walker) crossProducts(scale, all float64) {
	dense := len(w.entries) == len(w.rests)*len(w.columns)
	from := 0
	for unit, to := range w.unitEnds {
		f := scale * w.rests[unit]
		for i := from; i < to; i++ {
			a := w.entries[i]
			if dense {
				a.total -= w.sum[a.column]
			}
			w.seen[a.column] += f * a.total
			for _, b := range w.entries[i:to] {
				if dense {
					b.total -= w.sum[b.column]
				}
				w.addCov(a.column, b.column, f*a.total*b.total)
			}
		}
		from = to
	}
	if dense {
		return
	}
	for i, a := range w.columns {
		for _, b := range w.columns[i:] {
			w.addCov(a, b, scale*all*w.sum[a]*w.sum[b]-w.seen[a]*w.sum[b]-w.sum[a]*w.seen[b])
		}
	}
}

func (w *walker) addCov(a, b int, v float64) { w.cov.SetSym(a, b, w.cov.At(a, b)+v) }

func (w *walker) snapshot() {
	w.before = append(w.before[:0], w.variance...)
	if w.cov != nil {
		w.covBefore = mat.NewSymDense(w.cov.SymmetricDim(), nil)
		w.covBefore.CopySym(w.cov)
	}
}

// scaleUp lets the lonely strata of a stage contribute the mean of the others.
func (w *walker) scaleUp() {
	if w.lonely == 0 {
		return
	}
	factor := math.NaN()
	if w.known > 0 {
		factor = float64(w.known+w.lonely) / float64(w.known)
	}
	for c := range w.variance {
		w.variance[c] = w.before[c] + (w.variance[c]-w.before[c])*factor
	}
	if w.cov != nil {
		w.covBefore.ScaleSym(1-factor, w.covBefore)
		w.cov.ScaleSym(factor, w.cov)
		w.cov.AddSym(w.cov, w.covBefore)
	}
}
