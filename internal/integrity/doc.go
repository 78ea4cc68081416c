// Package integrity looks at how answers came about: too fast, all alike, copied, in bursts, coached. It shows reasons and
// leaves the decision to a person.
//
// Invariants
//   - A flag is evidence, not a verdict: no answer leaves the score without a decision by a named person with a reason.
//   - Decisions are appended, never edited; what was set aside can be taken back in by another decision.
//   - The bounds stand in the plan that was frozen before the wave. A check stores them with its counts and the digest of what
//     it found, and a second check of the same answers finds the same.
//   - Nothing here leads to a person. Interviewers are digests, compared to find a fault in the procedure, never ranked.
//   - Individual answers are seen by those who hold PermRead for the whole district; a street cannot.
//
// Tables: integrity_check (append only), integrity_mark and integrity_finding (the last check's), integrity_decision (append only).
//
// Formulas: speed index, Leiner (2019); runs and spread, Meade & Craig (2012); scan of windows, Kulldorff (1997) with Poisson tails;
// shifts by two-sample tests with Holm (1979); interviewer effect as intraclass correlation of a one-way analysis of variance.
//
// Who may call: every exported method checks its permission itself; XTx variants join the caller's transaction.
package integrity

// Permissions of the module.
const (
	PermRead   = "integrity.read"   // flags and decisions
	PermDecide = "integrity.decide" // run the check, keep or set aside with a reason
)

// Permissions lists the permissions of this module, for the registry of roles.
func Permissions() []string { return []string{PermRead, PermDecide} }
