package stats

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sort"
	"strconv"
)

// RunModel carries out one specification of a regression under the design (docs/statistics.md).
func RunModel(specJSON []byte, open func(path string) (io.ReadCloser, error)) ([]byte, error) {
	s, err := readModel(specJSON)
	if err != nil {
		return nil, err
	}
	design, t, err := loadDesign(s.o, s.file, s.design, s.calibrate, s.wants, open)
	if err != nil {
		return nil, err
	}
	m, terms, err := s.model(t)
	if err != nil {
		return nil, err
	}
	fit, err := design.Fit(m)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.file, err)
	}
	out, err := s.output(design, fit, terms)
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(out, "", " ")
}

type modelSpec struct {
	o          *object
	file       string
	design     *designSpec
	calibrate  []*calibrationSpec
	family     string
	outcome    string
	equals     []string // of a yes-or-no outcome
	predictors []string
	factors    []string
	missing    string
	level      float64
	tests      []termTest
}

type termTest struct {
	o      *object
	terms  []string
	method string
}

func readModel(data []byte) (*modelSpec, error) {
	o := newObject(data)
	if *o.err != nil {
		return nil, *o.err
	}
	s := &modelSpec{o: o, file: o.text("data", ""), design: readDesign(o.child("design")), family: o.text("family", "gaussian"), outcome: o.text("outcome", ""),
		equals: o.labels("equals"), predictors: o.words("predictors"), factors: o.words("factors"), missing: o.text("missing", ""), level: o.number("level", 0.95)}
	for _, c := range o.children("calibrate") {
		s.calibrate = append(s.calibrate, readCalibration(c))
	}
	o.oneOf("family", s.family, "gaussian binomial poisson")
	if s.missing != "" {
		o.oneOf("missing", s.missing, "drop")
	}
	if s.outcome == "" {
		o.fail("outcome", "must name a column")
	}
	if len(s.predictors) == 0 {
		o.fail("predictors", "must name at least one column")
	}
	if !(s.level > 0 && s.level < 1) {
		o.fail("level", "is %v, but must lie between 0 and 1", s.level)
	}
	for _, f := range s.factors {
		if !slices.Contains(s.predictors, f) {
			o.fail("factors", "names %q, which is not among the predictors", f)
		}
	}
	for _, t := range o.children("tests") {
		one := termTest{o: t, terms: t.words("terms"), method: t.text("method", "wald")}
		t.oneOf("method", one.method, "wald lrt")
		for _, name := range one.terms {
			if !slices.Contains(s.predictors, name) {
				t.fail("terms", "names %q, which is not among the predictors", name)
			}
		}
		if len(one.terms) == 0 {
			t.fail("terms", "must name at least one predictor")
		}
		t.done()
		s.tests = append(s.tests, one)
	}
	o.done()
	return s, *o.err
}

func (s *modelSpec) wants(column string) bool {
	return column == s.outcome || slices.Contains(s.predictors, column)
}

// loadDesign reads the file and builds the design with its calibration; replicates are of no use where it is asked for.
func loadDesign(o *object, file string, d *designSpec, steps []*calibrationSpec, wants func(string) bool, open Open) (*Design, *table, error) {
	if file == "" {
		o.fail("data", "must name the CSV file")
		return nil, nil, *o.err
	}
	t, err := readTable(open, file, func(c string) bool {
		return wants(c) || d.wants(c) || slices.ContainsFunc(steps, func(s *calibrationSpec) bool { return s.wants(c) })
	})
	if err != nil {
		return nil, nil, fmt.Errorf("key %q: %w", o.key("data"), err)
	}
	sample, err := d.build(t, open)
	if err != nil {
		return nil, nil, err
	}
	if sample, err = calibrateAll(sample, t, steps); err != nil {
		return nil, nil, err
	}
	design, ok := sample.(*Design)
	if !ok {
		return nil, nil, fmt.Errorf("key %q is of no use here; leave the replicates out", d.o.key("replicates"))
	}
	return design, t, nil
}

// ordered is the factor with its levels in order: numbers by size, else text.
func ordered(f Factor) Factor {
	order := make([]int, len(f.Names))
	values, numeric := make([]float64, len(f.Names)), true
	for i, name := range f.Names {
		order[i] = i
		v, err := strconv.ParseFloat(name, 64)
		values[i], numeric = v, numeric && err == nil
	}
	sort.SliceStable(order, func(a, b int) bool {
		if numeric {
			return values[order[a]] < values[order[b]]
		}
		return f.Names[order[a]] < f.Names[order[b]]
	})
	out, to := Factor{Code: make([]int32, len(f.Code))}, make([]int32, len(order))
	for place, i := range order {
		to[i] = int32(place)
		out.Names = append(out.Names, f.Names[i])
	}
	for i, c := range f.Code {
		if out.Code[i] = -1; c >= 0 {
			out.Code[i] = to[c]
		}
	}
	return out
}

// model builds the columns: the constant, numbers as they are, factors as indicators of all levels but the first.
func (s *modelSpec) model(t *table) (Model, map[string][]int, error) {
	m := Model{Family: Family(s.family), X: [][]float64{ones(t.rows)}, Names: []string{"(Intercept)"}}
	var err error
	if m.Y, err = s.outcomeColumn(t); err != nil {
		return m, nil, fmt.Errorf("key %q: %w", "outcome", err)
	}
	terms := map[string][]int{}
	for _, name := range s.predictors {
		if !slices.Contains(s.factors, name) {
			x, err := t.number(name)
			if err != nil {
				return m, nil, fmt.Errorf("key %q: %w; list it under \"factors\" if it holds labels", "predictors", err)
			}
			terms[name] = append(terms[name], len(m.X))
			m.X, m.Names = append(m.X, x), append(m.Names, name)
			continue
		}
		f, err := t.factor(name)
		if err != nil {
			return m, nil, fmt.Errorf("key %q: %w", "predictors", err)
		}
		f = ordered(f)
		for c := 1; c < len(f.Names); c++ {
			terms[name] = append(terms[name], len(m.X))
			m.X, m.Names = append(m.X, indicatorOf(f, int32(c))), append(m.Names, name+f.Names[c])
		}
	}
	return m, terms, s.checkMissing(t, m)
}

func (s *modelSpec) outcomeColumn(t *table) ([]float64, error) {
	if s.equals == nil {
		return t.number(s.outcome)
	}
	f, err := t.factor(s.outcome)
	if err != nil {
		return nil, err
	}
	return matching(f, s.equals), nil
}

func (s *modelSpec) checkMissing(t *table, m Model) error {
	if s.missing == "drop" {
		return nil
	}
	for j, x := range append([][]float64{m.Y}, m.X...) {
		name := s.outcome
		if j > 0 {
			name = m.Names[j-1]
		}
		for i, v := range x {
			if v != v {
				return fmt.Errorf("%s, row %d: %q is missing; set \"missing\" to \"drop\" to leave such rows out", t.file, i+1, name)
			}
		}
	}
	return nil
}

type modelOutput struct {
	Design   designOutput `json:"design"`
	Family   string       `json:"family"`
	N        int          `json:"n"`
	DF       int          `json:"df"`
	Deviance number       `json:"deviance"`
	Results  []modelRow   `json:"results"`
	Tests    []testRow    `json:"tests,omitempty"`
}

type modelRow struct {
	Term     string   `json:"term"`
	Estimate number   `json:"estimate"`
	SE       number   `json:"se"`
	T        number   `json:"t"`
	P        number   `json:"p"`
	CI       []number `json:"ci"`
}

func (s *modelSpec) output(d *Design, f *Fit, terms map[string][]int) (*modelOutput, error) {
	out := &modelOutput{Design: designOutput{N: d.Rows(), DF: d.DF()}, Family: s.family, N: f.N, DF: f.DF, Deviance: number(f.Deviance)}
	q := studentQuantile(1-(1-s.level)/2, f.DF)
	for j, name := range f.Names {
		t, err := f.student(j)
		if err != nil {
			return nil, err
		}
		out.Results = append(out.Results, modelRow{Term: name, Estimate: number(t.Estimate), SE: number(t.SE), T: number(t.Statistic), P: number(t.P),
			CI: []number{number(t.Estimate - q*t.SE), number(t.Estimate + q*t.SE)}})
	}
	for _, test := range s.tests {
		var places []int
		for _, name := range test.terms {
			places = append(places, terms[name]...)
		}
		run := f.Wald
		if test.method == "lrt" {
			run = f.LikelihoodRatio
		}
		t, err := run(places)
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", test.o.path, err)
		}
		row := newTestRow(t)
		row.Terms, row.Test = test.terms, test.method
		out.Tests = append(out.Tests, row)
	}
	return out, nil
}
