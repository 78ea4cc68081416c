package whistle

import (
	"context"
	"fmt"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/outbox"
)

func insertWhistle(ctx context.Context, tx *db.Tx, w *Whistle) error {
	_, err := tx.Exec(ctx, "INSERT INTO whistle_file ("+whistleColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)`,
		w.ID, w.Number, w.Kind, w.State, w.CaseID, w.CaseNumber, w.Category, w.Street, w.StreetName, w.UnitID, w.UnitName, w.Title, w.Matter, w.Reason, w.FirstID,
		w.DraftedBy, w.DraftedAt, w.CheckNote, w.CheckedBy, w.BlownBy, w.BlownAt, w.ClosedAt, w.Ending, w.Version)
	return err
}

// saveWhistle writes the row if nobody wrote it since.
func saveWhistle(ctx context.Context, tx *db.Tx, w *Whistle) error {
	n, err := tx.Exec(ctx, `UPDATE whistle_file SET kind = $1, state = $2, title = $3, matter = $4, reason = $5, first_id = $6, check_note = $7, checked_by = $8,
			blown_by = $9, blown_at = $10, closed_at = $11, ending = $12, version = version + 1
		WHERE id = $13 AND version = $14`,
		w.Kind, w.State, w.Title, w.Matter, w.Reason, w.FirstID, w.CheckNote, w.CheckedBy, w.BlownBy, w.BlownAt, w.ClosedAt, w.Ending, w.ID, w.Version)
	if err == nil && n == 0 {
		return changed(w)
	}
	w.Version++
	return err
}

func changed(current any) error {
	return errs.Conflict("whistle.changed", "Somebody changed it in between; look at it again.").With(current)
}

func insertCall(ctx context.Context, tx *db.Tx, c *Call) error {
	if c.Commitments.V == nil {
		c.Commitments.V = []Commitment{}
	}
	_, err := tx.Exec(ctx, "INSERT INTO whistle_call ("+callColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)`,
		c.ID, c.WhistleID, c.UnitID, c.UnitCode, c.UnitName, c.Task, c.State, c.PartID, c.Bound, c.Refusal, c.Ruling, c.Contact, c.Came, c.Commitments, c.Outcome,
		c.Remark, c.Returns, c.SignedAt, c.ContactedAt, c.ReportedAt, c.CommittedAt, c.DoneAt, c.EndedAt, c.Version)
	return err
}

// saveCall writes the row if nobody wrote it since.
func saveCall(ctx context.Context, tx *db.Tx, c *Call) error {
	n, err := tx.Exec(ctx, `UPDATE whistle_call SET state = $1, part_id = $2, bound = $3, refusal = $4, ruling = $5, contact = $6, came = $7, commitments = $8,
			outcome = $9, remark = $10, returns = $11, signed_at = $12, contacted_at = $13, reported_at = $14, committed_at = $15, done_at = $16,
			ended_at = $17, version = version + 1
		WHERE id = $18 AND version = $19`,
		c.State, c.PartID, c.Bound, c.Refusal, c.Ruling, c.Contact, c.Came, c.Commitments, c.Outcome, c.Remark, c.Returns, c.SignedAt, c.ContactedAt,
		c.ReportedAt, c.CommittedAt, c.DoneAt, c.EndedAt, c.ID, c.Version)
	if err == nil && n == 0 {
		return changed(c)
	}
	c.Version++
	return err
}

func callsOf(ctx context.Context, tx *db.Tx, whistle string) ([]Call, error) {
	calls, err := db.All[Call](ctx, tx, "SELECT "+callColumns+" FROM whistle_call WHERE whistle_id = $1 ORDER BY id", whistle)
	for i := range calls {
		calls[i].blank()
	}
	return calls, err
}

// blank leaves no list missing on the wire.
func (c *Call) blank() *Call {
	if c.Commitments.V == nil {
		c.Commitments.V = []Commitment{}
	}
	c.number()
	c.Clocks, c.Actions, c.Ratings = []Clock{}, []string{}, []Rating{}
	return c
}

// nextNumber counts up per year and street: 2026-007-003.
func nextNumber(ctx context.Context, tx *db.Tx, street string) (string, error) {
	year := tx.Now().In(clock.Nanjing).Year()
	n, err := db.Get[int](ctx, tx, `INSERT INTO whistle_number (year, street, last) VALUES ($1, $2, 1)
		ON CONFLICT (year, street) DO UPDATE SET last = whistle_number.last + 1
		RETURNING last`, year, street)
	return fmt.Sprintf("%d-%s-%03d", year, street[6:9], n), err
}

// record appends the history, the audit entry and the event of a step.
func record(ctx context.Context, tx *db.Tx, w *Whistle, c *Call, action, note string) error {
	h := History{ID: db.NewID(tx), WhistleID: w.ID, At: tx.Time(), Action: action, Note: note, ActorName: "系统"}
	if p := auth.From(ctx); p != nil {
		h.ActorID, h.ActorName, h.ActorUnit = p.UserID, p.Name, p.UnitID
	}
	e := Moved{WhistleID: w.ID, Number: w.Number, Title: w.Title, Kind: w.Kind, CaseID: w.CaseID, Street: w.Street, UnitID: w.UnitID, Action: action, State: w.State, At: h.At}
	if c != nil {
		h.CallID, h.UnitName = c.ID, c.UnitName
		e.CallID, e.CallUnit, e.CallName = c.ID, c.UnitID, c.UnitName
	}
	if action == "blow" {
		for _, c := range w.Calls {
			e.Called = append(e.Called, c.UnitID)
		}
	}
	_, err := tx.Exec(ctx, "INSERT INTO whistle_history ("+historyColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		h.ID, h.WhistleID, h.CallID, h.At, h.ActorID, h.ActorName, h.ActorUnit, h.Action, h.UnitName, h.Note)
	if err != nil {
		return err
	}
	if err := audit.Log(ctx, tx, audit.Entry{Action: "whistle." + action, Object: "whistle", ObjectID: w.ID, Area: w.Street,
		Detail: map[string]any{"state": w.State, "call": h.CallID, "kind": w.Kind}}); err != nil {
		return err
	}
	return outbox.Emit(ctx, tx, TopicMoved, w.ID, e)
}

// tidy cleans, masks and bounds a text.
func tidy(text string, limit int, field string, fields *[]errs.Field) string {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD")))
	if n := len([]rune(text)); n > limit {
		*fields = append(*fields, errs.Field{Location: "body." + field, Message: "too long", Value: n})
	}
	return mask.Text(text)
}

func nameOf(ctx context.Context) string {
	if p := auth.From(ctx); p != nil {
		return p.Name
	}
	return "系统"
}
