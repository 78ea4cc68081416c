package db

import (
	"context"
	"fmt"
)

// RewriteTx writes the rows of a table that a condition finds once more, unchanged, in the order of their keys. PostgreSQL keeps with every
// row which transaction wrote it, and rows near each other that were written one after the other: two rows of one transaction could be
// joined by that, whatever their columns say. Afterwards all of them are of one transaction. SQLite keeps nothing of the kind and is left
// alone. It writes nothing when the rows are of one transaction already. Table, key and condition are literals of the calling module.
func RewriteTx(ctx context.Context, tx *Tx, table, key, where string, args ...any) (int, error) {
	if tx.Dialect() != Postgres {
		return 0, nil
	}
	writers, err := Get[int](ctx, tx, "SELECT COUNT(DISTINCT CAST(xmin AS TEXT)) FROM "+table+" WHERE "+where, args...)
	if err != nil || writers < 2 {
		return 0, err
	}
	keys, err := All[string](ctx, tx, "SELECT "+key+" FROM "+table+" WHERE "+where+" ORDER BY "+key, args...)
	if err != nil {
		return 0, err
	}
	for _, k := range keys {
		if _, err := tx.Exec(ctx, "UPDATE "+table+" SET "+key+" = "+key+" WHERE "+key+" = $1", k); err != nil {
			return 0, fmt.Errorf("rewrite %s: %w", table, err)
		}
	}
	return len(keys), nil
}
