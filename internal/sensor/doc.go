// Package sensor takes what devices report: water, gas, air, manholes; rules make alarms and cases of it.
package sensor

// Permissions of this module.
const (
	PermRead   = "sensor.read"   // see sensors and readings of one's areas
	PermManage = "sensor.manage" // register sensors and write rules
)

// Permissions lists the permissions of this module.
func Permissions() []string { return []string{PermRead, PermManage} }
