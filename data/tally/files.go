// Package tally holds the definitions of the figures of cases.
package tally

import _ "embed"

// Metrics are the metrics, the scores and the presets of the three rates.
//
//go:embed metrics.yaml
var Metrics []byte
