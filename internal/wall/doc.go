// Package wall is what the screen of a command centre shows: what flows today, what is overdue, alarms, how residents judge, and where
// officers on duty are, by theme and area.
//
// Invariants:
//   - Nothing personal: counts, areas, categories. Positions come without names, sensitive cases without a place, alarms about a person
//     without who it is.
//   - What is shown says how old it is. A source that fails keeps its last figures and their time.
//   - A link of a screen opens the wall of one area and nothing else, ends by itself, and can be revoked at any moment. Only its digest
//     is kept.
//
// Tables: wall_screen. Callers: app.
package wall

// Permissions of this module.
const (
	PermShow = "wall.show" // open the wall of one's area, give links of it to screens
)

// Permissions lists the permissions of this module.
func Permissions() []string { return []string{PermShow} }
