package rectify

import (
	"context"
	"slices"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestSplit_MakesTwoItemsOfOneBeforeIssue(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp, lamp, lamp)
		ctx, plan := w.as("office"), Plan{Title: "灯", Field: "04", AreaCode: "320106001003"}
		free := w.free("04", 3)
		i := w.ok(w.Merge(ctx, free, plan))
		_, err := w.Split(ctx, i.ID, free, plan, i.Version)
		wantCode(t, err, "rectify.nothing_left")
		_, err = w.Split(w.as("code2"), i.ID, free[:1], plan, i.Version)
		wantCode(t, err, "auth.outside_area")
		_, err = w.Split(w.as("reader"), i.ID, free[:1], plan, i.Version)
		wantCode(t, err, "auth.no_permission")
		_, err = w.Split(ctx, i.ID, free[:1], plan, i.Version+1)
		wantCode(t, err, "rectify.changed")
		other := w.ok(w.Split(ctx, i.ID, free[:1], Plan{Title: "另一盏灯", Field: "04", AreaCode: "320106001003"}, i.Version))
		if other.Voices != 1 || other.ID == i.ID || other.No == i.No || other.State != Draft {
			t.Errorf("new item %+v", other)
		}
		if err := d.Read(ctx, func(tx *db.Tx) error {
			left, err := w.opinions.IDsOfItemTx(ctx, tx, i.ID)
			if !slices.Equal(left, free[1:]) {
				t.Errorf("left %v", left)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		issued := w.ok(w.act(w.ok(w.act(other, ActConfirm)), ActIssue))
		_, err = w.Split(ctx, issued.ID, free[:1], plan, issued.Version)
		wantCode(t, err, "rectify.issued_already")
	})
}

func TestJoin_LetsTheVoicesOfAnIssuedItemGrowAndTellsWhoCameLater(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp, lamp, lamp)
		free := w.free("04", 3)
		i := w.item(Issued, free[0])
		joined := w.ok(w.Join(w.as("office"), i.ID, free[1:2], i.Version))
		if joined.State != Issued || joined.Voices != 2 || !joined.DueAt.Equal(i.DueAt.Time) {
			t.Errorf("issued: %+v", joined)
		}
		_, err := w.Join(w.as("office"), i.ID, free[2:], i.Version)
		wantCode(t, err, "rectify.changed")
		_, err = w.Join(w.as("code2"), i.ID, free[2:], joined.Version)
		wantCode(t, err, "auth.outside_area")
	})
}

func TestJoin_AfterTheAnswerTellsTheLatecomerAlone(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp, lamp)
		free := w.free("04", 2)
		i := w.item(Told, free[0])
		if joined := w.ok(w.Join(w.as("office"), i.ID, free[1:], i.Version)); joined.State != Told || joined.Voices != 2 {
			t.Errorf("told: %+v", joined)
		}
		ctx := context.Background()
		if err := d.Read(ctx, func(tx *db.Tx) error {
			n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM outbox WHERE topic = 'rectify.told' AND payload LIKE '%\"comments\":[\"c002\"]%'")
			if n != 1 {
				t.Errorf("%d messages to the latecomer", n)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
