package cases

import (
	"context"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/mask"
)

// change is the verb of the step; verbs that write more than the case are told here.
func (b *Tale) change(ctx context.Context, tx *db.Tx, t *step) error {
	s, c := b.teller.s, b.Case
	switch t.action.Code {
	case "revisit", "answer":
		b.answered(ctx, tx, t)
		c.Satisfaction = t.m.Satisfaction
		return nil
	case "reopen", "complain":
		if t.m.Solved == "" {
			t.m.Solved = "no"
		}
		b.answered(ctx, tx, t)
		return s.takeUpAgain(t)
	case "dispatch", "adjudicate":
		co := t.m.CoUnits
		t.m.CoUnits = nil
		if err := s.dispatch(ctx, tx, t); err != nil {
			return err
		}
		return b.join(ctx, tx, t, co)
	case "recall":
		c.LeadUnit, c.LeadName, c.DispatchedAt = "", "", nil
		return nil
	case "ask_extension", "ask_suspension", "extend", "suspend", "refuse_request", "review", "resume":
		b.request(ctx, tx, t)
		return nil
	case "merge":
		c.MergedInto = t.m.Into
		t.detail["into"] = t.m.Into
		return nil
	}
	if verb := s.verb(t.action.Code); verb != nil {
		return verb(ctx, tx, t)
	}
	return nil
}

func (b *Tale) answered(ctx context.Context, tx *db.Tx, t *step) {
	if t.m.Solved == "" && t.m.Satisfaction == "" {
		return
	}
	r := Revisit{ID: db.NewID(tx), CaseID: b.Case.ID, ReporterID: b.reporters[0].ID, Way: t.m.Way, Solved: t.m.Solved, Satisfaction: t.m.Satisfaction,
		Words: mask.Text(clean(t.m.Note)), At: tx.Time()}
	if r.Way == "" {
		r.Way = "call"
	}
	if p := auth.From(ctx); r.Way != "link" && p != nil {
		r.ByID, r.ByName = p.UserID, p.Name
	}
	r.Reasons.V = append([]string{}, t.m.Reasons...)
	b.revisits = append(b.revisits, r)
}

// join gives every assisting unit its part.
func (b *Tale) join(ctx context.Context, tx *db.Tx, t *step, co []CoUnit) error {
	s := b.teller.s
	var names []string
	for _, x := range co {
		u, err := s.unitByID(ctx, tx, x.Unit, "co_units")
		if err != nil {
			return err
		}
		p := Part{ID: db.NewID(tx), CaseID: b.Case.ID, UnitID: u.ID, UnitName: nameOf(u.Short, u.Name), Task: x.Task, Required: x.Required, Origin: "dispatch",
			State: PartOpen, CreatedAt: tx.Time(), Version: 1}
		if p.Task == "" {
			p.Task = "协助处置"
		}
		k := b.newClock(tx, StageHandle, p.UnitID)
		k.Kind, k.PartID, k.UnitName = StagePart, p.ID, p.UnitName
		p.DueAt = k.DueAt
		b.clocks, b.parts = append(b.clocks, k), append(b.parts, p)
		names = append(names, p.UnitName)
	}
	if names != nil {
		t.detail["assist"] = names
	}
	return nil
}

// EndPart lets the assisting units do their parts at a time.
func (b *Tale) EndPart(at time.Time, outcome string) {
	now := clock.At(at)
	for i := range b.parts {
		p := &b.parts[i]
		if p.State != PartOpen {
			continue
		}
		p.State, p.Result, p.Outcome, p.SignedAt, p.DoneAt = PartDone, Resolved, outcome, &now, &now
		p.Version = 3
		for _, k := range b.clocks {
			if k.PartID == p.ID {
				k.end(now, Met)
			}
		}
	}
}

// request tells a request for more time or a suspension, and what came of it.
func (b *Tale) request(ctx context.Context, tx *db.Tx, t *step) {
	now, p := tx.Time(), auth.From(ctx)
	kind := map[string]string{"ask_extension": "extension", "ask_suspension": "suspension"}[t.action.Code]
	if kind != "" {
		b.requests = append(b.requests, Request{ID: db.NewID(tx), CaseID: b.Case.ID, Kind: kind, State: "open", Ground: t.m.Ground, Note: t.m.Note, Amount: t.m.Amount,
			UnitID: b.Case.LeadUnit, UnitName: b.Case.LeadName, AreaCode: b.Case.AreaCode, AskedBy: p.Name, AskedAt: now})
		return
	}
	if len(b.requests) == 0 {
		return
	}
	r := &b.requests[len(b.requests)-1]
	decided := func(state string) { r.State, r.DecidedBy, r.DecidedAt, r.Answer = state, p.Name, &now, t.m.Note }
	switch t.action.Code {
	case "extend":
		decided("approved")
		b.extend(r.Amount)
	case "suspend":
		decided("approved")
		review := clock.At(tx.Now().AddDate(0, 0, taleReview))
		r.ReviewAt = &review
	case "refuse_request":
		decided("refused")
	case "review":
		r.Reviews++
		review := clock.At(tx.Now().AddDate(0, 0, taleReview))
		r.ReviewAt = &review
	case "resume":
		r.State, r.EndedAt, r.ReviewAt = "ended", &now, nil
	}
}

// LastRequest is the id of the request told last, "" if there is none.
func (b *Tale) LastRequest() string {
	if len(b.requests) == 0 {
		return ""
	}
	return b.requests[len(b.requests)-1].ID
}

// Photo adds a stored picture as evidence of a phase.
func (b *Tale) Photo(at time.Time, by Actor, e Evidence) {
	e.ID, e.CaseID, e.At = db.NewID(b.teller.tx), b.Case.ID, clock.At(at)
	e.ByID, e.ByName, e.ByUnit = by.ID, by.Name, by.Unit
	b.evidence = append(b.evidence, e)
}

// AddStoredTx adds a picture that lies in the store already to a case, as the demonstration draws its own. Only the program
// may.
func (s *Service) AddStoredTx(ctx context.Context, tx *db.Tx, id string, by Actor, e Evidence) error {
	if err := program(ctx); err != nil {
		return err
	}
	e.ID, e.CaseID, e.At, e.ByID, e.ByName, e.ByUnit = db.NewID(tx), id, tx.Time(), by.ID, by.Name, by.Unit
	return db.InsertMany(ctx, tx, "case_evidence", evidenceColumns, "", [][]any{e.row()})
}
