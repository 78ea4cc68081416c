package whistle

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
)

// Filter narrows a list; empty fields do not.
type Filter struct {
	States []State
	Kind   Kind
	Street string
	Unit   string // called
	Case   string
	Query  string // number or title
	Todo   bool   // waits for the caller
	Open   bool
}

func itoa(n int) string { return strconv.Itoa(n) }

var newestWhistles = httpx.Newest[Whistle]{Table: "whistle_file", Columns: whistleColumns, ID: func(w *Whistle) string { return w.ID }}

// List returns whistles the caller sees, newest first. Needs whistle.read.
func (s *Service) List(ctx context.Context, f Filter, page httpx.PageIn) (out httpx.Page[Whistle], err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if err := auth.Require(ctx, PermRead); err != nil {
			return err
		}
		var args []any
		where := strings.Join(append([]string{visible(ctx, &args)}, f.where(ctx, &args)...), " AND ")
		if out, err = newestWhistles.Page(ctx, tx, where, args, page); err != nil {
			return err
		}
		return s.around(ctx, tx, out.Items)
	})
	return out, err
}

func (f *Filter) where(ctx context.Context, args *[]any) []string {
	var parts []string
	add := func(format string, value any) {
		*args = append(*args, value)
		parts = append(parts, strings.ReplaceAll(format, "$?", "$"+itoa(len(*args))))
	}
	if len(f.States) > 0 {
		marks := make([]string, len(f.States))
		for i, v := range f.States {
			*args = append(*args, v)
			marks[i] = "$" + itoa(len(*args))
		}
		parts = append(parts, "state IN ("+strings.Join(marks, ", ")+")")
	}
	if f.Kind != "" {
		add("kind = $?", f.Kind)
	}
	if f.Street != "" {
		parts = append(parts, auth.Within("street", []string{f.Street}, args))
	}
	if f.Unit != "" {
		add("id IN (SELECT whistle_id FROM whistle_call WHERE unit_id = $?)", f.Unit)
	}
	if f.Case != "" {
		add("case_id = $?", f.Case)
	}
	if f.Query != "" {
		add(`(number LIKE $? ESCAPE '\' OR title LIKE $? ESCAPE '\' OR case_number LIKE $? ESCAPE '\')`, "%"+db.EscapeLike(f.Query)+"%")
	}
	if f.Open || f.Todo {
		parts = append(parts, "state NOT IN ('closed', 'withdrawn')")
	}
	if f.Todo {
		parts = append(parts, todo(ctx, args))
	}
	return parts
}

// todo is the condition for whistles that wait for the caller.
func todo(ctx context.Context, args *[]any) string {
	p := auth.From(ctx)
	if p == nil || p.System {
		return "FALSE"
	}
	var any []string
	if p.Has(PermAnswer) && p.UnitID != "" {
		*args = append(*args, p.UnitID)
		any = append(any, fmt.Sprintf("state = 'blown' AND id IN (SELECT whistle_id FROM whistle_call WHERE unit_id = $%d AND state IN ('called', 'signed', 'contacted', 'reported', 'committed'))", len(*args)))
	}
	if p.Has(PermBlow) {
		any = append(any, "(state IN ('draft', 'approved', 'done') OR state = 'blown' AND id IN (SELECT whistle_id FROM whistle_call WHERE state = 'done')) AND "+auth.Within("street", p.Areas, args))
	}
	if p.Has(PermLead) {
		*args = append(*args, p.UserID)
		mine := "state = 'checked' AND kind <> 'hard'"
		if p.Has(PermHead) {
			mine = "state = 'checked'"
		}
		any = append(any, fmt.Sprintf(mine+" AND NOT EXISTS (SELECT 1 FROM whistle_approval a WHERE a.whistle_id = whistle_file.id AND a.user_id = $%d) AND ", len(*args))+auth.Within("street", p.Areas, args))
	}
	if p.Has(PermArbitrate) {
		any = append(any, "state = 'blown' AND id IN (SELECT whistle_id FROM whistle_call WHERE state = 'refused') AND "+auth.Within("street", p.Areas, args))
	}
	if any == nil {
		return "FALSE"
	}
	return "((" + strings.Join(any, ") OR (") + "))"
}

// around gives the whistles of a page their calls and what is due next, in two queries.
func (s *Service) around(ctx context.Context, tx *db.Tx, rows []Whistle) error {
	if len(rows) == 0 {
		return nil
	}
	at := map[string]*Whistle{}
	args := make([]any, len(rows))
	marks := make([]string, len(rows))
	for i := range rows {
		s.shown(&rows[i])
		at[rows[i].ID], args[i], marks[i] = &rows[i], rows[i].ID, "$"+itoa(i+1)
	}
	among := "whistle_id IN (" + strings.Join(marks, ", ") + ")"
	calls, err := db.All[Call](ctx, tx, "SELECT "+callColumns+" FROM whistle_call WHERE "+among+" ORDER BY id", args...)
	if err != nil {
		return err
	}
	for i := range calls {
		w := at[calls[i].WhistleID]
		w.Calls = append(w.Calls, *calls[i].blank())
	}
	clocks, err := db.All[Clock](ctx, tx, "SELECT "+clockColumns+" FROM whistle_clock WHERE stopped_at IS NULL AND kind <> 'session' AND "+among+" ORDER BY due_at", args...)
	for i := range clocks {
		w := at[clocks[i].WhistleID]
		w.note(&clocks[i], tx.Time())
	}
	return err
}

// note keeps the clock that is due first.
func (w *Whistle) note(k *Clock, now clock.Time) {
	if w.DueAt == nil || k.DueAt.Before(w.DueAt.Time) {
		w.DueAt = &k.DueAt
	}
	w.Overdue = w.Overdue || now.After(k.DueAt.Time)
}

// shown fills what follows from the row.
func (s *Service) shown(w *Whistle) *Whistle {
	if w.Category != "" {
		w.CategoryName = s.Duties.Catalog().Name(w.Category)
	}
	if w.Calls == nil {
		w.Calls = []Call{}
	}
	return w
}

// Detail is a whistle with everything around it.
type Detail struct {
	Whistle
	Approvals []Approval `json:"approvals"`
	Needed    int        `json:"approvals_needed"`
	Sessions  []Session  `json:"sessions"`
	History   []History  `json:"history"`
	Findings  *Findings  `json:"findings,omitempty" doc:"Before it is blown: who is responsible by the list, earlier whistles"`
	Earlier   []Whistle  `json:"earlier" doc:"Whistles about the same matter before and after"`
	Actions   []string   `json:"actions" doc:"What the caller may do with the whistle now"`
}

// Get returns a whistle the caller sees with calls, clocks, sessions, ratings and what the caller may do. Needs whistle.read.
func (s *Service) Get(ctx context.Context, id string) (d *Detail, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		d, err = s.DetailTx(ctx, tx, id)
		return err
	})
	return d, err
}

// DetailTx is Get inside the caller's transaction.
func (s *Service) DetailTx(ctx context.Context, tx *db.Tx, id string) (*Detail, error) {
	w, err := s.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	d := &Detail{Needed: approvals[w.Kind], Earlier: []Whistle{}}
	if d.Approvals, err = db.All[Approval](ctx, tx, "SELECT user_id, user_name, note, at FROM whistle_approval WHERE whistle_id = $1 ORDER BY at", id); err != nil {
		return nil, err
	}
	if d.Sessions, err = db.All[Session](ctx, tx, "SELECT "+sessionColumns+" FROM whistle_session WHERE whistle_id = $1 ORDER BY at", id); err != nil {
		return nil, err
	}
	if d.History, err = db.All[History](ctx, tx, "SELECT "+historyColumns+" FROM whistle_history WHERE whistle_id = $1 ORDER BY id", id); err != nil {
		return nil, err
	}
	clocks, err := s.clocksOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	for i := range clocks {
		k := &clocks[i]
		if k.StoppedAt == nil && k.Kind != "session" {
			w.note(k, tx.Time())
		}
		if at := slices.IndexFunc(w.Calls, func(c Call) bool { return c.ID == k.CallID }); at >= 0 {
			w.Calls[at].Clocks = append(w.Calls[at].Clocks, *k)
		}
	}
	if err := s.shownRatings(ctx, tx, w); err != nil {
		return nil, err
	}
	s.offer(ctx, d, w)
	if err := s.kin(ctx, tx, d, w); err != nil {
		return nil, err
	}
	d.Whistle = *s.shown(w)
	d.Approvals, d.Sessions, d.History = append([]Approval{}, d.Approvals...), append([]Session{}, d.Sessions...), append([]History{}, d.History...)
	return d, nil
}

// kin adds the findings before the blow and the other whistles about the matter.
func (s *Service) kin(ctx context.Context, tx *db.Tx, d *Detail, w *Whistle) error {
	if w.BlownAt == nil && w.State != Withdrawn {
		c, err := s.Cases.GetTx(ctx, tx, w.CaseID)
		if err == nil {
			d.Findings, err = s.findings(ctx, tx, c.Category, c.Component, c.AreaCode, w.ID)
		}
		if err != nil {
			return err
		}
	}
	first := w.FirstID
	if first == "" {
		first = w.ID
	}
	args := []any{first, w.ID}
	rows, err := db.All[Whistle](ctx, tx, "SELECT "+whistleColumns+" FROM whistle_file WHERE (id = $1 OR first_id = $1) AND id <> $2 AND "+visible(ctx, &args)+" ORDER BY id LIMIT 20", args...)
	for i := range rows {
		d.Earlier = append(d.Earlier, *s.shown(&rows[i]))
	}
	return err
}

// offer lists what the caller may do; a step may still be refused for what it lacks.
func (s *Service) offer(ctx context.Context, d *Detail, w *Whistle) {
	p := auth.From(ctx)
	d.Actions = []string{}
	if inStreet(ctx, PermBlow, w) == nil {
		for state, actions := range map[State][]string{Draft: {"redraft", "check", "withdraw"}, Checked: {"redraft", "withdraw"}, Approved: {"blow", "redraft", "withdraw"}, Blown: {"meet"}, Done: {"close"}} {
			if w.State == state {
				d.Actions = append(d.Actions, actions...)
			}
		}
	}
	if w.State == Draft && d.Needed == 0 && inStreet(ctx, PermBlow, w) == nil {
		d.Actions = append([]string{"blow"}, d.Actions...)
	}
	spoken := slices.ContainsFunc(d.Approvals, func(a Approval) bool { return p != nil && a.UserID == p.UserID })
	if inStreet(ctx, PermLead, w) == nil {
		if w.State == Checked && !spoken && p.Has(ranks[w.Kind]) {
			d.Actions = append(d.Actions, "approve")
		}
		if w.State == Blown {
			d.Actions = append(d.Actions, "withdraw")
		}
	}
	for i := range w.Calls {
		c := &w.Calls[i]
		for _, name := range stepOrder {
			of := steps[name]
			if w.State == Blown && slices.Contains(of.from, c.State) && c.offers(name) && may(p, w, c, of) == nil {
				c.Actions = append(c.Actions, name)
			}
		}
		if side, err := sideOf(p, w, c); err == nil && w.State == Closed && c.State == Accepted && !slices.ContainsFunc(c.Ratings, func(r Rating) bool { return r.Side == side }) {
			c.Actions = append(c.Actions, "rate")
		}
	}
}

// offers reports whether a step makes sense for the call: what binds is not refused, several promised tasks are ended one by one.
func (c *Call) offers(step string) bool {
	switch step {
	case "refuse":
		return !c.Bound
	case "keep":
		return c.pending() > 1
	case "done":
		return c.pending() <= 1
	}
	return true
}
