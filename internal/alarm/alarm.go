package alarm

import (
	"fmt"
	"slices"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// Severity says how much an alarm presses.
type Severity string

// The severities, the most pressing first.
const (
	Critical Severity = "critical" // somebody's life: rings until it is acknowledged
	Major    Severity = "major"
	Minor    Severity = "minor"
	Warning  Severity = "warning"
	Info     Severity = "info"
)

// Severities lists them, the most pressing first.
var Severities = []Severity{Critical, Major, Minor, Warning, Info}

// rank is 1 for the most pressing; 0 for what is none.
func (v Severity) rank() int { return slices.Index(Severities, v) + 1 }

// Value stores the rank.
func (v Severity) Value() (db.Value, error) {
	if n := v.rank(); n > 0 {
		return int64(n), nil
	}
	return nil, fmt.Errorf("alarm: %q is no severity", string(v))
}

// Scan reads the rank.
func (v *Severity) Scan(src any) error {
	n, ok := src.(int64)
	if !ok || n < 1 || int(n) > len(Severities) {
		return fmt.Errorf("alarm: %v is no severity", src)
	}
	*v = Severities[n-1]
	return nil
}

// Alarm is one alarm as kept.
type Alarm struct {
	ID          string      `db:"id" json:"id"`
	Source      string      `db:"source" json:"source" doc:"Which module watched it: fence, sensor, sos, …"`
	Subject     string      `db:"subject" json:"subject" doc:"What it is about: id of an officer or a device"`
	Kind        string      `db:"kind" json:"kind"`
	Severity    Severity    `db:"severity" json:"severity" enum:"critical,major,minor,warning,info"`
	AreaCode    string      `db:"area_code" json:"area_code"`
	SubjectName string      `db:"subject_name" json:"subject_name"`
	Title       string      `db:"title" json:"title"`
	Detail      string      `db:"detail" json:"detail"`
	Link        string      `db:"link" json:"link,omitempty" doc:"Page of the console that shows more"`
	Lat         *float64    `db:"lat" json:"lat,omitempty"`
	Lon         *float64    `db:"lon" json:"lon,omitempty"`
	Personal    bool        `db:"personal" json:"personal" doc:"The position is a person's; it is forgotten 30 days after the end"`
	Late        bool        `db:"late" json:"late" doc:"Found afterwards, when positions came late"`
	Times       int         `db:"times" json:"times" doc:"How often it was raised while it lasted"`
	RaisedAt    clock.Time  `db:"raised_at" json:"raised_at"`
	LastAt      clock.Time  `db:"last_at" json:"last_at"`
	ClearedAt   *clock.Time `db:"cleared_at" json:"cleared_at,omitempty"`
	ClearedBy   string      `db:"cleared_by" json:"cleared_by,omitempty" doc:"Name of who cleared it by hand; absent if the source did"`
	AckedAt     *clock.Time `db:"acked_at" json:"acked_at,omitempty"`
	AckedBy     string      `db:"acked_by" json:"-"`
	AckedName   string      `db:"acked_name" json:"acked_name,omitempty"`
	CaseID      string      `db:"case_id" json:"case_id,omitempty"`
	CaseNumber  string      `db:"case_number" json:"case_number,omitempty"`
	Place       int         `db:"place" json:"-"`
	Version     int64       `db:"version" json:"version"`
}

const columns = "id, source, subject, kind, severity, area_code, subject_name, title, detail, link, lat, lon, personal, late, times, raised_at, last_at, cleared_at, cleared_by, acked_at, acked_by, acked_name, case_id, case_number, place, version"

// Active reports whether the alarm has not been cleared.
func (a *Alarm) Active() bool { return a.ClearedAt == nil }

// placed is where the alarm stands among the active ones: unseen before seen, then by severity.
func (a *Alarm) placed() int {
	n := a.Severity.rank()
	if a.AckedAt != nil {
		n += 10
	}
	return n
}

// Step is something that became of an alarm.
type Step struct {
	ID      string     `db:"id" json:"id"`
	AlarmID string     `db:"alarm_id" json:"-"`
	Action  Action     `db:"action" json:"action" enum:"raised,escalated,acknowledged,noted,cleared,case"`
	ByID    string     `db:"by_id" json:"-"`
	ByName  string     `db:"by_name" json:"by_name"`
	At      clock.Time `db:"at" json:"at"`
	Note    string     `db:"note" json:"note,omitempty"`
}

// Action is what was done with an alarm.
type Action string

// The actions.
const (
	Raised       Action = "raised"
	Escalated    Action = "escalated" // it has become more severe
	Acknowledged Action = "acknowledged"
	Noted        Action = "noted"
	Cleared      Action = "cleared"
	MadeCase     Action = "case"
)

// Raise is what a module that watches something has to say.
type Raise struct {
	Source, Subject, Kind string // one active alarm for the three
	Severity              Severity
	AreaCode              string
	SubjectName           string // as people know it
	Title, Detail         string // Chinese sentences; Detail may be empty
	Link                  string // page of the console, "" for none
	Lat, Lon              *float64
	Personal              bool      // the position is a person's
	Late                  bool      // found afterwards
	At                    time.Time // when it happened; zero for now
}

func (in *Raise) alarm(tx *db.Tx) *Alarm {
	at := tx.Time()
	if !in.At.IsZero() && in.At.Before(at.Time) {
		at = clock.At(in.At)
	}
	a := &Alarm{ID: db.NewID(tx), Source: in.Source, Subject: in.Subject, Kind: in.Kind, Severity: in.Severity, AreaCode: in.AreaCode, SubjectName: in.SubjectName, Title: in.Title,
		Detail: in.Detail, Link: in.Link, Lat: in.Lat, Lon: in.Lon, Personal: in.Personal, Late: in.Late, Times: 1, RaisedAt: at, LastAt: at, Version: 1}
	a.Place = a.placed()
	return a
}
