package stats

import "math"

// Moments of one item in one cell, beside n, Σw and Σw² of all rows of the cell; y is the answer less its shift.
const (
	sumWY = iota
	sumWYY
	sumWWY
	sumWWYY
	goneN // rows without an answer
	goneW
	goneWW
	sumsPerItem
)

const (
	cellN = iota
	cellW
	cellWW
	sumsPerCell
)

// streamLimit bounds the moments of one entry to 32 MB; more domains than that go to the general reader.
const streamLimit = 1 << 22

// streamSums are the moments of one entry of the specification: by stratum and domain, or by unit and domain.
type streamSums struct {
	entry  *estimateEntry
	items  []int // slots
	shift  []float64
	by     []*streamAxis
	domain *streamAxis
	cell   *streamAxis // stratum or unit × domain
	subset []streamSubset
	stride int
	pages  [][]float64
	used   int
}

type streamSubset struct {
	axis   *streamAxis
	labels []string
	inside []bool // of every code seen
}

func (p *streamPart) newSums(e *estimateEntry, label func(string) *streamAxis, slot func(string) int) *streamSums {
	s := &streamSums{entry: e, stride: sumsPerCell + sumsPerItem*len(e.items)}
	for _, item := range e.items {
		at := slot(item)
		s.items = append(s.items, at)
		p.numbers = append(p.numbers, at)
	}
	for _, name := range e.by {
		a := label(name)
		if s.by = append(s.by, a); s.domain != nil {
			a = p.axis(pairAxis(s.domain, a))
		}
		s.domain = a
	}
	if s.domain == nil {
		s.domain = p.axis(labelAxis(-1))
	}
	outer := p.stratum
	if p.unit != nil {
		outer = p.unit
	}
	s.cell = p.axis(pairAxis(outer, s.domain))
	for column, labels := range e.subset {
		s.subset = append(s.subset, streamSubset{axis: label(column), labels: labels})
	}
	return s
}

// includes tells whether the row at hand is in the subset.
func (s *streamSubset) includes() bool {
	c := s.axis.code
	for n := len(s.inside); n < len(s.axis.names); n++ {
		known := Factor{Names: s.axis.names[n : n+1]}
		inside := false
		for _, label := range s.labels {
			inside = inside || known.level(label) == 0
		}
		s.inside = append(s.inside, inside)
	}
	return c >= 0 && s.inside[c]
}

// streamPage cells are allocated together.
const streamPage = 64

// at is the place of a cell, made when it is first asked for.
func (s *streamSums) at(cell int32) ([]float64, error) {
	page := int(cell / streamPage)
	for page >= len(s.pages) {
		s.pages = append(s.pages, nil)
	}
	if s.pages[page] == nil {
		if s.used += streamPage * s.stride; s.used > streamLimit {
			return nil, errNotPlain
		}
		s.pages[page] = make([]float64, streamPage*s.stride)
	}
	from := int(cell%streamPage) * s.stride
	return s.pages[page][from : from+s.stride], nil
}

// known is the place of a cell, nil if no row of it counted.
func (s *streamSums) known(cell int) []float64 {
	if page := cell / streamPage; page < len(s.pages) && s.pages[page] != nil {
		from := cell % streamPage * s.stride
		return s.pages[page][from : from+s.stride]
	}
	return nil
}

func (s *streamSums) add(p *streamPart, w float64) error {
	if s.cell.code < 0 {
		return nil
	}
	for i := range s.subset {
		if !s.subset[i].includes() {
			return nil
		}
	}
	if s.entry.missing != "each" {
		for _, slot := range s.items {
			if v := p.values[slot]; v != v {
				if s.entry.missing == "" {
					return errNotPlain
				}
				return nil
			}
		}
	}
	m, err := s.at(s.cell.code)
	if err != nil {
		return err
	}
	ww := w * w
	m[cellN]++
	m[cellW] += w
	m[cellWW] += ww
	m = m[sumsPerCell:]
	for j, slot := range s.items {
		own := m[:sumsPerItem:sumsPerItem]
		m = m[sumsPerItem:]
		y := p.values[slot]
		if y != y {
			own[goneN]++
			own[goneW] += w
			own[goneWW] += ww
			continue
		}
		y -= s.shift[j]
		wy := w * y
		own[sumWY] += wy
		own[sumWYY] += wy * y
		own[sumWWY] += w * wy
		own[sumWWYY] += wy * wy
	}
	return nil
}

func (s *streamSums) merge(from *streamSums, codes map[*streamAxis][]int32) error {
	for cell := range from.cell.pairs {
		a := from.known(cell)
		if a == nil {
			continue // the rows of the cell are outside the subset
		}
		to, err := s.at(codes[from.cell][cell])
		if err != nil {
			return err
		}
		for i := range to {
			to[i] += a[i]
		}
	}
	return nil
}

// streamMoments are the moments of one item in one cell, for rows with an answer, the shift taken out.
type streamMoments struct{ n, w, ww, wy, wyy, wwy, wwyy float64 }

func (s *streamSums) moments(cell, item int) streamMoments {
	c := s.known(cell)
	if c == nil {
		return streamMoments{}
	}
	own := c[sumsPerCell+item*sumsPerItem:]
	return streamMoments{c[cellN] - own[goneN], c[cellW] - own[goneW], c[cellWW] - own[goneWW], own[sumWY], own[sumWYY], own[sumWWY], own[sumWWYY]}
}

// finish turns the moments into the rows of the result.
func (p *streamPart) finish() (*estimateOutput, error) {
	if p.rows == 0 {
		return nil, errNotPlain
	}
	rest, units, err := p.leftOut()
	if err != nil {
		return nil, err
	}
	df := units - len(p.strata)
	out := &estimateOutput{Design: designOutput{N: p.rows, DF: df}, Results: []resultRow{}}
	for _, s := range p.sums {
		if err := s.checkSubset(); err != nil {
			return nil, err
		}
		d := s.domains()
		for j, item := range s.entry.items {
			l := s.linear(j)
			variance, err := p.variances(s, l, j, rest)
			if err != nil {
				return nil, err
			}
			t := studentQuantile(1-(1-s.entry.level)/2, df)
			estimates := make([]Estimate, len(variance))
			for c, v := range variance {
				estimates[c] = l.estimate(c, v, df, t, s.entry.deff == "replace")
			}
			s.entry.emit(estimates, column{item: item}, &d, nil, out)
		}
	}
	return out, nil
}

// leftOut is 1 − f of every stratum.
func (p *streamPart) leftOut() (rest []float64, units int, err error) {
	counts := false
	for _, h := range p.strata {
		counts = counts || h.fpc > 1
	}
	for _, h := range p.strata {
		units += int(h.units)
		switch {
		case h.units < 2, p.fpc >= 0 && (!(h.fpc > 0) || counts && (h.fpc < 1 || h.fpc < h.units)):
			return nil, 0, errNotPlain
		case p.fpc < 0:
			rest = append(rest, 1)
		case counts:
			rest = append(rest, 1-h.units/h.fpc)
		default:
			rest = append(rest, 1-h.fpc)
		}
	}
	return rest, units, nil
}

// checkSubset: a value that does not occur is a mistake.
func (s *streamSums) checkSubset() error {
	for _, sub := range s.subset {
		all := Factor{Names: sub.axis.names}
		for _, label := range sub.labels {
			if all.level(label) < 0 {
				return errNotPlain
			}
		}
	}
	return nil
}

// domains names the levels of the domain axis by their columns.
func (s *streamSums) domains() domain {
	d := domain{names: s.entry.by, by: Factor{Names: make([]string, max(1, s.domain.size()))}}
	for _, a := range s.by {
		d.factors = append(d.factors, Factor{Names: a.names})
	}
	for c := range s.domain.size() {
		part, a := make([]int32, len(s.by)), s.domain
		for j := len(s.by) - 1; j > 0; j-- {
			pair := a.pairs[c]
			part[j] = pair[1]
			c, a = int(pair[0]), a.left
		}
		if len(part) > 0 {
			part[0] = int32(c)
		}
		d.parts = append(d.parts, part)
	}
	return d
}

// linear adds the cells up to estimates, as linearRatio and linearTotal do from rows.
func (s *streamSums) linear(item int) *linear {
	k := max(1, s.domain.size())
	l := &linear{value: make([]float64, k), rows: make([]int, k), spread: make([]float64, k), weight: make([]float64, k)}
	squares := make([]float64, k)
	for cell, pair := range s.cell.pairs {
		c, m := pair[1], s.moments(cell, item)
		l.rows[c] += int(m.n)
		l.weight[c] += m.w
		l.value[c] += m.wy
		squares[c] += m.wyy
	}
	for c, w := range l.weight {
		mean := l.value[c] / w
		l.spread[c] = math.Max(0, squares[c]/w-mean*mean)
		l.value[c] = mean + s.shift[item]
		if s.entry.stat == "total" {
			l.spread[c] *= w * w
			l.value[c] *= w
		}
	}
	l.scaleSpread()
	return l
}

// variances is rowVariances from moments: n/(n−1)·(1−f)·(Σz² − (Σz)²/n) of every stratum, z = w(y−R)/Σw or, for a total, w·y.
// Where the difference would cost more than half of the digits, the general reader has to do it row by row.
func (p *streamPart) variances(s *streamSums, l *linear, item int, rest []float64) ([]float64, error) {
	k := len(l.value)
	out := make([]float64, k)
	centre, scale := make([]float64, k), make([]float64, k)
	for c := range centre {
		if scale[c] = 1; s.entry.stat != "total" {
			centre[c], scale[c] = l.value[c]-s.shift[item], 1/l.weight[c]
		}
	}
	if p.unit != nil {
		p.unitVariances(s, out, centre, scale, item, rest)
		return out, nil
	}
	large := make([]float64, k)
	for cell, pair := range s.cell.pairs {
		h, c, m := pair[0], pair[1], s.moments(cell, item)
		n, r := p.strata[h].units, centre[c]
		z := m.wy - r*m.w
		zz := m.wwyy - 2*r*m.wwy + r*r*m.ww
		f := rest[h] * n / (n - 1) * scale[c] * scale[c]
		out[c] += f * (zz - z*z/n)
		large[c] += f * zz
	}
	for c, v := range out {
		if large[c] > 0 && !(v > 1e-6*large[c]) {
			return nil, errNotPlain
		}
	}
	return out, nil
}

// unitVariances: units without rows in a domain have total zero there.
func (p *streamPart) unitVariances(s *streamSums, out, centre, scale []float64, item int, rest []float64) {
	k := len(out)
	sum, touched := make([]float64, k*len(p.strata)), make([]float64, k*len(p.strata))
	total := make([]float64, len(s.cell.pairs))
	for cell, pair := range s.cell.pairs {
		at := int(p.units[pair[0]])*k + int(pair[1])
		m := s.moments(cell, item)
		total[cell] = (m.wy - centre[pair[1]]*m.w) * scale[pair[1]]
		sum[at] += total[cell]
		touched[at]++
	}
	for cell, pair := range s.cell.pairs {
		h := p.units[pair[0]]
		n := p.strata[h].units
		dev := total[cell] - sum[int(h)*k+int(pair[1])]/n
		out[pair[1]] += rest[h] * n / (n - 1) * dev * dev
	}
	for h, stratum := range p.strata {
		for c := range k {
			n, mean := stratum.units, sum[h*k+c]/stratum.units
			out[c] += rest[h] * n / (n - 1) * (n - touched[h*k+c]) * mean * mean
		}
	}
}
