package export

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

// Board is every desk of the program, for whoever decides on files of several kinds.
type Board struct {
	db    *db.DB
	desks []*Desk
}

// NewBoard returns the board of these desks.
func NewBoard(d *db.DB, desks ...*Desk) *Board { return &Board{d, desks} }

// Approve returns the permission to decide on files of a kind, "" for an unknown one.
func (b *Board) Approve(kind string) string {
	for _, d := range b.desks {
		if d.Name == kind {
			return d.Approve
		}
	}
	return ""
}

// List lists the caller's requests and those the caller decides on, of one kind or of all (""): what waits first, then the newest, at most
// 200. Forbidden for who may neither ask for nor decide on any; Invalid for an unknown kind.
func (b *Board) List(ctx context.Context, kind string) (httpx.Page[Request], error) {
	if kind == "" {
		return list(ctx, b.db, b.desks)
	}
	at := slices.IndexFunc(b.desks, func(d *Desk) bool { return d.Name == kind })
	if at < 0 {
		return httpx.Page[Request]{}, errs.Invalid("export.bad_kind", "There is no such kind of file.", errs.Field{Location: "query.kind", Message: "unknown", Value: kind})
	}
	return b.desks[at].List(ctx)
}

// List is Board.List of one kind.
func (d *Desk) List(ctx context.Context) (httpx.Page[Request], error) {
	return list(ctx, d.db, []*Desk{d})
}

func list(ctx context.Context, d *db.DB, desks []*Desk) (out httpx.Page[Request], err error) {
	p := auth.From(ctx)
	mine := slices.DeleteFunc(slices.Clone(desks), func(d *Desk) bool { return !p.Has(d.Ask) && !p.Has(d.Approve) })
	if len(mine) == 0 {
		return out, auth.Require(ctx, desks[0].Approve)
	}
	var rows []Request
	err = d.Read(ctx, func(tx *db.Tx) error {
		rows, err = read(ctx, tx, mine, "", mostListed)
		return err
	})
	return httpx.Whole(rows), err
}

// OfSubjectTx lists the caller's requests for a subject and those the caller decides on, as List; nothing for who may neither ask nor decide.
func (d *Desk) OfSubjectTx(ctx context.Context, tx *db.Tx, subject string) ([]Request, error) {
	return read(ctx, tx, []*Desk{d}, subject, 50)
}

// read reads what the caller asked for or decides on, with its downloads.
func read(ctx context.Context, tx *db.Tx, desks []*Desk, subject string, most int) ([]Request, error) {
	p, args := auth.From(ctx), []any{}
	var ways []string
	for _, d := range desks {
		args = append(args, d.Name, p.UserID)
		one := fmt.Sprintf("kind = $%d AND (asked_by = $%d", len(args)-1, len(args))
		if p.Has(d.Approve) {
			one += " OR " + auth.Areas(ctx, "area_code", &args)
		}
		ways = append(ways, "("+one+"))")
	}
	where := "(" + strings.Join(ways, " OR ") + ")"
	if subject != "" {
		args = append(args, subject)
		where += fmt.Sprintf(" AND subject_id = $%d", len(args))
	}
	args = append(args, most)
	rows, err := db.All[Request](ctx, tx, "SELECT "+requestColumns+" FROM export_request WHERE "+where+
		fmt.Sprintf(" ORDER BY CASE WHEN state = 'waiting' THEN 0 ELSE 1 END, id DESC LIMIT $%d", len(args)), args...)
	if err != nil {
		return nil, err
	}
	taken, err := downloads(ctx, tx, rows)
	for i := range rows {
		r := &rows[i]
		r.Taken = taken[r.ID]
		r.show(ctx, desks[slices.IndexFunc(desks, func(d *Desk) bool { return d.Name == r.Kind })], tx.Now())
	}
	if rows == nil {
		rows = []Request{}
	}
	return rows, err
}

// downloads reads who took what when, by request, newest first.
func downloads(ctx context.Context, tx *db.Tx, rows []Request) (map[string][]Download, error) {
	var taken []string
	for i := range rows {
		if rows[i].Downloads > 0 {
			taken = append(taken, rows[i].ID)
		}
	}
	out := map[string][]Download{}
	if taken == nil {
		return out, nil
	}
	among, args := db.Listed(taken)
	err := db.Each(ctx, tx, "SELECT request_id, mark, by_name, at, lines, sha256 FROM export_taken WHERE request_id IN "+among+" ORDER BY id DESC", args, func(d *Download) error {
		out[d.RequestID] = append(out[d.RequestID], *d)
		return nil
	})
	return out, err
}
