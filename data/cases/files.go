// Package cases holds the reference data of cases: the workflow, event categories and their limits.
package cases

import _ "embed"

// Workflow is the shipped version of the workflow.
//
//go:embed workflow.yaml
var Workflow []byte

// Categories is the tree of event categories with filing and closing conditions and limits.
//
//go:embed event-categories.yaml
var Categories []byte
