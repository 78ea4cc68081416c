// Package report writes what a wave found: the comprehensive report, street letters, the data for a second opinion.
//
// Invariants
//   - A frozen report never changes; its hash is on record and every download is those bytes.
//   - Every number comes from a score run through the appraisal module; this package computes none.
//   - No export holds an answer that could be traced: cells below the wave's smallest are merged or left out.
//
// Who may call: every exported method checks its permission itself; XTx variants join the caller's transaction.
package report

// Permissions of the module.
const (
	PermRead   = "report.read"   // frozen reports; a street its own letter
	PermFreeze = "report.freeze" // freeze a report
	PermData   = "report.data"   // export of the answers of a wave with its design
)

// Permissions lists the permissions of this module, for the registry of roles.
func Permissions() []string { return []string{PermRead, PermFreeze, PermData} }
