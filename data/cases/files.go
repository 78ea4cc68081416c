// Package cases holds the reference data of cases: the workflow, event categories and their limits.
package cases

import _ "embed"

// Workflow is the shipped version of the workflow.
//
//go:embed workflow.yaml
var Workflow []byte

//go:embed workflow-1.yaml
var workflow1 []byte

// WorkflowsBefore are the versions shipped before, as they were: cases registered under them go on by them.
var WorkflowsBefore = [][]byte{workflow1}

// Categories is the tree of event categories with filing and closing conditions and limits.
//
//go:embed event-categories.yaml
var Categories []byte

// Limits is the shipped version of the time limits of the steps.
//
//go:embed limits.yaml
var Limits []byte

// WhistleLimits is the shipped version of the time limits of whistles.
//
//go:embed whistle-limits.yaml
var WhistleLimits []byte

// DutyList is the sample list of what streets do, help with, and have handed back.
//
//go:embed duty-list.yaml
var DutyList []byte

// Phrases are how people say it, by category.
//
//go:embed phrases.yaml
var Phrases []byte
