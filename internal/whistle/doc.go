// Package whistle is the joint handling of what a street cannot solve alone (街道吹哨、部门报到): a street calls departments
// to a case; each signs, contacts, reports in, promises tasks with dates, does them, and the street accepts or returns the
// work; then both sides rate each other.
//
// Invariants:
//   - A whistle belongs to a case, and a case has at most one that runs; the case cannot be handled or closed before it ends.
//   - A pushing whistle needs one member of the leading group, a hard one the two heads of the street, secretary and director:
//     two approvals by two persons. An urgent one is blown at once by whoever is on duty.
//   - Clocks start when the whistle is blown, run on the working calendar, and never move without a recorded step.
//   - A refusal goes to arbitration; what is ruled binds.
//   - A call is rated once, by the street that was party; ratings are shown once both sides spoke or five days after the
//     close. Units with fewer than five rated calls get no place in a comparison.
//   - whistle_history is append-only; every ending says how the matter stands.
//
// Tables: whistle_*. Events: events.go. Callers: demo, app.
package whistle

// Permissions of this module.
const (
	PermRead      = "whistle.read"      // see whistles of one's street or unit
	PermBlow      = "whistle.blow"      // draft and blow a street's whistle
	PermLead      = "whistle.lead"      // approve a pushing whistle as a member of the leading group
	PermHead      = "whistle.head"      // approve a hard whistle as secretary or director
	PermAnswer    = "whistle.answer"    // sign, contact, report in for a called department
	PermArbitrate = "whistle.arbitrate" // decide about refused whistles
)

// Permissions lists the permissions of this module.
func Permissions() []string {
	return []string{PermRead, PermBlow, PermLead, PermHead, PermAnswer, PermArbitrate}
}
