// Package appraisal ships the reference indicator system and questionnaires. ORIGIN.md says where they come from.
package appraisal

import _ "embed"

// Indicators is the indicator system in the format read by appraisal.ParseSystem.
//
//go:embed indicators.yaml
var Indicators []byte

// Questionnaires are the three questionnaires in the format read by survey.ParseQuestionnaires.
//
//go:embed questionnaires.yaml
var Questionnaires []byte
