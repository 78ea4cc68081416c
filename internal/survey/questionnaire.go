package survey

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Group is a kind of respondent; each has a questionnaire of its own.
type Group string

// The three groups of the appraisal.
const (
	Elder Group = "elder" // residents of 60 years and more
	Adult Group = "adult" // residents of 18 to 59 years
	Unit  Group = "unit"  // enterprises, schools, hospitals, offices in the area
)

// Groups lists the groups in the order every table uses.
var Groups = []Group{Elder, Adult, Unit}

// QuestionType says how a question is answered.
type QuestionType string

// The question types of the reference questionnaires.
const (
	TypeScale        QuestionType = "scale5"         // one step of the wave's scale
	TypeSingle       QuestionType = "single"         // one of Options
	TypeCategories   QuestionType = "multi_category" // up to Max of the reverse categories
	TypeText         QuestionType = "text"           // free text, at most MaxLen characters
	TypePhone        QuestionType = "phone"          // stored encrypted, apart from the answers
	TypeDemographics QuestionType = "demographics"   // fields for statistics only
)

var questionTypes = []QuestionType{TypeScale, TypeSingle, TypeCategories, TypeText, TypePhone, TypeDemographics}

// Question is one question of a form. A scale question with an Indicator feeds that indicator's score; a scale
// question without one (the overall question) is reported beside the scores.
type Question struct {
	Code      string       `json:"code" yaml:"code"`
	Indicator string       `json:"indicator,omitempty" yaml:"indicator"`
	Text      string       `json:"text" yaml:"text"`
	Type      QuestionType `json:"type" yaml:"type"`
	NA        bool         `json:"na,omitempty" yaml:"na"`
	Optional  bool         `json:"optional,omitempty" yaml:"optional"`
	Options   []string     `json:"options,omitempty" yaml:"options"`
	Expect    string       `json:"expect,omitempty" yaml:"expect"`
	Max       int          `json:"max,omitempty" yaml:"max"`
	MaxLen    int          `json:"max_len,omitempty" yaml:"max_len"`
	Source    string       `json:"source,omitempty" yaml:"source"`
	Fields    []string     `json:"fields,omitempty" yaml:"fields"`
	Note      string       `json:"note,omitempty" yaml:"note"`
}

// Form is what a questionnaire asks.
type Form struct {
	Name      string     `json:"name" yaml:"name"`
	Target    string     `json:"target" yaml:"target"`
	Intro     string     `json:"intro" yaml:"intro"`
	Questions []Question `json:"questions" yaml:"questions"`
}

// Questionnaire is one stored version of a form. It is never changed: a change is a new version.
type Questionnaire struct {
	ID        string        `db:"id" json:"id"`
	Group     Group         `db:"grp" json:"group"`
	Version   string        `db:"version" json:"version"`
	Name      string        `db:"name" json:"name"`
	Hash      string        `db:"hash" json:"hash"`
	Form      db.JSON[Form] `db:"form" json:"form"`
	CreatedAt clock.Time    `db:"created_at" json:"created_at"`
}

// ScaleQuestions returns the questions whose answers make up the marks of a response, in form order.
func (f *Form) ScaleQuestions() []Question {
	var scale []Question
	for _, q := range f.Questions {
		if q.Type == TypeScale {
			scale = append(scale, q)
		}
	}
	return scale
}

// Question returns the question with the code, or nil.
func (f *Form) Question(code string) *Question {
	if i := slices.IndexFunc(f.Questions, func(q Question) bool { return q.Code == code }); i >= 0 {
		return &f.Questions[i]
	}
	return nil
}

// Hash returns the content hash of a form: SHA-256 over its JSON.
func (f *Form) Hash() string {
	b, err := json.Marshal(f)
	if err != nil {
		panic("survey: a form holds only strings and numbers: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Validate returns Invalid naming every question that cannot be asked or stored.
func (f *Form) Validate() error {
	var bad []errs.Field
	report := func(i int, msg string) {
		bad = append(bad, errs.Field{Location: fmt.Sprintf("questions[%d]", i), Message: msg, Value: f.Questions[i].Code})
	}
	seen := map[string]bool{}
	for i, q := range f.Questions {
		switch {
		case q.Code == "" || q.Text == "" && q.Type != TypeDemographics:
			report(i, "code and text are required")
		case seen[q.Code]:
			report(i, "code is used twice")
		case !slices.Contains(questionTypes, q.Type):
			report(i, "unknown question type "+string(q.Type))
		case q.Type == TypeSingle && len(q.Options) < 2:
			report(i, "a single choice needs two options")
		case q.Expect != "" && !slices.Contains(q.Options, q.Expect):
			report(i, "expect is not one of the options")
		case q.Indicator != "" && q.Type != TypeScale:
			report(i, "only a scale question can feed an indicator")
		}
		seen[q.Code] = true
	}
	if len(f.ScaleQuestions()) == 0 {
		bad = append(bad, errs.Field{Location: "questions", Message: "no scale question"})
	}
	if len(bad) > 0 {
		return errs.Invalid("survey.bad_questionnaire", "The questionnaire is not usable.", bad...)
	}
	return nil
}

// ParseQuestionnaires reads and validates the YAML file of questionnaires (docs: data/appraisal/questionnaires.yaml).
// Unknown keys are tolerated since the file carries notes for people; a missing group is an error.
func ParseQuestionnaires(src []byte) (version string, forms map[Group]*Form, err error) {
	var file struct {
		Meta struct {
			Version string `yaml:"version"`
		} `yaml:"meta"`
		Questionnaires []struct {
			Code Group `yaml:"code"`
			Form `yaml:",inline"`
		} `yaml:"questionnaires"`
	}
	if err := yaml.NewDecoder(bytes.NewReader(src)).Decode(&file); err != nil {
		return "", nil, errs.Invalid("survey.bad_questionnaire", "The questionnaire file is not readable YAML: "+err.Error())
	}
	if file.Meta.Version == "" {
		return "", nil, errs.Invalid("survey.bad_questionnaire", "The questionnaire file has no meta.version.")
	}
	forms = map[Group]*Form{}
	for _, q := range file.Questionnaires {
		if !slices.Contains(Groups, q.Code) || forms[q.Code] != nil {
			return "", nil, errs.Invalid("survey.bad_questionnaire", "Unknown or repeated questionnaire "+string(q.Code)+".")
		}
		form := q.Form
		if err := form.Validate(); err != nil {
			return "", nil, fmt.Errorf("questionnaire %s: %w", q.Code, err)
		}
		forms[q.Code] = &form
	}
	for _, g := range Groups {
		if forms[g] == nil {
			return "", nil, errs.Invalid("survey.bad_questionnaire", "The questionnaire for "+string(g)+" is missing.")
		}
	}
	return file.Meta.Version, forms, nil
}
