// Package report ships the template that reports start with. ORIGIN.md says where it comes from.
package report

import _ "embed"

// Template is the first template in the format read by report.ParseTemplate.
//
//go:embed template.yaml
var Template []byte
