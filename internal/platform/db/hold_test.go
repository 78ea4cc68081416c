package db_test

import (
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestHold_OneServerAtATimeHasAName(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		if d.Dialect() == db.SQLite {
			return // one server by its nature
		}
		hold := func(name string) (func(), bool) {
			t.Helper()
			release, held, err := d.Hold(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			return release, held
		}
		release, held := hold("a")
		if !held {
			t.Fatal("nobody else has it")
		}
		if _, held := hold("a"); held {
			t.Error("two have one name")
		}
		other, held := hold("b")
		if !held {
			t.Error("another name is free")
		}
		other()
		release()
		again, held := hold("a")
		if !held {
			t.Fatal("let go of, and still held")
		}
		again()
	})
}
