// Package integrity looks at how answers came about: too fast, all alike, copied, in bursts, coached. It shows reasons and
// leaves the decision to a person.
//
// Invariants
//   - A flag is evidence, not a verdict: no answer leaves the score without a decision by a named person with a reason.
//   - Decisions are appended, never edited; the sensitivity table shows scores with and without the flagged answers.
//
// Who may call: every exported method checks its permission itself; XTx variants join the caller's transaction.
package integrity

// Permissions of the module.
const (
	PermRead   = "integrity.read"   // flags and decisions
	PermDecide = "integrity.decide" // keep or set aside, with a reason
)

// Permissions lists the permissions of this module, for the registry of roles.
func Permissions() []string { return []string{PermRead, PermDecide} }
