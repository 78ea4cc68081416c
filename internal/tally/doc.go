// Package tally counts cases in three grains — facts, transitions, open per day — kept incrementally, and makes metrics, drill-downs and briefs of them.
package tally

// Permissions of this module.
const (
	PermRead    = "tally.read"    // see figures of one's area or unit
	PermBrief   = "tally.brief"   // make and issue briefs
	PermExclude = "tally.exclude" // decide what is left out of the three rates
)

// Permissions lists the permissions of this module.
func Permissions() []string {
	return []string{PermRead, PermBrief, PermExclude}
}
