// Package camera is the register of cameras and their players and snapshots.
package camera

// Permissions of this module.
const (
	PermRead   = "camera.read"   // see cameras and pictures of one's areas
	PermManage = "camera.manage" // register and change cameras
)

// Permissions lists the permissions of this module.
func Permissions() []string { return []string{PermRead, PermManage} }
