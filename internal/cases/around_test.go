package cases_test

import (
	"slices"
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
)

func TestAround_ComparesUnitsThatLedTheCategory(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		for i, unit := range []string{builders, builders, water} {
			c := x.Register(t)
			c = x.Act(t, x.Desk(), c, "file", cases.Move{Category: casetest.Lamp})
			c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[unit].ID})
			if i == 0 {
				c = x.Act(t, x.Unit(unit), c, "handle", cases.Move{Result: cases.Explained, Outcome: "灯具已更换"})
				x.Act(t, x.Desk(), c, "rework", cases.Move{Note: "还是不亮"})
			}
		}
		c := x.Register(t)
		a, err := x.Cases.Around(x.Desk(), c.ID, []string{x.Units[casetest.Area+".housing"].ID})
		if err != nil {
			t.Fatal(err)
		}
		if a.Same != 3 || len(a.Leads) != 3 {
			t.Fatalf("same %d, leads %+v", a.Same, a.Leads)
		}
		first, second, asked := a.Leads[0], a.Leads[1], a.Leads[2]
		if first.UnitID != x.Units[builders].ID || first.Led != 2 || first.Reworks != 1 || first.Open != 2 || first.Judged != 1 || first.OnTime != 1 {
			t.Errorf("the unit that led most: %+v", first)
		}
		if second.UnitID != x.Units[water].ID || second.Led != 1 || second.Open != 1 || second.Judged != 0 {
			t.Errorf("the other: %+v", second)
		}
		if asked.UnitName == "" || asked.Led != 0 {
			t.Errorf("the one asked for: %+v", asked)
		}
		if a.Names[c.Holder] == "" {
			t.Errorf("the holder has no name: %v", a.Names)
		}
	})
}

func TestAround_IsForThoseWhoSeeTheCase(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		c := x.Register(t)
		other := x.As("desk of another street", casetest.Area+"002.street_command", casetest.Area+"002", cases.PermRead, cases.PermAccept)
		if _, err := x.Cases.Around(other, c.ID, nil); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("another street looks around: %v", err)
		}
		if _, err := x.Cases.Officers(other, c.ID); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("another street lists officers: %v", err)
		}
		if _, err := x.Cases.Around(x.Unit(water), c.ID, nil); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("a unit without the case looks around: %v", err)
		}
		merged := x.Register(t)
		a, err := x.Cases.Around(x.Desk(), merged.ID, nil)
		if err != nil || a.Into != nil || slices.ContainsFunc(a.Nearby, func(b cases.Brief) bool { return b.ID == merged.ID }) {
			t.Errorf("around %+v: %v", a, err)
		}
	})
}
