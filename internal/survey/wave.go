package survey

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Wave is one round of the appraisal.
type Wave struct {
	ID          string        `db:"id" json:"id"`
	Area        string        `db:"area" json:"area" doc:"the district that is appraised"`
	Code        string        `db:"code" json:"code" example:"2026H2"`
	Name        string        `db:"name" json:"name"`
	Period      string        `db:"period" json:"period" example:"2026H2"`
	State       State         `db:"state" json:"state"`
	StartsAt    *clock.Time   `db:"starts_at" json:"starts_at,omitempty"`
	EndsAt      *clock.Time   `db:"ends_at" json:"ends_at,omitempty"`
	PublishedAt *clock.Time   `db:"published_at" json:"published_at,omitempty"`
	Plan        db.JSON[Plan] `db:"plan" json:"plan"`
	PlanHash    string        `db:"plan_hash" json:"plan_hash,omitempty"`
	Version     int           `db:"version" json:"version"`
	CreatedAt   clock.Time    `db:"created_at" json:"created_at"`
	UpdatedAt   clock.Time    `db:"updated_at" json:"updated_at"`
	Counts      Counts        `db:"counts" json:"counts"`
	Actions     []Action      `db:"-" json:"actions,omitempty" doc:"moves out of this state"`
}

// Counts is how far the fieldwork of a wave has come. Pilot answers are apart.
type Counts struct {
	Target   int `db:"-" json:"target" doc:"planned size of the targeted sample"`
	Targeted int `db:"targeted" json:"targeted"`
	Online   int `db:"online" json:"online"`
	Pilot    int `db:"pilot" json:"pilot"`
	Comments int `db:"comments" json:"comments"`
}

// Plan is everything a wave's results depend on besides the answers. It is written before the wave and frozen with
// it: after Freeze it never changes, and PlanHash proves it.
type Plan struct {
	IndicatorSystem   string             `json:"indicator_system" doc:"version of the indicator system"`
	SystemHash        string             `json:"system_hash"`
	Questionnaires    map[Group]string   `json:"questionnaires" doc:"id of the questionnaire version per group"`
	Scale             Scale              `json:"scale"`
	Weights           map[string]float64 `json:"weights" doc:"indicator code to weight, sum 100"`
	RespondentWeights map[Group]float64  `json:"respondent_weights" doc:"sum 100; renormalised where a group was not asked"`
	Strata            []Stratum          `json:"strata" doc:"street × group with population"`
	Target            int                `json:"target" doc:"planned size of the targeted sample"`
	TieRule           string             `json:"tie_rule" doc:"written before the wave"`
	Level             float64            `json:"level" doc:"confidence level of intervals and rank sets"`
	Top               int                `json:"top" doc:"P(rank ≤ top) is reported"`
	MinIndicatorN     int                `json:"min_indicator_n" doc:"an indicator with fewer valid answers is marked 样本不足"`
	MinCellN          int                `json:"min_cell_n" doc:"a community or public cell with fewer respondents is suppressed"`
	Seed              int64              `json:"seed"`
	Pilot             []string           `json:"pilot,omitempty" doc:"streets in which the questionnaires are tried"`
	Sampling          *SamplingDesign    `json:"sampling,omitempty" doc:"how the targeted sample is drawn; absent: it came from elsewhere"`
	Quotas            []Quota            `json:"quotas,omitempty" doc:"most answers per cell; none: unbounded"`
	Weighting         *Weighting         `json:"weighting,omitempty" doc:"how answers are weighted; absent: population ÷ respondents by street and group"`
	Levels            []EvaluationLevel  `json:"levels,omitempty" doc:"what residents evaluate level by level: street, community, social workers"`
	Integrity         *IntegrityRules    `json:"integrity,omitempty" doc:"when an answer is flagged; absent: the defaults"`
	Award             *AwardRules        `json:"award,omitempty" doc:"how results are used, written before the wave; absent: no bonus"`
}

// Stratum is a group in a street with its population: people for elder and adult, units for unit.
type Stratum struct {
	Street     string `json:"street"`
	Group      Group  `json:"group"`
	Population int    `json:"population"`
}

// Hash returns the SHA-256 of the plan's canonical JSON (keys sorted, as encoding/json writes maps).
func (p *Plan) Hash() string {
	b, err := json.Marshal(p)
	if err != nil {
		panic("survey: a validated plan has finite numbers: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// ScoresLike reports whether the marks that both plans know are worth the same, so that scores can be compared.
func (p *Plan) ScoresLike(other *Plan) bool {
	for _, a := range p.Scale {
		for _, b := range other.Scale {
			if a.Mark == b.Mark && (a.Score == nil || b.Score == nil || *a.Score != *b.Score) {
				return false
			}
		}
	}
	return true
}

// Streets returns the street codes of the strata, sorted.
func (p *Plan) Streets() []string {
	var streets []string
	for _, s := range p.Strata {
		if !slices.Contains(streets, s.Street) {
			streets = append(streets, s.Street)
		}
	}
	slices.Sort(streets)
	return streets
}

// Population returns the population of a stratum, 0 when the plan does not name it.
func (p *Plan) Population(street string, group Group) int {
	for _, s := range p.Strata {
		if s.Street == street && s.Group == group {
			return s.Population
		}
	}
	return 0
}

// Validate returns Invalid with one field per gap; a plan that passes can be frozen.
func (p *Plan) Validate() error {
	var bad []errs.Field
	check := func(ok bool, location, message string) {
		if !ok {
			bad = append(bad, errs.Field{Location: "plan." + location, Message: message})
		}
	}
	check(p.IndicatorSystem != "" && p.SystemHash != "", "indicator_system", "choose a version of the indicator system")
	for _, g := range Groups {
		check(p.Questionnaires[g] != "", "questionnaires."+string(g), "choose a questionnaire version")
	}
	check(sums100(p.Weights), "weights", "weights are positive and add up to 100")
	check(sums100(p.RespondentWeights), "respondent_weights", "weights are positive and add up to 100")
	check(strings.TrimSpace(p.TieRule) != "", "tie_rule", "write the tie rule before the wave")
	check(p.Level > 0.5 && p.Level < 1, "level", "between 0.5 and 1")
	check(p.Top >= 1, "top", "at least 1")
	check(p.MinIndicatorN >= 2, "min_indicator_n", "at least 2")
	check(p.MinCellN >= 2, "min_cell_n", "at least 2")
	bad = append(bad, p.checkScale()...)
	bad = append(bad, p.checkStrata()...)
	bad = append(bad, p.checkWeighting()...)
	bad = append(bad, p.checkQuotas()...)
	bad = append(bad, p.Award.check()...)
	bad = append(bad, p.Integrity.check()...)
	bad = append(bad, p.checkPilot()...)
	bad = append(bad, p.Sampling.check()...)
	if len(bad) > 0 {
		return errs.Invalid("survey.plan_incomplete", "The plan of the wave is not complete.", bad...)
	}
	return nil
}

func (p *Plan) checkScale() (bad []errs.Field) {
	seen := map[string]bool{}
	for i, s := range p.Scale {
		if len(s.Mark) != 1 || s.Mark[0] == MarkNA || s.Mark[0] == MarkMissing || seen[s.Mark] || s.Label == "" || s.Score == nil ||
			*s.Score < 0 || *s.Score > 100 {
			bad = append(bad, errs.Field{Location: fmt.Sprintf("plan.scale[%d]", i), Message: "a step has its own mark, a label and a score from 0 to 100"})
		}
		seen[s.Mark] = true
	}
	if len(p.Scale) < 2 {
		bad = append(bad, errs.Field{Location: "plan.scale", Message: "at least two steps"})
	}
	return bad
}

func (p *Plan) checkStrata() (bad []errs.Field) {
	seen := map[Stratum]bool{}
	for i, s := range p.Strata {
		key := Stratum{Street: s.Street, Group: s.Group}
		if s.Street == "" || !slices.Contains(Groups, s.Group) || s.Population < 1 || seen[key] {
			bad = append(bad, errs.Field{Location: fmt.Sprintf("plan.strata[%d]", i), Message: "one line per street and group with a population", Value: s})
		}
		seen[key] = true
	}
	if len(p.Strata) == 0 {
		bad = append(bad, errs.Field{Location: "plan.strata", Message: "populations of street × group are needed for weights"})
	}
	return bad
}

func sums100[K comparable](weights map[K]float64) bool {
	sum := 0.0
	for _, w := range weights {
		if !(w > 0) {
			return false
		}
		sum += w
	}
	return math.Abs(sum-100) < 1e-6
}
