// Package sampling keeps frames of households and units, draws samples from them that anybody can draw again, and hands out
// the single-use codes that the drawn answer with.
//
// Invariants
//   - A draw is a pure function of frame, design and seed; frame hash, seed digest and list hash are on record and never change.
//   - Replacement comes from the reserve list of the same draw, in its order, never from elsewhere.
//   - A household is drawn at most once in the years the design says, over all waves of the district.
//   - Nothing leads from a code to an answer: a used code only says on which day it was used.
//   - Streets never see who was drawn.
//
// Who may call: every exported method checks its permission itself; XTx variants join the caller's transaction.
package sampling

// Permissions of the module.
const (
	PermRead   = "sampling.read"   // frames, designs, draws and their hashes; never a drawn address
	PermManage = "sampling.manage" // load frames, draw, release reserves, print letters with addresses
)

// Permissions of the fieldwork module that open lists of who is to be asked; spelled out here because arrows point down.
const (
	permFieldwork = "fieldwork.manage"
	permCollect   = "fieldwork.collect"
)

// Permissions lists the permissions of this module, for the registry of roles.
func Permissions() []string { return []string{PermRead, PermManage} }
