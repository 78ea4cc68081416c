package rectify

import (
	"yiwang/internal/opinion"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/prose"
	"yiwang/internal/platform/workcal"
)

// Result says how an item ended. Photos before and after are required for the first two, a reason for the others.
type Result string

// The results.
const (
	Resolved  Result = "resolved"
	Partly    Result = "partly"
	Explained Result = "explained"
	NotOurs   Result = "not_ours"
	Cannot    Result = "cannot"
)

// Results lists the results in the order of a form.
var Results = []Result{Resolved, Partly, Explained, NotOurs, Cannot}

// Grounds on which a unit may return an item; the note cites the provision.
var Grounds = []string{"not_our_duty", "not_our_area", "beyond_our_power", "already_handled", "law_forbids"}

// UnitRef names a unit on an item as it was called when the item was written.
type UnitRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Item is one matter to put right, merged from the comments of a wave.
type Item struct {
	ID          string             `db:"id" json:"id"`
	No          string             `db:"no" json:"no" doc:"Such as 2026H2-凤凰-0001"`
	WaveID      string             `db:"wave_id" json:"wave_id"`
	Title       string             `db:"title" json:"title"`
	Field       string             `db:"field" json:"field"`
	FieldName   string             `db:"-" json:"field_name"`
	AreaCode    string             `db:"area_code" json:"area_code"`
	AreaName    string             `db:"area_name" json:"area_name"`
	Street      string             `db:"street" json:"street" doc:"Code of the street the area lies in"`
	Place       string             `db:"place" json:"place"`
	Voices      int                `db:"voices" json:"voices" doc:"Comments merged into the item"`
	State       State              `db:"state" json:"state"`
	Result      Result             `db:"result" json:"result,omitempty"`
	LeadUnit    string             `db:"lead_unit" json:"-"`
	LeadName    string             `db:"lead_name" json:"-"`
	LeadArea    string             `db:"lead_area" json:"-"`
	Lead        UnitRef            `db:"-" json:"lead"`
	Co          db.JSON[[]UnitRef] `db:"co" json:"co"`
	Measure     string             `db:"measure" json:"measure,omitempty"`
	PromisedAt  *clock.Time        `db:"promised_at" json:"promised_at,omitempty"`
	Outcome     string             `db:"outcome" json:"outcome,omitempty" doc:"What was done, or why it could not be"`
	Reply       string             `db:"reply" json:"reply,omitempty" doc:"The answer to those who spoke"`
	Supervised  bool               `db:"supervised" json:"supervised"`
	Supervision int                `db:"supervision" json:"supervision" doc:"Level of the supervision in force, 1 to 3; 0 is none"`
	Reworks     int                `db:"reworks" json:"reworks"`
	Returns     int                `db:"returns" json:"returns" doc:"How often a unit has returned it; the second time goes to joint adjudication"`
	DecidedUnit string             `db:"decided_unit" json:"decided_unit,omitempty" doc:"Unit that a joint adjudication named; it cannot return the item"`
	Wants       string             `db:"wants" json:"wants,omitempty" enum:",extension,suspension" doc:"What the unit has asked for and nobody has decided yet"`
	Phase       string             `db:"phase" json:"phase,omitempty" enum:",green,amber,red" doc:"How its time limit stands, as last announced"`
	Extended    bool               `db:"extended" json:"extended" doc:"Its time has been extended; that happens once"`
	SuspendedAt *clock.Time        `db:"suspended_at" json:"suspended_at,omitempty" doc:"Its clock stands still since then"`
	Ground      string             `db:"ground" json:"ground,omitempty" doc:"Ground of the suspension in force"`
	RecursOf    string             `db:"recurs_of" json:"recurs_of,omitempty" doc:"Closed item of an earlier wave about the same matter"`
	IssuedAt    *clock.Time        `db:"issued_at" json:"issued_at,omitempty"`
	DueAt       *clock.Time        `db:"due_at" json:"due_at,omitempty"`
	AnsweredAt  *clock.Time        `db:"answered_at" json:"answered_at,omitempty"`
	DoneAt      *clock.Time        `db:"done_at" json:"done_at,omitempty"`
	VerifiedAt  *clock.Time        `db:"verified_at" json:"verified_at,omitempty"`
	ToldAt      *clock.Time        `db:"told_at" json:"told_at,omitempty"`
	PublishedAt *clock.Time        `db:"published_at" json:"published_at,omitempty"`
	Overdue     bool               `db:"-" json:"overdue" doc:"With the unit and past its due time, or reported done too late and not yet verified"`
	Late        bool               `db:"-" json:"late" doc:"Done after the due time, or not done and overdue"`
	Progress    int                `db:"-" json:"progress" doc:"Steps behind it of issue, answer, do, verify, tell, publish"`
	Actions     []Action           `db:"-" json:"actions" doc:"What the caller may do next; empty in lists"`
	Version     int64              `db:"version" json:"version"`
	CreatedAt   clock.Time         `db:"created_at" json:"created_at"`
}

const itemColumns = `id, no, wave_id, title, field, area_code, area_name, street, place, voices, state, result, lead_unit, lead_name,
	lead_area, co, measure, promised_at, outcome, reply, supervised, supervision, reworks, returns, decided_unit, wants,
	phase, extended, suspended_at, ground, recurs_of, issued_at, due_at, answered_at, done_at,
	verified_at, told_at, published_at, version, created_at`

// History is one step in the life of an item; it is never edited.
type History struct {
	ID        string     `db:"id" json:"id"`
	ItemID    string     `db:"item_id" json:"-"`
	At        clock.Time `db:"at" json:"at"`
	ActorID   string     `db:"actor_id" json:"-"`
	ActorName string     `db:"actor_name" json:"actor_name"`
	ActorUnit string     `db:"actor_unit" json:"actor_unit"`
	UnitName  string     `db:"-" json:"actor_unit_name"`
	ForUnit   string     `db:"for_unit" json:"for_unit" doc:"Unit the item lay with"`
	Action    Action     `db:"action" json:"action"`
	From      State      `db:"from_state" json:"from"`
	To        State      `db:"to_state" json:"to"`
	Ground    string     `db:"ground" json:"ground,omitempty"`
	Note      string     `db:"note" json:"note"`
}

// Clock is one time limit of an item, with everything its due time was computed from. An approved extension lengthens the
// limit, a suspension leaves a pause; nothing else moves a due time.
type Clock struct {
	ID        string                  `db:"id" json:"id"`
	ItemID    string                  `db:"item_id" json:"-"`
	Kind      ClockKind               `db:"kind" json:"kind" enum:"handle,adjudicate,review,supervise"`
	UnitID    string                  `db:"unit_id" json:"unit_id" doc:"Unit that has to act; empty for the office"`
	UnitName  string                  `db:"-" json:"unit_name"`
	StartedAt clock.Time              `db:"started_at" json:"started_at"`
	Limit     workcal.Limit           `db:"time_limit" json:"-"`
	LimitText string                  `db:"-" json:"limit" doc:"Such as 7 work_day, extensions included"`
	Extension int                     `db:"extension" json:"extension" doc:"How much of the limit was granted later"`
	Calendar  string                  `db:"calendar" json:"calendar" doc:"Version of the calendar it was computed with"`
	DueAt     clock.Time              `db:"due_at" json:"due_at"`
	Phase     string                  `db:"phase" json:"phase" enum:"green,amber,red" doc:"Amber when half of the time is left, red when it has run out"`
	NextAt    *clock.Time             `db:"next_at" json:"-"`
	Pauses    db.JSON[[]Pause]        `db:"pauses" json:"pauses"`
	PausedAt  *clock.Time             `db:"paused_at" json:"paused_at,omitempty"`
	Steps     db.JSON[[]workcal.Step] `db:"steps" json:"-"`
	Why       []string                `db:"-" json:"why" doc:"Why it is due then, one sentence per step"`
	EndedAt   *clock.Time             `db:"ended_at" json:"ended_at,omitempty"`
	EndedBy   Action                  `db:"ended_by" json:"ended_by,omitempty"`
	Outcome   string                  `db:"outcome" json:"outcome,omitempty" enum:",met,late,void"`
}

// Evidence is a photo taken before or after the work.
type Evidence struct {
	ID        string     `db:"id" json:"id"`
	ItemID    string     `db:"item_id" json:"item_id"`
	Phase     string     `db:"phase" json:"phase" enum:"before,after"`
	Ref       string     `db:"ref" json:"-"`
	SHA256    string     `db:"sha256" json:"sha256"`
	MediaType string     `db:"media_type" json:"media_type"`
	Size      int64      `db:"size" json:"size"`
	Caption   string     `db:"caption" json:"caption,omitempty"`
	Public    bool       `db:"public" json:"public"`
	ByID      string     `db:"by_id" json:"-"`
	ByName    string     `db:"by_name" json:"by_name"`
	ByUnit    string     `db:"by_unit" json:"by_unit"`
	UnitName  string     `db:"-" json:"by_unit_name"`
	At        clock.Time `db:"at" json:"at"`
}

// Phases of evidence.
const (
	Before = "before"
	After  = "after"
)

// open reports the states in which the lead unit has the item and its clock runs.
func (s State) open() bool { return s == Issued || s == Answered || s == Doing || s == Rework }

// derive fills what follows from the row: names, progress, overdue at now.
func (i *Item) derive(c *opinion.Catalog, now clock.Time) {
	i.FieldName = c.Name(i.Field)
	i.Lead = UnitRef{i.LeadUnit, i.LeadName}
	if i.Co.V == nil {
		i.Co.V = []UnitRef{}
	}
	if i.Actions == nil {
		i.Actions = []Action{}
	}
	i.Progress = i.State.progress()
	if i.DueAt != nil {
		doneLate := i.DoneAt != nil && i.DoneAt.After(i.DueAt.Time)
		i.Overdue = i.State.open() && now.After(i.DueAt.Time) || i.State == Done && doneLate
		i.Late = i.Overdue || !i.State.open() && doneLate
	}
}

// Limits of free text, in characters.
const (
	maxTitle = 60
	maxPlace = 80
	maxNote  = 1000
)

func checkTexts(pieces ...prose.Piece) error { return prose.Check("rectify.bad_text", pieces...) }

// explain words the stored steps of the clock.
func (c *Clock) explain(lang string) {
	c.LimitText = c.Limit.String()
	c.Why = workcal.Explanation{Due: c.DueAt.Time, Steps: c.Steps.V}.Sentences(lang)
}
