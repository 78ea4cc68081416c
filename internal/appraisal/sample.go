package appraisal

import (
	"strings"

	"yiwang/internal/survey"
)

// SampleWeight is what a score knows about one answer besides its marks: the design and the weights. It is what a second opinion needs to rebuild
// the design elsewhere.
type SampleWeight struct {
	Stratum    string   // street and group, or the street where communities were drawn
	Population float64  // of street and group
	Before     float64  // weight that the calibration starts from
	Final      float64  // weight in the score
	Margins    []string // the classes that the calibration fits, street and group first; none without calibration
}

// Weigh weights the answers of one channel by a plan, as Score does. The weights stand in the order of the answers; those set aside by a person must
// not be among them. Invalid for answers from a place that the plan does not know, or totals that cannot be met.
func Weigh(plan *survey.Plan, channel survey.Channel, answers []survey.Marked) ([]SampleWeight, error) {
	w, err := weigh(plan, channel, answers)
	if err != nil {
		return nil, err
	}
	clusters := plan.Weighting != nil && plan.Weighting.Cluster != "" && channel == survey.Targeted
	out := make([]SampleWeight, len(answers))
	for i := range out {
		st := &w.strata[w.of[i]]
		x := &out[i]
		x.Stratum, x.Population, x.Final, x.Before = st.key(), st.size, w.weight[i], w.weight[i]
		if clusters {
			x.Stratum = st.street
		}
		if w.before == nil {
			continue
		}
		x.Before = w.before[i]
		for _, m := range w.margins {
			x.Margins = append(x.Margins, strings.ReplaceAll(m.Cells.Names[m.Cells.Code[w.classes.Code[i]]], "·", "."))
		}
	}
	return out, nil
}
