package stats

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
)

// RunSmallArea carries out one specification of an area model (docs/statistics.md) on a CSV with one row per area.
func RunSmallArea(specJSON []byte, open func(path string) (io.ReadCloser, error)) ([]byte, error) {
	o := newObject(specJSON)
	if *o.err != nil {
		return nil, *o.err
	}
	s := &areaSpec{o: o, file: o.text("data", ""), names: o.text("names", ""), estimates: o.text("estimates", ""), variances: o.text("variances", ""), se: o.text("se", ""),
		factors: o.words("factors"), covariates: o.words("covariates"), method: o.text("method", "REML"), level: o.share("level", 0.95)}
	o.oneOf("method", s.method, "REML ML FH")
	if (s.variances == "") == (s.se == "") {
		o.fail("se", "must name the column of standard errors, or variances that of variances")
	}
	if o.has("benchmark") {
		b := o.child("benchmark")
		s.benchmark, s.by, s.share = b, b.text("by", ""), b.text("weights", "")
		b.read("targets", &s.targets, "an object with one number for each group")
		b.done()
	}
	o.done()
	if *o.err != nil {
		return nil, *o.err
	}
	out, err := s.run(open)
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(out, "", " ")
}

type areaSpec struct {
	o                      *object
	file, names, estimates string
	variances, se          string
	factors, covariates    []string
	method                 string
	level                  float64
	benchmark              *object
	by, share              string
	targets                map[string]float64
	table                  *table
	terms                  []string
	label                  Factor
	group                  Factor
	weights                []float64
}

type areaOutput struct {
	Method       string           `json:"method"`
	A            number           `json:"variance_between"`
	Coefficients []coefficientRow `json:"coefficients"`
	Results      []areaRow        `json:"results"`
}

type coefficientRow struct {
	Term     string `json:"term"`
	Estimate number `json:"estimate"`
	SE       number `json:"se"`
}

type areaRow struct {
	Name        string    `json:"name,omitempty"`
	Direct      number    `json:"direct"`
	DirectSE    number    `json:"direct_se"`
	Estimate    number    `json:"estimate"`
	MSE         number    `json:"mse"`
	RMSE        number    `json:"rmse"`
	CI          [2]number `json:"ci"`
	Gamma       number    `json:"gamma"`
	Benchmarked *number   `json:"benchmarked,omitempty"`
}

func (s *areaSpec) load(open Open) (SmallAreas, error) {
	var m SmallAreas
	var err error
	if s.table, err = readTable(open, s.file, func(c string) bool {
		return slices.Contains([]string{s.names, s.estimates, s.variances, s.se, s.by, s.share}, c) || slices.Contains(s.factors, c) || slices.Contains(s.covariates, c)
	}); err != nil {
		return m, fmt.Errorf("key %q: %w", "data", err)
	}
	o, t := s.o, s.table
	m.Y = o.columnOf("estimates", s.estimates, t)
	if s.variances != "" {
		m.V = o.columnOf("variances", s.variances, t)
	} else {
		for _, v := range o.columnOf("se", s.se, t) {
			m.V = append(m.V, v*v)
		}
	}
	m.X, s.terms = [][]float64{ones(t.rows)}, []string{"(Intercept)"}
	for _, c := range s.factors {
		f := o.factorOf("factors", c, t)
		for l := 1; l < len(f.Names); l++ {
			m.X, s.terms = append(m.X, indicatorOf(f, int32(l))), append(s.terms, c+f.Names[l])
		}
	}
	for _, c := range s.covariates {
		m.X, s.terms = append(m.X, o.columnOf("covariates", c, t)), append(s.terms, c)
	}
	if s.names != "" {
		s.label = o.factorOf("names", s.names, t)
	}
	if s.benchmark != nil {
		s.group, s.weights = whole(t.rows), ones(t.rows)
		if s.by != "" {
			s.group = s.benchmark.factorOf("by", s.by, t)
		}
		if s.share != "" {
			s.weights = s.benchmark.columnOf("weights", s.share, t)
		}
	}
	return m, *o.err
}

func (s *areaSpec) run(open Open) (*areaOutput, error) {
	m, err := s.load(open)
	if err != nil {
		return nil, err
	}
	e, err := FayHerriot(m, AreaMethod(s.method))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.file, err)
	}
	out := &areaOutput{Method: s.method, A: number(e.A)}
	for j, term := range s.terms {
		out.Coefficients = append(out.Coefficients, coefficientRow{Term: term, Estimate: number(e.Beta[j]), SE: number(e.BetaSE[j])})
	}
	var bench []float64
	if s.benchmark != nil {
		if bench, err = s.benchmarked(m.Y, e.EBLUP); err != nil {
			return nil, err
		}
	}
	z := normalQuantile(1 - (1-s.level)/2)
	for i, v := range e.EBLUP {
		root := math.Sqrt(e.MSE[i])
		row := areaRow{Direct: number(m.Y[i]), DirectSE: number(math.Sqrt(m.V[i])), Estimate: number(v), MSE: number(e.MSE[i]), RMSE: number(root),
			CI: [2]number{number(v - z*root), number(v + z*root)}, Gamma: number(e.Gamma[i])}
		if s.names != "" {
			row.Name = s.label.Names[s.label.Code[i]]
		}
		if bench != nil {
			row.Benchmarked = num(bench[i])
		}
		out.Results = append(out.Results, row)
	}
	return out, nil
}

// benchmarked uses the targets given, or else the weighted mean of the direct estimates of each group.
func (s *areaSpec) benchmarked(y, eblup []float64) ([]float64, error) {
	target := make([]float64, len(s.group.Names))
	for g, name := range s.group.Names {
		if s.targets == nil {
			own := make([]float64, len(y))
			for i, c := range s.group.Code {
				if int(c) == g {
					own[i] = s.weights[i]
				}
			}
			target[g] = weightedMean(own, y)
			continue
		}
		v, ok := s.targets[name]
		if !ok {
			return nil, fmt.Errorf("key %q has no number for %q", s.benchmark.key("targets"), name)
		}
		target[g] = v
	}
	return Benchmark(eblup, s.weights, s.group, target)
}
