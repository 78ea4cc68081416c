// Package alarm is the one model of alarms: what asks for somebody's eye now, wherever it comes from.
//
// Invariants:
//   - While it lasts there is one alarm per source, subject and kind: what happens again counts there and does not ring again,
//     unless it has become more severe.
//   - An alarm is active or cleared, and acknowledged or not; the two are independent. The source clears it, or a person with
//     a reason.
//   - Who acknowledged, noted and cleared it stays (alarm_step, append-only).
//   - The position of a person is forgotten 30 days after the alarm was cleared, as tracks are; the rest stays for a year.
//
// Tables: alarm, alarm_step. Raised and cleared by the modules that watch something (RaiseTx, ClearTx); what follows from it
// is in app.
package alarm

// Permissions of this module.
const (
	PermRead   = "alarm.read"   // see the alarms of one's areas
	PermAnswer = "alarm.answer" // acknowledge, note and clear by hand
)

// Permissions lists the permissions of this module.
func Permissions() []string { return []string{PermRead, PermAnswer} }

// Events of this module; the payload is Alarm.
const (
	TopicRaised       = "alarm.raised" // a new one, or one that has become more severe
	TopicCleared      = "alarm.cleared"
	TopicAcknowledged = "alarm.acknowledged"
)
