package messages

import (
	"yiwang/internal/identity"
	"yiwang/internal/platform/clock"
)

// Channel is the way a message goes.
type Channel string

// The channels. A notice stands in the console and is no row of this module.
const (
	Notice Channel = "notice"
	SMS    Channel = "sms"
	Email  Channel = "email"
)

// Audience is the part in which somebody is told.
type Audience string

// The audiences.
const (
	ToReporter Audience = "reporter" // who brought the case up
	ToUnit     Audience = "unit"     // who handles
	ToDesk     Audience = "desk"     // who receives and dispatches
	ToSuperior Audience = "superior" // the tier above
	ToOfficer  Audience = "officer"  // who inspects and verifies
)

// State is where a message stands.
type State string

// The states. Queued ones wait for their time, sending ones lie with a worker.
const (
	Queued     State = "queued"
	Sending    State = "sending"
	Sent       State = "sent"
	Delivered  State = "delivered"
	Failed     State = "failed"
	Suppressed State = "suppressed"
)

// Message is one message to one address.
type Message struct {
	ID        string      `db:"id" json:"id"`
	Event     string      `db:"event" json:"event"`
	Audience  Audience    `db:"audience" json:"audience"`
	Channel   Channel     `db:"channel" json:"channel" enum:"sms,email"`
	SubjectID string      `db:"subject_id" json:"subject_id,omitempty" doc:"Case it is about"`
	Number    string      `db:"number" json:"number,omitempty"`
	UserID    string      `db:"user_id" json:"user_id,omitempty"`
	AreaCode  string      `db:"area_code" json:"area_code"`
	Address   string      `db:"address" json:"-"`
	Index     string      `db:"address_index" json:"-"`
	Shown     string      `db:"shown" json:"to" doc:"Address, masked"`
	Subject   string      `db:"subject" json:"subject,omitempty"`
	Body      string      `db:"body" json:"-"`
	Preview   string      `db:"preview" json:"text" doc:"Without follow-up code"`
	Urgent    bool        `db:"urgent" json:"urgent"`
	State     State       `db:"state" json:"state" enum:"queued,sending,sent,delivered,failed,suppressed"`
	DueAt     clock.Time  `db:"due_at" json:"due_at" doc:"When it is tried next"`
	Attempts  int         `db:"attempts" json:"attempts"`
	Provider  string      `db:"provider" json:"provider,omitempty"`
	Receipt   string      `db:"receipt" json:"receipt,omitempty" doc:"Number of the provider"`
	Error     string      `db:"error" json:"error,omitempty"`
	CreatedAt clock.Time  `db:"created_at" json:"created_at"`
	SentAt    *clock.Time `db:"sent_at" json:"sent_at,omitempty"`
	DoneAt    *clock.Time `db:"done_at" json:"done_at,omitempty"`
}

const messageColumns = `id, event, audience, channel, subject_id, number, user_id, area_code, address, address_index, shown, subject, body, preview, urgent,
	state, due_at, attempts, provider, receipt, error, created_at, sent_at, done_at`

// Attempt is one try, or one receipt.
type Attempt struct {
	ID       string     `db:"id" json:"id"`
	At       clock.Time `db:"at" json:"at"`
	Provider string     `db:"provider" json:"provider"`
	Outcome  string     `db:"outcome" json:"outcome" enum:"sent,refused,failed,delivered,not_delivered"`
	Detail   string     `db:"detail" json:"detail,omitempty"`
	TookMS   int64      `db:"took_ms" json:"took_ms"`
}

// Note is what somebody is to be told. Exactly one of User, Unit and Phone says to whom.
type Note struct {
	Event     string
	Audience  Audience
	Key       string // what happened, once: the same key and addressee is one message
	User      string // a person
	Unit      string // those of a unit: who hold Needs, and whose areas hold Within if it is named
	Needs     string
	Within    string
	Phone     string // somebody without an account, who asked to be told
	SubjectID string
	Number    string
	AreaCode  string
	Urgent    bool
	Link      string            // path: of the console, or of the public page
	Values    map[string]string // for the placeholders
}

// to is whom the note is for, as notices name it.
func (n *Note) to() identity.To {
	return identity.To{User: n.User, Unit: n.Unit, Needs: n.Needs, Area: n.Within}
}
