// Package rounds plans patrols and says what was covered: points of a grid to be seen, tasks, visits. It counts places seen, never kilometres.
package rounds

// Permissions of this module.
const (
	PermRead = "rounds.read" // see plans and coverage of one's areas
	PermPlan = "rounds.plan" // make plans and give tasks
	PermWalk = "rounds.walk" // do one's own tasks
)

// Permissions lists the permissions of this module.
func Permissions() []string { return []string{PermRead, PermPlan, PermWalk} }
