package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Proportion estimates the share of rows where y is 1 (0 elsewhere, NaN missing) with an interval that suits shares near 0 or 1:
//
//	"logit", "xlogit"  symmetric on the log-odds scale (the default)
//	"asin"             symmetric on the arcsine-square-root scale
//	"beta"             Clopper-Pearson with the effective sample size (Korn & Graubard 1998)
//	"likelihood"       profile of the pseudo-likelihood scaled by the design effect (Rao & Scott 1984)
//	"mean"             symmetric on the share itself
func Proportion(s Sample, y []float64, q Query, interval string) ([]Estimate, error) {
	for i, v := range y {
		if v != 0 && v != 1 && !math.IsNaN(v) {
			return nil, fmt.Errorf("row %d: %v is neither 0 nor 1", i+1, v)
		}
	}
	q, err := q.fill(s.Rows())
	if err != nil {
		return nil, err
	}
	out, err := s.Mean(y, q)
	if err != nil {
		return nil, err
	}
	var fit []float64
	if interval == "likelihood" {
		fit = workingMeans(s.Weights(), y, q.By)
	}
	for c := range out {
		e := &out[c]
		t := studentQuantile(1-(1-q.Level)/2, e.DF)
		switch interval {
		case "", "logit", "xlogit":
			e.logit(t)
		case "asin":
			e.asin(t)
		case "beta":
			e.beta(q.Level)
		case "likelihood":
			e.likelihood(t, fit[c])
		case "mean":
		default:
			return nil, fmt.Errorf("unknown interval %q; there are logit, likelihood, asin, beta, mean and xlogit", interval)
		}
	}
	return out, nil
}

func (e *Estimate) logit(t float64) {
	p := e.Estimate
	if p <= 0 || p >= 1 {
		return // the log-odds are infinite; the symmetric interval has width zero
	}
	half := t * e.SE / (p * (1 - p))
	e.Low, e.High = expit(math.Log(p/(1-p))-half), expit(math.Log(p/(1-p))+half)
}

func expit(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func (e *Estimate) asin(t float64) {
	p := e.Estimate
	if p <= 0 || p >= 1 {
		return
	}
	middle, half := math.Asin(math.Sqrt(p)), t*e.SE/(2*math.Sqrt(p*(1-p)))
	e.Low, e.High = math.Pow(math.Sin(middle-half), 2), math.Pow(math.Sin(middle+half), 2)
}

// beta shrinks the effective sample size by (t_{n−1}/t_df)², because the variance itself is estimated.
func (e *Estimate) beta(level float64) {
	p, alpha := e.Estimate, 1-level
	if math.IsNaN(p) || e.N < 2 {
		return
	}
	n := float64(e.N) // without variation in the sample, all rows count
	if e.SE > 0 {
		n = p * (1 - p) / (e.SE * e.SE)
		n *= math.Pow(studentQuantile(alpha/2, e.N-1)/studentQuantile(alpha/2, e.DF), 2)
	}
	e.Low, e.High = 0, 1
	if p > 0 {
		e.Low = distuv.Beta{Alpha: n * p, Beta: n*(1-p) + 1}.Quantile(alpha / 2)
	}
	if p < 1 {
		e.High = distuv.Beta{Alpha: n*p + 1, Beta: n * (1 - p)}.Quantile(1 - alpha/2)
	}
}
