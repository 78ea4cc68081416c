package opinion

import (
	"context"
	"fmt"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
)

// CommentFilter narrows a list of comments; empty fields do not. Field holds for confirmed fields, and for the best
// suggestion of open comments.
type CommentFilter struct {
	WaveID, Field, Area, Query string
	State                      CommentState
	Free                       bool // in no item yet
}

func (f CommentFilter) where(ctx context.Context) (string, []any) {
	var args []any
	where := []string{auth.Areas(ctx, "area_code", &args)}
	add := func(cond string, v any) {
		args = append(args, v)
		where = append(where, strings.ReplaceAll(cond, "$", fmt.Sprintf("$%d", len(args))))
	}
	if f.WaveID != "" {
		add("wave_id = $", f.WaveID)
	}
	if f.State != "" {
		add("state = $", f.State)
	}
	if f.Field != "" {
		args = append(args, f.Field, `%"`+db.EscapeLike(f.Field)+`"%`)
		where = append(where, fmt.Sprintf(`(field = $%d OR fields LIKE $%d ESCAPE '\')`, len(args)-1, len(args)))
	}
	if f.Area != "" {
		where = append(where, auth.Within("area_code", []string{f.Area}, &args))
	}
	if f.Query != "" {
		add(`text LIKE $ ESCAPE '\'`, "%"+db.EscapeLike(f.Query)+"%")
	}
	if f.Free {
		where = append(where, "item_id = ''")
	}
	return strings.Join(where, " AND "), args
}

// Comments returns the comments of the caller's areas in a stable order that says nothing about who wrote when. Needs
// opinion.code: streets read comments only as part of an item.
func (s *Service) Comments(ctx context.Context, f CommentFilter, page httpx.PageIn) (out httpx.Page[Comment], err error) {
	if err := auth.Require(ctx, PermCode); err != nil {
		return out, err
	}
	after, err := httpx.DecodeCursor(page.Cursor, 1)
	if err != nil {
		return out, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		where, args := f.where(ctx)
		total, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM comment_code WHERE "+where, args...)
		if err != nil {
			return err
		}
		args = append(args, after[0], page.Limit+1)
		rows, err := db.All[Comment](ctx, tx, "SELECT "+commentColumns+" FROM comment_code WHERE "+where+
			fmt.Sprintf(" AND id > $%d ORDER BY id LIMIT $%d", len(args)-1, len(args)), args...)
		out = httpx.Cut(rows, page.Limit, total, func(c *Comment) string { return httpx.EncodeCursor(c.ID) })
		return err
	})
	return out, err
}
