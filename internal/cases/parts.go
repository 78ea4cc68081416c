package cases

import (
	"context"
	"slices"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/workflow"
)

// joinUnits gives every assisting unit of a dispatch its part; units that assist already keep theirs.
func (s *Service) joinUnits(ctx context.Context, tx *db.Tx, t *step) error {
	if len(t.m.CoUnits) == 0 {
		return nil
	}
	var names []string
	for i, co := range t.m.CoUnits {
		if co.Unit == t.m.LeadUnit {
			return errs.Invalid("cases.lead_assists", "The lead unit cannot assist itself.", errs.Field{Location: "body.co_units", Message: "the lead unit", Value: i})
		}
		u, err := s.unitByID(ctx, tx, co.Unit, "co_units")
		if err != nil {
			return err
		}
		p := Part{UnitID: u.ID, UnitName: nameOf(u.Short, u.Name), Task: co.Task, Required: co.Required, Origin: "dispatch"}
		given, err := s.AddPartTx(ctx, tx, t.c, p)
		if err != nil {
			return err
		}
		names = append(names, p.UnitName)
		t.event.Parts = append(t.event.Parts, Joined{given.UnitID, given.DueAt})
	}
	t.detail["assist"] = names
	return nil
}

// AddPartTx gives a unit a part of the case with a clock of its own, unless it has an open one. Callers have judged who
// may: dispatch here, whistle above.
func (s *Service) AddPartTx(ctx context.Context, tx *db.Tx, c *Case, p Part) (*Part, error) {
	open, err := db.All[Part](ctx, tx, "SELECT "+partColumns+" FROM case_part WHERE case_id = $1 AND unit_id = $2 AND state IN ('open', 'signed')", c.ID, p.UnitID)
	if err != nil {
		return nil, err
	}
	if len(open) > 0 {
		return &open[0], nil
	}
	p.ID, p.CaseID, p.State, p.CreatedAt, p.Version = db.NewID(tx), c.ID, PartOpen, tx.Time(), 1
	p.Task = mask.Text(clean(p.Task))
	if p.Task == "" {
		p.Task = "协助处置"
	}
	if p.DueAt, err = s.startPart(ctx, tx, c, &p); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO case_part ("+partColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
		p.ID, p.CaseID, p.UnitID, p.UnitName, p.Task, p.Required, p.Origin, p.State, p.DueAt, p.Result, p.Outcome, p.CreatedAt, p.SignedAt, p.DoneAt, p.Version)
	return &p, err
}

// PartMove is what an action on a part brings along.
type PartMove struct {
	Version int64  `json:"version"`
	Note    string `json:"note,omitempty" maxLength:"4000" doc:"waive, cancel: why"`
	Result  Result `json:"result,omitempty" maxLength:"20" doc:"done"`
	Outcome string `json:"outcome,omitempty" maxLength:"4000" doc:"done: what was done"`
}

// ActOnPart signs for a part or reports it done (its unit, cases.handle), or waives or cancels it (cases.dispatch in the
// area). A part is only ever waived by name, never because the case was closed.
func (s *Service) ActOnPart(ctx context.Context, id, part, action string, m PartMove) (out *Part, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		out, err = s.actOnPart(ctx, tx, id, part, action, &m)
		return err
	})
	return out, err
}

// ActOnPartTx is ActOnPart inside the caller's transaction, for modules whose own steps end a part.
func (s *Service) ActOnPartTx(ctx context.Context, tx *db.Tx, id, part, action string, m PartMove) (*Part, error) {
	return s.actOnPart(ctx, tx, id, part, action, &m)
}

func (s *Service) actOnPart(ctx context.Context, tx *db.Tx, id, part, action string, m *PartMove) (*Part, error) {
	c, err := s.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	parts, err := partsOf(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(parts, func(p Part) bool { return p.ID == part })
	if i < 0 {
		return nil, errs.NotFound("cases.no_part", "The case has no such part.")
	}
	p := &parts[i]
	if p.Version != m.Version {
		return nil, errs.Conflict("cases.part_changed", "Somebody changed this part in between; look at it again.").With(p)
	}
	m.Note, m.Outcome = mask.Text(clean(m.Note)), mask.Text(clean(m.Outcome))
	if err := s.stepPart(ctx, tx, c, p, action, m); err != nil {
		return nil, err
	}
	n, err := tx.Exec(ctx, "UPDATE case_part SET state = $1, result = $2, outcome = $3, signed_at = $4, done_at = $5, version = version + 1 WHERE id = $6 AND version = $7",
		p.State, p.Result, p.Outcome, p.SignedAt, p.DoneAt, p.ID, p.Version)
	if err == nil && n == 0 {
		err = errs.Conflict("cases.part_changed", "Somebody changed this part in between; look at it again.").With(p)
	}
	if err != nil {
		return nil, err
	}
	p.Version++
	h := History{ID: db.NewID(tx), CaseID: c.ID, At: tx.Time(), Action: "part_" + action, From: c.State, To: c.State, Level: c.Level, ForUnit: p.UnitID,
		ForName: p.UnitName, Note: m.Note + m.Outcome, Visibility: Jointly}
	if who := auth.From(ctx); who != nil {
		h.ActorID, h.ActorName, h.ActorUnit = who.UserID, who.Name, who.UnitID
	}
	if err := insertHistory(ctx, tx, h); err != nil {
		return nil, err
	}
	t := &step{action: workflow.Action{Code: h.Action}, from: c.State, was: *c, c: c, m: &Move{}, event: Moved{Parts: []Joined{{p.UnitID, p.DueAt}}}}
	if err := outbox.Emit(ctx, tx, TopicMoved, c.ID, t.moved(h)); err != nil {
		return nil, err
	}
	return p, audit.Log(ctx, tx, audit.Entry{Action: "cases.part_" + action, Object: "case", ObjectID: c.ID, Area: c.AreaCode, Detail: map[string]any{"part": p.ID, "state": p.State}})
}

// stepPart judges and applies the action.
func (s *Service) stepPart(ctx context.Context, tx *db.Tx, c *Case, p *Part, action string, m *PartMove) error {
	now := tx.Time()
	who := auth.From(ctx)
	switch action {
	case "sign", "done":
		if err := auth.Require(ctx, PermHandle); err != nil {
			return err
		}
		if !who.System && who.UnitID != p.UnitID {
			return errs.Forbidden("cases.not_assisting", "Only the unit of this part may do this.")
		}
	case "waive", "cancel":
		if err := auth.RequireArea(ctx, PermDispatch, c.AreaCode); err != nil {
			return err
		}
		if m.Note == "" {
			return errs.Invalid("cases.incomplete", "Fill in what this step needs.", errs.Field{Location: "body.note", Message: "required"})
		}
	default:
		return errs.NotFound("cases.no_action", "There is no such action.")
	}
	if p.State != PartOpen && p.State != PartSigned || action == "sign" && p.State == PartSigned {
		return errs.Conflict("cases.part_ended", "This part has been signed for or ended already.").With(p)
	}
	switch action {
	case "sign":
		p.State, p.SignedAt = PartSigned, &now
		return nil
	case "done":
		if !slices.Contains(Results, m.Result) || m.Outcome == "" {
			return errs.Invalid("cases.no_result", "Say how it ended.", errs.Field{Location: "body.result", Message: "not in the list", Value: m.Result})
		}
		p.State, p.Result, p.Outcome, p.DoneAt = PartDone, m.Result, m.Outcome, &now
	case "waive":
		p.State, p.DoneAt = PartWaived, &now
	default:
		p.State, p.DoneAt = PartCancelled, &now
	}
	return s.stopPart(ctx, tx, p, p.State == PartDone)
}

// callBack takes back the parts that came with a dispatch which is recalled; those of a whistle stay.
func (s *Service) callBack(ctx context.Context, tx *db.Tx, t *step) error {
	parts, err := partsOf(ctx, tx, t.c.ID)
	if err != nil {
		return err
	}
	var names []string
	now := tx.Time()
	for i := range parts {
		p := &parts[i]
		if p.Origin != "dispatch" || p.State != PartOpen && p.State != PartSigned {
			continue
		}
		if _, err := tx.Exec(ctx, "UPDATE case_part SET state = $1, done_at = $2, version = version + 1 WHERE id = $3", PartCancelled, now, p.ID); err != nil {
			return err
		}
		if err := s.stopPart(ctx, tx, p, false); err != nil {
			return err
		}
		names = append(names, p.UnitName)
		t.event.Parts = append(t.event.Parts, Joined{Unit: p.UnitID})
	}
	if names != nil {
		t.detail["assist"] = names
	}
	return nil
}

// PartsTx lists the parts of a case, for modules whose own steps end one. It judges no permission.
func (s *Service) PartsTx(ctx context.Context, tx *db.Tx, id string) ([]Part, error) {
	return partsOf(ctx, tx, id)
}

func partsOf(ctx context.Context, tx *db.Tx, id string) ([]Part, error) {
	return db.All[Part](ctx, tx, "SELECT "+partColumns+" FROM case_part WHERE case_id = $1 ORDER BY id", id)
}
