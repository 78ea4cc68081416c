package stats

import (
	"errors"
	"fmt"
	"math"
)

// Lonely says what a stratum with a single sampled unit contributes to the variance. Lumley (2010), ch. 2.
type Lonely string

// The ways to treat a stratum with one sampled unit.
const (
	LonelyFail      Lonely = "fail"      // refuse, and name the stratum (the default)
	LonelyRemove    Lonely = "remove"    // contributes nothing
	LonelyCertainty Lonely = "certainty" // taken with certainty: contributes nothing
	LonelyAdjust    Lonely = "adjust"    // deviation from the grand mean instead of the stratum mean
	LonelyAverage   Lonely = "average"   // the mean contribution of the other strata
)

// Stage is one sampling stage. Units without labels means every row is a unit. Units are nested in those of the stage before;
// from the second stage on, strata are nested in those units. FPC is the number of units in the population of the row's
// stratum, or, if no value exceeds 1, the sampling fraction; without it the stage counts as drawn with replacement.
type Stage struct {
	Strata Factor
	Units  Factor
	FPC    []float64
}

// Options describe a sample. Rows is the number of respondents. Without Weights they follow from the FPC of all stages, and
// without either every row weighs 1. Nest allows unit labels that repeat in different strata. PPS accepts fractions that vary
// within a stratum (Brewer's approximation for unequal probabilities).
type Options struct {
	Rows    int
	Weights []float64
	Stages  []Stage
	Nest    bool
	PPS     bool
	Lonely  Lonely
}

// Design is a weighted sample and how it was drawn. It is immutable and safe for concurrent use; the calibration methods
// return a new Design whose variances use calibration residuals.
type Design struct {
	n       int
	weights []float64
	stages  []stage
	lonely  Lonely
	simple  bool // one stage, units are rows, no lonely stratum
	joint   *jointProbabilities
	adjust  []adjustment
}

// adjustment turns the influence values of a design into those after one calibration step, in place.
type adjustment interface{ residuals(z []float64) }

// NewDesign checks and indexes a sample design. Errors name the offending row (counted from 1) or stratum.
func NewDesign(o Options) (*Design, error) {
	if o.Rows <= 0 {
		return nil, errors.New("the sample has no rows")
	}
	if o.Lonely == "" {
		o.Lonely = LonelyFail
	}
	d := &Design{n: o.Rows, lonely: o.Lonely}
	if len(o.Stages) == 0 {
		o.Stages = []Stage{{}}
	}
	for s, st := range o.Stages {
		if st.FPC == nil && s > 0 {
			break // later stages matter only where the sampling fraction of the earlier ones is known
		}
		var parent *stage
		if s > 0 {
			parent = &d.stages[s-1]
		}
		next, err := newStage(o, s, parent)
		if err != nil {
			return nil, err
		}
		d.stages = append(d.stages, next)
	}
	d.simple = len(d.stages) == 1 && !o.Stages[0].Units.given()
	for h := range d.stages[0].strata() {
		d.simple = d.simple && d.stages[0].sampled(int32(h)) > 1
	}
	return d, d.setWeights(o.Weights)
}

func (d *Design) setWeights(weights []float64) error {
	if weights == nil {
		weights = make([]float64, d.n)
		for i := range weights {
			weights[i] = 1
			for _, st := range d.stages {
				if st.fraction != nil {
					weights[i] /= st.fraction[st.unit[i]]
				}
			}
		}
	}
	if len(weights) != d.n {
		return fmt.Errorf("%d weights for %d rows", len(weights), d.n)
	}
	sum := 0.0
	for i, w := range weights {
		if math.IsNaN(w) || math.IsInf(w, 0) || w < 0 {
			return fmt.Errorf("row %d: weight %v is not a number from 0 up", i+1, w)
		}
		sum += w
	}
	if sum == 0 {
		return errors.New("all weights are zero")
	}
	d.weights = weights
	return nil
}

// Rows is the number of rows.
func (d *Design) Rows() int { return d.n }

// Weights are the current weights, after calibration. Do not change them.
func (d *Design) Weights() []float64 { return d.weights }

// DF is the design degrees of freedom: first-stage units minus first-stage strata, counting rows with a positive weight.
func (d *Design) DF() int {
	first := &d.stages[0]
	units, strata := make([]bool, len(first.unitStratum)), make([]bool, first.strata())
	df := 0
	for i, w := range d.weights {
		u := first.unit[i]
		if w == 0 || units[u] {
			continue
		}
		units[u] = true
		df++
		if h := first.unitStratum[u]; !strata[h] {
			strata[h] = true
			df--
		}
	}
	return df
}
