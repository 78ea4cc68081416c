// Package fieldwork collects the answers of a wave: by code or open link on a phone, at the door, by telephone and from paper.
//
// Invariants
//   - An answer that was acknowledged is stored, exactly once, however often it was sent.
//   - Who answered is never linked to what was answered; attempts and outcomes belong to the drawn address, answers do not.
//   - A full quota refuses in the same transaction that counts, so it is never overrun.
//   - Streets see counts only.
//
// Tables: fieldwork_quota, fieldwork_device, fieldwork_assignment, fieldwork_attempt (append only), fieldwork_sheet, fieldwork_reminder,
// fieldwork_reminded. Events: none; survey.imported says that comments were taken over.
//
// Who may call: every exported method checks its permission itself; XTx variants join the caller's transaction.
package fieldwork

// Permissions of the module.
const (
	PermRead    = "fieldwork.read"    // progress by street, group and channel; response rates
	PermManage  = "fieldwork.manage"  // quotas, assignments, reminders, corrections of double entry
	PermCollect = "fieldwork.collect" // visit, call, enter paper: own assignments only
)

// Permissions lists the permissions of this module, for the registry of roles.
func Permissions() []string { return []string{PermRead, PermManage, PermCollect} }
