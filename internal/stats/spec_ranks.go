package stats

import (
	"encoding/json"
	"fmt"
	"io"
	"math"

	"gonum.org/v1/gonum/mat"
)

// RunRanks carries out one specification of a ranking (docs/statistics.md) and returns the result as JSON. open serves the CSV
// if the specification names one; it may be nil otherwise.
func RunRanks(specJSON []byte, open func(path string) (io.ReadCloser, error)) ([]byte, error) {
	s, err := readRankSpec(specJSON, open)
	if err != nil {
		return nil, err
	}
	out := rankOutput{Level: number(s.level), Top: s.top, Method: s.method}
	sets, err := s.sets(&out)
	if err != nil {
		return nil, err
	}
	beliefs, err := s.beliefs()
	if err != nil {
		return nil, err
	}
	for i, v := range s.est {
		row := rankRow{Estimate: number(v), SE: number(s.se[i]), Rank: sets[i].Rank, Best: sets[i].Best, Worst: sets[i].Worst,
			PTop: number(beliefs[i].PTop), PBest: number(beliefs[i].PBest), ExpectedRank: number(beliefs[i].ExpectedRank), MayBeTop: sets[i].Best <= s.top}
		if s.names != nil {
			row.Name = s.names[i]
		}
		for _, p := range beliefs[i].Distribution {
			row.Distribution = append(row.Distribution, number(p))
		}
		out.Results = append(out.Results, row)
	}
	return json.MarshalIndent(out, "", " ")
}

type rankOutput struct {
	Method  string    `json:"method"`
	Level   number    `json:"level"`
	Top     int       `json:"top"`
	Z       *number   `json:"z,omitempty"`
	Results []rankRow `json:"results"`
}

type rankRow struct {
	Name         string   `json:"name,omitempty"`
	Estimate     number   `json:"estimate"`
	SE           number   `json:"se"`
	Rank         int      `json:"rank"`
	Best         int      `json:"best"`
	Worst        int      `json:"worst"`
	PTop         number   `json:"p_top"`
	PBest        number   `json:"p_best"`
	ExpectedRank number   `json:"expected_rank"`
	MayBeTop     bool     `json:"may_be_top"`
	Distribution []number `json:"distribution"`
}

type rankSpec struct {
	names  []string
	est    []float64
	se     []float64
	cov    *mat.SymDense
	level  float64
	top    int
	method string
	draws  int
	seed   int
}

func readRankSpec(data []byte, open Open) (*rankSpec, error) {
	o := newObject(data)
	if *o.err != nil {
		return nil, *o.err
	}
	s := &rankSpec{level: o.number("level", 0.9), method: o.text("method", "joint"), draws: o.count("draws", 0), seed: o.count("seed", 1)}
	o.oneOf("method", s.method, "joint pairs pairs-marginal pairs-top")
	if file := o.text("data", ""); file != "" {
		s.readColumns(o, file, open)
	} else {
		s.est, s.names = o.numbers("estimates"), o.words("names")
		s.se = o.numbers("se")
		s.readCovariance(o)
	}
	s.top = o.count("top", min(3, len(s.est)))
	s.check(o)
	o.done()
	return s, *o.err
}

// readColumns takes estimates, standard errors and names from columns of a CSV.
func (s *rankSpec) readColumns(o *object, file string, open Open) {
	columns := map[string]string{"estimates": o.text("estimates", ""), "se": o.text("se", ""), "names": o.text("names", "")}
	if *o.err != nil {
		return
	}
	t, err := readTable(open, file, func(c string) bool {
		return c == columns["estimates"] || c == columns["se"] || c == columns["names"]
	})
	if err != nil {
		o.fail("data", "cannot be used: %v", err)
		return
	}
	for key, into := range map[string]*[]float64{"estimates": &s.est, "se": &s.se} {
		if *into, err = t.required(columns[key]); err != nil {
			o.fail(key, "must name a column: %v", err)
			return
		}
	}
	if columns["names"] != "" {
		f, err := t.requiredFactor(columns["names"])
		if err != nil {
			o.fail("names", "must name a column: %v", err)
			return
		}
		for _, c := range f.Code {
			s.names = append(s.names, f.Names[c])
		}
	}
}

func (s *rankSpec) readCovariance(o *object) {
	var rows [][]float64
	if !o.read("covariance", &rows, "a square matrix: a list of lists of numbers") {
		return
	}
	if s.se != nil {
		o.fail("covariance", "and se cannot both be given")
		return
	}
	k := len(rows)
	if k == 0 {
		o.fail("covariance", "is empty")
		return
	}
	s.cov = mat.NewSymDense(k, nil)
	for a, row := range rows {
		if len(row) != k {
			o.fail(fmt.Sprintf("covariance[%d]", a), "has %d numbers instead of %d", len(row), k)
			return
		}
		for b, v := range row {
			if math.Abs(v-rows[b][a]) > 1e-9*math.Max(math.Abs(v), 1e-300) && len(rows[b]) == k {
				o.fail(fmt.Sprintf("covariance[%d][%d]", a, b), "differs from its mirror image")
				return
			}
			s.cov.SetSym(a, b, v)
		}
	}
	s.se = standardErrors(s.cov)
}

func (s *rankSpec) check(o *object) {
	switch {
	case len(s.est) == 0:
		o.fail("estimates", "must list at least one number")
	case s.se == nil:
		o.fail("se", "is missing; give se or covariance")
	case len(s.se) != len(s.est):
		o.fail("se", "has %d numbers for %d estimates", len(s.se), len(s.est))
	case s.names != nil && len(s.names) != len(s.est):
		o.fail("names", "has %d entries for %d estimates", len(s.names), len(s.est))
	case !(s.level > 0 && s.level < 1):
		o.fail("level", "is %v, but must lie between 0 and 1", s.level)
	case s.top < 1 || s.top > len(s.est):
		o.fail("top", "is %d, but must lie between 1 and %d", s.top, len(s.est))
	case s.draws < 0 || s.draws > 10_000_000:
		o.fail("draws", "is %d, but must lie between 1 and 10000000", s.draws)
	}
	for i, v := range s.se {
		if !(v >= 0) {
			o.fail("se", "contains %v at place %d, but must be 0 or more", v, i+1)
		}
	}
}

func (s *rankSpec) sets(out *rankOutput) ([]RankSet, error) {
	if s.method == "joint" {
		out.Z = num(RankCritical(s.level, len(s.est)))
		return RankSets(s.est, s.se, s.level)
	}
	cov := s.cov
	if cov == nil {
		cov = mat.NewSymDense(len(s.se), nil)
		for i, v := range s.se {
			cov.SetSym(i, i, v*v)
		}
	}
	return PairwiseRankSets(s.est, cov, s.level, PairOptions{Simultaneous: s.method != "pairs-marginal", OneSided: s.method == "pairs-top",
		Draws: s.draws, Seed: uint64(s.seed)})
}

// beliefs are exact for independent estimates and simulated from a covariance.
func (s *rankSpec) beliefs() ([]RankBelief, error) {
	if s.cov == nil {
		return TopK(s.est, s.se, s.top)
	}
	draws := s.draws
	if draws == 0 {
		draws = 100_000
	}
	return TopKCovariance(s.est, s.cov, s.top, draws, uint64(s.seed))
}
