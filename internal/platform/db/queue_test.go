package db_test

import (
	"context"
	"errors"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

const putSetting = "INSERT INTO setting (name, value, updated_at) VALUES ($1, $2, $3)"

func settings(t *testing.T, d *db.DB) []string {
	t.Helper()
	var out []string
	err := d.Read(context.Background(), func(tx *db.Tx) (err error) {
		out, err = db.All[string](context.Background(), tx, "SELECT name || '=' || value FROM setting WHERE name LIKE 'q%' ORDER BY name")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestQueue_WritesInOrderAndIsSeenByTheNextRead(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.Tx(ctx, func(tx *db.Tx) error {
			changed := int64(-1)
			err := errors.Join(
				tx.Queue(ctx, nil, putSetting, "q1", "a", tx.Time()),
				tx.Queue(ctx, func(n int64) error { changed = n; return nil }, "UPDATE setting SET value = $1 WHERE name = $2", "b", "q1"))
			if err != nil {
				return err
			}
			v, err := db.Get[string](ctx, tx, "SELECT value FROM setting WHERE name = $1", "q1")
			if v != "b" || changed != 1 {
				t.Errorf("read %q, %d rows changed", v, changed)
			}
			return errors.Join(err, tx.Queue(ctx, nil, putSetting, "q2", "c", tx.Time()))
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := settings(t, d); len(got) != 2 || got[0] != "q1=b" || got[1] != "q2=c" {
			t.Errorf("stored %v", got)
		}
	})
}

func TestQueue_AFailedCheckLosesTheTransactionAndIsItsError(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		stale := errors.New("nobody there")
		err := d.Tx(ctx, func(tx *db.Tx) error {
			if err := tx.Queue(ctx, nil, putSetting, "q1", "a", tx.Time()); err != nil {
				return err
			}
			return tx.Queue(ctx, func(n int64) error {
				if n == 0 {
					return stale
				}
				return nil
			}, "UPDATE setting SET value = 'x' WHERE name = 'absent'")
		})
		if !errors.Is(err, stale) {
			t.Errorf("got %v", err)
		}
		if got := settings(t, d); len(got) != 0 {
			t.Errorf("stored %v", got)
		}
	})
}

func TestQueue_AFailedStatementIsTheErrorOfTheTransaction(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.Tx(ctx, func(tx *db.Tx) error {
			for range 2 {
				if err := tx.Queue(ctx, nil, putSetting, "q1", "a", tx.Time()); err != nil {
					return err
				}
			}
			return nil
		})
		if !db.IsUnique(err) {
			t.Errorf("got %v, want a broken unique constraint", err)
		}
	})
}

func TestLook_ReadsAndRefusesToWrite(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if err := d.Tx(ctx, func(tx *db.Tx) error { return tx.Queue(ctx, nil, putSetting, "q1", "a", tx.Time()) }); err != nil {
			t.Fatal(err)
		}
		for _, write := range []func(tx *db.Tx) error{
			func(tx *db.Tx) error { return tx.Queue(ctx, nil, putSetting, "q2", "b", tx.Time()) },
			func(tx *db.Tx) error { _, err := tx.Exec(ctx, putSetting, "q3", "b", tx.Time()); return err },
		} {
			err := d.Look(ctx, func(tx *db.Tx) error {
				if v, err := db.Get[string](ctx, tx, "SELECT value FROM setting WHERE name = $1", "q1"); err != nil || v != "a" {
					t.Errorf("read %q, %v", v, err)
				}
				return write(tx)
			})
			if err == nil {
				t.Error("a write was let through")
			}
		}
		if got := settings(t, d); len(got) != 1 {
			t.Errorf("stored %v", got)
		}
	})
}

func TestTx_AStatementThatFailedAndWasPassedOverIsNoCommit(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		if d.Dialect() != db.Postgres {
			return // SQLite undoes the statement alone
		}
		ctx := context.Background()
		err := d.Tx(ctx, func(tx *db.Tx) error {
			_, _ = tx.Exec(ctx, putSetting, "q1", "a", tx.Time())
			_, _ = tx.Exec(ctx, putSetting, "q1", "a", tx.Time()) // the number is taken
			return nil
		})
		if err == nil {
			t.Error("the commit is said to have happened")
		}
		if got := settings(t, d); len(got) != 0 {
			t.Errorf("stored %v", got)
		}
	})
}
