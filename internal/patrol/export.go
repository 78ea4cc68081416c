package patrol

import (
	"context"
	"errors"
	"fmt"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/platform/prose"
)

// Export is a track that somebody wants to take out of the system as a file.
type Export struct {
	ID          string      `db:"id" json:"id"`
	State       string      `db:"state" json:"state" enum:"waiting,approved,refused,withdrawn,expired"`
	Area        string      `db:"area_code" json:"area"`
	OfficerID   string      `db:"officer_id" json:"officer_id"`
	OfficerName string      `db:"officer_name" json:"officer_name"`
	From        clock.Time  `db:"from_at" json:"from"`
	To          clock.Time  `db:"to_at" json:"to"`
	Format      string      `db:"format" json:"format" enum:"gpx,geojson"`
	Purpose     string      `db:"purpose" json:"purpose"`
	AskedBy     string      `db:"asked_by" json:"-"`
	AskedName   string      `db:"asked_name" json:"asked_name"`
	AskedAt     clock.Time  `db:"asked_at" json:"asked_at"`
	DecidedBy   string      `db:"decided_by" json:"-"`
	DecidedName string      `db:"decided_name" json:"decided_name,omitempty"`
	DecidedAt   *clock.Time `db:"decided_at" json:"decided_at,omitempty"`
	Answer      string      `db:"answer" json:"answer,omitempty"`
	ExpiresAt   *clock.Time `db:"expires_at" json:"expires_at,omitempty"`
	Taken       int         `db:"taken" json:"taken" doc:"Times it was downloaded"`
	Version     int64       `db:"version" json:"version"`

	Mine      bool `db:"-" json:"mine"`
	CanDecide bool `db:"-" json:"can_decide"`
}

const exportColumns = "id, state, area_code, officer_id, officer_name, from_at, to_at, format, purpose, asked_by, asked_name, asked_at, decided_by, decided_name, decided_at, answer, expires_at, taken, version"

// States of an export.
const (
	ExportWaiting   = "waiting"
	ExportApproved  = "approved"
	ExportRefused   = "refused"
	ExportWithdrawn = "withdrawn"
	ExportExpired   = "expired" // shown, not stored: approved and past its time
)

// Limits of exports.
const (
	exportLife  = 7 * 24 * time.Hour
	mostTaken   = 5
	mostWaiting = 10 // per person
)

// ExportMoved tells that a track was asked for as a file, or that somebody decided.
type ExportMoved struct {
	ID          string `json:"id"`
	Area        string `json:"area"`
	OfficerID   string `json:"officer_id"`
	OfficerName string `json:"officer_name"`
	AskedBy     string `json:"asked_by"`
	AskedName   string `json:"asked_name"`
	State       string `json:"state"`
}

func (e *Export) announce(ctx context.Context, tx *db.Tx, topic string) error {
	return outbox.Emit(ctx, tx, topic, e.ID, ExportMoved{e.ID, e.Area, e.OfficerID, e.OfficerName, e.AskedBy, e.AskedName, e.State})
}

// NewExport asks for the track of an officer between two instants, at most a week, as a file.
type NewExport struct {
	Officer string     `json:"officer" maxLength:"60"`
	From    clock.Time `json:"from"`
	To      clock.Time `json:"to"`
	Format  string     `json:"format" enum:"gpx,geojson"`
	Purpose string     `json:"purpose" maxLength:"800" doc:"What for; it stands in the file, and the officer sees it"`
}

// AskExport asks for the file of a track; somebody else decides. Asking is a look at the track and kept as one, with the purpose as its reason. Needs
// patrol.export where the officer was on duty; NotFound without a track there.
func (s *Service) AskExport(ctx context.Context, n NewExport) (e *Export, err error) {
	if err := auth.Require(ctx, PermExport); err != nil {
		return nil, err
	}
	if err := prose.Check("patrol.bad_text", prose.Needed("purpose", &n.Purpose, 200)); err != nil {
		return nil, err
	}
	if n.Format != "gpx" && n.Format != "geojson" {
		return nil, errs.Invalid("patrol.bad_format", "A track is exported as GPX or GeoJSON.", errs.Field{Location: "body.format", Message: "gpx or geojson", Value: n.Format})
	}
	l := Look{Officer: n.Officer, From: n.From, To: n.To, Reason: n.Purpose}
	if err := s.span(&l); err != nil {
		return nil, err
	}
	if err := s.noteLook(ctx, &l); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		p := auth.From(ctx)
		waiting, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM track_export WHERE asked_by = $1 AND state = $2", p.UserID, ExportWaiting)
		if err != nil {
			return err
		}
		if waiting >= mostWaiting {
			return errs.Conflict("patrol.many_exports", "Ten of your exports wait for a decision; wait for it or withdraw one.")
		}
		args := []any{n.Officer, n.To, n.From}
		x, err := db.Get[Session](ctx, tx, "SELECT "+sessionColumns+" FROM duty_session WHERE officer_id = $1 AND on_at < $2 AND (off_at IS NULL OR off_at > $3) AND "+
			auth.Areas(ctx, "area_code", &args)+" ORDER BY on_at LIMIT 1", args...)
		if err != nil {
			return err // noteLook found it a moment ago
		}
		e = &Export{ID: db.NewID(tx), State: ExportWaiting, Area: x.AreaCode, OfficerID: n.Officer, OfficerName: x.OfficerName, From: n.From, To: n.To, Format: n.Format, Purpose: n.Purpose,
			AskedBy: p.UserID, AskedName: p.Name, AskedAt: tx.Time(), Version: 1, Mine: true}
		if err := db.InsertMany(ctx, tx, "track_export", exportColumns, "", [][]any{{e.ID, e.State, e.Area, e.OfficerID, e.OfficerName, e.From, e.To, e.Format, e.Purpose, e.AskedBy, e.AskedName, e.AskedAt,
			"", "", nil, "", nil, 0, 1}}); err != nil {
			return err
		}
		if err := e.announce(ctx, tx, TopicExportAsked); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "patrol.ask_export", Object: "track_export", ObjectID: e.ID, Area: e.Area, Detail: map[string]any{"officer": e.OfficerID, "purpose": e.Purpose}})
	})
	return e, err
}

// DecideExport approves or refuses an export that somebody else asked for; a refusal needs a reason. Conflict if it does not wait any more. Needs
// patrol.approve_export in its area; nobody decides on an own request, and no officer on the own track.
func (s *Service) DecideExport(ctx context.Context, id string, version int64, approve bool, answer string) (e *Export, err error) {
	if err := prose.Check("patrol.bad_text", prose.Piece{Name: "answer", Value: &answer, Limit: 200, Required: !approve}); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if e, err = findExport(ctx, tx, id); err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermApprove, e.Area); err != nil {
			return err
		}
		p := auth.From(ctx)
		if e.AskedBy == p.UserID || e.OfficerID == p.UserID {
			return errs.Forbidden("patrol.own_export", "Somebody else decides on your export.")
		}
		e.State, e.ExpiresAt = ExportRefused, nil
		if approve {
			e.State, e.ExpiresAt = ExportApproved, clock.Ptr(tx.Now().Add(exportLife))
		}
		now := tx.Time()
		e.DecidedBy, e.DecidedName, e.DecidedAt, e.Answer = p.UserID, p.Name, &now, answer
		n, err := tx.Exec(ctx, "UPDATE track_export SET state = $1, decided_by = $2, decided_name = $3, decided_at = $4, answer = $5, expires_at = $6, version = version + 1 WHERE id = $7 AND version = $8 AND state = $9",
			e.State, e.DecidedBy, e.DecidedName, e.DecidedAt, e.Answer, e.ExpiresAt, id, version, ExportWaiting)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.Conflict("patrol.export_decided", "This export has been decided on or withdrawn.")
		}
		e.Version = version + 1
		if err := e.announce(ctx, tx, TopicExportDecided); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "patrol.decide_export", Object: "track_export", ObjectID: id, Area: e.Area, Detail: map[string]any{"approved": approve, "asked_by": e.AskedBy}})
	})
	return e, err
}

// WithdrawExport takes an own export back, also an approved one. NotFound if it is another's, Conflict if it is over.
func (s *Service) WithdrawExport(ctx context.Context, id string) (e *Export, err error) {
	if err := auth.Require(ctx, PermExport); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if e, err = findExport(ctx, tx, id); err != nil {
			return err
		}
		if e.AskedBy != auth.From(ctx).UserID {
			return noExport()
		}
		n, err := tx.Exec(ctx, "UPDATE track_export SET state = $1, version = version + 1 WHERE id = $2 AND state IN ($3, $4)", ExportWithdrawn, id, ExportWaiting, ExportApproved)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.Conflict("patrol.export_decided", "This export has been decided on or withdrawn.")
		}
		e.State = ExportWithdrawn
		e.Version++
		return audit.Log(ctx, tx, audit.Entry{Action: "patrol.withdraw_export", Object: "track_export", ObjectID: id, Area: e.Area})
	})
	return e, err
}

// Exports lists the caller's exports and those it decides on, newest first. Needs patrol.export or patrol.approve_export.
func (s *Service) Exports(ctx context.Context) (out httpx.Page[Export], err error) {
	p := auth.From(ctx)
	if !p.Has(PermExport) && !p.Has(PermApprove) {
		return out, auth.Require(ctx, PermExport)
	}
	var list []Export
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		args := []any{p.UserID}
		where := "asked_by = $1"
		if p.Has(PermApprove) {
			where += " OR " + auth.Areas(ctx, "area_code", &args)
		}
		list, err = db.All[Export](ctx, tx, "SELECT "+exportColumns+" FROM track_export WHERE "+where+" ORDER BY id DESC LIMIT 200", args...)
		for i := range list {
			e := &list[i]
			e.Mine, e.CanDecide = e.AskedBy == p.UserID, e.State == ExportWaiting && e.AskedBy != p.UserID && e.OfficerID != p.UserID && p.Has(PermApprove) && p.Covers(e.Area)
			if e.over(tx.Now()) {
				e.State = ExportExpired
			}
		}
		return err
	})
	return httpx.Whole(list), err
}

func (e *Export) over(now time.Time) bool {
	return e.State == ExportApproved && e.ExpiresAt != nil && now.After(e.ExpiresAt.Time)
}

func noExport() error { return errs.NotFound("patrol.no_export", "There is no such export.") }

func findExport(ctx context.Context, tx *db.Tx, id string) (*Export, error) {
	e, err := db.Get[Export](ctx, tx, "SELECT "+exportColumns+" FROM track_export WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, noExport()
	}
	return &e, err
}

// takeable finds an approved export of the caller that can still be taken.
func takeable(ctx context.Context, tx *db.Tx, id string) (*Export, error) {
	e, err := findExport(ctx, tx, id)
	switch {
	case err != nil:
		return nil, err
	case e.AskedBy != auth.From(ctx).UserID:
		return nil, noExport()
	case e.State != ExportApproved:
		return nil, errs.Conflict("patrol.not_approved", "This export is not approved.")
	case e.over(tx.Now()):
		return nil, errs.Conflict("patrol.export_expired", "This export has expired; ask for it again.")
	case e.Taken >= mostTaken:
		return nil, errs.Conflict("patrol.export_used", fmt.Sprintf("This export was taken %d times; ask for it again.", mostTaken))
	}
	return e, nil
}
