// Package calls rings, connects and records calls between the centre and officers.
//
// Invariants:
//   - A call is rows: a restart of the server loses no ringing, no place in a call, no missed call. Only packets are lost, and who
//     connects again within the grace goes on.
//   - Somebody is in one call at a time; who is called meanwhile is busy.
//   - A call always ends: unanswered after 45 seconds (two minutes at the centre), after 30 seconds without a connection, or
//     when only one is left in it.
//   - Nobody's picture or voice is written before that person agreed; whoever looks at a recording gives a reason and is noted;
//     a recording is deleted after a year.
//   - A recording belongs to its call and by it to a case. It is shown to who holds calls.record in the call's area and to nobody else.
//
// Tables: calls_call, calls_party, calls_recording, calls_look. Media: package media, which knows packets and no people.
// Who may: see permissions below. Callers: app, demo.
package calls

import "yiwang/internal/platform/clock"

// Permissions of this module.
const (
	PermCall   = "calls.call"   // call and be called
	PermDesk   = "calls.desk"   // call people of one's areas, take what rings at the centre, invite a third
	PermRecord = "calls.record" // record a call and look at recordings of one's areas
	PermManage = "calls.manage" // see all calls of one's areas and end them
)

// Permissions lists the permissions of this module.
func Permissions() []string { return []string{PermCall, PermDesk, PermRecord, PermManage} }

// Events of this module; the payload is Changed.
const (
	TopicChanged = "calls.changed"
	TopicEnded   = "calls.ended"
	TopicKept    = "calls.recording_kept"    // the payload is Recorded
	TopicDeleted = "calls.recording_deleted" // its year is over; the payload is Recorded
)

// Changed says that a call is not as it was.
type Changed struct {
	CallID   string   `json:"call_id"`
	State    State    `json:"state"`
	Ending   Ending   `json:"ending,omitempty"`
	Centre   bool     `json:"centre"`
	AreaCode string   `json:"area_code"`
	Users    []string `json:"users"`
	Missed   []string `json:"missed,omitempty"` // who did not answer, or was rung in vain, and learns so
	CaseID   string   `json:"case_id,omitempty"`
	Kind     Kind     `json:"kind"`
	Names    []string `json:"names"`    // of those who talked; of an unanswered call, of whom was called
	Seconds  int64    `json:"seconds"`  // they talked; 0 for nobody answered
	Recorded bool     `json:"recorded"` // somebody asked to record
	CallerID string   `json:"caller_id"`
	Caller   string   `json:"caller"`
	Version  int64    `json:"version"`
}

// Recorded says that what one person sent in a call is kept as a file, or is not any more.
type Recorded struct {
	CallID      string `json:"call_id"`
	CaseID      string `json:"case_id,omitempty"`
	RecordingID string `json:"recording_id"`
	Name        string `json:"name"`
	LengthMs    int64  `json:"length_ms"`
	Bytes       int64  `json:"bytes"`
	SHA256      string `json:"sha256"`

	BegunAt   clock.Time `json:"begun_at"`
	ExpiresAt clock.Time `json:"expires_at"`
}
