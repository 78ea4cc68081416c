// Package messages tells people outside the program: e-mail, text messages and notices through providers, with receipts and quiet hours.
package messages

// Permissions of this module.
const (
	PermRead   = "messages.read"   // see messages sent and their receipts
	PermManage = "messages.manage" // providers, templates and quiet hours
)

// Permissions lists the permissions of this module.
func Permissions() []string {
	return []string{PermRead, PermManage}
}
