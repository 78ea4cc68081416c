package spoof

import (
	"context"
	"errors"
	"fmt"

	"yiwang/internal/patrol"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/platform/prose"
)

// State is what a person made of a finding.
type State string

// The states.
const (
	Open     State = "open"
	Genuine  State = "genuine"  // the positions are believed
	Doubtful State = "doubtful" // they are not
)

// Finding is what speaks against the positions of one session.
type Finding struct {
	ID          string            `db:"id" json:"id"`
	SessionID   string            `db:"session_id" json:"session_id"`
	OfficerID   string            `db:"officer_id" json:"officer_id"`
	OfficerName string            `db:"officer_name" json:"officer_name"`
	AreaCode    string            `db:"area_code" json:"area_code"`
	OnAt        clock.Time        `db:"on_at" json:"on_at" doc:"Begin of the session"`
	Points      int               `db:"points" json:"points"`
	Score       int               `db:"score" json:"score" doc:"Up to 100; 40 and above is shown"`
	Reasons     db.JSON[[]Reason] `db:"reasons" json:"reasons"`
	Method      int               `db:"method" json:"method"`
	State       State             `db:"state" json:"state" enum:"open,genuine,doubtful"`
	DecidedBy   string            `db:"decided_by" json:"-"`
	DecidedName string            `db:"decided_name" json:"decided_name,omitempty"`
	DecidedAt   *clock.Time       `db:"decided_at" json:"decided_at,omitempty"`
	Decision    string            `db:"decision" json:"decision,omitempty" doc:"Why it was decided so; the officer reads it"`
	Comment     string            `db:"comment" json:"comment,omitempty" doc:"Of the officer"`
	CommentedAt *clock.Time       `db:"commented_at" json:"commented_at,omitempty"`
	FoundAt     clock.Time        `db:"found_at" json:"found_at"`
	Version     int64             `db:"version" json:"version"`
}

const columns = "id, session_id, officer_id, officer_name, area_code, on_at, points, score, reasons, method, state, decided_by, decided_name, decided_at, decision, comment, commented_at, found_at, version"

// longestText bounds a reason or comment, in characters.
const longestText = 500

var newestFindings = httpx.Newest[Finding]{Table: "spoof_finding", Columns: columns, ID: func(f *Finding) string { return f.ID }}

// List returns the findings of the caller's areas, newest first; state "" for all. Needs spoof.review.
func (s *Service) List(ctx context.Context, state State, officer string, page httpx.PageIn) (out httpx.Page[Finding], err error) {
	if err := auth.Require(ctx, PermReview); err != nil {
		return out, err
	}
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		var args []any
		where := auth.Areas(ctx, "area_code", &args)
		for _, c := range []struct{ condition, value string }{{" AND state = $%d", string(state)}, {" AND officer_id = $%d", officer}} {
			if c.value != "" {
				args = append(args, c.value)
				where += fmt.Sprintf(c.condition, len(args))
			}
		}
		out, err = newestFindings.Page(ctx, tx, where, args, page)
		return err
	})
	return out, err
}

// Mine lists the findings about the caller's own sessions, newest first. Needs patrol.duty.
func (s *Service) Mine(ctx context.Context) (out []Finding, err error) {
	if err := auth.Require(ctx, patrol.PermDuty); err != nil {
		return nil, err
	}
	err = s.DB.Look(ctx, func(tx *db.Tx) (err error) {
		out, err = db.All[Finding](ctx, tx, "SELECT "+columns+" FROM spoof_finding WHERE officer_id = $1 ORDER BY id DESC LIMIT 100", auth.From(ctx).UserID)
		return err
	})
	return out, err
}

// Decide says whether the positions of a session are believed, with a reason that the officer reads; it may be decided anew.
// Nothing else follows. Conflict (with the finding) if it was changed since version. Needs spoof.review in its area, NotFound
// outside it; nobody decides about the own positions.
func (s *Service) Decide(ctx context.Context, id string, version int64, state State, why string) (*Finding, error) {
	if err := auth.Require(ctx, PermReview); err != nil {
		return nil, err
	}
	if err := prose.Check("spoof.bad_text", prose.Needed("decision", &why, longestText)); err != nil {
		return nil, err
	}
	if state != Genuine && state != Doubtful {
		return nil, errs.Invalid("spoof.bad_state", "Decide for genuine or doubtful.", errs.Field{Location: "body.state", Message: "genuine or doubtful", Value: state})
	}
	return s.change(ctx, id, func(tx *db.Tx, f *Finding) error {
		me := auth.From(ctx)
		switch {
		case !me.Covers(f.AreaCode):
			return notFound()
		case me.UserID == f.OfficerID:
			return errs.Forbidden("spoof.own", "Nobody decides about the own positions.")
		case f.Version != version:
			return errs.Conflict("spoof.changed", "The finding was changed in between; look at it again.").With(f)
		}
		now := tx.Time()
		f.State, f.DecidedBy, f.DecidedName, f.DecidedAt, f.Decision = state, me.UserID, me.Name, &now, why
		return s.save(ctx, tx, f, TopicDecided)
	})
}

// Comment lets the officer whom a finding is about say something to it, or say it better. NotFound for anybody else. Needs
// patrol.duty.
func (s *Service) Comment(ctx context.Context, id, text string) (*Finding, error) {
	if err := auth.Require(ctx, patrol.PermDuty); err != nil {
		return nil, err
	}
	if err := prose.Check("spoof.bad_text", prose.Needed("comment", &text, longestText)); err != nil {
		return nil, err
	}
	return s.change(ctx, id, func(tx *db.Tx, f *Finding) error {
		if auth.From(ctx).UserID != f.OfficerID {
			return notFound()
		}
		now := tx.Time()
		f.Comment, f.CommentedAt = text, &now
		return s.save(ctx, tx, f, "spoof.commented")
	})
}

func (s *Service) change(ctx context.Context, id string, fn func(tx *db.Tx, f *Finding) error) (out *Finding, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		f, err := db.Get[Finding](ctx, tx, "SELECT "+columns+" FROM spoof_finding WHERE id = $1", id)
		if errors.Is(err, db.ErrNoRows) {
			return notFound()
		}
		if err != nil {
			return err
		}
		out = &f
		return fn(tx, out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func notFound() error {
	return errs.NotFound("spoof.not_found", "There is no such finding, or you may not see it.")
}

// save writes what was decided or said.
func (s *Service) save(ctx context.Context, tx *db.Tx, f *Finding, topic string) error {
	f.Version++
	n, err := tx.Exec(ctx, `UPDATE spoof_finding SET state = $1, decided_by = $2, decided_name = $3, decided_at = $4, decision = $5, comment = $6, commented_at = $7, version = $8
		WHERE id = $9 AND version = $10`, f.State, f.DecidedBy, f.DecidedName, f.DecidedAt, f.Decision, f.Comment, f.CommentedAt, f.Version, f.ID, f.Version-1)
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.Conflict("spoof.changed", "The finding was changed in between; look at it again.")
	}
	if err := audit.Log(ctx, tx, audit.Entry{Action: topic, Object: "spoof_finding", ObjectID: f.ID, Area: f.AreaCode, Detail: map[string]any{"officer": f.OfficerID, "state": f.State}}); err != nil {
		return err
	}
	return outbox.Emit(ctx, tx, topic, f.ID, f)
}
