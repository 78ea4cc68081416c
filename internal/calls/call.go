package calls

import (
	"yiwang/internal/calls/media"
	"yiwang/internal/platform/clock"
)

// Kind says with what a call begins. A party may switch its camera on and off at any time.
type Kind string

// The kinds.
const (
	Video Kind = "video"
	Voice Kind = "voice"
)

// State of a call.
type State string

// The states of a call.
const (
	Ringing State = "ringing"
	Talking State = "talking"
	Ended   State = "ended"
)

// Ending says why a call ended.
type Ending string

// The endings. What ended before anybody answered: declined, busy, missed, cancelled.
const (
	HungUp    Ending = "hung_up"
	Declined  Ending = "declined"
	Busy      Ending = "busy"
	Missed    Ending = "missed"
	Cancelled Ending = "cancelled"
	Lost      Ending = "lost"      // no connection for longer than the grace
	ByCentre  Ending = "by_centre" // ended by who manages calls
)

// Standing is the state of a party.
type Standing string

// The states of a party.
const (
	PartyRings     Standing = "ringing"
	PartyJoined    Standing = "joined"
	PartyDeclined  Standing = "declined"
	PartyBusy      Standing = "busy"
	PartyMissed    Standing = "missed"
	PartyCancelled Standing = "cancelled"
	PartyLeft      Standing = "left"
	PartyLost      Standing = "lost"
)

// Consent to being recorded.
type Consent string

// What somebody answered who was asked.
const (
	Agreed  Consent = "agreed"
	Refused Consent = "refused"
)

// Roles of parties.
const (
	Caller = "caller"
	Callee = "callee"
	Guest  = "guest" // invited while the call ran
)

// Call is a call with its parties.
type Call struct {
	ID           string      `db:"id" json:"id"`
	Kind         Kind        `db:"kind" json:"kind" enum:"video,voice"`
	State        State       `db:"state" json:"state" enum:"ringing,talking,ended"`
	Centre       bool        `db:"centre" json:"centre" doc:"Rings at the centre of the area"`
	AreaCode     string      `db:"area_code" json:"area_code"`
	CallerID     string      `db:"caller_id" json:"caller_id"`
	Reason       string      `db:"reason" json:"reason"`
	CaseID       string      `db:"case_id" json:"case_id,omitempty"`
	CaseNumber   string      `db:"case_number" json:"case_number,omitempty"`
	CreatedAt    clock.Time  `db:"created_at" json:"created_at"`
	RingUntil    clock.Time  `db:"ring_until" json:"ring_until"`
	AnsweredAt   *clock.Time `db:"answered_at" json:"answered_at,omitempty"`
	EndedAt      *clock.Time `db:"ended_at" json:"ended_at,omitempty"`
	Ending       Ending      `db:"ending" json:"ending,omitempty"`
	RecordBy     string      `db:"record_by" json:"record_by,omitempty"`
	RecordByName string      `db:"record_by_name" json:"record_by_name,omitempty"`
	RecordFrom   *clock.Time `db:"record_from" json:"record_from,omitempty" doc:"Since when it is recorded, as far as the parties agreed"`
	RecordTo     *clock.Time `db:"record_to" json:"record_to,omitempty"`
	Version      int64       `db:"version" json:"version"`

	Parties []Party `db:"-" json:"parties"`
	Files   int     `db:"-" json:"files" doc:"Recordings of it that can be looked at"`
}

// Party is somebody in a call.
type Party struct {
	CallID    string      `db:"call_id" json:"-"`
	UserID    string      `db:"user_id" json:"user_id"`
	Name      string      `db:"name" json:"name"`
	UnitName  string      `db:"unit_name" json:"unit_name"`
	Role      string      `db:"role" json:"role" enum:"caller,callee,guest"`
	Seat      int         `db:"seat" json:"seat" doc:"Others appear in the order of their seats"`
	State     Standing    `db:"state" json:"state" enum:"ringing,joined,declined,busy,missed,cancelled,left,lost"`
	Device    string      `db:"device" json:"device,omitempty" doc:"Page that carries the call"`
	InvitedAt clock.Time  `db:"invited_at" json:"invited_at"`
	RingUntil clock.Time  `db:"ring_until" json:"ring_until"`
	JoinedAt  *clock.Time `db:"joined_at" json:"joined_at,omitempty"`
	LeftAt    *clock.Time `db:"left_at" json:"left_at,omitempty"`
	MediaAt   *clock.Time `db:"media_at" json:"media_at,omitempty" doc:"First connected"`
	LostAt    *clock.Time `db:"lost_at" json:"lost_at,omitempty" doc:"Without a connection since"`
	Held      bool        `db:"held" json:"held"`
	VoiceOnly bool        `db:"voice_only" json:"voice_only"`
	Consent   Consent     `db:"consent" json:"consent,omitempty" doc:"To being recorded: agreed, refused, empty while not answered"`
	ConsentAt *clock.Time `db:"consent_at" json:"consent_at,omitempty"`
	Reply     string      `db:"reply" json:"reply,omitempty"`
}

// Columns of the rows, in the order of the statements that write them.
const (
	callColumns = "id, kind, state, centre, area_code, caller_id, reason, case_id, case_number, created_at, ring_until, answered_at, ended_at, ending, " +
		"record_by, record_by_name, record_from, record_to, version"
	partyColumns = "call_id, user_id, name, unit_name, role, seat, state, device, invited_at, ring_until, joined_at, left_at, media_at, lost_at, held, voice_only, consent, consent_at, reply"
)

// Party returns the party of a user, nil if there is none.
func (c *Call) Party(user string) *Party {
	for i := range c.Parties {
		if c.Parties[i].UserID == user {
			return &c.Parties[i]
		}
	}
	return nil
}

func (c *Call) count(s Standing) (n int) {
	for i := range c.Parties {
		if c.Parties[i].State == s {
			n++
		}
	}
	return n
}

// seat finds a free seat, -1 if every one is taken.
func (c *Call) seat() int {
	var taken [media.Seats]bool
	for i := range c.Parties {
		if p := &c.Parties[i]; p.State == PartyJoined || p.State == PartyRings {
			taken[p.Seat] = true
		}
	}
	for i, t := range taken {
		if !t {
			return i
		}
	}
	return -1
}

// recording says whether what a party sends is to be written now.
func (c *Call) recording(p *Party) bool {
	return c.State == Talking && c.RecordFrom != nil && c.RecordTo == nil && p.State == PartyJoined && p.Consent == Agreed
}
