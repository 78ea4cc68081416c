// Package wall holds what the wall shows by: its themes.
package wall

import _ "embed"

// Themes are the nine themes and what belongs to each.
//
//go:embed themes.yaml
var Themes []byte
