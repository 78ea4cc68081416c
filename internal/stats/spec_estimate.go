package stats

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
)

// RunEstimate carries out one specification of estimates (docs/statistics.md) and returns the result as JSON. Mistakes in the
// specification name the key, mistakes in the data the row (counted from 1 after the header) and the column.
func RunEstimate(specJSON []byte, open func(path string) (io.ReadCloser, error)) ([]byte, error) {
	s, err := readEstimateSpec(specJSON)
	if err != nil {
		return nil, err
	}
	out, ok := runStream(s, open)
	if !ok {
		if out, err = s.runRows(open); err != nil {
			return nil, err
		}
	}
	return json.MarshalIndent(out, "", " ")
}

// runRows reads the whole file and answers entry by entry.
func (s *estimateSpec) runRows(open Open) (*estimateOutput, error) {
	t, err := readTable(open, s.data, s.wants)
	if err != nil {
		return nil, fmt.Errorf("key \"data\": %w", err)
	}
	sample, err := s.design.build(t, open)
	if err != nil {
		return nil, err
	}
	if sample, err = calibrateAll(sample, t, s.calibrate); err != nil {
		return nil, err
	}
	out := &estimateOutput{Design: designOutput{N: t.rows, DF: sample.DF()}, Results: []resultRow{}}
	for _, e := range s.estimates {
		if err := e.run(sample, t, out); err != nil {
			return nil, fmt.Errorf("key %q: %w", e.o.path, err)
		}
	}
	return out, nil
}

type estimateSpec struct {
	data      string
	design    *designSpec
	calibrate []*calibrationSpec
	estimates []*estimateEntry
}

func readEstimateSpec(data []byte) (*estimateSpec, error) {
	o := newObject(data)
	if *o.err != nil {
		return nil, *o.err
	}
	s := &estimateSpec{data: o.text("data", ""), design: readDesign(o.child("design"))}
	if s.data == "" {
		o.fail("data", "must name the CSV file")
	}
	for _, c := range o.children("calibrate") {
		s.calibrate = append(s.calibrate, readCalibration(c))
	}
	for _, e := range o.children("estimate") {
		s.estimates = append(s.estimates, readEstimate(e))
	}
	if len(s.estimates) == 0 {
		o.fail("estimate", "must list at least one estimate")
	}
	o.done()
	return s, *o.err
}

func (s *estimateSpec) wants(column string) bool {
	if s.design.wants(column) {
		return true
	}
	for _, c := range s.calibrate {
		if c.wants(column) {
			return true
		}
	}
	for _, e := range s.estimates {
		if e.wants(column) {
			return true
		}
	}
	return false
}

// contrasts adds one row per expression and domain.
func (e *estimateEntry) contrasts(s Sample, columns []column, d domain, q Query, out *estimateOutput) error {
	c := contrast{total: e.of == "total"}
	for _, item := range columns {
		c.items = append(c.items, item.y)
	}
	for _, x := range e.expressions {
		c.of = x.of
		estimates, err := c.estimate(s, q)
		if err != nil {
			return fmt.Errorf("expression %q: %w", x.name, err)
		}
		e.emit(estimates, column{item: x.name}, &d, nil, out)
	}
	return nil
}

// column is one variable to estimate: an item, or one level of it.
type column struct {
	item, level string
	y           []float64
}

// run adds the rows of one entry.
func (e *estimateEntry) run(s Sample, t *table, out *estimateOutput) error {
	domain, err := e.domain(t)
	if err != nil {
		return err
	}
	if e.stat == "weights" {
		e.weights(s, domain, out)
		return nil
	}
	columns, err := e.columns(t)
	if err != nil {
		return err
	}
	var x []float64
	if e.denominator != "" {
		if x, err = t.number(e.denominator); err != nil {
			return fmt.Errorf("denominator: %w", err)
		}
	}
	if err := e.dropMissing(s, t, &domain, columns, x); err != nil {
		return err
	}
	if e.stat == "covariance" {
		if _, replicated := s.(*Replicated); replicated {
			return fmt.Errorf("covariances are not available with replicates")
		}
		if columns, err = productColumns(s, columns, domain.by); err != nil {
			return err
		}
	}
	q := Query{By: domain.by, Level: e.level, Replacement: e.deff == "replace", DomainDF: e.df == "domain"}
	if e.covariance {
		if err := e.covariances(s, t, domain, columns, x, out); err != nil {
			return err
		}
	}
	switch e.stat {
	case "index":
		return e.index(s, t, columns, domain, out)
	case "contrast":
		return e.contrasts(s, columns, domain, q, out)
	case "quantile":
		return e.quantiles(s, columns, domain, q, out)
	}
	if _, ok := s.(*Replicated); ok && q.DomainDF {
		return fmt.Errorf("\"df\" is \"domain\", but replicates have degrees of freedom for the whole sample only")
	}
	if r, ok := s.(*Replicated); ok && (e.stat == "mean" || e.stat == "total") {
		return e.replicated(r, columns, domain, q, out)
	}
	for _, c := range columns {
		estimates, err := e.estimate(s, c.y, x, q)
		if err != nil {
			return fmt.Errorf("item %q: %w", c.item, err)
		}
		e.emit(estimates, c, &domain, nil, out)
	}
	return nil
}

// replicated estimates all items together, which is much faster for a bootstrap.
func (e *estimateEntry) replicated(r *Replicated, columns []column, d domain, q Query, out *estimateOutput) error {
	ys := make([][]float64, len(columns))
	for k, c := range columns {
		ys[k] = c.y
	}
	all, err := r.many(ys, q, e.stat == "total")
	if err != nil {
		return err
	}
	for k, c := range columns {
		e.emit(all[k], c, &d, nil, out)
	}
	return nil
}

func (e *estimateEntry) estimate(s Sample, y, x []float64, q Query) ([]Estimate, error) {
	switch e.stat {
	case "total":
		return s.Total(y, q)
	case "ratio":
		return s.Ratio(y, x, q)
	case "proportion":
		return Proportion(s, y, q, e.interval)
	case "variance":
		return s.Variability(y, q)
	default:
		return s.Mean(y, q)
	}
}

// columns converts the items: numbers, one 0/1 column per level with factor, or one for the value of a proportion.
func (e *estimateEntry) columns(t *table) ([]column, error) {
	var out []column
	for _, item := range e.items {
		if e.stat != "proportion" && !e.factor {
			y, err := t.number(item)
			if err != nil {
				return nil, err
			}
			out = append(out, column{item: item, y: y})
			continue
		}
		f, err := t.factor(item)
		if err != nil {
			return nil, err
		}
		if e.stat == "proportion" {
			out = append(out, column{item: item, y: matching(f, e.equals)})
			continue
		}
		for c, level := range f.Names {
			out = append(out, column{item: item, level: level, y: indicatorOf(f, int32(c))})
		}
	}
	return out, nil
}

// matching is 1 where the label is one of the wanted, 0 elsewhere, NaN where missing.
func matching(f Factor, wanted []string) []float64 {
	hit := make([]float64, len(f.Names))
	for _, label := range wanted {
		if c := f.level(label); c >= 0 {
			hit[c] = 1
		}
	}
	out := make([]float64, len(f.Code))
	for i, c := range f.Code {
		if out[i] = missing; c >= 0 {
			out[i] = hit[c]
		}
	}
	return out
}

// dropMissing takes rows with a missing value out of the domain, or refuses them.
func (e *estimateEntry) dropMissing(s Sample, t *table, d *domain, columns []column, x []float64) error {
	if e.missing == "each" {
		return nil
	}
	lists := columns
	if x != nil {
		lists = append(lists[:len(lists):len(lists)], column{item: e.denominator, y: x})
	}
	code := append([]int32(nil), d.by.Code...)
	rows := 0
	for _, w := range s.Weights() {
		if w > 0 {
			rows++
		}
	}
	for _, c := range lists {
		gone, first := 0, 0
		for i, v := range c.y {
			if math.IsNaN(v) && d.by.Code[i] >= 0 && s.Weights()[i] > 0 {
				if gone++; gone == 1 {
					first = i + 1
				}
				code[i] = -1
			}
		}
		if gone > 0 && e.missing == "" {
			return fmt.Errorf("column %q of %s is missing in %d of %d rows (first: row %d); set \"missing\" to \"drop\" or \"each\"", c.item, t.file, gone, rows, first)
		}
	}
	d.by.Code = code
	return nil
}

func (e *estimateEntry) weights(s Sample, d domain, out *estimateOutput) {
	k := len(d.by.Names)
	n, sum, squares := make([]float64, k), make([]float64, k), make([]float64, k)
	least, greatest := make([]float64, k), make([]float64, k)
	for i, c := range d.by.Code {
		w := s.Weights()[i]
		if c < 0 || w == 0 {
			continue
		}
		if n[c] == 0 {
			least[c], greatest[c] = w, w
		}
		n[c]++
		sum[c] += w
		squares[c] += w * w
		least[c], greatest[c] = math.Min(least[c], w), math.Max(greatest[c], w)
	}
	for c := range n {
		count := int(n[c])
		out.Results = append(out.Results, resultRow{Stat: "weights", Domain: d.label(c), N: &count, Sum: num(sum[c]), Min: num(least[c]), Max: num(greatest[c]),
			KishDeff: num(n[c] * squares[c] / (sum[c] * sum[c])), KishNEff: num(sum[c] * sum[c] / squares[c])})
	}
}

func (e *estimateEntry) quantiles(s Sample, columns []column, d domain, q Query, out *estimateOutput) error {
	for _, c := range columns {
		all, err := Quantile(s, c.y, QuantileQuery{Query: q, Probs: e.probs, Rule: QuantileRule(e.rule), Interval: e.interval})
		if err != nil {
			return fmt.Errorf("item %q: %w", c.item, err)
		}
		for p := range all {
			e.emit(all[p], c, &d, &e.probs[p], out)
		}
	}
	return nil
}
