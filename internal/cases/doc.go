// Package cases is the life of what residents, officers and others bring up: registered, accepted, filed, dispatched by
// the responsibility list, signed for, handled, verified by somebody else, closed, asked about — along grid, community,
// street, district and city.
//
// Invariants:
//   - A case never ends silently: every ending carries a result and is recorded.
//   - Every change is one transition of the versioned workflow the case was registered under: row, history, clocks, audit
//     entry and event in one commit, and only if the caller saw the current version.
//   - Who handled a case cannot verify, close or audit it, neither as a unit nor as a person.
//   - Clocks are rows; due times follow from start, limit and pauses by the working calendar, never from when a row was touched.
//   - Escalation goes along areas, exactly once per clock, oldest due first; a case that nobody holds escalates too.
//   - Who reported is sealed, shown only with a reason and logged; streets and departments work without names.
//   - case_history is append-only.
//
// Tables: case_workflow, case_file, case_number, case_history, case_clock, case_reporter, case_evidence, case_recording, case_part,
// case_request, case_revisit, case_supervision, case_limits, case_emergency, case_words, case_block, case_block_id, case_block_term. Events: events.go. Callers: intake, whistle, desk, tally, integration, demo, app.
package cases

// Permissions of this module.
const (
	PermRead       = "cases.read"        // see cases of one's area or unit
	PermReport     = "cases.report"      // register a case
	PermAccept     = "cases.accept"      // accept, reject, file, have it inspected, correct category and place
	PermDispatch   = "cases.dispatch"    // dispatch, recall, urge, escalate, delegate, whistle
	PermHandle     = "cases.handle"      // sign, return, handle for the lead or an assisting unit; ask for time
	PermSelfHandle = "cases.self_handle" // close a petty matter on the spot
	PermCheck      = "cases.check"       // inspect before filing, verify after handling
	PermClose      = "cases.close"       // close, follow up, reopen
	PermMerge      = "cases.merge"       // merge duplicates and undo it
	PermAdjudicate = "cases.adjudicate"  // decide whose it is after a second return
	PermSuspend    = "cases.suspend"     // decide on more time and suspensions
	PermSupervise  = "cases.supervise"   // put under supervision
	PermForce      = "cases.force"       // close by force, declare void
	PermAudit      = "cases.audit"       // random checks of endings
	PermClocks     = "cases.clocks"      // set time limits, declare emergencies
	PermSensitive  = "cases.sensitive"   // see cases marked sensitive
	PermContact    = "cases.contact"     // see who reported, with a reason, logged
)

// Permissions lists the permissions of this module.
func Permissions() []string {
	return []string{PermRead, PermReport, PermAccept, PermDispatch, PermHandle, PermSelfHandle, PermCheck, PermClose, PermMerge, PermAdjudicate,
		PermSuspend, PermSupervise, PermForce, PermAudit, PermClocks, PermSensitive, PermContact}
}
