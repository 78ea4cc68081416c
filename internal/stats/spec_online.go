package stats

import "fmt"

type adjustedOutput struct {
	Naive      number `json:"naive"`
	IPW        number `json:"ipw"`
	IPWSE      number `json:"ipw_se"`
	MI         number `json:"mi"`
	MISE       number `json:"mi_se"`
	DR         number `json:"dr"`
	DRSE       number `json:"dr_se"`
	KishDeff   number `json:"kish_deff"`
	Population number `json:"population"`
}

// adjustOnline corrects the mean of the online file by factors and numbers that both files have.
func adjustOnline(o *object, online, probability *waveSpec) *adjustedOutput {
	c := o.child("adjust")
	factors, covariates := c.words("factors"), c.words("covariates")
	c.done()
	if *o.err != nil {
		return nil
	}
	if online.items == nil || probability.items == nil {
		o.fail("adjust", "needs data in both samples")
		return nil
	}
	out, err := adjust(online.items, probability.items, factors, covariates)
	if err != nil {
		o.fail("adjust", "cannot be done: %v", err)
	}
	return out
}

func adjust(online, probability *itemSpec, factors, covariates []string) (*adjustedOutput, error) {
	b, ok := probability.sample.(*Design)
	if !ok {
		return nil, fmt.Errorf("the probability sample must have a design without replicates")
	}
	x := Online{B: b, XA: [][]float64{ones(online.n)}, XB: [][]float64{ones(b.Rows())}, Y: online.kept(online.columns[0])}
	for _, name := range covariates {
		here, err := probability.table.required(name)
		if err != nil {
			return nil, err
		}
		there, err := online.table.required(name)
		if err != nil {
			return nil, err
		}
		x.XA, x.XB = append(x.XA, online.kept(there)), append(x.XB, here)
	}
	for _, name := range factors {
		here, err := probability.table.requiredFactor(name)
		if err != nil {
			return nil, err
		}
		there, err := online.table.requiredFactor(name)
		if err != nil {
			return nil, err
		}
		for _, label := range there.Names {
			if here.level(label) < 0 {
				return nil, fmt.Errorf("%s has %q in column %q, the probability sample has not", online.file, label, name)
			}
		}
		for l := 1; l < len(here.Names); l++ {
			x.XA = append(x.XA, online.kept(indicatorOf(there, there.level(here.Names[l]))))
			x.XB = append(x.XB, indicatorOf(here, int32(l)))
		}
	}
	e, err := x.Adjust()
	if err != nil {
		return nil, err
	}
	squares := 0.0
	for _, w := range e.Weights {
		squares += w * w
	}
	return &adjustedOutput{Naive: number(e.Naive), IPW: number(e.IPW), IPWSE: number(e.IPWSE), MI: number(e.MI), MISE: number(e.MISE), DR: number(e.DR), DRSE: number(e.DRSE),
		KishDeff: number(float64(len(e.Weights)) * squares / (e.Population * e.Population)), Population: number(e.Population)}, nil
}

// kept are the rows that are complete.
func (s *itemSpec) kept(column []float64) []float64 {
	var out []float64
	for i, v := range column {
		if s.keep[i] {
			out = append(out, v)
		}
	}
	return out
}
