package rectify

import (
	"context"
	"fmt"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

// heard stores a published page of an item with what residents said of it.
func (x *twoWaves) heard(item string, solved ...bool) {
	x.t.Helper()
	x.inTx(func(tx *db.Tx) error {
		if _, err := tx.Exec(x.Ctx, `INSERT INTO item_page (id, item_id, edition, state, title, said, place, measure, outcome, reply, writers, writer_name, written_at, published_at)
			VALUES ($1, $2, 1, 'published', '楼道灯', '', '', '', '已更换', '', '[]', '', $3, $3)`, "page-"+item, item, tx.Time()); err != nil {
			return err
		}
		for n, yes := range solved {
			if _, err := tx.Exec(x.Ctx, `INSERT INTO item_feedback (id, item_id, page_id, area_code, voter, solved, words, state, day) VALUES ($1, $2, $3, '320106', $4, $5, '', 'silent', $6)`,
				fmt.Sprintf("%s-%d", item, n), item, "page-"+item, fmt.Sprint(n), yes, tx.Time()); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestDoubted_ProposesTheMatterForTheNextWaveOnce(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newTwoWaves(t, d)
		doubted := x.put("i-doubted", "320106001001", "04", Published, nil)
		believed := x.put("i-believed", "320106001001", "04", Published, nil)
		x.heard(doubted.ID, false, false, true)
		x.heard(believed.ID, true, true, false)
		doubt := func() {
			for _, id := range []string{doubted.ID, believed.ID} {
				x.inTx(func(tx *db.Tx) error { return x.DoubtedTx(x.Ctx, tx, id) })
			}
		}
		doubt() // no later wave yet: nothing to reopen in
		if err := d.Read(context.Background(), func(tx *db.Tx) error {
			n, err := db.Get[int](context.Background(), tx, "SELECT COUNT(*) FROM item_return")
			if n != 0 {
				t.Errorf("%d returns without a later wave", n)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		x.next()
		doubt()
		doubt()
		got, err := x.Returns(x.Ctx, ReturnFilter{WaveID: x.after.ID}, httpx.PageIn{Limit: 10})
		if err != nil || len(got.Items) != 1 || got.Items[0].EarlierID != doubted.ID || got.Items[0].Kind != ReturnFeedback || got.Items[0].Said != 3 || got.Items[0].SaidNo != 2 {
			t.Errorf("%+v, %v", got.Items, err)
		}
	})
}

func TestPublic_TellsTheEffectButNoSmallNumbers(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newTwoWaves(t, d)
		many, few, none := x.put("i-many", "320106001001", "04", Published, nil), x.put("i-few", "320106001001", "04", Published, nil), x.put("i-none", "320106001001", "04", Published, nil)
		for _, i := range []*Item{many, few, none} {
			x.heard(i.ID)
		}
		x.inTx(func(tx *db.Tx) error {
			if _, err := tx.Exec(x.Ctx, "INSERT INTO item_again (item_id, wave_id, solved, partly, unsolved, unknown, verdict, at) VALUES ($1, 'w', 9, 2, 1, 4, 'solved', $2)", many.ID, tx.Time()); err != nil {
				return err
			}
			_, err := tx.Exec(x.Ctx, "INSERT INTO item_again (item_id, wave_id, solved, partly, unsolved, unknown, verdict, at) VALUES ($1, 'w', 3, 0, 1, 0, 'few', $2)", few.ID, tx.Time())
			return err
		})
		page, err := x.Public(context.Background(), PublicFilter{}, httpx.PageIn{Limit: 10})
		if err != nil || len(page.Items) != 3 {
			t.Fatalf("%d items, %v", len(page.Items), err)
		}
		for _, i := range page.Items {
			switch {
			case i.ID == many.ID && (i.Effect == nil || *i.Effect != PublicEffect{Solved: 9, Partly: 2, Unsolved: 1, Asked: "solved"}):
				t.Errorf("many answers: %+v", i.Effect)
			case i.ID != many.ID && i.Effect != nil:
				t.Errorf("%s shows %+v", i.ID, i.Effect)
			}
		}
	})
}
