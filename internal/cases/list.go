package cases

import (
	"context"
	"fmt"
	"strconv"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

// Filter narrows a list; empty fields do not. It is kept in saved views, so its names on the wire stay.
type Filter struct {
	IDs        []string    `json:"ids,omitempty" maxItems:"200"`
	States     []State     `json:"states,omitempty" maxItems:"20"`
	Channels   []Channel   `json:"channels,omitempty" maxItems:"8"`
	Area       string      `json:"area,omitempty" maxLength:"20"`
	Unit       string      `json:"unit,omitempty" maxLength:"60" doc:"Leads or leads no more but led first"`
	Holder     string      `json:"holder,omitempty" maxLength:"60" doc:"Whose move it is"`
	Category   string      `json:"category,omitempty" maxLength:"10" doc:"Leaf or a class above it"`
	Theme      string      `json:"theme,omitempty" maxLength:"20" doc:"Of the wall; an unknown one holds nothing"`
	Level      Level       `json:"level,omitempty" maxLength:"12"`
	Query      string      `json:"q,omitempty" maxLength:"60" doc:"Number, title, address, text"`
	Since      *clock.Time `json:"since,omitempty"`
	Until      *clock.Time `json:"until,omitempty"`
	Lamp       string      `json:"lamp,omitempty" enum:"overdue,today,warned,paused" doc:"overdue; due today or overdue; amber but not overdue; clock stopped"`
	Open       bool        `json:"open,omitempty"`
	Overdue    bool        `json:"overdue,omitempty"`
	Urgent     bool        `json:"urgent,omitempty"`
	Supervised bool        `json:"supervised,omitempty"`
	Joint      bool        `json:"joint,omitempty" doc:"A whistle has been blown for it"`
	Returned   bool        `json:"returned,omitempty" doc:"A unit has given it back at least once"`
	Again      bool        `json:"again,omitempty" doc:"Reworked, reopened, or the same matter as an earlier case"`
	Drawn      bool        `json:"drawn,omitempty" doc:"Drawn for a random check that is not made yet"`
	Watched    bool        `json:"watched,omitempty" doc:"The caller follows it"`
	Mine       bool        `json:"mine,omitempty" doc:"The caller brought it in"`
	Todo       bool        `json:"todo,omitempty" doc:"Waits for the caller; a suspended case only when its review is due"`
	Sort       string      `json:"sort,omitempty" enum:"newest,oldest,due,changed" doc:"newest if empty; due: what is being worked on by due time, then what has ended, oldest first; changed: of open, watched or own cases, newest otherwise"`

	ended bool // only what has ended
}

// Counted is how far a list counts its rows; beyond that "more than" is an answer people can live with.
const Counted = 10_000

// List returns the cases the caller sees, newest first or by due time. Needs cases.read.
func (s *Service) List(ctx context.Context, f Filter, page httpx.PageIn) (out httpx.Page[Case], err error) {
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
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
	f.Sort = s.sortOf(f)
	seen := lookups{}
	rows, err := s.inTurn(ctx, tx, seen, f, page.Cursor, page.Limit+1)
	if err != nil {
		return none, err
	}
	total := len(rows)
	if page.Cursor != "" || total > page.Limit {
		where, args := s.where(ctx, tx, f)
		if total, err = s.count(ctx, tx, seen, f, where, args, Counted); err != nil {
			return none, err
		}
	}
	if err := s.dress(ctx, tx, rows); err != nil {
		return none, err
	}
	return httpx.Cut(rows, page.Limit, total, orderOf(f.Sort).cursor), nil
}

// dress fills what a list shows beside the row: names, lamps, whose move it is by name.
func (s *Service) dress(ctx context.Context, tx *db.Tx, rows []Case) (err error) {
	for i := 0; err == nil && i < len(rows); i++ {
		c := s.shown(&rows[i], tx)
		c.HolderName, err = s.groupName(ctx, tx, "holder", c.Holder)
	}
	return err
}

// CountTx counts the cases of a filter that the caller sees, at most limit+1 of them.
func (s *Service) CountTx(ctx context.Context, tx *db.Tx, f Filter, limit int) (int, error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return 0, err
	}
	where, args := s.where(ctx, tx, f)
	return s.count(ctx, tx, lookups{}, f, where, args, limit)
}

// count stops after limit+1 rows.
func (s *Service) count(ctx context.Context, tx *db.Tx, seen lookups, f Filter, where string, args []any, limit int) (int, error) {
	x, err := s.lookUp(ctx, tx, seen, f, where, args)
	if err != nil {
		return 0, err
	}
	if x != nil {
		return sifting{x, where, args}.count(ctx, tx, limit)
	}
	arms, err := s.arms(ctx, tx, f, digits[Street], &args)
	if err != nil {
		return 0, err
	}
	if arms != nil {
		return db.Get[int](ctx, tx, fmt.Sprintf("SELECT COUNT(*) FROM (SELECT 1 FROM %s LIMIT %d) x", united(arms, "id", where, fmt.Sprintf("LIMIT %d", limit+1)), limit+1), args...)
	}
	// Said, an order keeps the engines from looking at every case because they expect more of the filter than there is.
	order := ""
	switch {
	case f.Query != "":
		order = " ORDER BY id DESC"
	case f.Area != "" && !s.onlyOpen(f):
		order = " ORDER BY area_code, id"
	}
	return db.Get[int](ctx, tx, fmt.Sprintf("SELECT COUNT(*) FROM (SELECT 1 FROM %s WHERE %s%s LIMIT %d) x", s.table(f, unlimited), where, order, limit+1), args...)
}

// EachTx hands every case of a filter that the caller sees to fn, in the order of the filter, at most limit of them.
func (s *Service) EachTx(ctx context.Context, tx *db.Tx, f Filter, limit int, fn func(*Case) error) error {
	if err := auth.Require(ctx, PermRead); err != nil {
		return err
	}
	f.Sort = s.sortOf(f)
	seen := lookups{}
	for _, part := range s.turns(f) {
		n, err := s.each(ctx, tx, seen, part, limit, func(c *Case) error { return fn(s.shown(c, tx)) })
		if limit -= n; err != nil || limit <= 0 {
			return err
		}
	}
	return nil
}

// each hands one turn of a list to fn.
func (s *Service) each(ctx context.Context, tx *db.Tx, seen lookups, f Filter, limit int, fn func(*Case) error) (n int, err error) {
	where, args := s.where(ctx, tx, f)
	o := orderOf(f.Sort)
	if o.key == "" {
		x, err := s.lookUp(ctx, tx, seen, f, where, args)
		if err != nil {
			return 0, err
		}
		if x != nil {
			return sifting{x, where, args}.stream(ctx, tx, o, limit, fn)
		}
	}
	args = append(args, limit)
	query := fmt.Sprintf("SELECT %s FROM case_file WHERE %s ORDER BY %s LIMIT $%d", caseColumns, where, o.by, len(args))
	err = db.Each(ctx, tx, query, args, func(c *Case) error {
		n++
		return fn(c)
	})
	return n, err
}

// never stands for the due time of a case that has none, so that it sorts behind those that have one.
const never = "9000000000000000"

// dueKey is the due time as lists sort it; migration 0022 indexes exactly this text.
const dueKey = "COALESCE(due_at, " + never + ")"

// order is one way to sort: by a number and then by id, so that a page begins exactly where the last one ended.
type order struct {
	by, key string // key is "" where the id alone sorts
	down    bool
	value   func(c *Case) int64
}

func orderOf(sort string) order {
	switch sort {
	case "due":
		return order{by: dueKey + ", id", key: dueKey, value: func(c *Case) int64 {
			switch {
			case c.EndedAt != nil:
				return afterOpen
			case c.DueAt == nil:
				return afterOpen - 1
			}
			return c.DueAt.UnixMilli()
		}}
	case "changed":
		return order{by: "changed_at DESC, id DESC", key: "changed_at", down: true, value: func(c *Case) int64 { return c.ChangedAt.UnixMilli() }}
	case "oldest":
		return order{by: "id"}
	}
	return order{by: "id DESC", down: true}
}

func (o order) cursor(c *Case) string {
	var v int64
	if o.value != nil {
		v = o.value(c)
	}
	return httpx.EncodeCursor(strconv.FormatInt(v, 10), c.ID)
}

// after adds that the rows lie behind the cursor; the id of the last one is the last argument.
func (o order) after(where string, args []any, cursor string) (string, []any, error) {
	parts, err := httpx.DecodeCursor(cursor, 2)
	if err != nil {
		return "", nil, err
	}
	than := ">"
	if o.down {
		than = "<"
	}
	if o.key == "" {
		args = append(args, parts[1])
		return fmt.Sprintf("%s AND id %s $%d", where, than, len(args)), args, nil
	}
	at, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return "", nil, errs.Invalid("request.bad_cursor", "Start from the first page.")
	}
	args = append(args, at, parts[1])
	n := len(args)
	return fmt.Sprintf("%s AND (%s, id) %s ($%d, $%d)", where, o.key, than, n-1, n), args, nil
}
