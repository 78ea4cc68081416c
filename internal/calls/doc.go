// Package calls rings, connects and records calls between the centre and officers.
package calls

// Permissions of this module.
const (
	PermCall   = "calls.call"   // call and be called
	PermRecord = "calls.record" // record a call and read recordings of one's areas
	PermManage = "calls.manage" // see all calls of one's areas and end them
)

// Permissions lists the permissions of this module.
func Permissions() []string { return []string{PermCall, PermRecord, PermManage} }
