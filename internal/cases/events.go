package cases

import "yiwang/internal/platform/clock"

// Topics this module emits.
const (
	TopicRegistered = "cases.registered" // Moved with Action "report"
	TopicMoved      = "cases.moved"      // one per transition, corrections and comments included
	TopicWarned     = "cases.warned"     // Lapse: a clock turned amber or orange
	TopicOverdue    = "cases.overdue"    // Lapse: a clock ran out
	TopicDormant    = "cases.dormant"    // Lapse with Phase "dormant": nothing happens though it is not overdue
	TopicReview     = "cases.review_due" // Lapse with Phase "review": a suspension was not reviewed in time; "supervision": nobody answered
	TopicEmergency  = "cases.emergency"  // Emergency: it began or ended
)

// Moved says what happened to a case, with what statistics and notices need: no texts of residents, no names of persons.
type Moved struct {
	CaseID     string      `json:"case_id"`
	Number     string      `json:"number"`
	Title      string      `json:"title"`
	Action     string      `json:"action"`
	From       State       `json:"from"`
	To         State       `json:"to"`
	At         clock.Time  `json:"at"`
	Channel    Channel     `json:"channel"`
	Category   string      `json:"category"`
	AreaCode   string      `json:"area_code"`
	Level      Level       `json:"level"`
	Holder     string      `json:"holder"`
	Officer    string      `json:"officer,omitempty"`
	LeadUnit   string      `json:"lead_unit,omitempty"`
	ForUnit    string      `json:"for_unit,omitempty"` // that led before the move
	ActorUnit  string      `json:"actor_unit,omitempty"`
	Urgent     bool        `json:"urgent,omitempty"`
	Sensitive  bool        `json:"sensitive,omitempty"`
	Result     Result      `json:"result,omitempty"`
	Into       string      `json:"into,omitempty"` // merged into
	Solved     string      `json:"solved,omitempty"`
	Satisfied  string      `json:"satisfaction,omitempty"`
	DueAt      *clock.Time `json:"due_at,omitempty"`
	PromisedAt *clock.Time `json:"promised_at,omitempty"`
	AnswerBy   *clock.Time `json:"answer_by,omitempty"` // supervise: by when it is to be answered
	Parts      []Joined    `json:"parts,omitempty"`     // dispatch, adjudicate, recall: parts given to units or taken from them; part_*: the one it is about
	ReportedAt clock.Time  `json:"reported_at"`
	FiledAt    *clock.Time `json:"filed_at,omitempty"`
	HandledAt  *clock.Time `json:"handled_at,omitempty"`
	ClosedAt   *clock.Time `json:"closed_at,omitempty"`
	OnTime     *bool       `json:"on_time,omitempty"` // of the clock that the move stopped
	Stage      string      `json:"stage,omitempty"`   // of the clock that the move stopped
	Version    int64       `json:"version"`
}

// Joined is a part of a unit that a move is about.
type Joined struct {
	Unit  string      `json:"unit"`
	DueAt *clock.Time `json:"due_at,omitempty"`
}

// Lapse says that a clock came to a point.
type Lapse struct {
	ClockID  string `json:"clock_id"`
	CaseID   string `json:"case_id"`
	Number   string `json:"number"`
	Title    string `json:"title"`
	Kind     string `json:"kind"`
	Phase    string `json:"phase"`
	Level    Level  `json:"level"`
	UnitID   string `json:"unit_id"`
	AreaCode string `json:"area_code"`
	Urgent   bool   `json:"urgent,omitempty"`
	// Sensitive: Title is not that of the case then; those who may see it open it.
	Sensitive bool       `json:"sensitive,omitempty"`
	DueAt     clock.Time `json:"due_at"`
	At        clock.Time `json:"at"`
	NotifyAt  clock.Time `json:"notify_at"` // when people may be told: at once, or after the quiet hours

	Hop        int    `json:"hop,omitempty"` // tiers passed up before; 0 is the clock of the stage itself
	State      State  `json:"state"`
	LeadUnit   string `json:"lead_unit,omitempty"`
	Officer    string `json:"officer,omitempty"`
	CaseLevel  Level  `json:"case_level,omitempty"` // tier and holder of the case afterwards
	Holder     string `json:"holder,omitempty"`
	ToLevel    Level  `json:"to_level,omitempty"` // tier it was passed up to, with the desk there
	ToUnit     string `json:"to_unit,omitempty"`
	ToUnitName string `json:"to_unit_name,omitempty"`
}
