// Package rectify turns what residents complain about into matters that somebody puts right: sorted opinions are merged
// into items, issued to a unit with a time limit, answered, done, verified by another unit, told to those who spoke,
// and published.
//
// Invariants:
//   - Who handled an item cannot verify it, neither as a unit nor as a person.
//   - A unit may return an item once, with a legal ground.
//   - Every issue starts a clock of its own; due times are computed once by the working calendar and never change.
//     Overdue is derived from the clock, never from when a row was last touched. Rework keeps the clock.
//   - item_history is append-only; every write stores row, history, audit entry and event in one commit.
//
// Tables: item, item_number, item_history, item_clock, item_evidence.
// Events: see events.go. Callers: appraisal (ReverseStats), demo, app.
// Who may: see permissions below and the workflow table; what a caller sees follows from scope.go.
package rectify

// Permissions of this module.
const (
	PermRead      = "rectify.read"      // see items of one's area or unit
	PermMerge     = "rectify.merge"     // make items of comments, name their place and the units; also needs opinion.code for the comments
	PermIssue     = "rectify.issue"     // issue to a unit
	PermAnswer    = "rectify.answer"    // answer or return for the lead unit
	PermDo        = "rectify.do"        // start, add evidence and report done for the lead unit
	PermVerify    = "rectify.verify"    // verify, or send back, what another unit has done
	PermPublish   = "rectify.publish"   // tell those who spoke, publish what somebody else wrote, withdraw it
	PermPage      = "rectify.page"      // write public pages, make pictures fit to be shown, decide about words of residents
	PermApprove   = "rectify.approve"   // approve reverse issue lists and files with what residents said, made by somebody else
	PermDecide    = "rectify.decide"    // joint adjudication, more time, suspension; the rules of the machine
	PermSupervise = "rectify.supervise" // press a unit for an answer
)

// Permissions lists the permissions of this module.
func Permissions() []string {
	return []string{PermRead, PermMerge, PermIssue, PermAnswer, PermDo, PermVerify, PermPublish, PermPage, PermApprove, PermDecide, PermSupervise}
}
