// Package roster says who is to be on duty when: shifts, the plan of a week, swaps, and how it came out.
package roster

// Permissions of this module.
const (
	PermRead = "roster.read" // see the plan of one's areas
	PermPlan = "roster.plan" // plan, change and publish
)

// Permissions lists the permissions of this module.
func Permissions() []string { return []string{PermRead, PermPlan} }
