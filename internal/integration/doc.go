// Package integration speaks with other systems: Open311 GeoReport v2 and signed webhooks.
package integration

// Permissions of this module.
const (
	PermManage = "integration.manage" // partner systems, keys and webhooks
	PermRelay  = "integration.relay"  // register reports as a partner system by Open311
)

// Permissions lists the permissions of this module.
func Permissions() []string {
	return []string{PermManage, PermRelay}
}
