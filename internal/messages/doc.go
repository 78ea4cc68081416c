// Package messages tells people what concerns them: notices in the console, text messages and e-mail through providers,
// with receipts, quiet hours and bounds.
//
// Invariants:
//   - One message per key: a reaction that runs twice tells once.
//   - Addresses and texts lie sealed; lists, logs and the audit trail show them masked.
//   - Between the quiet hours only what is urgent goes out.
//   - A provider that fails is tried again with growing pauses, then the message is failed where people see it.
//   - Nobody is sent more than the daily bound; what is beyond it is kept as suppressed, not dropped.
//   - Residents are told about their own case only, and only if they asked for it.
//
// Words are data: data/messages/templates.yaml, and versions of an administrator on top.
//
// Tables: message, message_attempt, message_template, message_contact; setting "messages.rules". Callers: app (reactions).
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
