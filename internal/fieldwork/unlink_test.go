package fieldwork_test

import (
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

// PostgreSQL notes with every row which transaction wrote it. An answer, its invitation and its assignment are of one.
func TestUnlink_NoRowIsOfTheTransactionOfAnAnswer(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, first, _ := drawnFixture(t, d)
		x.assign(t, first, 5)
		kit, err := x.field.Mine(first)
		must(t, err)
		for i := range 4 {
			_, err := x.field.Interviewed(first, x.interview(t, kit, &kit.Errands[i], i+1))
			must(t, err)
		}
		joined := func(table string) (n int) {
			must(t, d.Read(x.Ctx, func(tx *db.Tx) error {
				n, err = db.Get[int](x.Ctx, tx, "SELECT COUNT(*) FROM response r JOIN "+table+" o ON o.xmin = r.xmin")
				return err
			}))
			return n
		}
		if d.Dialect() == db.Postgres && (joined("invitation") != 4 || joined("fieldwork_assignment") != 4) {
			t.Error("the engine does not join what it is said to join; this test shows nothing")
		}
		for range 2 { // the second time finds nothing to do
			must(t, x.samples.Unlink(x.Ctx))
			must(t, x.field.Unlink(x.Ctx))
		}
		if d.Dialect() == db.Postgres {
			for _, table := range []string{"invitation", "fieldwork_assignment", "fieldwork_sheet", "fieldwork_attempt"} {
				if n := joined(table); n != 0 {
					t.Errorf("%d rows of %s are of the transaction of an answer", n, table)
				}
			}
		}
		kit, err = x.field.Mine(first)
		must(t, err)
		done := 0
		for i := range kit.Errands {
			if kit.Errands[i].Closed {
				done++
			}
		}
		if done != 4 {
			t.Errorf("%d of 4 addresses are finished after unlinking", done)
		}
	})
}
