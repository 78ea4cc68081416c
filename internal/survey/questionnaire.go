package survey

import (
	"bytes"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"yiwang/internal/form"
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

// Form is what a questionnaire asks; see package form.
type Form = form.Form

// Question is one question of a form.
type Question = form.Question

// QuestionType says how a question is answered.
type QuestionType = form.Type

// The question types of the reference questionnaires.
const (
	TypeScale        = form.Scale5
	TypeSingle       = form.Single
	TypeCategories   = form.Categories
	TypeText         = form.Text
	TypePhone        = form.Phone
	TypeDemographics = form.Demographics
)

// QuestionnaireState says whether a version can still be written.
type QuestionnaireState string

// The states of a questionnaire. A wave asks issued ones only.
const (
	QuestionnaireDraft  QuestionnaireState = "draft"
	QuestionnaireIssued QuestionnaireState = "issued" // never changes again
)

// Questionnaire is one version of a form. A draft is written until it is issued; an issued one never changes: a change is a new
// version.
type Questionnaire struct {
	ID        string             `db:"id" json:"id"`
	Group     Group              `db:"grp" json:"group"`
	Version   string             `db:"version" json:"version" doc:"name of the version within its group"`
	Name      string             `db:"name" json:"name"`
	State     QuestionnaireState `db:"state" json:"state" enum:"draft,issued"`
	Revision  int                `db:"revision" json:"revision" doc:"raised by every save of a draft"`
	BaseID    string             `db:"base_id" json:"base_id,omitempty" doc:"version this one was copied from"`
	Note      string             `db:"note" json:"note,omitempty" doc:"why there is a new version"`
	Author    string             `db:"author" json:"author,omitempty" doc:"user who saved it last"`
	Hash      string             `db:"hash" json:"hash"`
	Form      db.JSON[Form]      `db:"form" json:"form"`
	CreatedAt clock.Time         `db:"created_at" json:"created_at"`
	UpdatedAt clock.Time         `db:"updated_at" json:"updated_at"`
	IssuedAt  *clock.Time        `db:"issued_at" json:"issued_at,omitempty"`
	Waves     []QuestionnaireUse `db:"-" json:"waves,omitempty" doc:"waves of the caller's districts that ask it; only when one version is read"`
}

// QuestionnaireUse is a wave that asks a questionnaire.
type QuestionnaireUse struct {
	ID    string `db:"id" json:"id"`
	Code  string `db:"code" json:"code"`
	Name  string `db:"name" json:"name"`
	State State  `db:"state" json:"state"`
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
		asked := q.Form
		if err := asked.Validate(); err != nil {
			return "", nil, fmt.Errorf("questionnaire %s: %w", q.Code, err)
		}
		forms[q.Code] = &asked
	}
	for _, g := range Groups {
		if forms[g] == nil {
			return "", nil, errs.Invalid("survey.bad_questionnaire", "The questionnaire for "+string(g)+" is missing.")
		}
	}
	return file.Meta.Version, forms, nil
}
