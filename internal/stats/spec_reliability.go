package stats

import (
	"encoding/json"
	"fmt"
	"io"
)

// RunReliability carries out one specification of a reliability analysis (docs/statistics.md).
func RunReliability(specJSON []byte, open func(path string) (io.ReadCloser, error)) ([]byte, error) {
	o := newObject(specJSON)
	if *o.err != nil {
		return nil, *o.err
	}
	items := o.words("items")
	if len(items) < 2 {
		o.fail("items", "must name at least two columns")
	}
	s := readItems(o, items)
	o.done()
	if *o.err != nil {
		return nil, *o.err
	}
	if err := s.load(open); err != nil {
		return nil, err
	}
	out, err := s.reliability()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.file, err)
	}
	return json.MarshalIndent(out, "", " ")
}

type reliabilityOutput struct {
	N        int              `json:"n"`
	Alpha    number           `json:"alpha"`
	AlphaSE  *number          `json:"alpha_se,omitempty"`
	StdAlpha number           `json:"std_alpha"`
	Omega    *number          `json:"omega,omitempty"`
	Heywood  bool             `json:"heywood,omitempty"`
	MeanR    number           `json:"mean_r"`
	Results  []reliabilityRow `json:"results"`
}

type reliabilityRow struct {
	Item         string  `json:"item"`
	Mean         number  `json:"mean"`
	ItemRest     number  `json:"item_rest"`
	AlphaDropped number  `json:"alpha_dropped"`
	Loading      *number `json:"loading,omitempty"`
}

func (s *itemSpec) reliability() (*reliabilityOutput, error) {
	w := s.weights(s.sample.Weights())
	cov, err := CovarianceMatrix(w, s.columns)
	if err != nil {
		return nil, err
	}
	r, err := Scale(cov)
	if err != nil {
		return nil, err
	}
	out := &reliabilityOutput{N: s.n, Alpha: number(r.Alpha), StdAlpha: number(r.StdAlpha), MeanR: number(r.MeanR), Heywood: r.Heywood}
	se, err := s.standardErrors(func(w []float64) []float64 {
		cov, err := CovarianceMatrix(w, s.columns)
		if err != nil {
			return []float64{missing}
		}
		return []float64{Cronbach(cov)}
	})
	if err != nil {
		return nil, err
	}
	if se != nil {
		out.AlphaSE = num(se[0])
	}
	for j, name := range s.names {
		row := reliabilityRow{Item: name, Mean: number(weightedMean(w, s.columns[j])), ItemRest: number(r.ItemRest[j]), AlphaDropped: number(r.AlphaDropped[j])}
		if r.Loadings != nil {
			row.Loading, out.Omega = num(r.Loadings[j]), num(r.Omega)
		}
		out.Results = append(out.Results, row)
	}
	return out, nil
}
