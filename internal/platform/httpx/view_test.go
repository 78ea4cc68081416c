package httpx

import (
	"context"
	"fmt"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestViewIn_KeepsWhatLiesInThePartOfTheMapAndEverythingWithoutOne(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if err := d.Tx(ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec(ctx, "CREATE TABLE thing (id TEXT NOT NULL, lat DOUBLE PRECISION, lon DOUBLE PRECISION)"); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "INSERT INTO thing (id, lat, lon) VALUES ('inside', 32.05, 118.77), ('edge', 32.0, 118.7), ('north', 32.2, 118.77), ('west', 32.05, 118.6), ('nowhere', NULL, NULL)")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		part := ViewIn{West: 118.7, South: 32, East: 118.8, North: 32.1}
		for _, c := range []struct {
			view ViewIn
			kind string // an argument that stands before those of the view
			want int
		}{{part, "", 2}, {part, "edge", 1}, {ViewIn{}, "", 5}, {ViewIn{}, "north", 1}, {ViewIn{West: 118.8, South: 32, East: 118.7, North: 32.1}, "", 0}} {
			var args []any
			where := "1 = 1"
			if c.kind != "" {
				args = append(args, c.kind)
				where = "id = $1"
			}
			if more := c.view.Where("lat", "lon", &args); more != "" {
				where += " AND " + more
			}
			if err := d.Look(ctx, func(tx *db.Tx) error {
				n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM thing WHERE "+where, args...)
				if err == nil && n != c.want {
					err = fmt.Errorf("%d things, want %d", n, c.want)
				}
				return err
			}); err != nil {
				t.Errorf("%+v %s: %v", c.view, c.kind, err)
			}
		}
	})
}

func TestViewIn_KnowsEdgesThatAreTheWrongWayRound(t *testing.T) {
	for v, want := range map[ViewIn]bool{{}: false, {West: 118, South: 32, East: 119, North: 33}: false, {West: 119, South: 32, East: 118, North: 33}: true, {West: 118, South: 33, East: 119, North: 32}: true} {
		if v.Turned() != want {
			t.Errorf("%+v: %v, want %v", v, !want, want)
		}
	}
}
