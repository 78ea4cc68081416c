package appraisal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

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
	Reverse           *ReverseWeights          `json:"reverse_weights,omitempty" doc:"of closing, approval and non-recurrence in percent; absent: 50, 30, 20"`
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

// systemFile is the layout of the YAML file.
type systemFile struct {
	Meta struct {
		Version    string                   `yaml:"version"`
		Parts      []Part                   `yaml:"parts"`
		Respondent map[survey.Group]float64 `yaml:"respondent_weight"`
		Scale      []ScaleStep              `yaml:"scale"`
		Formula    map[string]string        `yaml:"formula,omitempty"`
		Reverse    *ReverseWeights          `yaml:"reverse_weights,omitempty"`
	} `yaml:"meta"`
	Dimensions []Dimension `yaml:"dimensions"`
}

// ParseSystem reads and validates the YAML of an indicator system (data/appraisal/indicators.yaml shows the format).
func ParseSystem(src []byte) (*System, error) {
	s, err := readSystem(src)
	if err != nil {
		return nil, err
	}
	return s, s.Validate()
}

// readSystem reads the YAML without judging it.
func readSystem(src []byte) (*System, error) {
	var file systemFile
	if err := yaml.NewDecoder(bytes.NewReader(src)).Decode(&file); err != nil {
		return nil, errs.Invalid("appraisal.bad_system", "The indicator file is not readable YAML: "+err.Error())
	}
	return &System{Version: file.Meta.Version, Parts: file.Meta.Parts, RespondentWeights: file.Meta.Respondent,
		Scale: file.Meta.Scale, Formula: file.Meta.Formula, Dimensions: file.Dimensions, Reverse: file.Meta.Reverse}, nil
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
