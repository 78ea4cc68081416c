package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

type setting struct {
	Name      string
	Value     string
	UpdatedAt clock.Time `db:"updated_at"`
}

func put(ctx context.Context, tx *db.Tx, name, value string) error {
	_, err := tx.Exec(ctx, "INSERT INTO setting (name, value, updated_at) VALUES ($2, $1, $3)", value, name, tx.Time())
	return err
}

func TestTx_CommitsWhatItWroteAndNothingAfterAnError(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		boom := errors.New("boom")
		if err := d.Tx(ctx, func(tx *db.Tx) error { return put(ctx, tx, "kept", "1") }); err != nil {
			t.Fatal(err)
		}
		err := d.Tx(ctx, func(tx *db.Tx) error { return errors.Join(put(ctx, tx, "lost", "1"), boom) })
		if !errors.Is(err, boom) {
			t.Fatalf("got %v, want boom", err)
		}
		rows := readAll(t, d)
		if len(rows) != 1 || rows[0].Name != "kept" || rows[0].Value != "1" || !rows[0].UpdatedAt.Equal(testkit.Epoch) {
			t.Fatalf("got %+v", rows)
		}
	})
}

func TestTx_UniqueViolationIsRecognised(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		twice := func(tx *db.Tx) error { return errors.Join(put(ctx, tx, "a", "1"), put(ctx, tx, "a", "2")) }
		if err := d.Tx(ctx, twice); !db.IsUnique(err) {
			t.Fatalf("got %v, want a unique violation", err)
		}
		if rows := readAll(t, d); len(rows) != 0 {
			t.Fatalf("a failed transaction left %v", rows)
		}
	})
}

func TestTx_PanicLeavesNothingAndLaterWritersGoOn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		func() {
			defer func() { _ = recover() }()
			_ = d.Tx(ctx, func(tx *db.Tx) error {
				_ = put(ctx, tx, "lost", "1")
				panic("programming error")
			})
		}()
		if err := d.Tx(ctx, func(tx *db.Tx) error { return put(ctx, tx, "kept", "1") }); err != nil {
			t.Fatal(err)
		}
		if rows := readAll(t, d); len(rows) != 1 || rows[0].Name != "kept" {
			t.Fatalf("got %v", rows)
		}
	})
}

func TestTx_ConcurrentWritersShareCommitsAndLoseNothing(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		const writers, each = 16, 25
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					err := d.Tx(ctx, func(tx *db.Tx) error {
						if err := put(ctx, tx, fmt.Sprintf("%d-%d", w, i), "x"); err != nil {
							return err
						}
						if i%5 == 4 {
							return errors.New("undo this one")
						}
						return nil
					})
					if (err != nil) != (i%5 == 4) {
						t.Errorf("writer %d, %d: %v", w, i, err)
					}
				}
			})
		}
		wg.Wait()
		if got, want := len(readAll(t, d)), writers*each*4/5; got != want {
			t.Fatalf("got %d rows, want %d", got, want)
		}
	})
}

func TestTx_CancelledCallerWritesNothingAndBlocksNobody(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := d.Tx(ctx, func(tx *db.Tx) error { return put(ctx, tx, "lost", "1") }); err == nil {
			t.Fatal("a cancelled caller succeeded")
		}
		ctx = context.Background()
		if err := d.Tx(ctx, func(tx *db.Tx) error { return put(ctx, tx, "kept", "1") }); err != nil {
			t.Fatal(err)
		}
	})
}

func TestRead_CannotWrite(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if err := d.Read(ctx, func(tx *db.Tx) error { return put(ctx, tx, "a", "1") }); err == nil {
			t.Fatal("a reader wrote")
		}
	})
}

func TestGet_WithoutARowIsErrNoRows(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.Read(ctx, func(tx *db.Tx) error {
			_, err := db.Get[setting](ctx, tx, "SELECT name, value, updated_at FROM setting WHERE name = $1", "none")
			return err
		})
		if !errors.Is(err, db.ErrNoRows) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestWithHook_RunsOnceInTheFirstTransaction(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx := db.WithHook(context.Background(), func(ctx context.Context, tx *db.Tx) error { return put(ctx, tx, "hook", "1") })
		for _, name := range []string{"first", "second"} {
			if err := d.Tx(ctx, func(tx *db.Tx) error { return put(ctx, tx, name, "1") }); err != nil {
				t.Fatal(err)
			}
		}
		if rows := readAll(t, d); len(rows) != 3 {
			t.Fatalf("got %v", rows)
		}
	})
}

func TestNewID_SortsInTheOrderOfCreation(t *testing.T) {
	d := testkit.SQLite(t)
	ctx := context.Background()
	last := ""
	err := d.Tx(ctx, func(tx *db.Tx) error {
		for range 40000 {
			id := db.NewID(tx)
			if id <= last || len(id) != 36 || id[14] != '7' {
				return fmt.Errorf("%s after %s", id, last)
			}
			last = id
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func readAll(t *testing.T, d *db.DB) (rows []setting) {
	t.Helper()
	ctx := context.Background()
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		rows, err = db.All[setting](ctx, tx, "SELECT name, value, updated_at FROM setting ORDER BY name")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
