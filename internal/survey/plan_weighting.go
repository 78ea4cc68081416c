package survey

import (
	"fmt"
	"slices"

	"yiwang/internal/platform/errs"
)

// Ways to bring weights to the population.
const (
	Poststratify  = "poststratify" // to street × group alone
	Rake          = "rake"         // to street × group and other margins in turn (Deming & Stephan 1940)
	CalibrateLine = "linear"       // to all margins at once by regression (GREG); with bounds the factors are cut
	CalibrateBend = "logit"        // to all margins at once, factors smoothly between the bounds (Deville & Särndal 1992)
)

// Weighting is how answers are weighted up to the population, in the order of its steps: base weight, calibration, trimming,
// calibration again. Absent: everybody in a street and group weighs the same, population ÷ respondents.
type Weighting struct {
	Base    string   `json:"base,omitempty" enum:"equal,design" doc:"design: the weight an answer came with (1 ÷ chance of being drawn); equal, the default: none"`
	Cluster string   `json:"cluster,omitempty" enum:"community" doc:"first-stage unit of the sample; empty: respondents were drawn directly"`
	Method  string   `json:"method,omitempty" enum:"poststratify,rake,linear,logit" doc:"default poststratify"`
	Margins []Margin `json:"margins,omitempty" doc:"known shares of the population besides street × group"`
	Low     float64  `json:"low,omitempty" doc:"least factor of the calibration, below 1; linear and logit"`
	High    float64  `json:"high,omitempty" doc:"greatest factor, above 1; linear and logit"`
	Trim    float64  `json:"trim,omitempty" doc:"weights above so many times the median of their street and group are cut (Potter 1990: 5); 0: none"`
}

// Margin is what is known about the residents besides street and group: how many there are of each sex, or in each age band. It
// counts by its shares; respondents who did not say, and units, keep the weight they have.
type Margin struct {
	By     string             `json:"by" enum:"sex,age"`
	Totals map[string]float64 `json:"totals" doc:"m, f, or age band → people; age bands share the people of their group"`
}

// EvaluationLevel is one of the levels that residents evaluate: the street's management, the community's self-government, the
// visits of social workers. Items are indicator codes, or codes of scale questions that feed no indicator; they weigh alike.
type EvaluationLevel struct {
	Code  string   `json:"code"`
	Name  string   `json:"name"`
	Items []string `json:"items"`
}

// checkWeighting returns a field for each contradiction.
func (p *Plan) checkWeighting() (bad []errs.Field) {
	check := func(ok bool, location, message string) {
		if !ok {
			bad = append(bad, errs.Field{Location: "plan." + location, Message: message})
		}
	}
	for i, l := range p.Levels {
		check(l.Code != "" && l.Name != "" && len(l.Items) > 0, fmt.Sprintf("levels[%d]", i), "a level has a code, a name and at least one item")
	}
	w := p.Weighting
	if d := p.Sampling; d != nil && d.Cluster != ClusterNone { // else the intervals take neighbours for strangers and come out too narrow
		check(w != nil && w.Cluster == string(ClusterCommunity), "weighting.cluster", "communities or grids are drawn first: name the community as first-stage unit")
		check(w != nil && w.Base == "design", "weighting.base", "communities or grids are drawn first: weigh by the chance of being drawn")
	}
	if w == nil {
		return bad
	}
	check(w.Base == "" || w.Base == "equal" || w.Base == "design", "weighting.base", "equal or design")
	check(w.Cluster == "" || w.Cluster == "community", "weighting.cluster", "community, or empty")
	check(slices.Contains([]string{"", Poststratify, Rake, CalibrateLine, CalibrateBend}, w.Method), "weighting.method", "poststratify, rake, linear or logit")
	check(len(w.Margins) == 0 || w.Method != "" && w.Method != Poststratify, "weighting.method", "margins need rake, linear or logit")
	bounded := w.Low != 0 || w.High != 0
	check(!bounded || w.Low > 0 && w.Low < 1 && w.High > 1, "weighting.low", "the bounds enclose 1 and are above 0")
	check(bounded || w.Method != CalibrateBend, "weighting.low", "the logit method needs bounds")
	check(!bounded || w.Method == CalibrateLine || w.Method == CalibrateBend, "weighting.low", "bounds belong to linear and logit")
	check(w.Trim == 0 || w.Trim > 1, "weighting.trim", "above 1, or 0 for no trimming")
	seen := map[string]bool{}
	for i, m := range w.Margins {
		at := fmt.Sprintf("weighting.margins[%d]", i)
		check((m.By == "sex" || m.By == "age") && !seen[m.By], at, "sex or age, each once")
		check(len(m.Totals) > 1, at, "at least two totals")
		for _, t := range m.Totals {
			check(t > 0, at, "totals are above 0")
		}
		seen[m.By] = true
	}
	return bad
}
