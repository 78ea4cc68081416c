package stats

import (
	"fmt"
	"io"
	"math"
	"slices"
)

// itemSpec is what several commands share: columns of a CSV under a design, with rule for missing answers.
type itemSpec struct {
	o        *object
	file     string
	design   *designSpec
	names    []string // columns to be analysed
	complete []string // further columns that a row must have
	drop     bool
	extra    []string // columns read for the caller

	table   *table
	sample  Sample
	columns [][]float64
	keep    []bool
	n       int
}

func readItems(o *object, names []string) *itemSpec {
	s := &itemSpec{o: o, file: o.text("data", ""), design: readDesign(o.child("design")), names: names, complete: o.words("complete")}
	missing := o.text("missing", "")
	if missing != "" {
		o.oneOf("missing", missing, "drop")
	}
	s.drop = missing == "drop"
	return s
}

// load reads the file, with further columns for the caller; rows that are not complete get no weight in what weights returns.
func (s *itemSpec) load(open func(path string) (io.ReadCloser, error), further ...string) error {
	t, err := readTable(open, s.file, func(c string) bool {
		return slices.Contains(s.extra, c) || s.design.wants(c) || slices.Contains(s.names, c) || slices.Contains(s.complete, c) || slices.Contains(further, c)
	})
	if err != nil {
		return fmt.Errorf("key %q: %w", s.o.key("data"), err)
	}
	if s.sample, err = s.design.build(t, open); err != nil {
		return err
	}
	s.table = t
	s.keep = make([]bool, t.rows)
	for i := range s.keep {
		s.keep[i] = true
	}
	left := 0
	for _, name := range append(slices.Clone(s.names), s.complete...) {
		c, err := t.number(name)
		if err != nil {
			return err
		}
		if len(s.columns) < len(s.names) {
			s.columns = append(s.columns, c)
		}
		for i, v := range c {
			if !math.IsNaN(v) || !s.keep[i] {
				continue
			}
			if !s.drop {
				return fmt.Errorf("%s, row %d, column %q is empty; \"missing\": \"drop\" leaves out rows that are not complete", s.file, i+1, name)
			}
			s.keep[i] = false
			left++
		}
	}
	s.n = t.rows - left
	return nil
}

// weights are those of a replicate or of the sample, 0 for rows that are left out.
func (s *itemSpec) weights(w []float64) []float64 {
	out := make([]float64, len(w))
	for i, v := range w {
		if s.keep[i] {
			out[i] = v
		}
	}
	return out
}

// standardErrors of any numbers that follow from weights; nil unless the design has replicates.
func (s *itemSpec) standardErrors(estimate func(w []float64) []float64) ([]float64, error) {
	r, ok := s.sample.(*Replicated)
	if !ok {
		return nil, nil
	}
	cov, err := r.Covariance(func(w []float64) []float64 { return estimate(s.weights(w)) })
	if err != nil {
		return nil, err
	}
	return standardErrors(cov), nil
}
