package whistle

import (
	"context"
	"slices"
	"unicode/utf8"

	"yiwang/internal/cases"
	"yiwang/internal/duty"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Limits of free text, in characters, and of calls.
const (
	maxTitle = 60
	maxText  = 1000
	maxCalls = 8
)

// NewCall names a department and what it is asked to do.
type NewCall struct {
	Unit string `json:"unit" maxLength:"60"`
	Task string `json:"task" minLength:"1" maxLength:"1200"`
}

// NewWhistle is what a street drafts.
type NewWhistle struct {
	CaseID  string    `json:"case_id" maxLength:"60"`
	Kind    Kind      `json:"kind" enum:"push,hard,urgent"`
	Title   string    `json:"title,omitempty" maxLength:"240" doc:"That of the case if absent"`
	Matter  string    `json:"matter" minLength:"1" maxLength:"4000" doc:"What is the matter and what was done so far"`
	Reason  string    `json:"reason" minLength:"1" maxLength:"4000" doc:"Why the street cannot solve it alone"`
	Calls   []NewCall `json:"calls" minItems:"1" maxItems:"8"`
	FirstID string    `json:"first_id,omitempty" maxLength:"60" doc:"Earlier whistle about the same matter"`
}

// Draft writes a whistle for a case. Needs whistle.blow in the street of the case. Conflict if the case has ended, lies
// outside every street, or has a whistle that runs.
func (s *Service) Draft(ctx context.Context, n NewWhistle) (w *Whistle, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		w, err = s.DraftTx(ctx, tx, n)
		return err
	})
	return w, err
}

// DraftTx is Draft inside the caller's transaction.
func (s *Service) DraftTx(ctx context.Context, tx *db.Tx, n NewWhistle) (*Whistle, error) {
	if err := auth.Require(ctx, PermBlow); err != nil {
		return nil, err
	}
	c, err := s.Cases.GetTx(ctx, tx, n.CaseID)
	if err != nil {
		return nil, err
	}
	if len(c.AreaCode) < 9 {
		return nil, errs.Conflict("whistle.no_street", "The case lies in no street; place it first.")
	}
	w := &Whistle{ID: db.NewID(tx), Kind: n.Kind, State: Draft, CaseID: c.ID, CaseNumber: c.Number, Category: c.Category, Street: c.AreaCode[:9], Title: n.Title, Matter: n.Matter,
		Reason: n.Reason, DraftedBy: nameOf(ctx), DraftedAt: tx.Time(), Version: 1}
	if err := inStreet(ctx, PermBlow, w); err != nil {
		return nil, err
	}
	if w.Title == "" {
		w.Title = c.Title
		if c.Sensitive {
			w.Title = "敏感事件" // a whistle is read by more people than its case
		}
	}
	if err := w.tidy(); err != nil {
		return nil, err
	}
	if c.EndedAt != nil {
		return nil, errs.Conflict("whistle.case_ended", "The case has ended; register it again first.")
	}
	// The number comes first: its row is held until the commit, so that of two drafts at once the second sees the first.
	if w.Number, err = nextNumber(ctx, tx, w.Street); err != nil {
		return nil, err
	}
	running, err := s.running(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	if running != nil {
		return nil, errs.Conflict("whistle.runs", "A whistle for this case runs already.").With(running)
	}
	if err := s.place(ctx, tx, w, n.FirstID); err != nil {
		return nil, err
	}
	if err := insertWhistle(ctx, tx, w); err != nil {
		return nil, err
	}
	if err := s.callUnits(ctx, tx, w, n.Calls); err != nil {
		return nil, err
	}
	return w, record(ctx, tx, w, nil, "draft", "")
}

// tidy judges the texts of a whistle.
func (w *Whistle) tidy() error {
	var fields []errs.Field
	w.Title, w.Matter, w.Reason = tidy(w.Title, maxTitle, "title", &fields), tidy(w.Matter, maxText, "matter", &fields), tidy(w.Reason, maxText, "reason", &fields)
	for _, x := range [][2]string{{"title", w.Title}, {"matter", w.Matter}, {"reason", w.Reason}} {
		if x[1] == "" {
			fields = append(fields, errs.Field{Location: "body." + x[0], Message: "required"})
		}
	}
	if !slices.Contains(Kinds, w.Kind) {
		fields = append(fields, errs.Field{Location: "body.kind", Message: "not in the list", Value: w.Kind})
	}
	if fields != nil {
		return errs.Invalid("whistle.incomplete", "Fill in what this step needs.", fields...)
	}
	return nil
}

// place names the street and its unit, and checks the link to the first whistle about the matter.
func (s *Service) place(ctx context.Context, tx *db.Tx, w *Whistle, first string) error {
	a, err := s.Regions.Get(ctx, w.Street)
	if err != nil {
		return err
	}
	w.StreetName = a.Name
	p := auth.From(ctx)
	w.UnitID = p.UnitID
	if w.UnitID == "" {
		u, err := s.Cases.Desk(ctx, tx, cases.Street, w.Street)
		if err != nil {
			return err
		}
		w.UnitID = u.ID
	}
	if w.UnitID != "" {
		u, err := s.People.UnitTx(ctx, tx, w.UnitID)
		if err != nil {
			return err
		}
		w.UnitName = u.Short
		if w.UnitName == "" {
			w.UnitName = u.Name
		}
	}
	if first == "" {
		return nil
	}
	old, err := s.load(ctx, tx, first)
	if err != nil {
		return err
	}
	if old.Street != w.Street || old.State != Closed && old.State != Withdrawn {
		return errs.Invalid("whistle.bad_first", "Name an ended whistle of this street.", errs.Field{Location: "body.first_id", Message: "runs, or of another street", Value: first})
	}
	w.FirstID = old.ID
	if old.FirstID != "" {
		w.FirstID = old.FirstID
	}
	return nil
}

// callUnits stores whom the whistle calls: units above the street, each once.
func (s *Service) callUnits(ctx context.Context, tx *db.Tx, w *Whistle, calls []NewCall) error {
	if len(calls) == 0 || len(calls) > maxCalls {
		return errs.Invalid("whistle.incomplete", "Fill in what this step needs.", errs.Field{Location: "body.calls", Message: "1 to 8 departments"})
	}
	for i, n := range calls {
		var fields []errs.Field
		task := tidy(n.Task, 300, "calls", &fields)
		u, err := s.People.UnitTx(ctx, tx, n.Unit)
		if err != nil && errs.KindOf(err) != errs.KindNotFound {
			return err
		}
		twice := slices.ContainsFunc(calls[:i], func(o NewCall) bool { return o.Unit == n.Unit })
		if err != nil || !u.Active || len(u.AreaCode) > 6 || task == "" || fields != nil || twice {
			return errs.Invalid("whistle.bad_call", "Call departments of the district, each once, and say what each is asked to do.", errs.Field{Location: "body.calls", Message: "unit or task", Value: i})
		}
		name := u.Short
		if name == "" {
			name = u.Name
		}
		c := Call{ID: db.NewID(tx), WhistleID: w.ID, UnitID: u.ID, UnitCode: u.Code, UnitName: name, Task: task, State: Called, Version: 1}
		if err := insertCall(ctx, tx, &c); err != nil {
			return err
		}
		w.Calls = append(w.Calls, *c.blank())
	}
	return nil
}

// running returns the whistle of a case that has not ended, nil if there is none.
func (s *Service) running(ctx context.Context, tx *db.Tx, caseID string) (*Whistle, error) {
	rows, err := db.All[Whistle](ctx, tx, "SELECT "+whistleColumns+" FROM whistle_file WHERE case_id = $1 AND state NOT IN ('closed', 'withdrawn') ORDER BY id LIMIT 1", caseID)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// Redraft is a changed draft.
type Redraft struct {
	Version int64     `json:"version"`
	Kind    Kind      `json:"kind" enum:"push,hard,urgent"`
	Title   string    `json:"title" maxLength:"240"`
	Matter  string    `json:"matter" maxLength:"4000"`
	Reason  string    `json:"reason" maxLength:"4000"`
	Calls   []NewCall `json:"calls" minItems:"1" maxItems:"8"`
}

// Redraft replaces what a draft says; what was checked or approved has to be checked and approved again. Needs
// whistle.blow in the street.
func (s *Service) Redraft(ctx context.Context, id string, n Redraft) (w *Whistle, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if w, err = s.own(ctx, tx, id, PermBlow, n.Version, Draft, Checked, Approved); err != nil {
			return err
		}
		w.Kind, w.Title, w.Matter, w.Reason, w.State, w.CheckNote, w.CheckedBy, w.Calls = n.Kind, n.Title, n.Matter, n.Reason, Draft, "", "", nil
		if err := w.tidy(); err != nil {
			return err
		}
		for _, q := range []string{"DELETE FROM whistle_call WHERE whistle_id = $1", "DELETE FROM whistle_approval WHERE whistle_id = $1"} {
			if _, err := tx.Exec(ctx, q, id); err != nil {
				return err
			}
		}
		if err := s.callUnits(ctx, tx, w, n.Calls); err != nil {
			return err
		}
		if err := saveWhistle(ctx, tx, w); err != nil {
			return err
		}
		return record(ctx, tx, w, nil, "redraft", "")
	})
	return w, err
}

// own returns a whistle of the caller's street in one of the states.
func (s *Service) own(ctx context.Context, tx *db.Tx, id, permission string, version int64, states ...State) (*Whistle, error) {
	w, err := s.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := inStreet(ctx, permission, w); err != nil {
		return nil, err
	}
	if w.Version != version {
		return nil, changed(w)
	}
	if !slices.Contains(states, w.State) {
		return nil, errs.Conflict("whistle.bad_state", "The whistle is in a state that does not allow this.").With(w)
	}
	return w, nil
}

// Findings are what a street looks at before it blows.
type Findings struct {
	Decision *duty.Decision `json:"decision,omitempty" doc:"Who is responsible by the list"`
	OwnDuty  bool           `json:"own_duty" doc:"The duty list says it is the street's own"`
	Similar  []Whistle      `json:"similar" doc:"Whistles of the street about the same category in the last 180 days"`
}

const similarDays = 180

// Look gathers the findings for a case: who is responsible, and what was blown before. Needs whistle.blow in the street.
func (s *Service) Look(ctx context.Context, caseID string) (out *Findings, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := s.Cases.GetTx(ctx, tx, caseID)
		if err != nil {
			return err
		}
		if err := auth.RequireArea(ctx, PermBlow, c.AreaCode); err != nil {
			return err
		}
		out, err = s.findings(ctx, tx, c.Category, c.Component, c.AreaCode, "")
		return err
	})
	return out, err
}

func (s *Service) findings(ctx context.Context, tx *db.Tx, category, component, area, except string) (*Findings, error) {
	f := &Findings{Similar: []Whistle{}}
	if category == "" || utf8.RuneCountInString(area) < 9 {
		return f, nil
	}
	d, err := s.Duties.DecideTx(ctx, tx, duty.Question{Category: category, Component: component, Area: area, At: tx.Now()})
	if err != nil && errs.KindOf(err) == errs.KindInternal {
		return nil, err
	}
	if err == nil {
		f.Decision, f.OwnDuty = d, d.Task != nil && d.Task.Kind == duty.Basic
	}
	rows, err := db.All[Whistle](ctx, tx, "SELECT "+whistleColumns+" FROM whistle_file WHERE category = $1 AND street = $2 AND drafted_at > $3 AND id <> $4 ORDER BY id DESC LIMIT 10",
		category, area[:9], clock.At(tx.Now().AddDate(0, 0, -similarDays)), except)
	if err == nil {
		f.Similar = append(f.Similar, rows...)
	}
	for i := range f.Similar {
		s.shown(&f.Similar[i])
	}
	return f, err
}
