// Package roster says who is to be on duty when and where: shifts, the plan of a week, swaps, and how it came out.
//
// Invariants:
//   - Nobody has two shifts at a time. A shift lasts from half an hour to sixteen hours and may cross midnight.
//   - A shift changes hands by a swap that who plans has approved, or by who plans.
//   - How it came out is read from the duty sessions when it is asked for and stored nowhere: nobody is scored by it.
//   - Who is not named full time works part time: of them less is kept.
//
// Tables: roster_kind, roster_shift, roster_swap, roster_terms.
// Who may: roster.read within the own areas, roster.plan to change; officers see and swap their own by patrol.duty.
package roster

// Permissions of this module.
const (
	PermRead = "roster.read" // see the plan of one's areas
	PermPlan = "roster.plan" // plan, change, approve swaps
)

// Permissions lists the permissions of this module.
func Permissions() []string { return []string{PermRead, PermPlan} }

// TopicSwap is told when a swap is asked, approved, refused or withdrawn; the payload is Swap.
const TopicSwap = "roster.swap"
