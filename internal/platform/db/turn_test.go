package db_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestTurn_CountingUpByManyGivesNoNumberTwice(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				err := d.Tx(ctx, func(tx *db.Tx) error {
					if err := tx.Turn(ctx, "numbers"); err != nil {
						return err
					}
					n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM setting WHERE name LIKE 'q%'")
					if err != nil {
						return err
					}
					return tx.Queue(ctx, nil, putSetting, fmt.Sprintf("q%d", n+1), "x", tx.Time())
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := settings(t, d); len(got) != 16 {
			t.Errorf("%d numbers", len(got))
		}
	})
}
