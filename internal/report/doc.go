// Package report writes what a wave found: the comprehensive report, street letters, the data for a second opinion.
//
// Invariants
//   - A frozen report never changes: the hash of every file is on record, a download is those bytes, and Verify proves it.
//   - Every number comes from a score run through the appraisal module; this package computes none.
//   - A stored version of the template never changes; a frozen report names version and hash of the one it was written by.
//   - Reports hold districts and streets. Communities stand only in the letter of their own street, without order.
//   - No export holds an answer that could be traced: cells below the wave's smallest are merged or left out, rows have no id and no
//     time, and stand in an order that follows from their content.
//   - Before publication only holders of PermFreeze in the wave's area see a frozen report.
//
// Tables: report_template, report_frozen, report_file (all append only). Files lie in the blob store under their hash.
//
// Events: none.
//
// Who may call: every exported method checks its permission itself; XTx variants join the caller's transaction.
package report

// Permissions of the module.
const (
	PermRead   = "report.read"   // frozen reports; a street its own letter
	PermFreeze = "report.freeze" // freeze a report, edit the template
	PermData   = "report.data"   // export of the answers of a wave with its design
)

// Permissions lists the permissions of this module, for the registry of roles.
func Permissions() []string { return []string{PermRead, PermFreeze, PermData} }
