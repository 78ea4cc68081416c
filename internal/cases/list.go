package cases

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

// Filter narrows a list; empty fields do not.
type Filter struct {
	States     []State     `json:"states,omitempty"`
	Channels   []Channel   `json:"channels,omitempty"`
	Area       string      `json:"area,omitempty"`
	Unit       string      `json:"unit,omitempty"`   // leads or assists
	Holder     string      `json:"holder,omitempty"` // whose move it is
	Category   string      `json:"category,omitempty"`
	Level      Level       `json:"level,omitempty"`
	Query      string      `json:"q,omitempty"` // number, title, address
	Since      *clock.Time `json:"since,omitempty"`
	Until      *clock.Time `json:"until,omitempty"`
	Open       bool        `json:"open,omitempty"`
	Overdue    bool        `json:"overdue,omitempty"`
	Urgent     bool        `json:"urgent,omitempty"`
	Supervised bool        `json:"supervised,omitempty"`
	Todo       bool        `json:"todo,omitempty"`
	Sort       string      `json:"sort,omitempty"` // newest (default) or due
}

// List returns the cases the caller sees, newest first or by due time. Needs cases.read.
func (s *Service) List(ctx context.Context, f Filter, page httpx.PageIn) (out httpx.Page[Case], err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = s.ListTx(ctx, tx, f, page)
		return err
	})
	return out, err
}

// ListTx is List inside the caller's transaction.
func (s *Service) ListTx(ctx context.Context, tx *db.Tx, f Filter, page httpx.PageIn) (httpx.Page[Case], error) {
	var none httpx.Page[Case]
	if err := auth.Require(ctx, PermRead); err != nil {
		return none, err
	}
	where, args := s.where(ctx, tx, f)
	total, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM (SELECT 1 FROM case_file WHERE "+where+" LIMIT 10001) x", args...)
	if err != nil {
		return none, err
	}
	order := "id DESC"
	if f.Sort == "due" {
		order = "COALESCE(due_at, 9000000000000000), id"
	}
	if page.Cursor != "" {
		if where, args, err = after(where, args, f.Sort, page.Cursor); err != nil {
			return none, err
		}
	}
	args = append(args, page.Limit+1)
	rows, err := db.All[Case](ctx, tx, fmt.Sprintf("SELECT %s FROM case_file WHERE %s ORDER BY %s LIMIT $%d", caseColumns, where, order, len(args)), args...)
	if err != nil {
		return none, err
	}
	for i := range rows {
		s.shown(&rows[i], tx)
	}
	return httpx.Cut(rows, page.Limit, total, func(c *Case) string {
		due := "9000000000000000"
		if c.DueAt != nil {
			due = fmt.Sprint(c.DueAt.UnixMilli())
		}
		return httpx.EncodeCursor(due, c.ID)
	}), nil
}

func after(where string, args []any, sort, cursor string) (string, []any, error) {
	parts, err := httpx.DecodeCursor(cursor, 2)
	if err != nil {
		return "", nil, err
	}
	if sort != "due" {
		args = append(args, parts[1])
		return fmt.Sprintf("%s AND id < $%d", where, len(args)), args, nil
	}
	var due int64
	if _, err := fmt.Sscan(parts[0], &due); err != nil {
		return "", nil, errs.Invalid("request.bad_cursor", "Start from the first page.")
	}
	args = append(args, due, parts[1])
	n := len(args)
	return fmt.Sprintf("%s AND (COALESCE(due_at, 9000000000000000) > $%d OR COALESCE(due_at, 9000000000000000) = $%d AND id > $%d)", where, n-1, n-1, n), args, nil
}

// where is the condition of a filter for what the caller sees.
func (s *Service) where(ctx context.Context, tx *db.Tx, f Filter) (string, []any) {
	var args []any
	parts := []string{visible(ctx, &args)}
	add := func(format string, value any) {
		args = append(args, value)
		parts = append(parts, fmt.Sprintf(format, len(args)))
	}
	if len(f.States) > 0 {
		parts = append(parts, in("state", f.States, &args))
	}
	if len(f.Channels) > 0 {
		parts = append(parts, in("channel", f.Channels, &args))
	}
	if f.Area != "" {
		parts = append(parts, auth.Within("area_code", []string{f.Area}, &args))
	}
	if f.Unit != "" {
		add("lead_unit = $%d", f.Unit)
	}
	if f.Holder != "" {
		add("holder = $%d", f.Holder)
	}
	if f.Category != "" {
		add("category >= $%d", f.Category)
		add("category < $%d", f.Category+"~")
	}
	if f.Level != "" {
		add("level = $%d", f.Level)
	}
	if f.Query != "" {
		args = append(args, "%"+strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(f.Query)+"%")
		n := len(args)
		parts = append(parts, fmt.Sprintf(`(number LIKE $%d ESCAPE '\' OR title LIKE $%d ESCAPE '\' OR address LIKE $%d ESCAPE '\')`, n, n, n))
	}
	if f.Since != nil {
		add("reported_at >= $%d", *f.Since)
	}
	if f.Until != nil {
		add("reported_at < $%d", *f.Until)
	}
	if f.Open || f.Overdue || f.Todo {
		parts = append(parts, "ended_at IS NULL")
	}
	if f.Overdue {
		add("due_at < $%d", tx.Time())
	}
	if f.Urgent {
		parts = append(parts, "urgent")
	}
	if f.Supervised {
		parts = append(parts, "supervised")
	}
	if f.Todo {
		parts = append(parts, todo(ctx, &args))
	}
	return strings.Join(parts, " AND "), args
}

func in[T ~string](column string, values []T, args *[]any) string {
	marks := make([]string, len(values))
	for i, v := range values {
		*args = append(*args, string(v))
		marks[i] = fmt.Sprintf("$%d", len(*args))
	}
	return column + " IN (" + strings.Join(marks, ", ") + ")"
}

// todo is the condition for open cases that wait for the caller: what its unit holds, what it was named for, and for an
// officer what is to be inspected or verified in its grids.
func todo(ctx context.Context, args *[]any) string {
	p := auth.From(ctx)
	if p == nil || p.System {
		return "FALSE"
	}
	*args = append(*args, p.UnitID, p.UserID)
	n := len(*args)
	cond := fmt.Sprintf("(holder = $%d AND holder <> '' OR officer = $%d AND officer <> '' AND state IN ('inspecting', 'checking')", n-1, n)
	if p.Has(PermCheck) {
		cond += " OR officer = '' AND state IN ('inspecting', 'checking') AND " + auth.Within("area_code", p.Areas, args)
	}
	return cond + ")"
}

// Detail is a case with everything around it.
type Detail struct {
	Case
	History   []History  `json:"history"`
	Clocks    []Clock    `json:"clocks"`
	Evidence  []Evidence `json:"evidence"`
	Parts     []Part     `json:"parts"`
	Reporters []Reporter `json:"reporters"`
	Requests  []Request  `json:"requests"`
	Revisits  []Revisit  `json:"revisits"`
	Merged    []Case     `json:"merged" doc:"Cases merged into this one"`
}

// Get returns a case the caller sees with its history, clocks, photos, parts and what the caller may do now.
func (s *Service) Get(ctx context.Context, id string) (d *Detail, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		d, err = s.DetailTx(ctx, tx, id)
		return err
	})
	return d, err
}

// DetailTx is Get inside the caller's transaction.
func (s *Service) DetailTx(ctx context.Context, tx *db.Tx, id string) (*Detail, error) {
	c, err := s.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	d := &Detail{Case: *s.shown(c, tx)}
	for _, read := range []func() error{
		func() (err error) { d.History, err = s.historyFor(ctx, tx, c); return },
		func() (err error) {
			d.Clocks, err = db.All[Clock](ctx, tx, "SELECT "+clockColumns+" FROM case_clock WHERE case_id = $1 ORDER BY id", id)
			return
		},
		func() (err error) { d.Evidence, err = evidenceOf(ctx, tx, id); return },
		func() (err error) { d.Parts, err = partsOf(ctx, tx, id); return },
		func() (err error) {
			d.Reporters, err = db.All[Reporter](ctx, tx, "SELECT "+reporterColumns+" FROM case_reporter WHERE case_id = $1 OR case_id IN (SELECT id FROM case_file WHERE merged_into = $1) ORDER BY id", id)
			return
		},
		func() (err error) {
			d.Requests, err = db.All[Request](ctx, tx, `SELECT id, case_id, kind, state, ground, note, amount, unit_id, unit_name, area_code, asked_by, asked_at,
				decided_by, decided_at, answer, review_at, reviews, ended_at FROM case_request WHERE case_id = $1 ORDER BY id`, id)
			return
		},
		func() (err error) {
			d.Revisits, err = db.All[Revisit](ctx, tx, "SELECT id, case_id, reporter_id, way, solved, satisfaction, reasons, words, at, by_id, by_name FROM case_revisit WHERE case_id = $1 ORDER BY id", id)
			return
		},
		func() (err error) {
			d.Merged, err = db.All[Case](ctx, tx, "SELECT "+caseColumns+" FROM case_file WHERE merged_into = $1 AND merged_into <> '' ORDER BY id", id)
			return
		},
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	d.Actions, err = s.may(ctx, tx, c)
	return d, err
}

// historyFor leaves out what the caller's relation does not open: an assisting unit does not read internal notes.
func (s *Service) historyFor(ctx context.Context, tx *db.Tx, c *Case) ([]History, error) {
	all, err := db.All[History](ctx, tx, "SELECT "+historyColumns+" FROM case_history WHERE case_id = $1 ORDER BY id", c.ID)
	if p := auth.From(ctx); err == nil && p != nil && !actsFor(p, c) && !inside(c.AreaCode, areasOf(p)) {
		all = slices.DeleteFunc(all, func(h History) bool { return h.Visibility == Internal && h.Note != "" && h.ActorUnit != p.UnitID })
	}
	return all, err
}

// may lists the actions the caller could take on the case now; guards may still refuse one.
func (s *Service) may(ctx context.Context, tx *db.Tx, c *Case) ([]string, error) {
	out := []string{}
	d, err := s.definition(ctx, tx, c.Workflow)
	if err != nil {
		return nil, err
	}
	for _, a := range d.From(string(c.State)) {
		if a.By == "reporter" || a.By == "system" {
			continue
		}
		if err := s.admit(ctx, tx, d, a, c); err == nil {
			out = append(out, a.Code)
		} else if errs.KindOf(err) == errs.KindInternal {
			return nil, err
		}
	}
	return out, nil
}
