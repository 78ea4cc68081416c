package rectify

import (
	"context"
	"sync"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

func TestConfirmReturn_TwoAtOnceOpenTheMatterOnce(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newTwoWaves(t, d)
		old := x.put("i-old", "320106001001", "04", Published, nil)
		x.next()
		x.inTx(func(tx *db.Tx) error {
			return x.ProposeReturnTx(x.Ctx, tx, Return{WaveID: x.after.ID, EarlierID: old.ID, Kind: ReturnAsked, Said: 12, SaidNo: 8})
		})
		office := surveytest.As("320106", PermRead, PermMerge, survey.PermRead)
		list, err := x.Returns(office, ReturnFilter{WaveID: x.after.ID}, httpx.PageIn{Limit: 10})
		if err != nil || len(list.Items) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		var wait sync.WaitGroup
		results := make([]error, 4)
		for n := range results {
			wait.Go(func() { _, results[n] = x.ConfirmReturn(office, list.Items[0].ID, ReturnDecision{Version: 1}) })
		}
		wait.Wait()
		done := 0
		for _, err := range results {
			if err == nil {
				done++
			} else if errs.KindOf(err) != errs.KindConflict {
				t.Errorf("%v", err)
			}
		}
		if err := d.Read(context.Background(), func(tx *db.Tx) error {
			n, err := db.Get[int](context.Background(), tx, "SELECT COUNT(*) FROM item WHERE recurs_of = $1", old.ID)
			if n != 1 || done != 1 {
				t.Errorf("%d items, %d decisions", n, done)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		// A street's own people do not see the draft that came of it.
		street := surveytest.As("320106001", PermRead, PermAnswer, PermDo)
		if seen, err := x.Returns(street, ReturnFilter{WaveID: x.after.ID}, httpx.PageIn{Limit: 10}); err != nil || len(seen.Items) != 1 || seen.Items[0].Item != nil || seen.Items[0].Earlier == nil {
			t.Errorf("%+v, %v", seen, err)
		}
	})
}
