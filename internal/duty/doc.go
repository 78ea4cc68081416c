// Package duty says who is responsible for what: the tree of event categories with their limits, the responsibility list
// as a decision table (category × area × asset × time → lead, assists, verifier, limits, fallback), precedents from
// adjudication, and the duty list against which a task handed down to a street is admitted.
//
// Invariants:
//   - The most specific rule wins; a tie is an error at publication, never decided by order.
//   - A published version never changes; a decision names the version and the rules it weighed.
//   - A precedent is a rule with its case and stands above the list until it is taken into it.
//
// Tables: duty_*. Callers: cases, intake, whistle, tally.
package duty

// Permissions of this module.
const (
	PermRead   = "duty.read"   // see categories, the responsibility list and precedents
	PermAsk    = "duty.ask"    // bring a matter that is not on the duty list before the district
	PermManage = "duty.manage" // draft, simulate and publish the list; decide admissions
)

// Permissions lists the permissions of this module.
func Permissions() []string { return []string{PermRead, PermAsk, PermManage} }
