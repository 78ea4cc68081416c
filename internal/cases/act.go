package cases

import (
	"context"
	"strings"
	"unicode/utf8"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/workflow"
)

// step is one action under way: what was, what is asked, what becomes.
type step struct {
	def    *workflow.Definition
	action workflow.Action
	from   State
	was    Case // before the action
	c      *Case
	m      *Move
	ground string
	note   string
	seen   string         // visibility of the history entry
	detail map[string]any // of the history entry
	event  Moved
	birth  *birth // of a case whose row is written with this step, nil for others
}

// Act takes one action of the workflow. It returns NotFound for a case the caller does not see, Forbidden without the
// permission or in the wrong relation to the case, Conflict (with the case as it is now and what happened since) if it has
// changed or the action does not fit its state, Invalid if something the action needs is missing.
func (s *Service) Act(ctx context.Context, id, action string, m Move) (c *Case, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		c, err = s.ActTx(ctx, tx, id, action, m)
		return err
	})
	if err != nil {
		return nil, s.elucidate(ctx, id, m.Version, err)
	}
	return c, nil
}

// ActTx is Act inside the caller's transaction.
func (s *Service) ActTx(ctx context.Context, tx *db.Tx, id, action string, m Move) (*Case, error) {
	take := s.take
	if action == "merge" {
		take = s.load // takes both cases together, in an order that keeps two merges from waiting for each other
	}
	c, err := take(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if c.Version != m.Version {
		return nil, s.stale(ctx, tx, c, m.Version)
	}
	t, err := s.begin(ctx, tx, c, action, &m)
	if err != nil {
		return nil, err
	}
	if err := s.carryOut(ctx, tx, t); err != nil {
		return nil, err
	}
	return c, s.follow(ctx, tx, t)
}

// begin judges an action: known, fitting the state, allowed, complete.
func (s *Service) begin(ctx context.Context, tx *db.Tx, c *Case, action string, m *Move) (*step, error) {
	d, err := s.definition(ctx, tx, c.Workflow)
	if err != nil {
		return nil, err
	}
	a, found, known := d.Action(string(c.State), action)
	switch {
	case !known:
		return nil, errs.NotFound("cases.no_action", "There is no such action.")
	case !found:
		return nil, errs.Conflict("cases.bad_transition", "The case is in a state that does not allow this.").With(s.shown(c, tx))
	}
	if err := s.admit(ctx, tx, d, a, c); err != nil {
		return nil, err
	}
	t := &step{def: d, action: a, from: c.State, was: *c, c: c, m: m, seen: Internal, detail: map[string]any{}}
	if err := t.tidy(); err != nil {
		return nil, err
	}
	for _, name := range a.Guards {
		if err := s.guard(name)(ctx, tx, t); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// tidy masks and bounds the texts of the move and asks for what the workflow needs.
func (t *step) tidy() error {
	m := t.m
	var fields []errs.Field
	for _, x := range []struct {
		name  string
		value *string
		limit int
	}{{"note", &m.Note, maxNote}, {"reply", &m.Reply, maxNote}, {"outcome", &m.Outcome, maxNote}, {"title", &m.Title, maxTitle}, {"address", &m.Address, maxAddress}} {
		*x.value = clean(*x.value)
		if n := utf8.RuneCountInString(*x.value); n > x.limit {
			fields = append(fields, errs.Field{Location: "body." + x.name, Message: "too long", Value: n})
		}
	}
	for _, need := range t.action.Needs {
		if !m.given(need) {
			fields = append(fields, errs.Field{Location: "body." + need, Message: "required"})
		}
	}
	if fields != nil {
		return errs.Invalid("cases.incomplete", "Fill in what this step needs.", fields...)
	}
	m.Note, m.Outcome, m.Title = mask.Text(m.Note), mask.Text(m.Outcome), mask.Text(m.Title)
	m.Reply, m.Address = mask.Public(m.Reply), mask.Text(m.Address)
	t.note, t.ground = m.Note, m.Ground
	return nil
}

// Limits of free text, in characters.
const (
	maxTitle   = 60
	maxAddress = 100
	maxNote    = 1000
	maxBody    = 4000
)

// clean trims a text and removes what is no character of a text.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// carryOut lets the action happen: the state of the workflow, what the verb changes, the clocks, the row.
func (s *Service) carryOut(ctx context.Context, tx *db.Tx, t *step) error {
	if t.action.To != "" {
		t.c.State = State(t.action.To)
	}
	if verb := s.verb(t.action.Code); verb != nil {
		if err := verb(ctx, tx, t); err != nil {
			return err
		}
	}
	if err := s.settle(ctx, tx, t); err != nil {
		return err
	}
	write, steps := s.save, []*step{t}
	if t.birth != nil {
		write, steps = t.birth.write, []*step{t.birth.step, t}
	}
	if err := write(ctx, tx, &t.was, t.c); err != nil {
		return err
	}
	return s.record(ctx, tx, steps...)
}

// settle sets whose move it is, the ending, and the clocks, after the state is known.
func (s *Service) settle(ctx context.Context, tx *db.Tx, t *step) error {
	st, ok := t.def.State(string(t.c.State))
	if !ok {
		return errs.Conflict("cases.bad_transition", "The case is in a state that does not allow this.")
	}
	if err := s.hand(ctx, tx, st, t.c); err != nil {
		return err
	}
	now := tx.Time()
	t.c.ChangedAt = now
	switch {
	case st.End && t.c.EndedAt == nil:
		t.c.EndedAt = &now
	case !st.End:
		t.c.EndedAt = nil
	}
	return s.tick(ctx, tx, t, st)
}

// hand sets the unit whose move it is in the state.
func (s *Service) hand(ctx context.Context, tx *db.Tx, st workflow.State, c *Case) error {
	level := c.Level
	switch st.Holds {
	case "lead":
		c.Holder = c.LeadUnit
		return nil
	case "panel":
		level = District
	case "caller":
		if rank(level) < rank(Street) {
			level = Street
		}
	case "desk":
	default:
		c.Holder = ""
		return nil
	}
	u, err := s.Desk(ctx, tx, level, c.AreaCode)
	c.Holder = u.ID
	return err
}

// follow takes the steps the program takes by itself after an action, such as archiving a case nobody has to be asked about.
func (s *Service) follow(ctx context.Context, tx *db.Tx, t *step) error {
	if t.c.State != Closed || t.action.Code != "close" {
		return nil
	}
	asks, err := s.asks(ctx, tx, t.c)
	if err != nil || asks {
		return err
	}
	next, err := s.begin(auth.System(ctx, "系统"), tx, t.c, "archive", &Move{})
	if err != nil {
		return err
	}
	return s.carryOut(auth.System(ctx, "系统"), tx, next)
}
