package db

import (
	"context"
	"fmt"
	"strings"
)

// InsertMany stores rows in statements of 128, 16 and 1 rows, so that few different texts are prepared. tail stands after
// the values, such as "ON CONFLICT DO NOTHING"; empty for nothing.
func InsertMany(ctx context.Context, tx *Tx, table, columns, tail string, rows [][]any) error {
	for len(rows) > 0 {
		n := 1
		for _, size := range []int{128, 16} {
			if len(rows) >= size {
				n = size
				break
			}
		}
		args := make([]any, 0, n*len(rows[0]))
		for _, r := range rows[:n] {
			args = append(args, r...)
		}
		query := "INSERT INTO " + table + " (" + columns + ") VALUES " + placeholders(n, len(rows[0])) + " " + tail
		if _, err := tx.Exec(ctx, query, args...); err != nil {
			return fmt.Errorf("insert into %s: %w", table, err)
		}
		rows = rows[n:]
	}
	return nil
}

func placeholders(rows, columns int) string {
	var b strings.Builder
	for n := range rows * columns {
		switch {
		case n == 0:
			b.WriteString("(")
		case n%columns == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", n+1)
	}
	return b.String() + ")"
}
