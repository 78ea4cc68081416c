// Package messages holds the shipped templates of what people are told.
package messages

import _ "embed"

// Templates says who is told what when, in which words, by which channel.
//
//go:embed templates.yaml
var Templates []byte
