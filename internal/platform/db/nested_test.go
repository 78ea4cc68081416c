package db_test

import (
	"context"
	"fmt"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestEach_TheSameQueryInsideItsOwnLoopEndsNeither(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		if d.Dialect() == db.Postgres {
			return // one connection of PostgreSQL reads one result at a time
		}
		ctx := context.Background()
		pairs := 0
		err := d.Tx(ctx, func(tx *db.Tx) error {
			for i := range 5 {
				if err := put(ctx, tx, fmt.Sprintf("n%d", i), "x"); err != nil {
					return err
				}
			}
			const all = "SELECT name FROM setting ORDER BY name"
			for range 2 { // prepared anew, then from the cache
				err := db.Each(ctx, tx, all, nil, func(*string) error {
					return db.Each(ctx, tx, all, nil, func(*string) error { pairs++; return nil })
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || pairs != 50 {
			t.Fatalf("%d pairs, %v", pairs, err)
		}
	})
}
