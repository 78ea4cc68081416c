// Package fence watches the positions of officers on duty: drawn areas entered, left and stayed in, the own grid left for too
// long, contact lost. What it finds becomes events and, where the fence says so, alarms.
//
// Invariants:
//   - What happens follows from the positions of a session and the fences in force at each instant, by a pure function
//     (watch.go): a restart, or positions sent twice, change nothing.
//   - Positions are read from the journal behind their commit, and the journal keeps what is not evaluated, so a crash loses
//     nothing. One server evaluates at a time.
//   - Positions that come late are evaluated with all others of their session: new events are marked late, events that turn
//     out wrong are withdrawn, never deleted.
//   - A fence is changed in versions; an event names the version that was in force.
//   - Nobody off duty is watched: a session that ends clears its alarms.
//   - Places of events are forgotten after 30 days like tracks, the events after a year.
//
// Tables: fence, fence_version, fence_event, fence_state, fence_late, fence_turn.
package fence

// Permissions of this module.
const (
	PermRead   = "fence.read"   // see fences and what happened at them
	PermManage = "fence.manage" // draw and change fences and rules
)

// Permissions lists the permissions of this module.
func Permissions() []string { return []string{PermRead, PermManage} }
