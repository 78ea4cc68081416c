package db_test

import (
	"context"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestEscapeLike_MakesMarksStandForThemselves(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if err := d.Read(ctx, func(tx *db.Tx) error {
			for _, c := range []struct {
				text, typed string
				found       bool
			}{{`5% off`, `5%`, true}, {`5 off`, `5%`, false}, {`a_b`, `a_`, true}, {`axb`, `a_`, false}, {`a\b`, `a\`, true}, {`ab`, `a\`, false}} {
				n, err := db.Get[int](ctx, tx, `SELECT COUNT(*) FROM (SELECT CAST($1 AS TEXT) AS t) x WHERE t LIKE $2 ESCAPE '\'`, c.text, "%"+db.EscapeLike(c.typed)+"%")
				if err != nil {
					return err
				}
				if (n == 1) != c.found {
					t.Errorf("%q in %q: %d", c.typed, c.text, n)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}
