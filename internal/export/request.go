package export

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/outbox"
)

// Request is a file that somebody wants to take out of the system.
type Request struct {
	ID          string                   `db:"id" json:"id"`
	Number      int64                    `db:"number" json:"number" doc:"Counted over all kinds; the number of a download is ten times it and which download"`
	Kind        string                   `db:"kind" json:"kind" doc:"track, case or list"`
	State       State                    `db:"state" json:"state" enum:"waiting,approved,refused,withdrawn,expired"`
	Area        string                   `db:"area_code" json:"area"`
	SubjectID   string                   `db:"subject_id" json:"subject_id,omitempty" doc:"The officer of a track, the list of a list"`
	SubjectName string                   `db:"subject_name" json:"subject_name,omitempty"`
	From        *clock.Time              `db:"from_at" json:"from,omitempty" doc:"Of a track"`
	To          *clock.Time              `db:"to_at" json:"to,omitempty" doc:"Of a track"`
	Content     db.JSON[json.RawMessage] `db:"content" json:"content" doc:"What else the file is made from: of cases the filter and the columns"`
	Lines       int                      `db:"lines" json:"lines" doc:"Of cases: how many there were when it was asked for"`
	Format      string                   `db:"format" json:"format" doc:"xlsx, csv, docx, gpx or geojson"`
	Purpose     string                   `db:"purpose" json:"purpose"`
	AskedBy     string                   `db:"asked_by" json:"-"`
	AskedName   string                   `db:"asked_name" json:"asked_name"`
	AskedAt     clock.Time               `db:"asked_at" json:"asked_at"`
	DecidedBy   string                   `db:"decided_by" json:"-"`
	DecidedName string                   `db:"decided_name" json:"decided_name,omitempty"`
	DecidedAt   *clock.Time              `db:"decided_at" json:"decided_at,omitempty"`
	Answer      string                   `db:"answer" json:"answer,omitempty"`
	ExpiresAt   *clock.Time              `db:"expires_at" json:"expires_at,omitempty"`
	Downloads   int                      `db:"downloads" json:"downloads" doc:"Times it was taken; five at most"`
	Version     int64                    `db:"version" json:"version"`

	Mine      bool       `db:"-" json:"mine"`
	CanDecide bool       `db:"-" json:"can_decide"`
	Taken     []Download `db:"-" json:"taken" doc:"Every download, newest first"`
}

const requestColumns = `id, number, kind, state, area_code, subject_id, subject_name, from_at, to_at, content, lines, format, purpose, asked_by, asked_name, asked_at,
	decided_by, decided_name, decided_at, answer, expires_at, downloads, version`

// Download is one time a file was taken.
type Download struct {
	RequestID string     `db:"request_id" json:"-"`
	Mark      int64      `db:"mark" json:"mark" doc:"The number that stands in the file"`
	By        string     `db:"by_name" json:"by_name"`
	At        clock.Time `db:"at" json:"at"`
	Lines     int        `db:"lines" json:"lines" doc:"Cases, items or positions in the file"`
	SHA256    string     `db:"sha256" json:"sha256"`
}

// State says how far a request is.
type State string

// The states.
const (
	Waiting   State = "waiting"
	Approved  State = "approved"
	Refused   State = "refused"
	Withdrawn State = "withdrawn"
	Expired   State = "expired" // shown, not stored: approved and past its time
)

// Limits of every kind.
const (
	life        = 7 * 24 * time.Hour
	mostTaken   = 5
	mostWaiting = 10 // of a kind, per person
	longestText = 200
	mostListed  = 200
)

func (r *Request) over(now time.Time) bool {
	return r.State == Approved && r.ExpiresAt != nil && now.After(r.ExpiresAt.Time)
}

// show says what the caller may do with it, and that its time is over.
func (r *Request) show(ctx context.Context, d *Desk, now time.Time) {
	p := auth.From(ctx)
	r.Mine = r.AskedBy == p.UserID
	r.CanDecide = r.State == Waiting && !d.concerns(r, p.UserID) && p.Has(d.Approve) && p.Covers(r.Area)
	if r.over(now) {
		r.State = Expired
	}
	if r.Taken == nil {
		r.Taken = []Download{}
	}
}

func (r *Request) announce(ctx context.Context, tx *db.Tx, topic string) error {
	return outbox.Emit(ctx, tx, topic, r.ID, Moved{r.ID, r.Kind, r.Area, r.SubjectID, r.SubjectName, r.Lines, r.Purpose, r.AskedBy, r.AskedName, r.State})
}

func none() error { return errs.NotFound("export.none", "There is no such request for a file.") }

func decided() error {
	return errs.Conflict("export.decided", "This request has been decided on or withdrawn.")
}

// find returns a request of the kind; NotFound otherwise.
func (d *Desk) find(ctx context.Context, tx *db.Tx, id string) (*Request, error) {
	r, err := db.Get[Request](ctx, tx, "SELECT "+requestColumns+" FROM export_request WHERE id = $1 AND kind = $2", id, d.Name)
	if errors.Is(err, db.ErrNoRows) {
		return nil, none()
	}
	return &r, err
}
