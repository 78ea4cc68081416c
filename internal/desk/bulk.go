package desk

import (
	"context"
	"errors"
	"slices"

	"yiwang/internal/cases"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/i18n"
)

// Bulk is one action on many cases.
type Bulk struct {
	Action string     `json:"action" maxLength:"30"`
	Cases  []Chosen   `json:"cases" minItems:"1" maxItems:"200"`
	Move   cases.Move `json:"move"`
	DryRun bool       `json:"dry_run,omitempty" doc:"Take every step, say what came of it, undo it"`
}

// Chosen is a case with the version the caller saw.
type Chosen struct {
	ID      string `json:"id" maxLength:"60"`
	Version int64  `json:"version"`
}

// Outcome is what came of the action on one case.
type Outcome struct {
	ID      string      `json:"id"`
	Number  string      `json:"number,omitempty"`
	Title   string      `json:"title,omitempty"`
	Done    bool        `json:"done"`
	Code    string      `json:"code,omitempty" doc:"Why not: the code of the problem"`
	Message string      `json:"message,omitempty"`
	Fields  []string    `json:"fields,omitempty" doc:"What the action still needs"`
	From    cases.State `json:"from,omitempty"`
	To      cases.State `json:"to,omitempty"`
	Holder  string      `json:"holder,omitempty" doc:"Unit whose move it would be or is"`
	Version int64       `json:"version,omitempty" doc:"Afterwards"`
}

// BulkResult is what came of all of them.
type BulkResult struct {
	Items  []Outcome `json:"items"`
	Done   int       `json:"done"`
	Failed int       `json:"failed"`
}

// bulkActions are the actions that make sense for many cases at once; what needs looking at one case is not among them.
var bulkActions = []string{"accept", "file", "dispatch", "recall", "assign", "urge", "supervise", "comment", "escalate", "delegate", "verify", "rework", "close", "revisit",
	"merge", "sign", "start", "correct", "archive", "audit", "reject", "inspect"}

// errUndo ends the transaction of a preview.
var errUndo = errors.New("preview")

// Act takes one action on each of the cases, each in a transaction of its own and each with the permission, the guards
// and the version check of cases.Act: one that fails leaves the others alone. A dry run takes every step and undoes it.
func (s *Service) Act(ctx context.Context, b Bulk) (*BulkResult, error) {
	if err := auth.Require(ctx, PermUse); err != nil {
		return nil, err
	}
	if !slices.Contains(bulkActions, b.Action) {
		return nil, errs.Invalid("desk.not_in_bulk", "This action is taken on one case at a time.", errs.Field{Location: "body.action", Message: "not for many", Value: b.Action})
	}
	out := &BulkResult{Items: make([]Outcome, 0, len(b.Cases))}
	seen := map[string]bool{}
	for _, c := range b.Cases {
		if seen[c.ID] {
			continue
		}
		seen[c.ID] = true
		o, err := s.actOnOne(ctx, b, c)
		if err != nil {
			return nil, err
		}
		if o.Done {
			out.Done++
		} else {
			out.Failed++
		}
		out.Items = append(out.Items, o)
	}
	return out, nil
}

func (s *Service) actOnOne(ctx context.Context, b Bulk, chosen Chosen) (o Outcome, err error) {
	o.ID = chosen.ID
	move := b.Move
	move.Version = chosen.Version
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		before, err := s.Cases.GetTx(ctx, tx, chosen.ID)
		if err != nil {
			return err
		}
		o.Number, o.Title, o.From = before.Number, before.Title, before.State
		after, err := s.Cases.ActTx(ctx, tx, chosen.ID, b.Action, move)
		if err != nil {
			return err
		}
		o.Done, o.To, o.Version = true, after.State, after.Version
		if o.Holder, err = s.holderName(ctx, tx, after.Holder); err != nil {
			return err
		}
		if b.DryRun {
			return errUndo
		}
		return nil
	})
	if err == nil || errors.Is(err, errUndo) {
		return o, nil
	}
	e := errs.As(err)
	if e == nil {
		return o, err
	}
	o.Done, o.Code, o.Message = false, e.Code, i18n.Error(i18n.Lang(ctx), e.Code, e.Message)
	for _, f := range e.Fields {
		o.Fields = append(o.Fields, f.Location)
	}
	return o, nil
}

func (s *Service) holderName(ctx context.Context, tx *db.Tx, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	u, err := s.People.UnitTx(ctx, tx, id)
	if errs.KindOf(err) == errs.KindNotFound {
		return "", nil
	}
	return u.Name, err
}
