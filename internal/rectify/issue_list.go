package rectify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/workcal"
)

// ListState is where a reverse issue list stands.
type ListState string

// The states of a reverse issue list. A list that was approved is never dropped; it is corrected by further editions.
const (
	ListDraft     ListState = "draft"
	ListSubmitted ListState = "submitted" // before the one who approves
	ListApproved  ListState = "approved"
	ListIssued    ListState = "issued" // with streets and departments; corrections make further editions
	ListDropped   ListState = "dropped"
)

// ListStates lists the states in the order of life.
var ListStates = []ListState{ListDraft, ListSubmitted, ListApproved, ListIssued, ListDropped}

// ReverseList is the reverse issue list of a wave: items approved together by another person than who made it, and issued
// to streets and departments in one go.
type ReverseList struct {
	ID            string      `db:"id" json:"id"`
	No            string      `db:"no" json:"no" doc:"Such as 2026H2-清单-01"`
	WaveID        string      `db:"wave_id" json:"wave_id"`
	AreaCode      string      `db:"area_code" json:"area_code"`
	AreaName      string      `db:"area_name" json:"area_name"`
	Title         string      `db:"title" json:"title"`
	State         ListState   `db:"state" json:"state"`
	Edition       int         `db:"edition" json:"edition" doc:"Last approved edition; 0 before the first"`
	IssuedEdition int         `db:"issued_edition" json:"issued_edition" doc:"Last edition that was sent out"`
	MadeBy        string      `db:"made_by" json:"-"`
	MadeName      string      `db:"made_name" json:"made_name"`
	MadeUnit      string      `db:"made_unit" json:"-"`
	MadeAt        clock.Time  `db:"made_at" json:"made_at"`
	IssuedName    string      `db:"issued_name" json:"issued_name,omitempty"`
	IssuedAt      *clock.Time `db:"issued_at" json:"issued_at,omitempty"`
	Version       int64       `db:"version" json:"version"`
	Counts        ListCounts  `db:"-" json:"counts"`
}

const listColumns = `id, no, wave_id, area_code, area_name, title, state, edition, issued_edition, made_by, made_name, made_unit, made_at,
	issued_name, issued_at, version`

// ListCounts says how far a list has come, as far as the caller sees its items and receipts. Items = waiting + passed +
// doing + overdue.
type ListCounts struct {
	Items       int  `json:"items"`
	Voices      int  `json:"voices" doc:"Comments merged into its items"`
	Waiting     int  `json:"waiting" doc:"Not issued yet"`
	Passed      int  `json:"passed" doc:"Verified, told or published"`
	Doing       int  `json:"doing" doc:"Issued and neither passed nor overdue"`
	Overdue     int  `json:"overdue"`
	Receipts    int  `json:"receipts" doc:"Units it was sent to, by edition"`
	Signed      int  `json:"signed"`
	Unsigned    int  `json:"unsigned_overdue" doc:"Receipts not signed in time"`
	Pending     bool `json:"pending" doc:"An edition waits for approval"`
	ToSign      int  `json:"to_sign" doc:"Receipts the caller's unit has not signed"`
	ExportsOpen int  `json:"exports_waiting" doc:"Exports with texts the caller may decide on"`
}

// ListLine is an item as it stands in an edition.
type ListLine struct {
	ItemID    string    `json:"item_id"`
	No        string    `json:"no"`
	Title     string    `json:"title"`
	Field     string    `json:"field"`
	FieldName string    `json:"field_name"`
	AreaCode  string    `json:"area_code"`
	AreaName  string    `json:"area_name"`
	Street    string    `json:"street"`
	Place     string    `json:"place"`
	Voices    int       `json:"voices"`
	Lead      UnitRef   `json:"lead"`
	Co        []UnitRef `json:"co"`
}

// EditionState is what became of an edition.
type EditionState string

// The states of an edition.
const (
	EditionProposed EditionState = "proposed"
	EditionApproved EditionState = "approved"
	EditionRefused  EditionState = "refused"
)

// ListEdition is what was put before the one who approves. An approved edition keeps its content for good; a correction is a
// further edition with its reason.
type ListEdition struct {
	ID          string                `db:"id" json:"id"`
	ListID      string                `db:"list_id" json:"-"`
	Number      int                   `db:"number" json:"number"`
	State       EditionState          `db:"state" json:"state" enum:"proposed,approved,refused"`
	Reason      string                `db:"reason" json:"reason"`
	Changes     db.JSON[[]ListChange] `db:"changes" json:"changes"`
	ByID        string                `db:"by_id" json:"-"`
	ByName      string                `db:"by_name" json:"by_name"`
	At          clock.Time            `db:"at" json:"at"`
	DecidedBy   string                `db:"decided_by" json:"-"`
	DecidedName string                `db:"decided_name" json:"decided_name,omitempty"`
	DecidedAt   *clock.Time           `db:"decided_at" json:"decided_at,omitempty"`
	Answer      string                `db:"answer" json:"answer,omitempty"`
	Lines       int                   `db:"lines" json:"lines"`
	ContentHash string                `db:"content_hash" json:"content_hash,omitempty"`
}

const editionColumns = `id, list_id, number, state, reason, changes, by_id, by_name, at, decided_by, decided_name, decided_at, answer, lines, content_hash`

// ListChange is one change of a correction. Add and strike name an item; word gives it another title or place.
type ListChange struct {
	Kind   string `json:"kind" enum:"add,strike,word"`
	ItemID string `json:"item_id" maxLength:"60"`
	No     string `json:"no,omitempty" maxLength:"80" doc:"Number of the item, filled in by the server"`
	Title  string `json:"title,omitempty" maxLength:"240" doc:"word: the new title"`
	Place  string `json:"place,omitempty" maxLength:"320" doc:"word: the new place"`
	Before string `json:"before,omitempty" maxLength:"600" doc:"What stood there, filled in by the server"`
}

// Kinds of changes.
const (
	ChangeAdd    = "add"
	ChangeStrike = "strike"
	ChangeWord   = "word"
)

// Receipt is one unit's signature for one edition. It has a clock of one work day.
type Receipt struct {
	ID         string                  `db:"id" json:"id"`
	ListID     string                  `db:"list_id" json:"list_id"`
	Edition    int                     `db:"edition" json:"edition"`
	UnitID     string                  `db:"unit_id" json:"unit_id"`
	UnitName   string                  `db:"unit_name" json:"unit_name"`
	UnitArea   string                  `db:"unit_area" json:"-"`
	Role       string                  `db:"role" json:"role" enum:"lead,joint,local" doc:"Leads an item, joins one, or is the street office of the place"`
	Lines      int                     `db:"lines" json:"lines" doc:"Items of the edition that concern the unit"`
	SentAt     clock.Time              `db:"sent_at" json:"sent_at"`
	Limit      workcal.Limit           `db:"time_limit" json:"-"`
	Calendar   string                  `db:"calendar" json:"-"`
	DueAt      clock.Time              `db:"due_at" json:"due_at"`
	Steps      db.JSON[[]workcal.Step] `db:"steps" json:"-"`
	Why        []string                `db:"-" json:"why" doc:"Why it is due then"`
	SignedBy   string                  `db:"signed_by" json:"-"`
	SignedName string                  `db:"signed_name" json:"signed_name,omitempty"`
	SignedUnit string                  `db:"signed_unit" json:"-"`
	SignedAt   *clock.Time             `db:"signed_at" json:"signed_at,omitempty"`
	OnBehalf   bool                    `db:"on_behalf" json:"on_behalf" doc:"Recorded by the office after a signature on paper"`
	Note       string                  `db:"note" json:"note,omitempty"`
	Reminded   int                     `db:"reminded" json:"reminded"`
	RemindedAt *clock.Time             `db:"reminded_at" json:"reminded_at,omitempty"`
	Overdue    bool                    `db:"-" json:"overdue" doc:"Not signed in time, or signed too late"`
	CanSign    bool                    `db:"-" json:"can_sign"`
}

const receiptColumns = `id, list_id, edition, unit_id, unit_name, unit_area, role, lines, sent_at, time_limit, calendar, due_at, steps, signed_by,
	signed_name, signed_unit, signed_at, on_behalf, note, reminded, reminded_at`

// receiptLimit is the time a unit has to sign.
var receiptLimit = workcal.Limit{N: 1, Unit: workcal.WorkDay}

// lineOf is an item as it stands in an edition made now.
func (i *Item) lineOf() ListLine {
	co := i.Co.V
	if co == nil {
		co = []UnitRef{}
	}
	return ListLine{ItemID: i.ID, No: i.No, Title: i.Title, Field: i.Field, FieldName: i.FieldName, AreaCode: i.AreaCode, AreaName: i.AreaName, Street: i.Street,
		Place: i.Place, Voices: i.Voices, Lead: UnitRef{i.LeadUnit, i.LeadName}, Co: co}
}

// hashOf is the fingerprint of what is approved: everything but the number of voices, which may rise.
func hashOf(lines []ListLine) (string, error) {
	sum := sha256.New()
	for _, l := range lines {
		l.Voices = 0
		b, err := json.Marshal(l)
		if err != nil {
			return "", err
		}
		sum.Write(b)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
