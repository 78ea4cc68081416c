package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/identity"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Export is a list of cases that somebody wants to take out of the system.
type Export struct {
	ID          string                `db:"id" json:"id"`
	State       string                `db:"state" json:"state" enum:"waiting,approved,refused,withdrawn,expired"`
	Area        string                `db:"area" json:"area"`
	Purpose     string                `db:"purpose" json:"purpose"`
	Filter      db.JSON[cases.Filter] `db:"filter" json:"filter"`
	Columns     db.JSON[[]string]     `db:"columns" json:"columns"`
	Format      string                `db:"format" json:"format" enum:"xlsx,csv"`
	Matched     int                   `db:"matched" json:"matched" doc:"Cases when it was asked for"`
	AskedBy     string                `db:"asked_by" json:"-"`
	AskedName   string                `db:"asked_name" json:"asked_name"`
	UnitID      string                `db:"unit_id" json:"-"`
	AskedAt     clock.Time            `db:"asked_at" json:"asked_at"`
	DecidedBy   string                `db:"decided_by" json:"-"`
	DecidedName string                `db:"decided_name" json:"decided_name,omitempty"`
	DecidedAt   *clock.Time           `db:"decided_at" json:"decided_at,omitempty"`
	Answer      string                `db:"answer" json:"answer,omitempty"`
	ExpiresAt   *clock.Time           `db:"expires_at" json:"expires_at,omitempty"`
	Downloads   int                   `db:"downloads" json:"downloads"`
	Version     int64                 `db:"version" json:"version"`

	Mine      bool       `db:"-" json:"mine"`
	CanDecide bool       `db:"-" json:"can_decide"`
	Taken     []Download `db:"-" json:"taken" doc:"Every download, newest first"`
}

const exportColumns = `id, state, area, purpose, filter, columns, format, matched, asked_by, asked_name, unit_id, asked_at, decided_by, decided_name, decided_at,
	answer, expires_at, downloads, version`

// Download is one time an export was taken.
type Download struct {
	ID     string     `db:"id" json:"id"`
	By     string     `db:"by_name" json:"by_name"`
	At     clock.Time `db:"at" json:"at"`
	Lines  int        `db:"lines" json:"lines"`
	SHA256 string     `db:"sha256" json:"sha256"`
}

// States of an export.
const (
	Waiting   = "waiting"
	Approved  = "approved"
	Refused   = "refused"
	Withdrawn = "withdrawn"
	Expired   = "expired" // shown, not stored: approved and past its time
)

// Limits of exports.
const (
	maxExported  = 20_000
	maxDownloads = 5
	exportLife   = 7 * 24 * time.Hour
	maxPurpose   = 200
	maxWaiting   = 10 // per person
)

// NewExport asks for an export.
type NewExport struct {
	Purpose string       `json:"purpose" maxLength:"800" doc:"What for; it stands in the file and in the log"`
	Filter  cases.Filter `json:"filter"`
	Columns []string     `json:"columns,omitempty" maxItems:"30"`
	Format  string       `json:"format" enum:"xlsx,csv"`
}

// Ask asks for an export of the cases of a filter, at most 20,000, as far as the caller sees them. Somebody else with
// desk.approve_export for the area decides. Needs desk.export.
func (s *Service) Ask(ctx context.Context, n NewExport) (e *Export, err error) {
	if err := auth.Require(ctx, PermExport); err != nil {
		return nil, err
	}
	purpose, err := tidy("purpose", n.Purpose, maxPurpose)
	if err != nil {
		return nil, err
	}
	if bad := slices.IndexFunc(n.Columns, func(c string) bool { return !knownColumn(c) }); bad >= 0 {
		return nil, errs.Invalid("desk.bad_column", "There is no such column.", errs.Field{Location: "body.columns", Message: "unknown", Value: n.Columns[bad]})
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		p := auth.From(ctx)
		open, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM desk_export WHERE asked_by = $1 AND state = $2", p.UserID, Waiting)
		if err != nil {
			return err
		}
		if open >= maxWaiting {
			return errs.Conflict("desk.many_exports", "Ten of your exports wait for a decision; wait for it or withdraw one.")
		}
		matched, err := s.Cases.CountTx(ctx, tx, n.Filter, maxExported)
		if err != nil {
			return err
		}
		if matched == 0 || matched > maxExported {
			return errs.Invalid("desk.bad_amount", "An export holds between 1 and 20,000 cases; change the filter.", errs.Field{Location: "body.filter", Message: "too many or none", Value: matched})
		}
		e = &Export{ID: db.NewID(tx), State: Waiting, Area: n.Filter.Area, Purpose: purpose, Format: n.Format, Matched: matched, AskedBy: p.UserID, AskedName: p.Name,
			UnitID: p.UnitID, AskedAt: tx.Time(), Version: 1, Mine: true, Taken: []Download{}}
		if e.Area == "" || !p.Covers(e.Area) {
			e.Area = homeArea(p)
		}
		e.Filter.V, e.Columns.V = n.Filter, append([]string{}, n.Columns...)
		if err := insertExport(ctx, tx, e); err != nil {
			return err
		}
		if err := s.tellDeciders(ctx, tx, e); err != nil {
			return err
		}
		return s.log(ctx, tx, "ask_export", "desk_export", e.ID, map[string]any{"purpose": purpose, "matched": matched, "area": e.Area})
	})
	return e, err
}

func insertExport(ctx context.Context, tx *db.Tx, e *Export) error {
	_, err := tx.Exec(ctx, "INSERT INTO desk_export ("+exportColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
		e.ID, e.State, e.Area, e.Purpose, e.Filter, e.Columns, e.Format, e.Matched, e.AskedBy, e.AskedName, e.UnitID, e.AskedAt, e.DecidedBy, e.DecidedName,
		e.DecidedAt, e.Answer, e.ExpiresAt, e.Downloads, e.Version)
	return err
}

func (s *Service) tellDeciders(ctx context.Context, tx *db.Tx, e *Export) error {
	who, err := s.People.HoldersTx(ctx, tx, PermApprove, e.Area)
	for i := 0; err == nil && i < len(who) && i < 20; i++ {
		if who[i].ID != e.AskedBy {
			err = s.People.Notify(ctx, tx, identity.To{User: who[i].ID}, "desk.export", fmt.Sprintf("%s申请导出%d件事件，请审批", e.AskedName, e.Matched), "/cases/exports")
		}
	}
	return err
}

// Decide approves or refuses an export somebody else asked for. A refusal needs a reason. Needs desk.approve_export for
// the area of the export.
func (s *Service) Decide(ctx context.Context, id string, approve bool, answer string, version int64) (e *Export, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if e, err = findExport(ctx, tx, id); err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermApprove, e.Area); err != nil {
			return err
		}
		p := auth.From(ctx)
		if e.AskedBy == p.UserID {
			return errs.Forbidden("desk.own_export", "Somebody else decides on your export.")
		}
		if err := e.waits(version); err != nil {
			return err
		}
		word := "已同意"
		e.State, e.ExpiresAt = Approved, clock.Ptr(tx.Now().Add(exportLife))
		if !approve {
			if answer, err = tidy("answer", answer, maxPurpose); err != nil {
				return err
			}
			word, e.State, e.ExpiresAt = "未同意", Refused, nil
		}
		now := tx.Time()
		e.DecidedBy, e.DecidedName, e.DecidedAt, e.Answer = p.UserID, p.Name, &now, answer
		e.Version++
		n, err := tx.Exec(ctx, "UPDATE desk_export SET state = $1, decided_by = $2, decided_name = $3, decided_at = $4, answer = $5, expires_at = $6, version = $7 WHERE id = $8 AND version = $9",
			e.State, e.DecidedBy, e.DecidedName, e.DecidedAt, e.Answer, e.ExpiresAt, e.Version, id, version)
		if err != nil {
			return err
		}
		if n == 0 { // somebody else decided at the same moment
			return decided(nil)
		}
		if err := s.People.Notify(ctx, tx, identity.To{User: e.AskedBy}, "desk.export", "导出申请"+word+"："+e.Purpose, "/cases/exports"); err != nil {
			return err
		}
		return s.log(ctx, tx, "decide_export", "desk_export", id, map[string]any{"approved": approve, "asked_by": e.AskedBy})
	})
	return e, err
}

// Withdraw takes an own export back, also an approved one.
func (s *Service) Withdraw(ctx context.Context, id string) (e *Export, err error) {
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
		if e.State != Waiting && e.State != Approved {
			return decided(e)
		}
		e.State = Withdrawn
		e.Version++
		n, err := tx.Exec(ctx, "UPDATE desk_export SET state = $1, version = $2 WHERE id = $3 AND version = $4", e.State, e.Version, id, e.Version-1)
		if err != nil {
			return err
		}
		if n == 0 {
			return decided(nil)
		}
		return s.log(ctx, tx, "withdraw_export", "desk_export", id, nil)
	})
	return e, err
}

func (e *Export) waits(version int64) error {
	if e.State != Waiting || e.Version != version {
		return decided(e)
	}
	return nil
}

func decided(e *Export) error {
	err := errs.Conflict("desk.decided", "This export has been decided on or withdrawn.")
	if e == nil {
		return err
	}
	return err.With(e)
}

func noExport() error { return errs.NotFound("desk.no_export", "There is no such export.") }

func findExport(ctx context.Context, tx *db.Tx, id string) (*Export, error) {
	e, err := db.Get[Export](ctx, tx, "SELECT "+exportColumns+" FROM desk_export WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		err = noExport()
	}
	return &e, err
}

// Exports lists the caller's exports and those it decides on, newest first, with who took them when.
func (s *Service) Exports(ctx context.Context) (list []Export, err error) {
	if err := auth.Require(ctx, PermExport); err != nil {
		if err := auth.Require(ctx, PermApprove); err != nil {
			return nil, err
		}
	}
	p := auth.From(ctx)
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		args := []any{p.UserID}
		where := "asked_by = $1"
		if p.Has(PermApprove) {
			where += " OR " + auth.Within("area", p.Areas, &args)
		}
		if list, err = db.All[Export](ctx, tx, "SELECT "+exportColumns+" FROM desk_export WHERE "+where+" ORDER BY id DESC LIMIT 200", args...); err != nil {
			return err
		}
		for i := range list {
			e := &list[i]
			e.Mine, e.CanDecide = e.AskedBy == p.UserID, e.State == Waiting && e.AskedBy != p.UserID && p.Has(PermApprove) && p.Covers(e.Area)
			if e.State == Approved && tx.Now().After(e.ExpiresAt.Time) {
				e.State = Expired
			}
			if e.Taken, err = downloads(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

func downloads(ctx context.Context, tx *db.Tx, e *Export) ([]Download, error) {
	if e.Downloads == 0 {
		return []Download{}, nil
	}
	return db.All[Download](ctx, tx, "SELECT id, by_name, at, lines, sha256 FROM desk_download WHERE export_id = $1 ORDER BY id DESC LIMIT 20", e.ID)
}
