package cases

import (
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// State is where a case stands; the codes are those of the workflow definition.
type State string

// The states of the shipped workflow.
const (
	Reported     State = "reported"
	Inspecting   State = "inspecting"
	Accepted     State = "accepted"
	Rejected     State = "rejected"
	Filed        State = "filed"
	Dispatched   State = "dispatched"
	Returned     State = "returned"
	Adjudicating State = "adjudicating"
	Signed       State = "signed"
	Handling     State = "handling"
	Suspended    State = "suspended"
	Awaiting     State = "waiting"
	Checking     State = "checking"
	Checked      State = "checked"
	Rework       State = "rework"
	Closed       State = "closed"
	Archived     State = "archived"
	SelfClosed   State = "self_closed"
	ForceClosed  State = "force_closed"
	Void         State = "void"
	Merged       State = "merged"
)

// Channel is where a case came from.
type Channel string

// The eight channels.
const (
	FromOfficer    Channel = "officer"    // grid officer
	FromResident   Channel = "resident"   // resident, on the public page
	FromHotline    Channel = "hotline"    // 12345
	FromLetter     Channel = "letter"     // letter or visit
	FromLeader     Channel = "leader"     // instruction of a leader
	FromDepartment Channel = "department" // handed over by a department
	FromDevice     Channel = "device"     // alarm of a device
	FromInspection Channel = "inspection" // inspection, supervision, media
)

// Channels lists the channels in the order people expect.
var Channels = []Channel{FromOfficer, FromResident, FromHotline, FromLetter, FromLeader, FromDepartment, FromDevice, FromInspection}

// Level is a tier of the five.
type Level string

// The five tiers, lowest first.
const (
	Grid      Level = "grid"
	Community Level = "community"
	Street    Level = "street"
	District  Level = "district"
	City      Level = "city"
)

// Levels lists the tiers, lowest first.
var Levels = []Level{Grid, Community, Street, District, City}

// digits is the length of the area code of a tier; a grid's code is longer than a community's.
var digits = map[Level]int{City: 4, District: 6, Street: 9, Community: 12}

// Result is how a case ended.
type Result string

// The endings of rule 1 of the domain.
const (
	Resolved  Result = "resolved"
	Partly    Result = "partly"
	Explained Result = "explained"
	NotOurs   Result = "not_ours" // the owner is named
	Cannot    Result = "cannot"   // with the reason
	Withdrawn Result = "withdrawn"
)

// Results lists the endings.
var Results = []Result{Resolved, Partly, Explained, NotOurs, Cannot, Withdrawn}

// Degrees is a position in 1e-7 degrees, as columns keep it.
type Degrees int64

// Case is where a case stands now. Texts are masked when they enter; who reported stands elsewhere.
type Case struct {
	ID           string      `db:"id" json:"id"`
	Number       string      `db:"number" json:"number" doc:"Day, street and sequence, such as 20261120-007-0042"`
	Workflow     int         `db:"workflow" json:"workflow"`
	State        State       `db:"state" json:"state"`
	Channel      Channel     `db:"channel" json:"channel"`
	Source       string      `db:"source" json:"source,omitempty" doc:"System it came from"`
	SourceNumber string      `db:"source_number" json:"source_number,omitempty"`
	Title        string      `db:"title" json:"title"`
	Body         string      `db:"body" json:"text"`
	Category     string      `db:"category" json:"category,omitempty" doc:"Code of the leaf"`
	Component    string      `db:"component" json:"component,omitempty"`
	Urgent       bool        `db:"urgent" json:"urgent"`
	Sensitive    bool        `db:"sensitive" json:"sensitive"`
	Supervised   bool        `db:"supervised" json:"supervised"`
	Joint        bool        `db:"joint" json:"joint" doc:"A whistle has been blown for it"`
	AreaCode     string      `db:"area_code" json:"area_code"`
	AreaName     string      `db:"area_name" json:"area_name"`
	Address      string      `db:"address" json:"address"`
	LatE7        *Degrees    `db:"lat" json:"-"`
	LonE7        *Degrees    `db:"lon" json:"-"`
	Level        Level       `db:"level" json:"level" doc:"Tier that has it now"`
	Holder       string      `db:"holder" json:"holder,omitempty" doc:"Unit whose move it is"`
	Officer      string      `db:"officer" json:"officer,omitempty" doc:"Person named to inspect or verify"`
	LeadUnit     string      `db:"lead_unit" json:"lead_unit,omitempty"`
	LeadName     string      `db:"lead_name" json:"lead_name,omitempty"`
	FirstUnit    string      `db:"first_unit" json:"first_unit,omitempty" doc:"Unit dispatched to first: it keeps interim measures until a hand-over is accepted"`
	Stage        string      `db:"stage" json:"stage,omitempty" doc:"Kind of the clock that runs"`
	DueAt        *clock.Time `db:"due_at" json:"due_at,omitempty" doc:"Of the stage"`
	WarnAt       *clock.Time `db:"warn_at" json:"warn_at,omitempty" doc:"From when it is amber"`
	Paused       bool        `db:"paused" json:"paused"`
	PromisedAt   *clock.Time `db:"promised_at" json:"promised_at,omitempty" doc:"By when the handling was promised when it was filed"`
	Dispatches   int         `db:"dispatches" json:"dispatches"`
	Returns      int         `db:"returns" json:"returns"`
	Reworks      int         `db:"reworks" json:"reworks"`
	Reopens      int         `db:"reopens" json:"reopens"`
	Voices       int         `db:"voices" json:"voices" doc:"Reports behind it, merged ones included"`
	Result       Result      `db:"result" json:"result,omitempty"`
	Outcome      string      `db:"outcome" json:"outcome,omitempty" doc:"What was done, for the administration"`
	Reply        string      `db:"reply" json:"reply,omitempty" doc:"What those who reported are told"`
	Satisfaction string      `db:"satisfaction" json:"satisfaction,omitempty"`
	MergedInto   string      `db:"merged_into" json:"merged_into,omitempty"`
	RecursOf     string      `db:"recurs_of" json:"recurs_of,omitempty"`
	Audit        string      `db:"audit" json:"audit,omitempty" doc:"due, passed or failed, if drawn for a random check"`
	ReportedAt   clock.Time  `db:"reported_at" json:"reported_at"`
	AcceptedAt   *clock.Time `db:"accepted_at" json:"accepted_at,omitempty"`
	FiledAt      *clock.Time `db:"filed_at" json:"filed_at,omitempty"`
	DispatchedAt *clock.Time `db:"dispatched_at" json:"dispatched_at,omitempty"`
	SignedAt     *clock.Time `db:"signed_at" json:"signed_at,omitempty"`
	HandledAt    *clock.Time `db:"handled_at" json:"handled_at,omitempty"`
	CheckedAt    *clock.Time `db:"checked_at" json:"checked_at,omitempty"`
	ClosedAt     *clock.Time `db:"closed_at" json:"closed_at,omitempty"`
	EndedAt      *clock.Time `db:"ended_at" json:"ended_at,omitempty"`
	ChangedAt    clock.Time  `db:"changed_at" json:"changed_at"`
	Version      int64       `db:"version" json:"version"`

	CategoryName string   `db:"-" json:"category_name,omitempty"`
	HolderName   string   `db:"-" json:"holder_name,omitempty" doc:"In lists"`
	Watched      bool     `db:"watched" json:"watched,omitempty" doc:"The caller follows it"`
	StateName    string   `db:"-" json:"state_name"`
	Overdue      bool     `db:"-" json:"overdue"`
	Warned       bool     `db:"-" json:"warned" doc:"Amber: less than half of the time is left"`
	Lat          *float64 `db:"-" json:"lat,omitempty"`
	Lon          *float64 `db:"-" json:"lon,omitempty"`
	Actions      []string `db:"-" json:"actions" doc:"What the caller may do now"`
}

const caseColumns = `id, number, workflow, state, channel, source, source_number, title, body, category, component, urgent, sensitive, supervised,
	joint, area_code, area_name, address, lat, lon, level, holder, officer, lead_unit, lead_name, first_unit, stage, due_at, warn_at, paused,
	promised_at, dispatches, returns, reworks, reopens, voices, result, outcome, reply, satisfaction, merged_into, recurs_of, audit, reported_at,
	accepted_at, filed_at, dispatched_at, signed_at, handled_at, checked_at, closed_at, ended_at, changed_at, version`

// History is one step in the life of a case; it is never edited.
type History struct {
	ID         string                  `db:"id" json:"id"`
	CaseID     string                  `db:"case_id" json:"-"`
	At         clock.Time              `db:"at" json:"at"`
	ActorID    string                  `db:"actor_id" json:"-"`
	ActorName  string                  `db:"actor_name" json:"actor_name"`
	ActorUnit  string                  `db:"actor_unit" json:"actor_unit,omitempty"`
	Action     string                  `db:"action" json:"action"`
	From       State                   `db:"from_state" json:"from,omitempty"`
	To         State                   `db:"to_state" json:"to"`
	Level      Level                   `db:"level" json:"level"`
	ForUnit    string                  `db:"for_unit" json:"for_unit,omitempty" doc:"Unit that led then"`
	ForName    string                  `db:"for_name" json:"for_name,omitempty"`
	Ground     string                  `db:"ground" json:"ground,omitempty"`
	Note       string                  `db:"note" json:"note,omitempty"`
	Visibility string                  `db:"visibility" json:"visibility" enum:"internal,joint,reporter,public"`
	Detail     db.JSON[map[string]any] `db:"detail" json:"detail"`
}

const historyColumns = "id, case_id, at, actor_id, actor_name, actor_unit, action, from_state, to_state, level, for_unit, for_name, ground, note, visibility, detail"

// Who may read an entry of the history.
const (
	Internal    = "internal" // the administration
	Jointly     = "joint"    // and assisting units
	ForReporter = "reporter" // and those who reported
	ForPublic   = "public"   // and everybody
)

// Clock is one time limit of a case: of a stage, on a tier, for a unit.
type Clock struct {
	ID        string           `db:"id" json:"id"`
	CaseID    string           `db:"case_id" json:"case_id"`
	PartID    string           `db:"part_id" json:"part_id,omitempty"`
	Kind      string           `db:"kind" json:"kind" enum:"accept,inspect,file,dispatch,sign,adjudicate,handle,check,close,revisit,part,whistle"`
	Hop       int              `db:"hop" json:"hop" doc:"Tiers the stage was passed up when it was overdue; 0 is the clock of the stage itself"`
	Round     int              `db:"round" json:"round"`
	Level     Level            `db:"level" json:"level"`
	UnitID    string           `db:"unit_id" json:"unit_id,omitempty"`
	UnitName  string           `db:"unit_name" json:"unit_name,omitempty"`
	AreaCode  string           `db:"area_code" json:"-"`
	StartedAt clock.Time       `db:"started_at" json:"started_at"`
	LimitN    int              `db:"limit_n" json:"limit_n"`
	LimitUnit string           `db:"limit_unit" json:"limit_unit" enum:"urgent_hour,work_hour,work_day,calendar_day,urgent_minute,work_minute"`
	Calendar  string           `db:"calendar" json:"calendar" doc:"Version of the calendar it was computed with"`
	Basis     string           `db:"basis" json:"basis" doc:"Where the limit comes from"`
	DueAt     *clock.Time      `db:"due_at" json:"due_at,omitempty" doc:"Absent while paused"`
	WarnAt    *clock.Time      `db:"warn_at" json:"warn_at,omitempty" doc:"Half of the time left"`
	OrangeAt  *clock.Time      `db:"orange_at" json:"orange_at,omitempty" doc:"A fifth of the time left"`
	Pauses    db.JSON[[]Pause] `db:"pauses" json:"pauses"`
	PausedAt  *clock.Time      `db:"paused_at" json:"paused_at,omitempty"`
	Phase     string           `db:"phase" json:"phase" enum:"green,amber,orange,red"`
	NextAt    *clock.Time      `db:"next_at" json:"-"`
	DormantAt *clock.Time      `db:"dormant_at" json:"dormant_at,omitempty" doc:"When it was reported that nothing happens"`
	StoppedAt *clock.Time      `db:"stopped_at" json:"stopped_at,omitempty"`
	Outcome   string           `db:"outcome" json:"outcome,omitempty" enum:"met,late,void"`
	Why       []string         `db:"-" json:"why,omitempty" doc:"Why it is due then, one sentence per step"`
	Left      string           `db:"-" json:"left,omitempty" doc:"In words"`
	Spent     string           `db:"-" json:"spent,omitempty" doc:"In words"`
}

// Pause is a time a clock stood still, and why.
type Pause struct {
	From   clock.Time  `json:"from"`
	To     *clock.Time `json:"to,omitempty"`
	Reason string      `json:"reason"`
}

const clockColumns = `id, case_id, part_id, kind, hop, round, level, unit_id, unit_name, area_code, started_at, limit_n, limit_unit, calendar, basis, due_at,
	warn_at, orange_at, pauses, paused_at, phase, next_at, dormant_at, stopped_at, outcome`

// The kinds of clocks; each but Part and Whistle is the stage of a state of the workflow.
const (
	StageAccept     = "accept"
	StageInspect    = "inspect"
	StageFile       = "file"
	StageDispatch   = "dispatch"
	StageSign       = "sign"
	StageAdjudicate = "adjudicate"
	StageHandle     = "handle"
	StageCheck      = "check"
	StageClose      = "close"
	StageRevisit    = "revisit"
	StagePart       = "part"
	StageWhistle    = "whistle"
)

// Stages lists the stages a state can have.
var Stages = []string{StageAccept, StageInspect, StageFile, StageDispatch, StageSign, StageAdjudicate, StageHandle, StageCheck, StageClose, StageRevisit}

// Reporter is who brought a case up. Name and telephone lie sealed; the wire shows them masked.
type Reporter struct {
	ID           string     `db:"id" json:"id"`
	CaseID       string     `db:"case_id" json:"case_id"`
	Channel      Channel    `db:"channel" json:"channel"`
	SourceNumber string     `db:"source_number" json:"source_number,omitempty"`
	Anonymous    bool       `db:"anonymous" json:"anonymous"`
	Name         string     `db:"name" json:"-"`
	Phone        string     `db:"phone" json:"-"`
	PhoneIndex   string     `db:"phone_index" json:"-"`
	Words        string     `db:"words" json:"words" doc:"What was said, masked"`
	Token        string     `db:"token" json:"-"`
	WantsReply   bool       `db:"wants_reply" json:"wants_reply"`
	UserID       string     `db:"user_id" json:"-"`
	At           clock.Time `db:"at" json:"at"`

	Shown string `db:"-" json:"name,omitempty" doc:"Masked, such as 王** 138****5678"`
}

const reporterColumns = "id, case_id, channel, source_number, anonymous, name, phone, phone_index, words, token, wants_reply, user_id, at"

// Evidence is a photo of a case.
type Evidence struct {
	ID        string      `db:"id" json:"id"`
	CaseID    string      `db:"case_id" json:"case_id"`
	PartID    string      `db:"part_id" json:"part_id,omitempty"`
	Phase     string      `db:"phase" json:"phase" enum:"report,before,after,check,other"`
	Ref       string      `db:"ref" json:"-"`
	SHA256    string      `db:"sha256" json:"sha256"`
	MediaType string      `db:"media_type" json:"media_type"`
	Size      int64       `db:"size" json:"size"`
	Look      int64       `db:"look" json:"-"` // perceptual digest, for similar photos
	Caption   string      `db:"caption" json:"caption,omitempty"`
	Public    bool        `db:"public" json:"public"`
	ByID      string      `db:"by_id" json:"-"`
	ByName    string      `db:"by_name" json:"by_name"`
	ByUnit    string      `db:"by_unit" json:"by_unit"`
	At        clock.Time  `db:"at" json:"at"`
	TakenAt   *clock.Time `db:"taken_at" json:"-"` // restricted: from the picture itself
	TakenLat  *Degrees    `db:"taken_lat" json:"-"`
	TakenLon  *Degrees    `db:"taken_lon" json:"-"`
	Distance  *int        `db:"distance" json:"distance,omitempty" doc:"Metres between where it was taken and the case"`
}

const evidenceColumns = "id, case_id, part_id, phase, ref, sha256, media_type, size, look, caption, public, by_id, by_name, by_unit, at, taken_at, taken_lat, taken_lon, distance"

// Phases of evidence.
const (
	PhaseReport = "report"
	PhaseBefore = "before"
	PhaseAfter  = "after"
	PhaseCheck  = "check"
	PhaseOther  = "other"
)

// Part is what an assisting unit does for a case.
type Part struct {
	ID        string      `db:"id" json:"id"`
	CaseID    string      `db:"case_id" json:"case_id"`
	UnitID    string      `db:"unit_id" json:"unit_id"`
	UnitName  string      `db:"unit_name" json:"unit_name"`
	Task      string      `db:"task" json:"task"`
	Required  bool        `db:"required" json:"required" doc:"The case waits for it"`
	Origin    string      `db:"origin" json:"origin" enum:"dispatch,whistle"`
	State     string      `db:"state" json:"state" enum:"open,signed,done,waived,cancelled"`
	DueAt     *clock.Time `db:"due_at" json:"due_at,omitempty"`
	Result    Result      `db:"result" json:"result,omitempty"`
	Outcome   string      `db:"outcome" json:"outcome,omitempty"`
	CreatedAt clock.Time  `db:"created_at" json:"created_at"`
	SignedAt  *clock.Time `db:"signed_at" json:"signed_at,omitempty"`
	DoneAt    *clock.Time `db:"done_at" json:"done_at,omitempty"`
	Version   int64       `db:"version" json:"version"`
}

const partColumns = "id, case_id, unit_id, unit_name, task, required, origin, state, due_at, result, outcome, created_at, signed_at, done_at, version"

// States of a part.
const (
	PartOpen      = "open"
	PartSigned    = "signed"
	PartDone      = "done"
	PartWaived    = "waived"
	PartCancelled = "cancelled"
)

// Request asks for more time or for a suspension.
type Request struct {
	ID        string      `db:"id" json:"id"`
	CaseID    string      `db:"case_id" json:"case_id"`
	Kind      string      `db:"kind" json:"kind" enum:"extension,suspension,waiting"`
	State     string      `db:"state" json:"state" enum:"open,approved,refused,ended,withdrawn"`
	Ground    string      `db:"ground" json:"ground,omitempty"`
	Note      string      `db:"note" json:"note"`
	Amount    int         `db:"amount" json:"amount,omitempty" doc:"In the unit of the limit"`
	UnitID    string      `db:"unit_id" json:"unit_id"`
	UnitName  string      `db:"unit_name" json:"unit_name"`
	AreaCode  string      `db:"area_code" json:"-"`
	AskedBy   string      `db:"asked_by" json:"asked_by"`
	AskedAt   clock.Time  `db:"asked_at" json:"asked_at"`
	DecidedBy string      `db:"decided_by" json:"decided_by,omitempty"`
	DecidedAt *clock.Time `db:"decided_at" json:"decided_at,omitempty"`
	Answer    string      `db:"answer" json:"answer,omitempty"`
	ReviewAt  *clock.Time `db:"review_at" json:"review_at,omitempty"`
	Reviews   int         `db:"reviews" json:"reviews"`
	Missed    int         `db:"missed" json:"missed" doc:"Reviews missed in a row"`
	EndedAt   *clock.Time `db:"ended_at" json:"ended_at,omitempty"`
	EndedBy   string      `db:"ended_by" json:"ended_by,omitempty"`
}

// Revisit is what somebody who reported says about the ending.
type Revisit struct {
	ID           string            `db:"id" json:"id"`
	CaseID       string            `db:"case_id" json:"case_id"`
	ReporterID   string            `db:"reporter_id" json:"reporter_id,omitempty"`
	Way          string            `db:"way" json:"way" enum:"link,call,visit,none"`
	Solved       string            `db:"solved" json:"solved" enum:"yes,partly,no,unknown"`
	Satisfaction string            `db:"satisfaction" json:"satisfaction" enum:"satisfied,basically,dissatisfied,unreachable"`
	Reasons      db.JSON[[]string] `db:"reasons" json:"reasons"`
	Words        string            `db:"words" json:"words,omitempty"`
	At           clock.Time        `db:"at" json:"at"`
	ByID         string            `db:"by_id" json:"-"`
	ByName       string            `db:"by_name" json:"by_name,omitempty"`
}
