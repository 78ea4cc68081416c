// Package rectify carries the reference data of the reverse evaluation inside the binary. ORIGIN.md says where it is from.
package rectify

import _ "embed"

// Categories is reverse-categories.json: the 14 fields, their words and the rules that settle ambiguous ones.
//
//go:embed reverse-categories.json
var Categories []byte

// LeafWords is leaf-words.tsv: words that speak for an event leaf or, under two digits, for a field as a whole.
//
//go:embed leaf-words.tsv
var LeafWords []byte

// Sentences is sentences.tsv: sentences with what they are about, that train the classifier shipped.
//
//go:embed sentences.tsv
var Sentences []byte
