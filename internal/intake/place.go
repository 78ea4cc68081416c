package intake

import (
	"strings"

	"yiwang/internal/region"
)

// nameOf names a place as people do: street, community, grid.
func nameOf(loc region.Location) string {
	var parts []string
	for _, a := range []*region.Area{loc.Subdistrict, loc.Community, loc.Grid} {
		if a != nil {
			parts = append(parts, a.Name)
		}
	}
	if parts == nil && loc.District != nil {
		parts = append(parts, loc.District.Name)
	}
	return strings.Join(parts, " ")
}
