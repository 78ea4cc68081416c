package stats

import (
	"encoding/json"
	"fmt"
	"io"
)

// RunCombine carries out one specification that sets an online sample against a probability sample and weighs them
// (docs/statistics.md), from estimates or from two CSVs.
func RunCombine(specJSON []byte, open func(path string) (io.ReadCloser, error)) ([]byte, error) {
	o := newObject(specJSON)
	if *o.err != nil {
		return nil, *o.err
	}
	by, names := o.words("by"), o.words("names")
	var further []string
	if o.has("adjust") {
		c := o.child("adjust")
		further = append(c.words("factors"), c.words("covariates")...)
	}
	probability := readWave(o.child("probability"), by, open, further...)
	online := readWave(o.child("online"), by, open, further...)
	var adjusted *adjustedOutput
	if o.has("adjust") {
		adjusted = adjustOnline(o, online, probability)
	}
	o.done()
	if *o.err != nil {
		return nil, *o.err
	}
	if probability.names != nil {
		names = probability.names
		if online.names != nil {
			if err := online.arrange(names); err != nil {
				return nil, fmt.Errorf("key \"online\": %w", err)
			}
		}
	}
	if names != nil && len(names) != len(probability.waves) {
		return nil, fmt.Errorf("key \"names\" has %d entries for %d units", len(names), len(probability.waves))
	}
	combined, err := Combine(probability.waves, online.waves)
	if err != nil {
		return nil, fmt.Errorf("keys \"probability\" and \"online\": %w", err)
	}
	out := combineOutput{Adjusted: adjusted}
	for i, c := range combined {
		a, b := probability.waves[i], online.waves[i]
		row := combineRow{Probability: number(a.Estimate), ProbabilitySE: number(a.SE), Online: number(b.Estimate), OnlineSE: number(b.SE),
			Bias: number(c.Bias), BiasSE: number(c.BiasSE), Z: number(c.Z), P: number(c.P), Holm: number(c.Holm), Bias2: number(c.Bias2),
			Weight: number(c.Weight), Estimate: number(c.Estimate), RMSE: number(c.RMSE)}
		if names != nil {
			row.Name = names[i]
		}
		out.Results = append(out.Results, row)
	}
	return json.MarshalIndent(out, "", " ")
}

type combineOutput struct {
	Results  []combineRow    `json:"results"`
	Adjusted *adjustedOutput `json:"adjusted,omitempty"`
}

type combineRow struct {
	Name          string `json:"name,omitempty"`
	Probability   number `json:"probability"`
	ProbabilitySE number `json:"probability_se"`
	Online        number `json:"online"`
	OnlineSE      number `json:"online_se"`
	Bias          number `json:"bias"`
	BiasSE        number `json:"bias_se"`
	Z             number `json:"z"`
	P             number `json:"p"`
	Holm          number `json:"p_holm"`
	Bias2         number `json:"bias_squared"`
	Weight        number `json:"weight_probability"`
	Estimate      number `json:"estimate"`
	RMSE          number `json:"rmse"`
}
