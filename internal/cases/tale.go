package cases

import (
	"context"
	"fmt"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/mask"
	"yiwang/internal/workflow"
)

// Teller makes up lives of cases for a demonstration, many at once: every step is judged by the workflow and changes the
// case by the code of the verbs, but nothing is stored before Store. What a verb asks of the database — guards, rights,
// photos — is left to who tells; a test lets the same steps through the engine.
type Teller struct {
	s       *Service
	tx      *db.Tx
	numbers map[[2]string]int // last of a day and street
	tales   []*Tale
}

// Tale is one life.
type Tale struct {
	Case *Case

	teller    *Teller
	def       *workflow.Definition
	history   []History
	clocks    []*Clock
	reporters []Reporter
	evidence  []Evidence
	parts     []Part
	requests  []Request
	revisits  []Revisit
}

// Actor is who takes a step.
type Actor struct{ ID, Name, Unit string }

// NewTeller returns a teller for one transaction. Only the program may.
func (s *Service) NewTeller(ctx context.Context, tx *db.Tx) (*Teller, error) {
	if p := auth.From(ctx); p == nil || !p.System {
		return nil, errs.Forbidden("cases.system_only", "The program does this by itself.")
	}
	return &Teller{s: s, tx: tx, numbers: map[[2]string]int{}}, nil
}

func (b *Tale) as(ctx context.Context, by Actor) context.Context {
	return auth.With(ctx, &auth.Principal{UserID: by.ID, Name: by.Name, UnitID: by.Unit, System: true, Permissions: map[string]bool{}})
}

// Report begins a life at a time. Photos and the filing at once of Report are not told.
func (w *Teller) Report(ctx context.Context, at time.Time, by Actor, n Report) (*Tale, error) {
	if err := n.check(); err != nil {
		return nil, err
	}
	tx := w.tx.At(at)
	c, err := w.s.draft(ctx, tx, &n)
	if err != nil {
		return nil, err
	}
	if c.Number, err = w.number(ctx, tx, c); err != nil {
		return nil, err
	}
	b := &Tale{Case: c, teller: w, def: w.s.current}
	t := &step{def: b.def, action: workflow.Action{Code: "report", To: string(Reported)}, c: c, m: &Move{}, seen: ForReporter, detail: map[string]any{"channel": c.Channel}}
	st, _ := b.def.State(string(c.State))
	ctx = b.as(ctx, by)
	if err := w.s.hand(ctx, tx, st, c); err != nil {
		return nil, err
	}
	b.tick(tx, t, st)
	b.history = append(b.history, t.entry(ctx, tx))
	b.reporters = append(b.reporters, w.reporter(tx, c, &n, by))
	w.tales = append(w.tales, b)
	return b, nil
}

// number counts up like nextNumber, in memory.
func (w *Teller) number(ctx context.Context, tx *db.Tx, c *Case) (string, error) {
	key := [2]string{tx.Now().In(clock.Nanjing).Format("20060102"), within(c.AreaCode, Street)}
	if _, known := w.numbers[key]; !known {
		last, err := db.All[int](ctx, w.tx, "SELECT last FROM case_number WHERE day = $1 AND street = $2", key[0], key[1])
		if err != nil {
			return "", err
		}
		w.numbers[key] = 0
		if len(last) > 0 {
			w.numbers[key] = last[0]
		}
	}
	w.numbers[key]++
	street := "000"
	if len(c.AreaCode) >= digits[Street] {
		street = c.AreaCode[6:9]
	}
	return fmt.Sprintf("%s-%s-%04d", key[0], street, w.numbers[key]), nil
}

func (w *Teller) reporter(tx *db.Tx, c *Case, n *Report, by Actor) Reporter {
	r := Reporter{ID: db.NewID(tx), CaseID: c.ID, Channel: c.Channel, SourceNumber: n.SourceNumber, Words: mask.Text(n.Text), At: c.ReportedAt}
	if n.Reporter == nil {
		r.UserID = by.ID
		return r
	}
	w.s.sealReporter(&r, n.Reporter)
	return r
}

// Do takes one action of the workflow at a time. An action that does not lead out of the state, or lacks what it needs, is
// an error.
func (b *Tale) Do(ctx context.Context, at time.Time, by Actor, action string, m Move) error {
	a, found, _ := b.def.Action(string(b.Case.State), action)
	if !found {
		return fmt.Errorf("case %s: no action %s out of %s", b.Case.Number, action, b.Case.State)
	}
	ctx = b.as(ctx, by)
	tx := b.teller.tx.At(at)
	t := &step{def: b.def, action: a, from: b.Case.State, was: *b.Case, c: b.Case, m: &m, seen: Internal, detail: map[string]any{}}
	if err := t.tidy(); err != nil {
		return fmt.Errorf("case %s, %s: %w", b.Case.Number, action, err)
	}
	if a.To != "" {
		b.Case.State = State(a.To)
	}
	if err := b.change(ctx, tx, t); err != nil {
		return fmt.Errorf("case %s, %s: %w", b.Case.Number, action, err)
	}
	return b.settle(ctx, tx, t)
}

// settle is the engine's settle with the clocks in memory.
func (b *Tale) settle(ctx context.Context, tx *db.Tx, t *step) error {
	c := b.Case
	st, ok := b.def.State(string(c.State))
	if !ok {
		return fmt.Errorf("case %s: no state %s", c.Number, c.State)
	}
	if err := b.teller.s.hand(ctx, tx, st, c); err != nil {
		return err
	}
	now := tx.Time()
	c.ChangedAt = now
	switch {
	case st.End && c.EndedAt == nil:
		c.EndedAt = &now
	case !st.End:
		c.EndedAt = nil
	}
	b.tick(tx, t, st)
	b.history = append(b.history, t.entry(ctx, tx))
	c.Version++
	if c.State == Closed && t.action.Code == "close" && !b.asks() {
		return b.Do(ctx, tx.Now(), Actor{Name: "系统"}, "archive", Move{})
	}
	return nil
}

// asks is the engine's asks over what was told.
func (b *Tale) asks() bool {
	if leaf, ok := b.teller.s.Duties.Catalog().Leaf(b.Case.Category); ok && leaf.Revisit {
		return true
	}
	for _, r := range b.reporters {
		if r.WantsReply && (r.Phone != "" || r.Token != "") {
			return true
		}
	}
	return false
}
