package stats

import (
	"encoding/json"
	"fmt"
	"io"
)

// RunEfficiency carries out one specification of an efficiency analysis (docs/statistics.md) on a CSV with one row per unit.
func RunEfficiency(specJSON []byte, open func(path string) (io.ReadCloser, error)) ([]byte, error) {
	o := newObject(specJSON)
	if *o.err != nil {
		return nil, *o.err
	}
	file, names, inputs, outputs := o.text("data", ""), o.text("names", ""), o.words("inputs"), o.words("outputs")
	returns, orientation := o.text("returns", "constant"), o.text("orientation", "input")
	o.oneOf("returns", returns, "constant variable")
	o.oneOf("orientation", orientation, "input output")
	var boot *bootstrapSpec
	if o.has("bootstrap") {
		b := o.child("bootstrap")
		boot = &bootstrapSpec{draws: b.count("draws", 1000), seed: b.count("seed", 1), level: b.number("level", 0.95)}
		b.done()
		if len(inputs) == 0 {
			o.fail("bootstrap", "needs inputs and outputs")
		}
	}
	var cost *costSpec
	if o.has("cost_index") {
		cost = readCost(o.child("cost_index"))
	}
	if len(inputs) == 0 != (len(outputs) == 0) || len(inputs) == 0 && cost == nil {
		o.fail("inputs", "and outputs must name columns (or give cost_index alone)")
	}
	o.done()
	if *o.err != nil {
		return nil, *o.err
	}
	t, err := readTable(open, file, func(string) bool { return true })
	if err != nil {
		return nil, fmt.Errorf("key %q: %w", "data", err)
	}
	out := efficiencyOutput{Results: make([]efficiencyRow, t.rows)}
	if names != "" {
		label := o.factorOf("names", names, t)
		for k, c := range label.Code {
			out.Results[k].Name = label.Names[c]
		}
	}
	if len(inputs) > 0 {
		out.envelop(o, t, Envelopment{Variable: returns == "variable", Output: orientation == "output"}, inputs, outputs, boot)
		out.Returns, out.Orientation = returns, orientation
	}
	if cost != nil {
		cost.run(t, &out)
	}
	if *o.err != nil {
		return nil, *o.err
	}
	return json.MarshalIndent(out, "", " ")
}

type efficiencyOutput struct {
	Returns     string          `json:"returns,omitempty"`
	Orientation string          `json:"orientation,omitempty"`
	FewUnits    bool            `json:"few_units,omitempty"`
	Results     []efficiencyRow `json:"results"`
}

type efficiencyRow struct {
	Name       string     `json:"name,omitempty"`
	Score      *number    `json:"score,omitempty"`
	Efficiency *number    `json:"efficiency,omitempty"`
	Strong     *bool      `json:"strong,omitempty"`
	Bias       *number    `json:"bias,omitempty"`
	Corrected  *number    `json:"corrected,omitempty"`
	CI         []number   `json:"efficiency_ci,omitempty"`
	Peers      []peerRow  `json:"peers,omitempty"`
	Excess     []number   `json:"excess,omitempty"`
	Shortage   []number   `json:"shortage,omitempty"`
	Cost       *number    `json:"cost_index,omitempty"`
	CostSE     *number    `json:"cost_index_se,omitempty"`
	CostCI     *[2]number `json:"cost_index_ci,omitempty"`
}

type peerRow struct {
	Row    int    `json:"row"`
	Name   string `json:"name,omitempty"`
	Weight number `json:"weight"`
}

// bootstrapSpec asks for intervals of the efficiencies.
type bootstrapSpec struct {
	draws, seed int
	level       float64
}

func (b *bootstrapSpec) run(o *object, e Envelopment, out *efficiencyOutput) {
	intervals, err := EfficiencyIntervals(e, b.draws, uint64(b.seed), b.level)
	if err != nil {
		o.fail("bootstrap", "cannot be done: %v", err)
		return
	}
	for k, i := range intervals {
		row := &out.Results[k]
		row.Bias, row.Corrected, row.CI = num(i.Bias), num(i.Corrected), []number{number(i.Low), number(i.High)}
	}
}

func (out *efficiencyOutput) envelop(o *object, t *table, e Envelopment, inputs, outputs []string, boot *bootstrapSpec) {
	for _, c := range inputs {
		e.Inputs = append(e.Inputs, o.columnOf("inputs", c, t))
	}
	for _, c := range outputs {
		e.Outputs = append(e.Outputs, o.columnOf("outputs", c, t))
	}
	if *o.err != nil {
		return
	}
	units, err := Efficiencies(e)
	if err != nil {
		o.fail("inputs", "and outputs of %s cannot be used: %v", t.file, err)
		return
	}
	out.FewUnits = t.rows < 3*(len(inputs)+len(outputs))
	for k, u := range units {
		row := &out.Results[k]
		strong := u.Strong
		row.Score, row.Efficiency, row.Strong = num(u.Score), num(u.Share), &strong
		for j, v := range u.Peers {
			if v > 1e-9 {
				row.Peers = append(row.Peers, peerRow{Row: j + 1, Name: out.Results[j].Name, Weight: number(v)})
			}
		}
		for _, v := range u.Excess {
			row.Excess = append(row.Excess, number(v))
		}
		for _, v := range u.Short {
			row.Shortage = append(row.Shortage, number(v))
		}
	}
	if boot != nil {
		boot.run(o, e, out)
	}
}

type costSpec struct {
	o                          *object
	score, se, cost, residents string
	base, level                float64
}

func readCost(o *object) *costSpec {
	s := &costSpec{o: o, score: o.text("score", ""), se: o.text("se", ""), cost: o.text("cost", ""), residents: o.text("residents", ""),
		base: o.number("base", 0), level: o.share("level", 0.95)}
	o.done()
	return s
}

func (s *costSpec) run(t *table, out *efficiencyOutput) {
	score, se := s.o.columnOf("score", s.score, t), s.o.columnOf("se", s.se, t)
	cost, residents := s.o.columnOf("cost", s.cost, t), s.o.columnOf("residents", s.residents, t)
	if *s.o.err != nil {
		return
	}
	z := normalQuantile(1 - (1-s.level)/2)
	for k := range score {
		v, e, err := CostIndex(score[k], se[k], s.base, cost[k], residents[k])
		if err != nil {
			s.o.fail("cost", "cannot be used: %s, row %d: %v", t.file, k+1, err)
			return
		}
		out.Results[k].Cost, out.Results[k].CostSE = num(v), num(e)
		out.Results[k].CostCI = &[2]number{number(v - z*e), number(v + z*e)}
	}
}
