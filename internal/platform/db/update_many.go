package db

import (
	"context"
	"fmt"
)

// UpdateMany changes many rows by values of their own: head is the UPDATE with its SET, where joins a row to its values
// v.column1, v.column2, … of which all are texts; cast them where the column is a number. Statements take as many
// rows as in InsertMany. It returns how many rows were changed.
func UpdateMany(ctx context.Context, tx *Tx, head, where string, rows [][]any) (changed int64, err error) {
	for len(rows) > 0 {
		n := portion(len(rows))
		args := make([]any, 0, n*len(rows[0]))
		for _, r := range rows[:n] {
			args = append(args, r...)
		}
		query := head + " FROM (VALUES " + placeholders(n, len(rows[0])) + ") AS v WHERE " + where
		k, err := tx.Exec(ctx, query, args...)
		if err != nil {
			return 0, fmt.Errorf("update many: %w", err)
		}
		changed += k
		rows = rows[n:]
	}
	return changed, nil
}
