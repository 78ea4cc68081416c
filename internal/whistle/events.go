package whistle

import "yiwang/internal/platform/clock"

// Topics this module emits.
const (
	TopicMoved    = "whistle.moved"    // Moved: a step of a whistle or of a call
	TopicReminded = "whistle.reminded" // Reminded: a clock came to a point
)

// Moved says what happened to a whistle or to a call of it.
type Moved struct {
	WhistleID string     `json:"whistle_id"`
	Number    string     `json:"number"`
	Title     string     `json:"title"`
	Kind      Kind       `json:"kind"`
	CaseID    string     `json:"case_id"`
	Street    string     `json:"street"`
	UnitID    string     `json:"unit_id"` // of the street
	Action    string     `json:"action"`
	State     State      `json:"state"`
	CallID    string     `json:"call_id,omitempty"`
	CallUnit  string     `json:"call_unit,omitempty"`
	CallName  string     `json:"call_name,omitempty"`
	Called    []string   `json:"called,omitempty"` // blow: every called unit
	At        clock.Time `json:"at"`
}

// Reminded says that a clock turned amber or ran out.
type Reminded struct {
	ClockID   string     `json:"clock_id"`
	WhistleID string     `json:"whistle_id"`
	Number    string     `json:"number"`
	Title     string     `json:"title"`
	WhistleOf Kind       `json:"whistle_kind"`
	Street    string     `json:"street"`
	UnitID    string     `json:"unit_id"` // of the street
	Kind      string     `json:"kind"`    // of the clock
	Phase     string     `json:"phase"`   // amber or red
	CallID    string     `json:"call_id,omitempty"`
	CallUnit  string     `json:"call_unit,omitempty"`
	CallName  string     `json:"call_name,omitempty"`
	Task      string     `json:"task,omitempty"` // work: what was promised
	DueAt     clock.Time `json:"due_at"`
	At        clock.Time `json:"at"`
}
