// Package rounds plans patrols and says what was covered: places of a grid that ought to be seen, tasks, visits. It counts places seen, never
// kilometres, steps or hours.
//
// Invariants:
//   - A place is seen if the way between two fixes passes it (the segment, not the fixes) within its radius for as long as it asks for. Gaps of
//     more than a minute, fixes worse than 50 m, jumps and positions that the phone itself calls made up count for nothing.
//   - What was seen follows from the stored positions alone: reading a session again gives the same, in whatever order points came, also days late.
//   - A task is done when every place of it is seen, photographed on the spot or told to be out of reach with a reason. It is missed when its
//     time is over; a point that comes late still completes it.
//   - Who saw what is personal and kept as long as tracks; what was seen of a grid on a day is kept without persons.
//
// Tables: round_point, round_state, round_seen, round_stay, round_read, round_day, round_plan, round_task, round_mark. No events.
// Who may: see permissions below; always within the caller's areas. Whoever reads what one person did gives a reason, see patrol.
package rounds

// Permissions of this module.
const (
	PermRead = "rounds.read" // see plans and coverage of one's areas
	PermPlan = "rounds.plan" // keep places, make plans and give tasks
	PermWalk = "rounds.walk" // do one's own tasks
)

// Permissions lists the permissions of this module.
func Permissions() []string { return []string{PermRead, PermPlan, PermWalk} }
