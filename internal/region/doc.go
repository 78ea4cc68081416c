// Package region keeps the areas of a district: the official tree down to the community, the grids below it, their
// ground, and how both change over time. Every other module speaks of areas by code.
//
// Invariants:
//   - A code is a prefix tree: the parent's code starts the child's, so "inside" is a string prefix and a code range.
//   - A code is never used again for other ground. An area that ends keeps its row with valid_to; who took over its
//     ground stands in area_succession. Locate and Resolve answer for any time.
//   - Shapes lie on the lattice of package geo in WGS-84; they are valid, and siblings of one layer do not overlap by
//     more than a rounding sliver. Composite and dedicated grids are one layer, police grids another.
//   - Every write raises the revision in the same transaction; a process re-reads the tree when it sees a new one, at
//     once after its own writes and within a second after those of others.
//
// Tables: area, area_shape, area_history, area_succession, area_alias, region_state.
// Events: region.changed, with the codes concerned, at most a hundred of them.
// Anybody signed in may read; writing needs region.manage for the area. Called by every module above.
package region

// Permissions of this module.
const (
	PermRead   = "region.read"   // the validation report
	PermManage = "region.manage" // import, change, split, merge, aliases
)

// Permissions lists the permissions of this module, for the registry of roles.
func Permissions() []string { return []string{PermRead, PermManage} }
