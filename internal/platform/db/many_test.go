package db_test

import (
	"context"
	"fmt"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestInsertNew_WritesWhatNobodyKnows(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		put := func(value string, names ...int) {
			t.Helper()
			if err := d.Tx(ctx, func(tx *db.Tx) error {
				var rows [][]any
				for _, n := range names {
					rows = append(rows, []any{fmt.Sprintf("q%02d", n), value, tx.Time()})
				}
				return db.InsertNew(ctx, tx, "setting", []string{"name", "value", "updated_at BIGINT"}, "SELECT 1 FROM setting WHERE name = v.name AND updated_at <= v.updated_at", rows)
			}); err != nil {
				t.Fatal(err)
			}
		}
		put("none")
		put("first", 1, 2, 3)
		put("second", 2, 3, 4, 5, 6, 7, 8, 9, 10)
		want := "[q01=first q02=first q03=first q04=second q05=second q06=second q07=second q08=second q09=second q10=second]"
		if got := fmt.Sprint(settings(t, d)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}
