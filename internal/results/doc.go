// Package results puts published scores to use: year scores, conversion into outside assessments, the evaluation of
// departments, bonus and awards, each signed by two persons and open to appeal.
//
// Invariants
//   - The rules of a settlement are written before the wave that it settles; a settlement names their hash.
//   - Two different persons sign; a signed settlement never changes, a correction is a new one that names the old.
//
// Who may call: every exported method checks its permission itself; XTx variants join the caller's transaction.
package results

// Permissions of the module.
const (
	PermRead   = "results.read"   // settled results
	PermManage = "results.manage" // compute, answer appeals, correct
	PermSign   = "results.sign"   // one of the two signatures
	PermAppeal = "results.appeal" // a street or department appeals its own result
)

// Permissions lists the permissions of this module, for the registry of roles.
func Permissions() []string { return []string{PermRead, PermManage, PermSign, PermAppeal} }
