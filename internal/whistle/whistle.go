package whistle

import (
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// State is where a whistle stands.
type State string

// The states of a whistle.
const (
	Draft     State = "draft"
	Checked   State = "checked"  // the street has looked whether it could solve the matter itself
	Approved  State = "approved" // by the rank the kind asks for
	Blown     State = "blown"    // departments are called
	Done      State = "done"     // every call has ended
	Closed    State = "closed"
	Withdrawn State = "withdrawn"
)

// CallState is where a called unit stands.
type CallState string

// The states of a call.
const (
	Called    CallState = "called"
	Signed    CallState = "signed"
	Contacted CallState = "contacted"
	Reported  CallState = "reported" // somebody came
	Committed CallState = "committed"
	Finished  CallState = "done"
	Accepted  CallState = "accepted" // by the street
	Refused   CallState = "refused"  // waits for arbitration
	Released  CallState = "released" // the arbitration let it go
	Cancelled CallState = "cancelled"
)

// open reports whether somebody still has to do something.
func (s CallState) open() bool { return s != Accepted && s != Released && s != Cancelled }

// Whistle is a street's call for departments.
type Whistle struct {
	ID         string      `db:"id" json:"id"`
	Number     string      `db:"number" json:"number" doc:"Year, street and sequence, such as 2026-007-003"`
	Kind       Kind        `db:"kind" json:"kind" enum:"push,hard,urgent"`
	State      State       `db:"state" json:"state" enum:"draft,checked,approved,blown,done,closed,withdrawn"`
	CaseID     string      `db:"case_id" json:"case_id"`
	CaseNumber string      `db:"case_number" json:"case_number"`
	Category   string      `db:"category" json:"category,omitempty"`
	Street     string      `db:"street" json:"street"`
	StreetName string      `db:"street_name" json:"street_name"`
	UnitID     string      `db:"unit_id" json:"unit_id" doc:"Unit of the street that drafted it"`
	UnitName   string      `db:"unit_name" json:"unit_name"`
	Title      string      `db:"title" json:"title"`
	Matter     string      `db:"matter" json:"matter"`
	Reason     string      `db:"reason" json:"reason" doc:"Why the street cannot solve it alone"`
	FirstID    string      `db:"first_id" json:"first_id,omitempty" doc:"First whistle about the same matter"`
	DraftedBy  string      `db:"drafted_by" json:"drafted_by"`
	DraftedAt  clock.Time  `db:"drafted_at" json:"drafted_at"`
	CheckNote  string      `db:"check_note" json:"check_note,omitempty"`
	CheckedBy  string      `db:"checked_by" json:"checked_by,omitempty"`
	BlownBy    string      `db:"blown_by" json:"blown_by,omitempty"`
	BlownAt    *clock.Time `db:"blown_at" json:"blown_at,omitempty"`
	ClosedAt   *clock.Time `db:"closed_at" json:"closed_at,omitempty"`
	Ending     string      `db:"ending" json:"ending,omitempty" doc:"How the matter stands at the end, or why it was withdrawn"`
	Version    int64       `db:"version" json:"version"`

	CategoryName string      `db:"-" json:"category_name,omitempty"`
	Calls        []Call      `db:"-" json:"calls"`
	Overdue      bool        `db:"-" json:"overdue" doc:"Some clock has run out"`
	DueAt        *clock.Time `db:"-" json:"due_at,omitempty" doc:"Next time something is due"`
}

const whistleColumns = `id, number, kind, state, case_id, case_number, category, street, street_name, unit_id, unit_name, title, matter, reason, first_id,
	drafted_by, drafted_at, check_note, checked_by, blown_by, blown_at, closed_at, ending, version`

// Call is a called unit and what it does.
type Call struct {
	ID          string                `db:"id" json:"id"`
	WhistleID   string                `db:"whistle_id" json:"whistle_id"`
	UnitID      string                `db:"unit_id" json:"unit_id"`
	UnitCode    string                `db:"unit_code" json:"unit_code"`
	UnitName    string                `db:"unit_name" json:"unit_name"`
	Task        string                `db:"task" json:"task"`
	State       CallState             `db:"state" json:"state" enum:"called,signed,contacted,reported,committed,done,accepted,refused,released,cancelled"`
	PartID      string                `db:"part_id" json:"part_id,omitempty"`
	Bound       bool                  `db:"bound" json:"bound" doc:"An arbitration has ruled that it must come"`
	Refusal     string                `db:"refusal" json:"refusal,omitempty"`
	Ruling      string                `db:"ruling" json:"ruling,omitempty"`
	Contact     string                `db:"contact" json:"contact,omitempty" doc:"Whom of the street it spoke to, and about what"`
	Came        string                `db:"came" json:"came,omitempty" doc:"Who came, by post"`
	Commitments db.JSON[[]Commitment] `db:"commitments" json:"commitments"`
	Outcome     string                `db:"outcome" json:"outcome,omitempty"`
	Remark      string                `db:"remark" json:"remark,omitempty" doc:"What the street said when it accepted or returned"`
	Returns     int                   `db:"returns" json:"returns"`
	SignedAt    *clock.Time           `db:"signed_at" json:"signed_at,omitempty"`
	ContactedAt *clock.Time           `db:"contacted_at" json:"contacted_at,omitempty"`
	ReportedAt  *clock.Time           `db:"reported_at" json:"reported_at,omitempty"`
	CommittedAt *clock.Time           `db:"committed_at" json:"committed_at,omitempty"`
	DoneAt      *clock.Time           `db:"done_at" json:"done_at,omitempty"`
	EndedAt     *clock.Time           `db:"ended_at" json:"ended_at,omitempty"`
	Version     int64                 `db:"version" json:"version"`

	Clocks  []Clock  `db:"-" json:"clocks"`
	Actions []string `db:"-" json:"actions" doc:"What the caller may do now"`
	Ratings []Rating `db:"-" json:"ratings" doc:"Those the caller may see"`
}

const callColumns = `id, whistle_id, unit_id, unit_code, unit_name, task, state, part_id, bound, refusal, ruling, contact, came, commitments, outcome, remark,
	returns, signed_at, contacted_at, reported_at, committed_at, done_at, ended_at, version`

// Clock is a time limit of a call.
type Clock struct {
	ID        string      `db:"id" json:"id"`
	WhistleID string      `db:"whistle_id" json:"-"`
	CallID    string      `db:"call_id" json:"-"`
	Kind      string      `db:"kind" json:"kind" enum:"sign,contact,report,commit,work,accept,arbitrate,session"`
	StartedAt clock.Time  `db:"started_at" json:"started_at"`
	Limit     string      `db:"time_limit" json:"limit,omitempty" doc:"Such as 3 work_day; absent for a promised date"`
	Calendar  string      `db:"calendar" json:"calendar"`
	DueAt     clock.Time  `db:"due_at" json:"due_at"`
	Phase     string      `db:"phase" json:"phase" enum:"green,amber,red"`
	NextAt    *clock.Time `db:"next_at" json:"-"`
	StoppedAt *clock.Time `db:"stopped_at" json:"stopped_at,omitempty"`
	Outcome   string      `db:"outcome" json:"outcome,omitempty" enum:"met,late,void"`
	Basis     string      `db:"basis" json:"-"`
	Promise   int         `db:"promise" json:"promise,omitempty" doc:"work: number of the promised task it runs to"`
	Why       []string    `db:"-" json:"why,omitempty" doc:"Why it is due then, one sentence per step"`
	Overdue   bool        `db:"-" json:"overdue"`
}

const clockColumns = "id, whistle_id, call_id, kind, started_at, time_limit, calendar, due_at, phase, next_at, stopped_at, outcome, basis, promise"

// Approval is the consent of a member of the leading group.
type Approval struct {
	UserID   string     `db:"user_id" json:"-"`
	UserName string     `db:"user_name" json:"name"`
	Note     string     `db:"note" json:"note,omitempty"`
	At       clock.Time `db:"at" json:"at"`
}

// Attendance is whether a called unit was there, and who for it, by post.
type Attendance struct {
	UnitID   string `json:"unit_id" maxLength:"60"`
	UnitName string `json:"unit_name,omitempty" maxLength:"200"`
	Present  bool   `json:"present"`
	Who      string `json:"who,omitempty" maxLength:"200" doc:"Posts, no private data"`
}

// Session is a meeting on the spot.
type Session struct {
	ID         string                `db:"id" json:"id"`
	WhistleID  string                `db:"whistle_id" json:"-"`
	At         clock.Time            `db:"at" json:"at"`
	Place      string                `db:"place" json:"place"`
	Agenda     string                `db:"agenda" json:"agenda,omitempty"`
	Minutes    string                `db:"minutes" json:"minutes,omitempty"`
	Attendance db.JSON[[]Attendance] `db:"attendance" json:"attendance"`
	HeldAt     *clock.Time           `db:"held_at" json:"held_at,omitempty" doc:"When the record was entered"`
	CalledBy   string                `db:"called_by" json:"called_by"`
	Version    int64                 `db:"version" json:"version"`
}

const sessionColumns = "id, whistle_id, at, place, agenda, minutes, attendance, held_at, called_by, version"

// History is one step; it is never edited.
type History struct {
	ID        string     `db:"id" json:"id"`
	WhistleID string     `db:"whistle_id" json:"-"`
	CallID    string     `db:"call_id" json:"call_id,omitempty"`
	At        clock.Time `db:"at" json:"at"`
	ActorID   string     `db:"actor_id" json:"-"`
	ActorName string     `db:"actor_name" json:"actor_name"`
	ActorUnit string     `db:"actor_unit" json:"-"`
	Action    string     `db:"action" json:"action"`
	UnitName  string     `db:"unit_name" json:"unit_name,omitempty" doc:"Unit of the call"`
	Note      string     `db:"note" json:"note,omitempty"`
}

const historyColumns = "id, whistle_id, call_id, at, actor_id, actor_name, actor_unit, action, unit_name, note"
