package cases

import (
	"context"
	"fmt"

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
	Todo       bool        `json:"todo,omitempty" doc:"Waits for the caller"`
	Sort       string      `json:"sort,omitempty" enum:"newest,oldest,due,changed" doc:"newest if empty"`
}

// Counted is how far a list counts its rows; beyond that "more than" is an answer people can live with.
const Counted = 10_000

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

