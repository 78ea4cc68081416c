// Package rectify carries the reference data of the reverse evaluation inside the binary. ORIGIN.md says where it is from.
package rectify

import _ "embed"

// Categories is reverse-categories.json: the 14 fields, their words and the rules that settle ambiguous ones.
//
//go:embed reverse-categories.json
var Categories []byte
