// Package wall is what the screen of a command centre shows: counts, themes, the map of grids; no personal data.
package wall

// Permissions of this module.
const (
	PermShow = "wall.show" // open the wall of one's area
)

// Permissions lists the permissions of this module.
func Permissions() []string { return []string{PermShow} }
