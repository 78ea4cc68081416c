package stats

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
)

// RunTest carries out one specification of tests under the design (docs/statistics.md): independence of two columns,
// difference of two means, differences of ranks.
func RunTest(specJSON []byte, open func(path string) (io.ReadCloser, error)) ([]byte, error) {
	o := newObject(specJSON)
	if *o.err != nil {
		return nil, *o.err
	}
	file, design := o.text("data", ""), readDesign(o.child("design"))
	var steps []*calibrationSpec
	for _, c := range o.children("calibrate") {
		steps = append(steps, readCalibration(c))
	}
	var tests []*hypothesis
	for _, h := range o.children("tests") {
		tests = append(tests, readHypothesis(h))
	}
	if len(tests) == 0 {
		o.fail("tests", "must list at least one test")
	}
	o.done()
	if *o.err != nil {
		return nil, *o.err
	}
	d, t, err := loadDesign(o, file, design, steps, func(c string) bool {
		return slices.ContainsFunc(tests, func(h *hypothesis) bool { return c == h.rows || c == h.columns || c == h.item || c == h.group })
	}, open)
	if err != nil {
		return nil, err
	}
	out := struct {
		Design  designOutput `json:"design"`
		Results []testRow    `json:"results"`
	}{Design: designOutput{N: d.Rows(), DF: d.DF()}}
	for _, h := range tests {
		row, err := h.run(d, t)
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", h.o.path, err)
		}
		out.Results = append(out.Results, row)
	}
	return json.MarshalIndent(out, "", " ")
}

// hypothesis is one entry of the "tests" key.
type hypothesis struct {
	o                 *object
	test              string
	rows, columns     string
	item, group, kind string
}

func readHypothesis(o *object) *hypothesis {
	h := &hypothesis{o: o, test: o.text("test", "")}
	o.oneOf("test", h.test, "independence means ranks")
	switch h.test {
	case "independence":
		h.rows, h.columns, h.kind = o.text("rows", ""), o.text("columns", ""), o.text("statistic", "F")
		o.oneOf("statistic", h.kind, "F chisq wald adjwald")
		if h.rows == "" || h.columns == "" {
			o.fail("rows", "and \"columns\" must name two columns")
		}
	case "means", "ranks":
		h.item, h.group = o.text("item", ""), o.text("group", "")
		if h.test == "ranks" {
			h.kind = o.text("score", "rank")
			o.oneOf("score", h.kind, "rank normal median")
		}
		if h.item == "" || h.group == "" {
			o.fail("item", "and \"group\" must name two columns")
		}
	}
	o.done()
	return h
}

func (h *hypothesis) run(d *Design, t *table) (testRow, error) {
	test, err := h.compute(d, t)
	if err != nil {
		return testRow{}, err
	}
	row := newTestRow(test)
	row.Test, row.Rows, row.Columns, row.Item, row.Group = h.test, h.rows, h.columns, h.item, h.group
	return row, nil
}

func (h *hypothesis) compute(d *Design, t *table) (Test, error) {
	if h.test == "independence" {
		rows, err := t.factor(h.rows)
		if err != nil {
			return Test{}, err
		}
		columns, err := t.factor(h.columns)
		if err != nil {
			return Test{}, err
		}
		return d.Independence(ordered(rows), ordered(columns), h.kind)
	}
	y, err := t.number(h.item)
	if err != nil {
		return Test{}, err
	}
	groups, err := t.factor(h.group)
	if err != nil {
		return Test{}, err
	}
	if h.test == "means" {
		return d.MeanDifference(y, ordered(groups))
	}
	return d.RankTest(y, ordered(groups), h.kind)
}

// testRow is a test in the result.
type testRow struct {
	Test      string   `json:"test"`
	Terms     []string `json:"terms,omitempty"`
	Rows      string   `json:"rows,omitempty"`
	Columns   string   `json:"columns,omitempty"`
	Item      string   `json:"item,omitempty"`
	Group     string   `json:"group,omitempty"`
	Kind      string   `json:"kind"`
	Statistic number   `json:"statistic"`
	NDF       number   `json:"ndf"`
	DDF       *number  `json:"ddf,omitempty"`
	P         number   `json:"p"`
	Estimate  *number  `json:"estimate,omitempty"`
	SE        *number  `json:"se,omitempty"`
	Lambda    []number `json:"lambda,omitempty"`
}

func newTestRow(t Test) testRow {
	out := testRow{Kind: t.Kind, Statistic: number(t.Statistic), NDF: number(t.NDF), P: number(t.P)}
	if t.DDF > 0 {
		out.DDF = num(t.DDF)
	}
	if !math.IsNaN(t.Estimate) {
		out.Estimate, out.SE = num(t.Estimate), num(t.SE)
	}
	for _, l := range t.Lambda {
		out.Lambda = append(out.Lambda, number(l))
	}
	return out
}
