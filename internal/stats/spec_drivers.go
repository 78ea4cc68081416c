package stats

import (
	"encoding/json"
	"fmt"
	"io"
)

// RunDrivers carries out one specification of a driver analysis (docs/statistics.md): which items go with an outcome.
func RunDrivers(specJSON []byte, open func(path string) (io.ReadCloser, error)) ([]byte, error) {
	o := newObject(specJSON)
	if *o.err != nil {
		return nil, *o.err
	}
	outcome, predictors := o.text("outcome", ""), o.words("predictors")
	if outcome == "" {
		o.fail("outcome", "must name a column")
	}
	if k := len(predictors); k < 1 || k > MostPredictors {
		o.fail("predictors", "must name 1 to %d columns", MostPredictors)
	}
	s := readItems(o, append([]string{outcome}, predictors...))
	o.done()
	if *o.err != nil {
		return nil, *o.err
	}
	if err := s.load(open); err != nil {
		return nil, err
	}
	out, err := s.drivers()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.file, err)
	}
	return json.MarshalIndent(out, "", " ")
}

type driversOutput struct {
	Outcome string      `json:"outcome"`
	N       int         `json:"n"`
	R2      number      `json:"r2"`
	R2SE    *number     `json:"r2_se,omitempty"`
	Results []driverRow `json:"results"`
}

type driverRow struct {
	Item        string  `json:"item"`
	Performance number  `json:"performance"`
	LMG         number  `json:"lmg"`
	LMGSE       *number `json:"lmg_se,omitempty"`
	Share       number  `json:"share"`
	Johnson     number  `json:"johnson"`
	JohnsonSE   *number `json:"johnson_se,omitempty"`
	First       number  `json:"first"`
	Last        number  `json:"last"`
	Beta        number  `json:"beta"`
}

func (s *itemSpec) importance(w []float64) (*Importance, error) {
	cov, err := CovarianceMatrix(w, s.columns)
	if err != nil {
		return nil, err
	}
	return Drivers(cov)
}

func (s *itemSpec) drivers() (*driversOutput, error) {
	w := s.weights(s.sample.Weights())
	imp, err := s.importance(w)
	if err != nil {
		return nil, err
	}
	k := len(imp.LMG)
	se, err := s.standardErrors(func(w []float64) []float64 {
		out := make([]float64, 2*k+1)
		i, err := s.importance(w)
		if err != nil {
			for j := range out {
				out[j] = missing
			}
			return out
		}
		return append(append(append(out[:0], i.LMG...), i.Johnson...), i.R2)
	})
	if err != nil {
		return nil, err
	}
	out := &driversOutput{Outcome: s.names[0], N: s.n, R2: number(imp.R2)}
	for j := range k {
		row := driverRow{Item: s.names[j+1], Performance: number(weightedMean(w, s.columns[j+1])), LMG: number(imp.LMG[j]),
			Share: number(imp.LMG[j] / imp.R2), Johnson: number(imp.Johnson[j]), First: number(imp.First[j]), Last: number(imp.Last[j]), Beta: number(imp.Beta[j])}
		if se != nil {
			row.LMGSE, row.JohnsonSE = num(se[j]), num(se[k+j])
		}
		out.Results = append(out.Results, row)
	}
	if se != nil {
		out.R2SE = num(se[2*k])
	}
	return out, nil
}
