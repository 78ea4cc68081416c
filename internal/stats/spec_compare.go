package stats

import (
	"encoding/json"
	"fmt"
	"io"
)

// RunCompare carries out one specification of a comparison of two waves (docs/statistics.md), from estimates or from two CSVs.
func RunCompare(specJSON []byte, open func(path string) (io.ReadCloser, error)) ([]byte, error) {
	o := newObject(specJSON)
	if *o.err != nil {
		return nil, *o.err
	}
	by, best, level := o.words("by"), o.number("best", 100), o.share("level", 0.95)
	given, covariance := o.words("names"), o.numbers("covariance")
	first := readWave(o.child("first"), by, open)
	second := readWave(o.child("second"), by, open)
	o.done()
	if *o.err != nil {
		return nil, *o.err
	}
	names := first.names
	if names == nil {
		names = given
	}
	if err := second.arrange(first.names); err != nil {
		return nil, fmt.Errorf("key \"second\": %w", err)
	}
	if names != nil && len(names) != len(first.waves) {
		return nil, fmt.Errorf("key \"names\" has %d entries for %d units", len(names), len(first.waves))
	}
	progress, err := Compare(first.waves, second.waves, covariance, best, level)
	if err != nil {
		return nil, fmt.Errorf("keys \"first\" and \"second\": %w", err)
	}
	out := compareOutput{Level: number(level), Best: number(best)}
	for i, p := range progress {
		a, b := first.waves[i], second.waves[i]
		row := compareRow{First: number(a.Estimate), FirstSE: number(a.SE), Second: number(b.Estimate), SecondSE: number(b.SE),
			Difference: number(p.Difference), SE: number(p.SE), CI: [2]number{number(p.Low), number(p.High)}, Z: number(p.Z), P: number(p.P), Holm: number(p.Holm),
			Gap: number(p.Gap), GapSE: number(p.GapSE), GapCI: [2]number{number(p.GapLow), number(p.GapHigh)}, Significant: p.Holm < 1-level}
		if names != nil {
			row.Name = names[i]
		}
		out.Results = append(out.Results, row)
	}
	return json.MarshalIndent(out, "", " ")
}

type compareOutput struct {
	Level   number       `json:"level"`
	Best    number       `json:"best"`
	Results []compareRow `json:"results"`
}

type compareRow struct {
	Name        string    `json:"name,omitempty"`
	First       number    `json:"first"`
	FirstSE     number    `json:"first_se"`
	Second      number    `json:"second"`
	SecondSE    number    `json:"second_se"`
	Difference  number    `json:"difference"`
	SE          number    `json:"se"`
	CI          [2]number `json:"ci"`
	Z           number    `json:"z"`
	P           number    `json:"p"`
	Holm        number    `json:"p_holm"`
	Significant bool      `json:"significant"`
	Gap         number    `json:"gap_closed"`
	GapSE       number    `json:"gap_closed_se"`
	GapCI       [2]number `json:"gap_closed_ci"`
}

// waveSpec is one wave: estimates given, or means of an item by domains of a CSV. names is nil for estimates given.
type waveSpec struct {
	names []string
	waves []Wave
	items *itemSpec
}

func readWave(o *object, by []string, open Open, further ...string) *waveSpec {
	s := &waveSpec{}
	if o.has("data") {
		s.estimate(o, by, open, further)
		return s
	}
	est, se := o.numbers("estimates"), o.numbers("se")
	o.done()
	if len(est) == 0 || len(est) != len(se) {
		o.fail("se", "has %d numbers for %d estimates; give both, or data", len(se), len(est))
		return s
	}
	for i, v := range est {
		s.waves = append(s.waves, Wave{Estimate: v, SE: se[i]})
	}
	return s
}

func (s *waveSpec) estimate(o *object, by []string, open Open, further []string) {
	item := o.text("item", "")
	if item == "" {
		o.fail("item", "must name a column")
	}
	items := readItems(o, []string{item})
	items.extra, s.items = further, items
	o.done()
	if *o.err != nil {
		return
	}
	if err := s.means(items, by, open); err != nil {
		o.fail("data", "cannot be used: %v", err)
	}
}

func (s *waveSpec) means(items *itemSpec, by []string, open Open) error {
	if err := items.load(open, by...); err != nil {
		return err
	}
	domain := whole(len(items.keep))
	if len(by) > 0 {
		var parts []Factor
		for _, c := range by {
			f, err := items.table.requiredFactor(c)
			if err != nil {
				return err
			}
			parts = append(parts, f)
		}
		domain = Cross(parts...)
	}
	code := append([]int32(nil), domain.Code...)
	for i, keep := range items.keep {
		if !keep {
			code[i] = -1
		}
	}
	domain.Code = code
	means, err := items.sample.Mean(items.columns[0], By(domain))
	if err != nil {
		return err
	}
	s.names = domain.Names
	for i, m := range means {
		if m.N == 0 {
			return fmt.Errorf("%q has no answer", domain.Names[i])
		}
		s.waves = append(s.waves, Wave{Estimate: m.Estimate, SE: m.SE})
	}
	return nil
}

// arrange puts the units of a wave into the order of another.
func (s *waveSpec) arrange(names []string) error {
	if (names == nil) != (s.names == nil) {
		return fmt.Errorf("is given otherwise than the first wave: use estimates in both, or data in both")
	}
	if names == nil {
		return nil
	}
	if len(names) != len(s.names) {
		return fmt.Errorf("has %d units, the first wave %d", len(s.names), len(names))
	}
	out := make([]Wave, len(names))
	for i, name := range names {
		at := (Factor{Names: s.names}).level(name)
		if at < 0 {
			return fmt.Errorf("has no unit %q", name)
		}
		out[i] = s.waves[at]
	}
	s.waves = out
	return nil
}
