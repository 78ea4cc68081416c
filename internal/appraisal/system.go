package appraisal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/survey"
)

// System is one version of the indicator system: dimensions → key points → indicators with weights that add up at
// every level, three parts of the total and the weights of the respondent groups.
type System struct {
	Version           string                   `json:"version"`
	Parts             []Part                   `json:"parts"`
	RespondentWeights map[survey.Group]float64 `json:"respondent_weights"`
	Scale             []ScaleStep              `json:"scale"`
	Formula           map[string]string        `json:"formula"`
	Dimensions        []Dimension              `json:"dimensions"`
}

// Part is one of positive, reverse, special with its share of the total in percent.
type Part struct {
	Code   string  `json:"code" yaml:"code"`
	Name   string  `json:"name" yaml:"name"`
	Weight float64 `json:"weight" yaml:"weight"`
	Note   string  `json:"note,omitempty" yaml:"note"`
}

// ScaleStep is one answer as the system defines it; Score is nil for answers that are counted and not scored.
type ScaleStep struct {
	Label string   `json:"label" yaml:"label"`
	Score *float64 `json:"score" yaml:"score"`
}

// Dimension is the first level.
type Dimension struct {
	Code      string     `json:"code" yaml:"code"`
	Slug      string     `json:"slug" yaml:"slug"`
	Name      string     `json:"name" yaml:"name"`
	Weight    float64    `json:"weight" yaml:"weight"`
	KeyPoints []KeyPoint `json:"key_points" yaml:"key_points"`
}

// KeyPoint is the second level.
type KeyPoint struct {
	Code       string      `json:"code" yaml:"code"`
	Name       string      `json:"name" yaml:"name"`
	Weight     float64     `json:"weight" yaml:"weight"`
	Indicators []Indicator `json:"indicators" yaml:"indicators"`
}

// Indicator is what a question measures. Reverse names the reverse-evaluation fields it corresponds to, Depts the
// units that answer for it, Questionnaires the groups that are asked.
type Indicator struct {
	Code           string         `json:"code" yaml:"code"`
	KeyPoint       string         `json:"key_point" yaml:"key_point"`
	Name           string         `json:"name" yaml:"name"`
	Weight         float64        `json:"weight" yaml:"weight"`
	Desc           string         `json:"desc" yaml:"desc"`
	Evidence       []string       `json:"evidence" yaml:"evidence"`
	Reverse        []string       `json:"reverse" yaml:"reverse"`
	Depts          []string       `json:"depts" yaml:"depts"`
	Questionnaires []survey.Group `json:"questionnaires" yaml:"questionnaires"`
}

// StoredSystem is a version as kept in the database.
type StoredSystem struct {
	Version   string          `db:"version" json:"version"`
	Hash      string          `db:"hash" json:"hash"`
	Body      db.JSON[System] `db:"body" json:"body"`
	CreatedAt clock.Time      `db:"created_at" json:"created_at"`
}

// ParseSystem reads and validates the YAML of an indicator system (data/appraisal/indicators.yaml shows the format).
func ParseSystem(src []byte) (*System, error) {
	var file struct {
		Meta struct {
			Version    string                   `yaml:"version"`
			Parts      []Part                   `yaml:"parts"`
			Respondent map[survey.Group]float64 `yaml:"respondent_weight"`
			Scale      []ScaleStep              `yaml:"scale"`
			Formula    map[string]string        `yaml:"formula"`
		} `yaml:"meta"`
		Dimensions []Dimension `yaml:"dimensions"`
	}
	if err := yaml.NewDecoder(bytes.NewReader(src)).Decode(&file); err != nil {
		return nil, errs.Invalid("appraisal.bad_system", "The indicator file is not readable YAML: "+err.Error())
	}
	s := &System{Version: file.Meta.Version, Parts: file.Meta.Parts, RespondentWeights: file.Meta.Respondent,
		Scale: file.Meta.Scale, Formula: file.Meta.Formula, Dimensions: file.Dimensions}
	return s, s.Validate()
}

// Hash returns the SHA-256 of the system's canonical JSON.
func (s *System) Hash() string {
	b, err := json.Marshal(s)
	if err != nil {
		panic("appraisal: a validated system has finite numbers: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Indicators returns the indicators in order.
func (s *System) Indicators() []Indicator {
	var list []Indicator
	for _, d := range s.Dimensions {
		for _, k := range d.KeyPoints {
			list = append(list, k.Indicators...)
		}
	}
	return list
}

// Weights returns indicator code → weight; the weights add up to 100.
func (s *System) Weights() map[string]float64 {
	weights := map[string]float64{}
	for _, i := range s.Indicators() {
		weights[i.Code] = i.Weight
	}
	return weights
}

// PlanScale turns the system's scale into the steps of a plan: the scored answers with marks 1, 2, … and, for the
// elderly form, three faces scored with the mean of the levels they stand for (indicators.yaml: faces 90/60/15 on the
// default scale). The best two steps and the smiling face count as satisfied.
func (s *System) PlanScale() survey.Scale {
	var scale survey.Scale
	for _, step := range s.Scale {
		if step.Score == nil {
			continue
		}
		n := len(scale)
		scale = append(scale, survey.Step{Mark: string(rune('1' + n)), Label: step.Label, Score: step.Score, Satisfied: n < 2})
	}
	if len(scale) != 5 {
		return scale
	}
	mean := func(a, b int) *float64 {
		v := (*scale[a].Score + *scale[b].Score) / 2
		return &v
	}
	return append(scale,
		survey.Step{Mark: "a", Label: "笑脸", Score: mean(0, 1), Satisfied: true, Face: true},
		survey.Step{Mark: "b", Label: "平脸", Score: mean(2, 2), Face: true},
		survey.Step{Mark: "c", Label: "皱眉", Score: mean(3, 4), Face: true})
}

// Validate returns Invalid with one field per contradiction: weights that do not add up, codes used twice or under the
// wrong parent, indicators nobody is asked.
func (s *System) Validate() error {
	v := systemCheck{seen: map[string]bool{}}
	v.check(s.Version != "", "meta.version", "required")
	total := 0.0
	for _, p := range s.Parts {
		total += p.Weight
	}
	v.sum("meta.parts", total, 100)
	total = 0
	for _, g := range survey.Groups {
		v.check(s.RespondentWeights[g] > 0, "meta.respondent_weight."+string(g), "must be positive")
		total += s.RespondentWeights[g]
	}
	v.sum("meta.respondent_weight", total, 100)
	scored := 0
	for i, step := range s.Scale {
		v.check(step.Label != "", fmt.Sprintf("meta.scale[%d]", i), "needs a label")
		if step.Score != nil {
			v.check(*step.Score >= 0 && *step.Score <= 100, fmt.Sprintf("meta.scale[%d]", i), "score lies in 0…100")
			scored++
		}
	}
	v.check(scored >= 2 && scored <= 9, "meta.scale", "between two and nine scored steps")
	total = 0
	for _, d := range s.Dimensions {
		total += d.Weight
		v.dimension(d)
	}
	v.sum("dimensions", total, 100)
	if len(v.bad) > 0 {
		return errs.Invalid("appraisal.bad_system", "The indicator system contradicts itself.", v.bad...)
	}
	return nil
}

type systemCheck struct {
	seen map[string]bool
	bad  []errs.Field
}

func (v *systemCheck) check(ok bool, location, message string) {
	if !ok {
		v.bad = append(v.bad, errs.Field{Location: location, Message: message})
	}
}

func (v *systemCheck) sum(location string, got, want float64) {
	v.check(math.Abs(got-want) < 1e-9, location, fmt.Sprintf("weights add up to %g instead of %g", got, want))
}

func (v *systemCheck) code(location, code, name, parent string, weight float64) {
	v.check(code != "" && name != "", location, "code and name are required")
	v.check(!v.seen[code], location, "code "+code+" is used twice")
	v.check(strings.HasPrefix(code, parent), location, "code "+code+" does not start with "+parent)
	v.check(weight > 0, location, "weight must be positive")
	v.seen[code] = true
}

func (v *systemCheck) dimension(d Dimension) {
	v.code("dimensions."+d.Code, d.Code, d.Name, "", d.Weight)
	keyPoints := 0.0
	for _, k := range d.KeyPoints {
		keyPoints += k.Weight
		v.code("key_points."+k.Code, k.Code, k.Name, d.Code, k.Weight)
		indicators := 0.0
		for _, i := range k.Indicators {
			indicators += i.Weight
			at := "indicators." + i.Code
			v.code(at, i.Code, i.Name, k.Code, i.Weight)
			v.check(i.KeyPoint == k.Code, at, "key_point says "+i.KeyPoint)
			v.check(len(i.Questionnaires) > 0, at, "no questionnaire asks it")
			for _, g := range i.Questionnaires {
				v.check(slices.Contains(survey.Groups, g), at, "unknown questionnaire "+string(g))
			}
		}
		v.sum("key_points."+k.Code, indicators, k.Weight)
	}
	v.sum("dimensions."+d.Code, keyPoints, d.Weight)
}

// CheckForms returns Invalid where the questionnaires and the system disagree: an indicator that a group should be
// asked and is not, asked twice, or a question that feeds an unknown indicator.
func (s *System) CheckForms(forms map[survey.Group]*survey.Form) error {
	v := systemCheck{}
	for _, g := range survey.Groups {
		form := forms[g]
		if form == nil {
			v.check(false, string(g), "no questionnaire")
			continue
		}
		asked := map[string]int{}
		for _, q := range form.Questions {
			if q.Indicator != "" {
				asked[q.Indicator]++
			}
		}
		for _, i := range s.Indicators() {
			want := 0
			if slices.Contains(i.Questionnaires, g) {
				want = 1
			}
			v.check(asked[i.Code] == want, string(g)+"."+i.Code, fmt.Sprintf("asked %d times instead of %d", asked[i.Code], want))
			delete(asked, i.Code)
		}
		for code := range asked {
			v.check(false, string(g)+"."+code, "feeds an unknown indicator")
		}
	}
	if len(v.bad) > 0 {
		slices.SortFunc(v.bad, func(a, b errs.Field) int { return strings.Compare(a.Location, b.Location) })
		return errs.Invalid("appraisal.forms_disagree", "Questionnaires and indicator system disagree.", v.bad...)
	}
	return nil
}
