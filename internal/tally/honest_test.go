package tally_test

import (
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/tally"
	"yiwang/internal/testkit"
)

const builders = casetest.Area + ".construction"

// signedFor is a case that a unit has signed for: three work days from monday on.
func signedFor(t *testing.T, x *casetest.District) *cases.Case {
	t.Helper()
	c := x.Act(t, x.Desk(), x.Register(t), "file", cases.Move{Category: casetest.Lamp})
	c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[builders].ID})
	return x.Act(t, x.Unit(builders), c, "sign", cases.Move{})
}

// figure is a metric over two months from monday on.
func figure(t *testing.T, x *casetest.District, s *tally.Service, code string) tally.Figure {
	t.Helper()
	drained(t, x, s)
	f := tally.Filter{Area: casetest.Area, Since: clock.At(monday.AddDate(0, 0, -1)), Until: clock.At(monday.AddDate(0, 2, 0))}
	table, err := s.Figures(x.Ctx, []string{code}, f, tally.ByNothing)
	if err != nil {
		t.Fatal(err)
	}
	if v := table.Total.Figures[code]; length(t, x.Ctx, s, code, tally.SideDen, f) != v.Den || length(t, x.Ctx, s, code, tally.SideNum, f) != v.Num {
		t.Errorf("%s: the lists do not hold %d of %d", code, v.Num, v.Den)
	}
	return table.Total.Figures[code]
}

func wants(t *testing.T, x *casetest.District, s *tally.Service, code string, num, den int64) {
	t.Helper()
	if v := figure(t, x, s, code); v.Num != num || v.Den != den {
		t.Errorf("%s is %d of %d, want %d of %d", code, v.Num, v.Den, num, den)
	}
}

func TestRates_NobodyTakesAnOverdueCaseOutByEndingItInAnotherWay(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(monday)
		x := casetest.New(t, d)
		s := newTally(x)
		merged, forced, early := signedFor(t, x), signedFor(t, x), signedFor(t, x)
		kept := x.Register(t)
		x.Act(t, x.Desk(), early, "merge", cases.Move{Into: kept.ID}) // owed nothing yet
		c.Advance(14 * 24 * time.Hour)
		wants(t, x, s, "M05", 0, 2)
		merged = x.Act(t, x.Desk(), merged, "merge", cases.Move{Into: kept.ID})
		x.Act(t, x.Command(), forced, "force_close", cases.Move{Result: cases.Cannot, Note: "产权不清", Reply: "现阶段无法解决"})
		wants(t, x, s, "M05", 0, 2)
		wants(t, x, s, "M04", 0, 2)
		wants(t, x, s, "M06", 0, 2)
		x.Act(t, x.Desk(), merged, "unmerge", cases.Move{Note: "是另一处"})
		wants(t, x, s, "M05", 0, 2)
	})
}

func TestRates_AnEndingByForceInTimeIsNoCloseInTime(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(monday)
		x := casetest.New(t, d)
		s := newTally(x)
		handled := x.Act(t, x.Unit(builders), signedFor(t, x), "handle", cases.Move{Result: cases.Explained, Outcome: "已说明"})
		x.Act(t, x.Command(), handled, "force_close", cases.Move{Result: cases.Cannot, Note: "产权不清", Reply: "现阶段无法解决"})
		c.Advance(30 * 24 * time.Hour)
		wants(t, x, s, "M05", 1, 1)
		wants(t, x, s, "M06", 0, 0)
	})
}

func TestRates_WhoHandlesWithoutSigningIsMeasuredAgainstThePromise(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(monday)
		x := casetest.New(t, d)
		s := newTally(x)
		for _, wait := range []time.Duration{time.Hour, 14 * 24 * time.Hour} {
			k := x.Act(t, x.Desk(), x.Register(t), "file", cases.Move{Category: casetest.Lamp})
			k = x.Act(t, x.Desk(), k, "dispatch", cases.Move{LeadUnit: x.Units[builders].ID})
			c.Advance(wait)
			x.Act(t, x.Unit(builders), k, "handle", cases.Move{Result: cases.Explained, Outcome: "已说明"})
		}
		wants(t, x, s, "M05", 1, 2)
		wants(t, x, s, "M04", 2, 2)
		c.Advance(30 * 24 * time.Hour)
		wants(t, x, s, "M06", 0, 2) // due, and never closed
	})
}

func TestRepeats_StayCountedWhenTheEarlierCaseIsClosedAgain(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(monday)
		x := casetest.New(t, d)
		s := newTally(x)
		finish := func(k *cases.Case) *cases.Case {
			k = x.Act(t, x.Unit(builders), k, "handle", cases.Move{Result: cases.Explained, Outcome: "已说明"})
			k = x.Act(t, x.Desk(), k, "verify", cases.Move{Note: "属实", Remote: true})
			return x.Act(t, x.Desk(), k, "close", cases.Move{Reply: "已办结"})
		}
		first := finish(signedFor(t, x))
		c.Advance(5 * 24 * time.Hour)
		again := x.Register(t, func(r *cases.Report) { r.RecursOf = first.ID })
		c.Advance(24 * time.Hour)
		first = x.Act(t, x.Desk(), first, "reopen", cases.Move{Note: "又坏了"})
		finish(first)
		x.Act(t, x.Desk(), again, "accept", cases.Move{}) // counted anew
		if v := figure(t, x, s, "M10"); v.Num != 1 {
			t.Errorf("%d came back, want 1", v.Num)
		}
	})
}
