package tally_test

import (
	"testing"

	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/tally"
	"yiwang/internal/testkit"
)

// A day ends where the next begins: nothing is counted on both, nothing on neither.
func TestEntries_OfTwoPartsOfATimeAddUpToTheWhole(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(monday)
		x := casetest.New(t, d)
		s := newTally(x)
		someLives(t, x, c, 4)
		drained(t, x, s)
		begin, end := clock.At(monday.AddDate(0, 0, -1)), clock.At(c.Now().AddDate(0, 0, 1))
		count := func(since, until clock.Time) map[string]int {
			t.Helper()
			var entries []tally.Entry
			if err := d.Read(x.Ctx, func(tx *db.Tx) (err error) {
				entries, err = s.EntriesTx(x.Ctx, tx, since, until)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			n := map[string]int{}
			for _, e := range entries {
				n[string(e.State)] += e.N
			}
			return n
		}
		whole := count(begin, end)
		if len(whole) < 3 || whole["reported"] == 0 {
			t.Fatalf("entries: %v", whole)
		}
		between := clock.At(monday.Add(c.Now().Sub(monday) / 2))
		first, second := count(begin, between), count(between, end)
		if first["reported"] == 0 {
			t.Errorf("nothing in the first part: %v", first)
		}
		for state, n := range whole {
			if first[state]+second[state] != n {
				t.Errorf("%s: %d and %d of %d", state, first[state], second[state], n)
			}
		}
	})
}
