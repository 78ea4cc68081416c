// Package tally counts cases in three grains — facts of a case, its steps with how long it stood before each, and the
// spans in which it was open and its clocks ran — and makes metrics, scores, lists and briefs of them.
//
// Invariants:
//   - The grains are derived from cases alone. They are written anew for a case whenever something happens to it, so that
//     counting on and counting from the beginning give the same rows.
//   - A metric is defined once, in data/tally/metrics.yaml: what is counted, over what, in words. The figure and the list
//     behind it are the same condition, so a figure always opens exactly what makes it.
//   - Everything that fell due is in the denominator, open and overdue ones included; areas, units, categories and channels
//     each divide all rows, so children add up to their parent.
//   - A frozen month and an issued brief never change.
//   - Nothing is counted by person.
//
// Tables: tally_case, tally_step, tally_span, tally_exclusion, tally_period, tally_brief. Callers: demo, app.
package tally

// Permissions of this module.
const (
	PermRead    = "tally.read"    // see figures of one's area or unit
	PermBrief   = "tally.brief"   // make and issue briefs, freeze months
	PermExclude = "tally.exclude" // decide what is left out of the three rates
)

// Permissions lists the permissions of this module.
func Permissions() []string {
	return []string{PermRead, PermBrief, PermExclude}
}
