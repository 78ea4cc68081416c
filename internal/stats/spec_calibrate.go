package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"sort"
	"strings"
)

// calibrationSpec is one entry of the "calibrate" key.
type calibrationSpec struct {
	o       *object
	method  string
	margins []marginSpec
	totals  map[string]float64
	terms   []string
	bounds  []float64
	trim    Trimming
	epsilon float64
	rounds  int
}

type marginSpec struct {
	o      *object
	by     []string
	cells  [][]string // label of every by column
	totals []float64
}

func readCalibration(o *object) *calibrationSpec {
	s := &calibrationSpec{o: o, method: o.text("method", "")}
	o.oneOf("method", s.method, "poststratify rake linear raking logit trim")
	switch s.method {
	case "poststratify":
		s.margins = []marginSpec{readMargin(o)}
	case "rake":
		for _, m := range o.children("margins") {
			s.margins = append(s.margins, readMargin(m))
			m.done()
		}
		s.epsilon, s.rounds = o.number("epsilon", 0), o.count("max_iterations", 0)
	case "trim":
		s.trim = Trimming{Lower: o.number("lower", 0), Upper: o.number("upper", 0), Strict: o.flag("strict")}
	default:
		totals := o.child("totals")
		s.terms, s.totals = totals.keys(), map[string]float64{}
		for _, term := range s.terms {
			s.totals[term] = totals.number(term, 0)
		}
		if s.bounds = o.numbers("bounds"); s.bounds != nil && len(s.bounds) != 2 {
			o.fail("bounds", "must be the least and the greatest factor")
		}
		s.epsilon, s.rounds = o.number("epsilon", 0), o.count("max_iterations", 0)
	}
	o.done()
	return s
}

func readMargin(o *object) marginSpec {
	m := marginSpec{o: o, by: o.words("by")}
	if len(m.by) == 0 {
		o.fail("by", "must name the columns of the cells")
	}
	for _, row := range o.children("totals") {
		var cell []string
		for _, column := range m.by {
			row.known[column] = true
			label, ok := labelOf(row.fields[column])
			if !ok {
				row.fail(column, "is missing")
			}
			cell = append(cell, label)
		}
		m.cells = append(m.cells, cell)
		m.totals = append(m.totals, row.number("total", math.NaN()))
		if !row.has("total") {
			row.fail("total", "is missing")
		}
		row.done()
	}
	return m
}

func (s *calibrationSpec) wants(column string) bool {
	for _, m := range s.margins {
		for _, name := range m.by {
			if name == column {
				return true
			}
		}
	}
	for _, term := range s.terms {
		for _, part := range strings.Split(term, ":") {
			if strings.HasPrefix(part, column) {
				return true
			}
		}
	}
	return false
}

// step turns the entry into a Calibration of the rows of t.
func (s *calibrationSpec) step(t *table) (Calibration, error) {
	switch s.method {
	case "poststratify":
		return s.margins[0].step(t)
	case "rake":
		r := Raking{Epsilon: s.epsilon, MaxIterations: s.rounds}
		for _, m := range s.margins {
			p, err := m.step(t)
			if err != nil {
				return nil, err
			}
			r.Margins = append(r.Margins, p)
		}
		return r, nil
	case "trim":
		return s.trim, nil
	default:
		return s.regression(t)
	}
}

func (m marginSpec) step(t *table) (PostStratification, error) {
	var p PostStratification
	factors := make([]Factor, len(m.by))
	for i, name := range m.by {
		var err error
		if factors[i], err = t.requiredFactor(name); err != nil {
			return p, fmt.Errorf("key %q: %w", m.o.key("by"), err)
		}
	}
	cells, parts := cross(factors)
	p = PostStratification{Cells: cells, Totals: make([]float64, len(parts))}
	found := make([]bool, len(parts))
	for r, labels := range m.cells {
		c := findCell(factors, parts, labels)
		if c < 0 && m.totals[r] != 0 {
			return p, fmt.Errorf("key \"%s[%d]\": nobody in %s is in the cell %s", m.o.key("totals"), r, t.file, strings.Join(labels, ", "))
		}
		if c >= 0 {
			p.Totals[c], found[c] = m.totals[r], true
		}
	}
	for c, ok := range found {
		if !ok {
			return p, fmt.Errorf("key %q: the cell %s of %s has no total", m.o.key("totals"), strings.ReplaceAll(cells.Names[c], "|", ", "), t.file)
		}
	}
	return p, nil
}

func findCell(factors []Factor, parts [][]int32, labels []string) int {
	want := make([]int32, len(labels))
	for j, f := range factors {
		want[j] = f.level(labels[j])
	}
	for c, part := range parts {
		same := true
		for j := range part {
			same = same && part[j] == want[j]
		}
		if same {
			return c
		}
	}
	return -1
}

func (s *calibrationSpec) regression(t *table) (Calibration, error) {
	r := Regression{Distance: Distance(s.method), Epsilon: s.epsilon, MaxIterations: s.rounds}
	if s.bounds != nil {
		r.Bounds = [2]float64{s.bounds[0], s.bounds[1]}
	}
	for _, term := range s.terms {
		x, err := termColumn(t, term)
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", s.o.key("totals."+term), err)
		}
		if s.totals[term] == 0 && allZero(x) {
			continue
		}
		r.Names, r.X, r.Totals = append(r.Names, term), append(r.X, x), append(r.Totals, s.totals[term])
	}
	return r, nil
}

func allZero(x []float64) bool {
	for _, v := range x {
		if v != 0 {
			return false
		}
	}
	return true
}

// termColumn is "(Intercept)", a numeric column, a factor level written column + level, or a product of these with ":".
func termColumn(t *table, term string) ([]float64, error) {
	if parts := strings.Split(term, ":"); len(parts) > 1 {
		product := ones(t.rows)
		for _, part := range parts {
			x, err := termColumn(t, part)
			if err != nil {
				return nil, err
			}
			for i := range product {
				product[i] *= x[i]
			}
		}
		return product, nil
	}
	if term == "(Intercept)" {
		return ones(t.rows), nil
	}
	if t.has(term) {
		return t.required(term)
	}
	columns := append([]string(nil), t.header...)
	sort.Slice(columns, func(a, b int) bool { return len(columns[a]) > len(columns[b]) })
	for _, column := range columns {
		level, ok := strings.CutPrefix(term, column)
		if !ok || level == "" {
			continue
		}
		f, err := t.requiredFactor(column)
		if err != nil {
			return nil, err
		}
		if c := f.level(level); c >= 0 {
			return indicatorOf(f, c), nil
		}
	}
	return nil, fmt.Errorf("%s has neither a column nor a factor level %q", t.file, term)
}

// indicatorOf is 1 in the level, 0 in others, NaN where missing.
func indicatorOf(f Factor, level int32) []float64 {
	out := make([]float64, len(f.Code))
	for i, c := range f.Code {
		switch c {
		case level:
			out[i] = 1
		case -1:
			out[i] = missing
		}
	}
	return out
}

// calibrateAll applies the steps in order.
func calibrateAll(sample Sample, t *table, steps []*calibrationSpec) (Sample, error) {
	for _, s := range steps {
		step, err := s.step(t)
		if err != nil {
			return nil, err
		}
		switch d := sample.(type) {
		case *Design:
			sample, err = d.Calibrate(step)
		case *Replicated:
			sample, err = d.Calibrate(step)
		}
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", s.o.path, err)
		}
	}
	return sample, nil
}

// itemWeights reads weights by position or by item name.
func itemWeights(o *object, name string, items []string) []float64 {
	var list []float64
	o.known[name] = true
	if json.Unmarshal(o.fields[name], &list) == nil {
		if len(list) != len(items) {
			o.fail(name, "has %d weights for %d items", len(list), len(items))
		}
		return list
	}
	byName := o.child(name)
	for _, item := range items {
		if !byName.has(item) {
			byName.fail(item, "is missing")
		}
		list = append(list, byName.number(item, 0))
	}
	byName.done()
	return list
}
