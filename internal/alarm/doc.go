// Package alarm is the one model of alarms: active or cleared, acknowledged or not, one per source, subject and kind.
package alarm

// Permissions of this module.
const (
	PermRead   = "alarm.read"   // see the alarms of one's areas
	PermAnswer = "alarm.answer" // acknowledge, note and clear by hand
)

// Permissions lists the permissions of this module.
func Permissions() []string { return []string{PermRead, PermAnswer} }
