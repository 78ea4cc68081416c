package cases_test

import (
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

// unreadable gives a case a workflow that this program cannot read, as a newer server beside it may.
func unreadable(t *testing.T, x *casetest.District, c *cases.Case) {
	t.Helper()
	if err := x.DB.Tx(x.Ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(x.Ctx, "UPDATE case_file SET workflow = 99 WHERE id = $1", c.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestLapse_OneCaseThatCannotBeReadHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		broken := x.Register(t)
		unreadable(t, x, broken)
		now.Advance(time.Minute)
		others := []*cases.Case{x.Register(t), x.Register(t)}
		now.Set(at("2026-11-24 14:30"))
		done, err := x.Cases.Lapse(x.Ctx)
		if err == nil || done.Escalated != 2 {
			t.Errorf("passed up %d of 2, error %v", done.Escalated, err)
		}
		for _, c := range others {
			if got := seen(t, x, c); got.Level != cases.District {
				t.Errorf("%s lies with the %s", c.Number, got.Level)
			}
		}
		if done, err = x.Cases.Lapse(x.Ctx); err != nil || done != (cases.Lapsed{}) {
			t.Errorf("at once again: %+v %v", done, err)
		}
		now.Advance(11 * time.Minute)
		if _, err = x.Cases.Lapse(x.Ctx); err == nil {
			t.Error("the broken case is forgotten")
		}
	})
}

func TestReviews_OneCaseThatCannotBeReadHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		broken := x.Act(t, x.Unit(builders), signed(t, x), "ask_reporter", cases.Move{Note: "哪一盏"})
		unreadable(t, x, broken)
		now.Advance(time.Minute)
		other := x.Act(t, x.Unit(builders), signed(t, x), "ask_reporter", cases.Move{Note: "哪一盏"})
		now.Advance(20 * 24 * time.Hour)
		if n, err := x.Cases.Reviews(x.Ctx); err == nil || n != 1 {
			t.Errorf("%d went on, error %v", n, err)
		}
		if got := seen(t, x, other); got.State != cases.Handling {
			t.Errorf("the other one is %s", got.State)
		}
	})
}
