// Package camera is the register of public cameras, with live pictures and snapshots.
//
// Invariants:
//   - A camera is known by the 20 digits of GB/T 28181; they are kept and checked.
//   - Nobody sees a picture without a look: it names a reason, is kept and audited before the first picture, and ends after ten minutes.
//   - Addresses of media servers leave the program to nobody but those who keep the register; pictures and the setting up of
//     streams pass through it, from hosts that the configuration names and no others.
//   - What a mask covers is hidden in snapshots before they leave; in live pictures the page covers it, as the stream is not decoded
//     here.
//
// Tables: camera, camera_look. Who may: see permissions below, always within the caller's areas.
package camera

// Permissions of this module.
const (
	PermRead   = "camera.read"   // see cameras and pictures of one's areas
	PermManage = "camera.manage" // register and change cameras
)

// Permissions lists the permissions of this module.
func Permissions() []string { return []string{PermRead, PermManage} }
