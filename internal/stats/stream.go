package stats

import (
	"errors"
	"io"
	"slices"
)

// Means and totals of a plain design are answered in one walk over the file that keeps weighted moments by stratum and domain and
// no rows: Σw, Σwy, Σwy², Σw², Σw²y and Σw²y² of every item give estimate, standard error and design effect. Everything else, and
// every mistake, goes to the general reader, which knows how to name it.

// runStream answers the whole specification from one walk, or reports that it cannot.
func runStream(s *estimateSpec, open Open) (*estimateOutput, bool) {
	if !s.streams() {
		return nil, false
	}
	file, err := openStream(open, s.data)
	if err != nil {
		return nil, false
	}
	out, err := s.stream(file)
	return out, errors.Join(err, file.source.Close()) == nil
}

// streams tells whether the specification asks for nothing but means and totals of a one-stage design.
func (s *estimateSpec) streams() bool {
	d := s.design
	if len(s.calibrate) > 0 || d.replicates != nil || d.pps != "" || d.weights == "" || len(d.ids) > 1 || len(d.strata) > 1 || len(d.fpc) > 1 {
		return false
	}
	for _, e := range s.estimates {
		if (e.stat != "mean" && e.stat != "total") || e.factor || e.covariance || e.df == "domain" {
			return false
		}
	}
	return true
}

func (s *estimateSpec) stream(file *streamFile) (*estimateOutput, error) {
	readers := file.parts()
	parts := make([]*streamPart, len(readers))
	var first []float64
	for p := range parts {
		var err error
		if parts[p], err = s.newPart(file); err != nil {
			return nil, err
		}
		if p == 0 {
			first = parts[p].firstValues(file.first)
		}
		parts[p].shiftBy(first)
	}
	if err := walkParts(readers, func(p int, r io.Reader) error { return parts[p].cut.lines(r, parts[p].row) }); err != nil {
		return nil, err
	}
	all := parts[0]
	for _, p := range parts[1:] {
		if err := all.merge(p); err != nil {
			return nil, err
		}
	}
	return all.finish()
}

// streamPart is what one part of the file adds up to.
type streamPart struct {
	spec    *estimateSpec
	cut     cellSplitter
	values  []float64 // of the row at hand, by slot
	numbers []int     // slots of items
	axes    []*streamAxis
	rows    int

	weight, fpc   int // slots; fpc -1 without
	stratum, unit *streamAxis
	strata        []streamStratum
	units         []int32 // stratum of every unit
	sums          []*streamSums
}

type streamStratum struct{ units, fpc float64 }

// newPart gives every wanted column a slot and every grouping an axis.
func (s *estimateSpec) newPart(file *streamFile) (*streamPart, error) {
	p := &streamPart{spec: s, fpc: -1}
	p.cut.slot = make([]int16, file.columns)
	for c := range p.cut.slot {
		p.cut.slot[c] = -1
	}
	var missingColumn bool
	slot := func(name string) int {
		c := slices.Index(file.header, name)
		if c < 0 || slices.Contains(file.header[c+1:], name) {
			missingColumn = true
			return 0
		}
		if p.cut.slot[c] < 0 {
			p.cut.slot[c] = int16(len(p.cut.cells))
			p.cut.cells = append(p.cut.cells, span{})
		}
		return int(p.cut.slot[c])
	}
	d := s.design
	p.weight = slot(d.weights)
	if len(d.fpc) == 1 {
		p.fpc = slot(d.fpc[0])
	}
	label := func(name string) *streamAxis {
		at := slot(name)
		for _, a := range p.axes {
			if a.left == nil && a.slot == at {
				return a
			}
		}
		return p.axis(labelAxis(at))
	}
	p.stratum = p.axis(labelAxis(-1))
	if len(d.strata) == 1 {
		p.stratum = label(d.strata[0])
	}
	if len(d.ids) == 1 && d.ids[0] != "1" {
		if p.unit = label(d.ids[0]); d.nest {
			p.unit = p.axis(pairAxis(p.stratum, p.unit))
		}
	}
	for _, e := range s.estimates {
		p.sums = append(p.sums, p.newSums(e, label, slot))
	}
	if missingColumn {
		return nil, errNotPlain
	}
	p.values = make([]float64, len(p.cut.cells))
	return p, nil
}

func (p *streamPart) axis(a *streamAxis) *streamAxis {
	p.axes = append(p.axes, a)
	return a
}

// row takes one line in.
func (p *streamPart) row() error {
	cells, text := p.cut.cells, p.cut.text
	for _, slot := range p.numbers {
		c := cells[slot]
		switch c.end - c.start {
		case 0:
			p.values[slot] = missing
		case 1:
			digit := text[c.start] - '0'
			if digit > 9 {
				return errNotPlain
			}
			p.values[slot] = float64(digit)
		default:
			v, ok := parseNumber(text[c.start:c.end])
			if !ok {
				return errNotPlain
			}
			p.values[slot] = v
		}
	}
	for _, a := range p.axes {
		if a.left != nil {
			a.code = a.pair(a.left.code, a.right.code)
		} else if a.slot >= 0 {
			c := cells[a.slot]
			a.code = a.label(text[c.start:c.end])
		}
	}
	c := cells[p.weight]
	w, ok := parseNumber(text[c.start:c.end])
	if !ok || !(w > 0) {
		return errNotPlain
	}
	if err := p.count(); err != nil {
		return err
	}
	p.rows++
	for _, s := range p.sums {
		if err := s.add(p, w); err != nil {
			return err
		}
	}
	return nil
}

// count adds the row to its stratum and unit.
func (p *streamPart) count() error {
	h := p.stratum.code
	if h < 0 || p.unit != nil && p.unit.code < 0 {
		return errNotPlain
	}
	fpc := 0.0
	if p.fpc >= 0 {
		c := p.cut.cells[p.fpc]
		var ok bool
		if fpc, ok = parseNumber(p.cut.text[c.start:c.end]); !ok {
			return errNotPlain
		}
	}
	if int(h) == len(p.strata) {
		p.strata = append(p.strata, streamStratum{fpc: fpc})
	}
	if p.strata[h].fpc != fpc {
		return errNotPlain
	}
	if p.unit == nil {
		p.strata[h].units++
		return nil
	}
	return p.countUnit(p.unit.code, h)
}

func (p *streamPart) countUnit(u, h int32) error {
	if int(u) == len(p.units) {
		p.units = append(p.units, h)
		p.strata[h].units++
	}
	if p.units[u] != h {
		return errNotPlain
	}
	return nil
}

// firstValues are the first numbers of every slot at the beginning of the file.
func (p *streamPart) firstValues(beginning []byte) []float64 {
	out, seen := make([]float64, len(p.values)), make([]bool, len(p.values))
	for at, n := 0, 0; n < 50; n++ {
		next, ok := p.cut.line(beginning, at)
		if !ok {
			break
		}
		for _, slot := range p.numbers {
			c := p.cut.cells[slot]
			if v, ok := parseNumber(beginning[c.start:c.end]); ok && !seen[slot] {
				out[slot], seen[slot] = v, true
			}
		}
		at = next
	}
	return out
}

// shiftBy lets means add up differences from a first value, so that squares lose no digits. Totals need the values themselves.
func (p *streamPart) shiftBy(first []float64) {
	for _, s := range p.sums {
		s.shift = make([]float64, len(s.items))
		for j, slot := range s.items {
			if s.entry.stat == "mean" {
				s.shift[j] = first[slot]
			}
		}
	}
}

// merge adds a later part of the file.
func (p *streamPart) merge(from *streamPart) error {
	codes := map[*streamAxis][]int32{}
	for i, a := range from.axes {
		codes[a] = p.axes[i].merge(a, codes[a.left], codes[a.right])
	}
	p.rows += from.rows
	strata := codes[from.stratum]
	for h, s := range from.strata {
		to := strata[h]
		if int(to) == len(p.strata) {
			p.strata = append(p.strata, streamStratum{fpc: s.fpc})
		}
		if p.strata[to].fpc != s.fpc {
			return errNotPlain
		}
		if from.unit == nil {
			p.strata[to].units += s.units
		}
	}
	for u, h := range from.units {
		if err := p.countUnit(codes[from.unit][u], strata[h]); err != nil {
			return err
		}
	}
	for i, s := range from.sums {
		if err := p.sums[i].merge(s, codes); err != nil {
			return err
		}
	}
	return nil
}
