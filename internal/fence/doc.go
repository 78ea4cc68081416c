// Package fence watches the positions of officers on duty: areas entered, left and stayed in, contact lost, out of one's grid.
package fence

// Permissions of this module.
const (
	PermRead   = "fence.read"   // see fences and what happened at them
	PermManage = "fence.manage" // draw and change fences and rules
)

// Permissions lists the permissions of this module.
func Permissions() []string { return []string{PermRead, PermManage} }
