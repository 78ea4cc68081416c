package httpx

import (
	"context"
	"fmt"

	"yiwang/internal/platform/db"
)

// Newest is a list of a table's rows by falling id, and so newest first.
type Newest[T any] struct {
	Table, Columns string
	ID             func(*T) string
	CountMost      int // the total is counted no further; 0 counts all
}

// Page reads the rows that match from the cursor on. Errors: Invalid request.bad_cursor.
func (n Newest[T]) Page(ctx context.Context, tx *db.Tx, where string, args []any, in PageIn) (out Page[T], err error) {
	before, err := DecodeCursor(in.Cursor, 1)
	if err != nil {
		return out, err
	}
	matching := n.Table + " WHERE " + where
	count := "SELECT COUNT(*) FROM " + matching
	if n.CountMost > 0 {
		count = fmt.Sprintf("SELECT COUNT(*) FROM (SELECT 1 FROM %s LIMIT %d) x", matching, n.CountMost)
	}
	total, err := db.Get[int](ctx, tx, count, args...)
	if err != nil {
		return out, err
	}
	if before[0] != "" {
		args = append(args, before[0])
		matching += fmt.Sprintf(" AND id < $%d", len(args))
	}
	args = append(args, in.Limit+1)
	rows, err := db.All[T](ctx, tx, fmt.Sprintf("SELECT %s FROM %s ORDER BY id DESC LIMIT $%d", n.Columns, matching, len(args)), args...)
	return Cut(rows, in.Limit, total, func(row *T) string { return EncodeCursor(n.ID(row)) }), err
}
