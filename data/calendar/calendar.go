// Package calendar ships the working calendar that is used until a district loads its own.
package calendar

import _ "embed"

// YAML is the text of calendar.yaml; workcal.Parse reads it.
//
//go:embed calendar.yaml
var YAML []byte
