// Package patrol keeps officers' time on duty and where they were during it.
//
// Invariants:
//   - A position is kept only if its fix was taken inside a duty session of its officer. Anything else is counted and
//     dropped before any storage; the count says how many, never where.
//   - What was acknowledged is durable: the answer waits for the commit of the journal row that holds the points.
//   - A point of an officer at an instant is kept once, whoever sends it how often, in whatever order.
//   - A chunk comes into being in the commit that lets go of its journal rows, so a crash in between loses and doubles
//     nothing.
//   - Off duty nobody's position is shown. Whoever looks at the track of another person gives a reason, is noted, and the
//     person can see who looked.
//   - Tracks of full-time officers are shown for 90 days, all others for 30; then their week's table is dropped whole.
//   - A call for help is the one exception to the session, and an explicit act: it opens one of half an hour.
//
// Tables: duty_session, sos_call, track_device, track_journal, track_sealed, track_refused, track_look, track_week and the
// track_chunk_… of each week. The journal and the chunks follow a measured layout: a row per flush and a chunk per ten
// minutes instead of a row per point.
// Who may: see permissions below; others' data always within the caller's areas.
package patrol

// Permissions of this module.
const (
	PermDuty   = "patrol.duty"   // go on and off duty, send one's own positions, see one's own data
	PermLive   = "patrol.live"   // see who is on duty and where
	PermTrack  = "patrol.track"  // look at the track of a person, with a reason
	PermManage = "patrol.manage" // give out and revoke trackers, end somebody's session

	PermExport  = "patrol.export"         // ask for the track of a person as a file
	PermApprove = "patrol.approve_export" // decide on files of tracks that others asked for
)

// Permissions lists the permissions of this module.
func Permissions() []string {
	return []string{PermDuty, PermLive, PermTrack, PermManage, PermExport, PermApprove}
}

// Events of this module; the payload is Session, of TopicSOS it is SOS.
const (
	TopicOnDuty  = "patrol.on_duty"
	TopicOffDuty = "patrol.off_duty"
	TopicSOS     = "patrol.sos" // called, answered or ended
)
