package whistle

import (
	"context"

	"yiwang/internal/cases"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Word is a note with the version the caller saw.
type Word struct {
	Version int64  `json:"version"`
	Note    string `json:"note,omitempty" maxLength:"4000"`
}

// note judges the note of a step.
func (m *Word) note(required bool) error {
	var fields []errs.Field
	m.Note = tidy(m.Note, maxText, "note", &fields)
	if required && m.Note == "" {
		fields = append(fields, errs.Field{Location: "body.note", Message: "required"})
	}
	if fields != nil {
		return errs.Invalid("whistle.incomplete", "Fill in what this step needs.", fields...)
	}
	return nil
}

// Check records that the street looked at the responsibility list and cannot solve the matter alone. Needs whistle.blow in
// the street; the note says what was found.
func (s *Service) Check(ctx context.Context, id string, m Word) (*Whistle, error) {
	return s.move(ctx, func(tx *db.Tx) (*Whistle, error) { return s.CheckTx(ctx, tx, id, m) })
}

// CheckTx is Check inside the caller's transaction.
func (s *Service) CheckTx(ctx context.Context, tx *db.Tx, id string, m Word) (*Whistle, error) {
	w, err := s.own(ctx, tx, id, PermBlow, m.Version, Draft)
	if err != nil {
		return nil, err
	}
	if err := m.note(true); err != nil {
		return nil, err
	}
	w.State, w.CheckNote, w.CheckedBy = Checked, m.Note, nameOf(ctx)
	if approvals[w.Kind] == 0 {
		w.State = Approved
	}
	if err := saveWhistle(ctx, tx, w); err != nil {
		return nil, err
	}
	return w, record(ctx, tx, w, nil, "check", m.Note)
}

// move runs one step of a whistle in a transaction.
func (s *Service) move(ctx context.Context, fn func(tx *db.Tx) (*Whistle, error)) (w *Whistle, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		w, err = fn(tx)
		return err
	})
	if w != nil {
		s.shown(w)
	}
	return w, err
}

// Approve is the consent of who may give it: one member of the leading group (whistle.lead) for a pushing whistle, the secretary and
// the director (whistle.head), two different persons, for a hard one. Both in the street of the whistle.
func (s *Service) Approve(ctx context.Context, id string, m Word) (*Whistle, error) {
	return s.move(ctx, func(tx *db.Tx) (*Whistle, error) { return s.ApproveTx(ctx, tx, id, m) })
}

// ApproveTx is Approve inside the caller's transaction.
func (s *Service) ApproveTx(ctx context.Context, tx *db.Tx, id string, m Word) (*Whistle, error) {
	w, err := s.own(ctx, tx, id, PermLead, m.Version, Checked)
	if err != nil {
		return nil, err
	}
	if !auth.From(ctx).Has(ranks[w.Kind]) {
		return nil, errs.Forbidden("whistle.rank", "A hard whistle is approved by the secretary and the director of the street.")
	}
	if err := m.note(false); err != nil {
		return nil, err
	}
	p := auth.From(ctx)
	n, err := tx.Exec(ctx, "INSERT INTO whistle_approval (whistle_id, user_id, user_name, note, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
		w.ID, p.UserID, p.Name, m.Note, tx.Time())
	if err == nil && n == 0 {
		err = errs.Conflict("whistle.approved_before", "You have approved it; a hard whistle needs a second person.").With(w)
	}
	if err != nil {
		return nil, err
	}
	have, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM whistle_approval WHERE whistle_id = $1", w.ID)
	if err != nil {
		return nil, err
	}
	if have >= approvals[w.Kind] {
		w.State = Approved
	}
	if err := saveWhistle(ctx, tx, w); err != nil {
		return nil, err
	}
	return w, record(ctx, tx, w, nil, "approve", m.Note)
}

// Blow calls the departments: their clocks start, the case is marked joint and gets a part for each. Needs whistle.blow in the
// street and the approvals of its kind; an urgent whistle is blown from the draft.
func (s *Service) Blow(ctx context.Context, id string, m Word) (*Whistle, error) {
	return s.move(ctx, func(tx *db.Tx) (*Whistle, error) { return s.BlowTx(ctx, tx, id, m) })
}

// BlowTx is Blow inside the caller's transaction.
func (s *Service) BlowTx(ctx context.Context, tx *db.Tx, id string, m Word) (*Whistle, error) {
	w, err := s.own(ctx, tx, id, PermBlow, m.Version, Draft, Checked, Approved)
	if err != nil {
		return nil, err
	}
	if w.State != Approved && (w.State != Draft || approvals[w.Kind] > 0) {
		return nil, errs.Conflict("whistle.not_approved", "The leading group has not approved it yet.").With(w)
	}
	now := tx.Time()
	w.State, w.BlownAt, w.BlownBy = Blown, &now, nameOf(ctx)
	// Who may blow is judged here; the case only notes that it was done.
	as := auth.System(ctx, nameOf(ctx))
	c, err := s.Cases.GetTx(as, tx, w.CaseID)
	if err != nil {
		return nil, err
	}
	if c, err = s.Cases.ActTx(as, tx, c.ID, "whistle", cases.Move{Version: c.Version, Note: "吹哨 " + w.Number + "：" + w.Title}); err != nil {
		return nil, err
	}
	for i := range w.Calls {
		call := &w.Calls[i]
		part, err := s.Cases.AddPartTx(as, tx, c, cases.Part{UnitID: call.UnitID, UnitName: call.UnitName, Task: call.Task, Required: true, Origin: "whistle"})
		if err != nil {
			return nil, err
		}
		call.PartID = part.ID
		if err := saveCall(ctx, tx, call); err != nil {
			return nil, err
		}
		for _, kind := range []string{"sign", "contact", "report"} {
			if err := s.start(ctx, tx, w, call, kind); err != nil {
				return nil, err
			}
		}
	}
	if err := saveWhistle(ctx, tx, w); err != nil {
		return nil, err
	}
	return w, record(ctx, tx, w, nil, "blow", "")
}

// Withdraw ends a whistle before the matter is done. Before it is blown whistle.blow suffices, afterwards a member of the
// leading group decides; the note says why. Parts of the case end with it.
func (s *Service) Withdraw(ctx context.Context, id string, m Word) (*Whistle, error) {
	return s.move(ctx, func(tx *db.Tx) (*Whistle, error) {
		w, err := s.load(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		needs := PermBlow
		if w.State == Blown || w.State == Done {
			needs = PermLead
		}
		if w, err = s.own(ctx, tx, id, needs, m.Version, Draft, Checked, Approved, Blown); err != nil {
			return nil, err
		}
		if err := m.note(true); err != nil {
			return nil, err
		}
		for i := range w.Calls {
			call := &w.Calls[i]
			if !call.State.open() {
				continue
			}
			call.State = Cancelled
			if err := s.finish(ctx, tx, w, call, "cancel", m.Note); err != nil {
				return nil, err
			}
			if err := saveCall(ctx, tx, call); err != nil {
				return nil, err
			}
		}
		now := tx.Time()
		w.State, w.Ending, w.ClosedAt = Withdrawn, m.Note, &now
		if err := saveWhistle(ctx, tx, w); err != nil {
			return nil, err
		}
		return w, record(ctx, tx, w, nil, "withdraw", m.Note)
	})
}

// finish ends what a call holds: its clocks and its part of the case.
func (s *Service) finish(ctx context.Context, tx *db.Tx, w *Whistle, c *Call, action, note string) error {
	now := tx.Time()
	c.EndedAt = &now
	end := stop
	if action != "done" {
		end = cancel
	}
	if err := end(ctx, tx, c.ID, allKinds...); err != nil || c.PartID == "" {
		return err
	}
	m := cases.PartMove{Note: note}
	if action == "done" {
		m.Result, m.Outcome = cases.Resolved, c.Outcome
	}
	as := auth.System(ctx, nameOf(ctx))
	parts, err := s.Cases.PartsTx(as, tx, w.CaseID)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if p.ID == c.PartID && (p.State == cases.PartOpen || p.State == cases.PartSigned) {
			m.Version = p.Version
			_, err := s.Cases.ActOnPartTx(as, tx, w.CaseID, p.ID, action, m)
			return err
		}
	}
	return nil
}

// Close ends a whistle whose calls have all ended, with a word on how the matter stands. Needs whistle.blow in the street.
// From then on both sides rate each other.
func (s *Service) Close(ctx context.Context, id string, m Word) (*Whistle, error) {
	return s.move(ctx, func(tx *db.Tx) (*Whistle, error) { return s.CloseTx(ctx, tx, id, m) })
}

// CloseTx is Close inside the caller's transaction.
func (s *Service) CloseTx(ctx context.Context, tx *db.Tx, id string, m Word) (*Whistle, error) {
	w, err := s.own(ctx, tx, id, PermBlow, m.Version, Blown, Done)
	if err != nil {
		return nil, err
	}
	if w.State != Done {
		return nil, errs.Conflict("whistle.calls_open", "Some departments have not finished; accept or return their work first.").With(w)
	}
	if err := m.note(true); err != nil {
		return nil, err
	}
	now := tx.Time()
	w.State, w.Ending, w.ClosedAt = Closed, m.Note, &now
	if err := saveWhistle(ctx, tx, w); err != nil {
		return nil, err
	}
	return w, record(ctx, tx, w, nil, "close", m.Note)
}

// HoldTx keeps a case from being handled or closed while a whistle for it runs.
func (s *Service) HoldTx(ctx context.Context, tx *db.Tx, c *cases.Case) error {
	if !c.Joint {
		return nil
	}
	n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM whistle_file WHERE case_id = $1 AND state IN ('blown', 'done')", c.ID)
	if err == nil && n > 0 {
		err = errs.Conflict("whistle.open", "A whistle for this case runs; close it first.")
	}
	return err
}
