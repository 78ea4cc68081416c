package whistle

import (
	"slices"

	"yiwang/internal/platform/auth"
)

// Hears reports whether p may be told of a step: who reads whistles of the street, and the departments it is about. For what
// streams events to people.
func Hears(p *auth.Principal, e Moved) bool {
	if p == nil || !p.Has(PermRead) {
		return false
	}
	return p.Covers(e.Street) || p.UnitID != "" && (p.UnitID == e.UnitID || p.UnitID == e.CallUnit || slices.Contains(e.Called, p.UnitID))
}
