package stats

import (
	"fmt"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// designSpec is the "design" key.
type designSpec struct {
	o          *object
	ids        []string
	strata     []string
	fpc        []string
	weights    string
	nest       bool
	lonely     string
	pps        string
	joint      string
	replicates *replicateSpec
}

type replicateSpec struct {
	o             *object
	kind, columns string
	rho           float64
	replicates    int
	seed          int
	scale         float64
	rscales       []float64
	mse, hasScale bool
}

func readDesign(o *object) *designSpec {
	s := &designSpec{o: o, ids: o.words("ids"), strata: o.words("strata"), fpc: o.words("fpc"), weights: o.text("weights", ""),
		nest: o.flag("nest"), lonely: o.text("lonely_psu", "fail"), pps: o.text("pps", ""), joint: o.text("joint", "")}
	o.oneOf("lonely_psu", s.lonely, "fail remove adjust average certainty")
	if s.pps != "" {
		o.oneOf("pps", s.pps, "brewer overton deville ht yg hr")
		if needs := s.pps == "ht" || s.pps == "yg"; needs != (s.joint != "") {
			o.fail("joint", "goes with pps ht or yg, and they need it")
		}
		if len(s.fpc) == 0 {
			o.fail("fpc", "must name the inclusion probabilities for pps")
		}
	}
	if o.has("replicates") {
		s.replicates = readReplicates(o.child("replicates"))
	}
	o.done()
	return s
}

func readReplicates(o *object) *replicateSpec {
	r := &replicateSpec{o: o, kind: o.text("type", ""), columns: o.text("columns", ""), rho: o.number("rho", 0),
		replicates: o.count("replicates", 200), seed: o.count("seed", 1), scale: o.number("scale", 0),
		rscales: o.numbers("rscales"), mse: o.flag("mse"), hasScale: o.has("scale")}
	o.oneOf("type", r.kind, "JK1 JKn BRR Fay bootstrap")
	if r.replicates < 2 || r.replicates > 10000 {
		o.fail("replicates", "is %d, but must be from 2 to 10000", r.replicates)
	}
	if r.columns == "" && (r.hasScale || r.rscales != nil) {
		o.fail("columns", "is needed where scale or rscales are given")
	}
	o.done()
	return r
}

// wants tells whether the design uses a column.
func (s *designSpec) wants(column string) bool {
	for _, list := range [][]string{s.ids, s.strata, s.fpc, {s.weights}} {
		for _, name := range list {
			if name == column {
				return true
			}
		}
	}
	return s.replicates != nil && s.replicates.columns != "" && isReplicate(column, s.replicates.columns)
}

// isReplicate: the prefix followed by a number.
func isReplicate(column, prefix string) bool {
	rest, ok := strings.CutPrefix(column, prefix)
	_, err := strconv.ParseUint(rest, 10, 32)
	return ok && err == nil
}

// build makes the sample; open serves the joint probabilities.
func (s *designSpec) build(t *table, open Open) (Sample, error) {
	var weights []float64
	var err error
	if s.weights != "" {
		if weights, err = t.required(s.weights); err != nil {
			return nil, fmt.Errorf("key %q: %w", s.o.key("weights"), err)
		}
	}
	if r := s.replicates; r != nil && r.columns != "" {
		return r.given(t, weights)
	}
	options, err := s.options(t)
	if err != nil {
		return nil, err
	}
	options.Weights = weights
	d, err := NewDesign(options)
	if err != nil {
		return nil, fmt.Errorf("key %q: %s, %w", s.o.path, t.file, err)
	}
	if s.replicates != nil {
		r := s.replicates
		rep, err := d.Replicate(ReplicateOptions{Type: ReplicateType(r.kind), Rho: r.rho, Replicates: r.replicates, Seed: uint64(r.seed), MSE: r.mse})
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", r.o.path, err)
		}
		return rep, nil
	}
	return s.withJoint(d, t, open)
}

func (s *designSpec) options(t *table) (Options, error) {
	o := Options{Rows: t.rows, Nest: s.nest, Lonely: Lonely(s.lonely), PPS: s.pps != ""}
	stages := max(1, len(s.ids))
	for key, list := range map[string][]string{"strata": s.strata, "fpc": s.fpc} {
		if len(list) > stages {
			return o, fmt.Errorf("key %q names %d columns for %d stages", s.o.key(key), len(list), stages)
		}
	}
	for i := range stages {
		var stage Stage
		var err error
		if i < len(s.ids) && s.ids[i] != "1" {
			if stage.Units, err = t.requiredFactor(s.ids[i]); err != nil {
				return o, fmt.Errorf("key %q: %w", s.o.key("ids"), err)
			}
		}
		if i < len(s.strata) {
			if stage.Strata, err = t.requiredFactor(s.strata[i]); err != nil {
				return o, fmt.Errorf("key %q: %w", s.o.key("strata"), err)
			}
		}
		if i < len(s.fpc) {
			if stage.FPC, err = t.required(s.fpc[i]); err != nil {
				return o, fmt.Errorf("key %q: %w", s.o.key("fpc"), err)
			}
		}
		o.Stages = append(o.Stages, stage)
	}
	return o, nil
}

// given uses the replicate weights in the file.
func (r *replicateSpec) given(t *table, weights []float64) (Sample, error) {
	if weights == nil {
		return nil, fmt.Errorf("key %q: replicate columns need the full-sample weights in design.weights", r.o.key("columns"))
	}
	var columns [][]float64
	for _, name := range t.header {
		if isReplicate(name, r.columns) {
			c, err := t.required(name)
			if err != nil {
				return nil, fmt.Errorf("key %q: %w", r.o.key("columns"), err)
			}
			columns = append(columns, c)
		}
	}
	n := float64(len(columns))
	if !r.hasScale {
		switch ReplicateType(r.kind) {
		case JK1:
			r.scale = (n - 1) / n
		case BRR:
			r.scale = 1 / n
		case Fay:
			r.scale = 1 / (n * (1 - r.rho) * (1 - r.rho))
		case Bootstrap:
			r.scale = 1 / (n - 1)
		default:
			if r.scale = 1; r.rscales == nil {
				return nil, fmt.Errorf("key %q: JKn columns need rscales", r.o.key("rscales"))
			}
		}
	}
	out, err := ReplicateColumns(weights, columns, r.scale, r.rscales, r.mse)
	if err != nil {
		return nil, fmt.Errorf("key %q: %s, %w", r.o.path, t.file, err)
	}
	return out, nil
}

func (s *designSpec) withJoint(d *Design, t *table, open Open) (Sample, error) {
	switch s.pps {
	case "", "brewer":
		return d, nil
	case "overton", "hr", "deville":
		p, err := t.required(s.fpc[0])
		if err != nil {
			return nil, err
		}
		switch s.pps {
		case "overton":
			return d.withOverton(p), nil
		case "deville":
			return d.withDeville(p), nil
		}
		return d.withHartleyRao(p), nil
	}
	m, err := readTable(open, s.joint, func(string) bool { return true })
	if err != nil {
		return nil, fmt.Errorf("key %q: %w", s.o.key("joint"), err)
	}
	if m.rows != t.rows || len(m.header) != t.rows {
		return nil, fmt.Errorf("key %q: %s has %d rows and %d columns for a sample of %d", s.o.key("joint"), s.joint, m.rows, len(m.header), t.rows)
	}
	joint := mat.NewSymDense(t.rows, nil)
	for l, name := range m.header {
		column, err := m.required(name)
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", s.o.key("joint"), err)
		}
		for k := range l + 1 {
			joint.SetSym(k, l, column[k])
		}
	}
	out, err := d.WithJoint(joint, s.pps == "yg")
	if err != nil {
		return nil, fmt.Errorf("key %q: %s, %w", s.o.key("joint"), s.joint, err)
	}
	return out, nil
}
