package stats

import (
	"fmt"
	"math"
	"math/bits"
)

// Measure is one of the two values that an answer has in a MomentStore.
type Measure int

// The two measures.
const (
	MeasureScore Measure = iota // the value of the scale
	MeasureShare                // a second value, usually 100 for a satisfied answer and 0 for another
)

// NotAsked stands in a row for an item that the respondent was not asked.
const NotAsked = 255

// StoreOption is one possible answer to an item. An answer that is not scored is counted only.
type StoreOption struct {
	Scored bool
	Values [2]float64
}

// StoreStratum is a stratum of the first stage: how many units were sampled, and how many there are (0: drawn with replacement, or
// not drawn at all).
type StoreStratum struct {
	Name  string
	Units int
	Size  float64
}

// scale is (1 − f)·n/(n − 1); NaN for a single unit, which says nothing about spread.
func (s *StoreStratum) scale() float64 {
	n := float64(s.Units)
	if n < 2 {
		return math.NaN()
	}
	out := n / (n - 1)
	if s.Size > 0 {
		out *= 1 - n/math.Max(s.Size, n)
	}
	return out
}

// MomentStore holds, for every cell of stratum × first-stage unit × whatever else answers are told apart by, the sums that every
// mean of an item, every weighted sum of such means, and the design-based variance of all of them follow from. It answers about
// any union of cells without looking at a respondent again, and is what a run keeps of the answers it was made from.
//
// For items j ≥ k and a cell these are, over the respondents who answered both: how many, Σ y_j, Σ y_k, Σ y_j·y_k, each with
// weight 0, 1 and 2 times; and per item and option the number of answers. Formulas: Särndal, Swensson & Wretman (1992), ch. 5, 7 and 10.
type MomentStore struct {
	Items   int
	Options []StoreOption
	Strata  []StoreStratum
	Units   []string // names of first-stage units; empty: every respondent is one
	Margins []string // names of the calibration columns
	Plain   bool     // residuals of the calibration weigh everybody alike (raking) instead of by the weight before it
	Cells   []StoreCell

	project *projection
}

// StoreCell is a set of respondents that a slice takes or leaves as a whole.
type StoreCell struct {
	Labels  []string // what tells cells apart, in the words of the caller
	Stratum int32
	Unit    int32   // index into Units, -1 where every respondent is a unit
	Margins []int32 // calibration columns the cell counts in, one per margin
	Ratio   float64 // weight before calibration ÷ weight; 1 without calibration

	N        int     // respondents
	W, W2    float64 // Σw and Σw²
	patterns []pattern
	counts   []count // [item·options + option]
	alike    bool    // all weigh W/N: plain says everything
	plain    moments
	once     moments // weighted by w
	twice    moments // weighted by w²
}

// pattern is a set of items with a scored answer, and who has just that set.
type pattern struct {
	items uint64
	n     int
	w     float64
}

// count is how often an option was chosen, plain and weighted by w and w².
type count struct{ n, w, w2 float64 }

// moments are seven sums for each pair of items j ≥ k at 7·(j(j+1)/2 + k): pairs, then for each measure Σy_j, Σy_k, Σy_j·y_k.
type moments []float64

const perPair = 7

func newMoments(items int) moments { return make(moments, perPair*items*(items+1)/2) }

func at(j, k int) int { return perPair * (j*(j+1)/2 + k) }

// total returns how many answered item j, and the sum of their values.
func (m moments) total(v Measure, j int) (n, sum float64) {
	e := m[at(j, j):]
	return e[0], e[1+3*v]
}

// deviation is Σ(y_j − a)(y_k − b) over respondents with both items, for j ≥ k.
func (m moments) deviation(v Measure, j, k int, a, b float64) float64 {
	e := m[at(j, k) : at(j, k)+perPair]
	s := e[1+3*v : 4+3*v]
	return s[2] - b*s[0] - a*s[1] + a*b*e[0]
}

func (m moments) addScaled(o moments, factor float64) {
	for i, v := range o {
		m[i] += factor * v
	}
}

// weighted returns the sums weighted by w^power, as moments and a factor for all of them.
func (c *StoreCell) weighted(power int) (moments, float64) {
	switch {
	case power == 0:
		return c.plain, 1
	case c.alike:
		return c.plain, math.Pow(c.W/float64(c.N), float64(power))
	case power == 1:
		return c.once, 1
	}
	return c.twice, 1
}

// Count returns how many respondents of the cell chose an option of an item.
func (c *StoreCell) Count(s *MomentStore, item, option int) int {
	return int(c.counts[item*len(s.Options)+option].n)
}

// Fill adds the n respondents of a cell. row writes the option of every item into codes (NotAsked where there is none) and returns the
// weight; respondents of equal weight should follow each other. It returns an error for an option that does not exist, a weight
// that is not above 0, or more than 64 items. Cells may be filled by several goroutines, one each.
func (s *MomentStore) Fill(cell, n int, row func(i int, codes []uint8) (float64, error)) error {
	if s.Items > 64 {
		return fmt.Errorf("%d items; a moment store holds at most 64", s.Items)
	}
	f := filler{store: s, cell: &s.Cells[cell], codes: make([]uint8, s.Items), seen: map[uint64]int{}}
	f.cell.counts = make([]count, s.Items*len(s.Options))
	f.cell.plain, f.cell.alike = newMoments(s.Items), true
	f.run = f.cell.plain
	for i := range n {
		w, err := row(i, f.codes)
		if err != nil {
			return err
		}
		if err := f.add(w); err != nil {
			return fmt.Errorf("row %d of cell %d: %w", i+1, cell+1, err)
		}
	}
	f.flush()
	f.even()
	return nil
}

// filler adds the rows of one cell, a run of equal weights at a time.
type filler struct {
	store  *MomentStore
	cell   *StoreCell
	codes  []uint8
	run    moments // sums of the respondents of the present weight
	weight float64
	seen   map[uint64]int
	held   [64]int
	values [64][2]float64
}

func (f *filler) add(w float64) error {
	if !(w > 0) || math.IsInf(w, 0) {
		return fmt.Errorf("weight %v is not above 0", w)
	}
	c := f.cell
	if c.N > 0 && w != f.weight {
		f.split()
	}
	f.weight = w
	k, items := 0, uint64(0)
	for j, code := range f.codes {
		if code == NotAsked {
			continue
		}
		if int(code) >= len(f.store.Options) {
			return fmt.Errorf("item %d has the unknown option %d", j+1, code)
		}
		n := &c.counts[j*len(f.store.Options)+int(code)]
		n.n, n.w, n.w2 = n.n+1, n.w+w, n.w2+w*w
		if o := &f.store.Options[code]; o.Scored {
			f.held[k], f.values[k] = j, o.Values
			items |= 1 << j
			k++
		}
	}
	c.N++
	c.W, c.W2 = c.W+w, c.W2+w*w
	p, ok := f.seen[items]
	if !ok {
		p = len(c.patterns)
		f.seen[items] = p
		c.patterns = append(c.patterns, pattern{items: items})
	}
	c.patterns[p].n++
	c.patterns[p].w += w
	f.pairUp(k)
	return nil
}

// split ends a run: from the second weight on, a cell needs its weighted sums apart.
func (f *filler) split() {
	c := f.cell
	if c.alike { // what plain held so far goes on as the run
		c.alike = false
		c.once, c.twice, c.plain = newMoments(f.store.Items), newMoments(f.store.Items), newMoments(f.store.Items)
	}
	f.flush()
	clear(f.run)
}

func (f *filler) flush() {
	if c := f.cell; !c.alike {
		c.plain.addScaled(f.run, 1)
		c.once.addScaled(f.run, f.weight)
		c.twice.addScaled(f.run, f.weight*f.weight)
	}
}

// even multiplies out what was summed one by one, so that a stored cell and a fresh one agree to the last bit.
func (f *filler) even() {
	c, w := f.cell, f.weight
	if !c.alike {
		return
	}
	c.W, c.W2 = float64(c.N)*w, float64(c.N)*w*w
	for i := range c.counts {
		c.counts[i].w, c.counts[i].w2 = c.counts[i].n*w, c.counts[i].n*w*w
	}
	for i := range c.patterns {
		c.patterns[i].w = float64(c.patterns[i].n) * w
	}
}

func (f *filler) pairUp(k int) {
	for a, j := range f.held[:k] {
		row, y := f.run[at(j, 0):], f.values[a]
		for b, i := range f.held[:a+1] {
			e, z := row[perPair*i:perPair*i+perPair], f.values[b]
			e[0]++
			e[1] += y[0]
			e[2] += z[0]
			e[3] += y[0] * z[0]
			e[4] += y[1]
			e[5] += z[1]
			e[6] += y[1] * z[1]
		}
	}
}

// answered returns how many respondents of the cell have a scored answer to an item of the mask, and their weight.
func (c *StoreCell) answered(mask uint64) (n int, w float64) {
	for _, p := range c.patterns {
		if p.items&mask != 0 {
			n += p.n
			w += p.w
		}
	}
	return n, w
}

func maskOf(items []int) (mask uint64) {
	for _, j := range items {
		mask |= 1 << j
	}
	return mask
}

// Answers is the number of scored answers in the store: respondents times items they answered.
func (s *MomentStore) Answers() (n int) {
	for i := range s.Cells {
		for _, p := range s.Cells[i].patterns {
			n += p.n * bits.OnesCount64(p.items)
		}
	}
	return n
}
