package cases_test

import (
	"strings"
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/duty"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

// publishLimit puts a list in force that gives lamps of the first street two work hours.
func publishLimit(t *testing.T, x *casetest.District) {
	t.Helper()
	ctx := x.As("chief", casetest.Area+".district_command", casetest.Area, duty.PermRead, duty.PermManage)
	v := want[*duty.Version](t)(x.Duties.Draft(ctx, duty.NewDraft{Area: casetest.Area, Name: "路灯从速"}))
	want[*duty.Rule](t)(x.Duties.AddRule(ctx, v.ID, duty.Rule{Code: "L1", Category: casetest.Lamp, AreaCode: casetest.Street, Lead: "construction", LimitText: "2 work_hour"}))
	d, err := x.Duties.Version(ctx, v.ID)
	if err != nil {
		t.Fatal(err)
	}
	want[*duty.Version](t)(x.Duties.Publish(ctx, v.ID, d.Version.Version, nil))
}

func TestHandleClock_TakesTheLimitOfTheResponsibilityList(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		now.Set(at("2026-03-02 09:00"))
		x := casetest.New(t, d)
		before := signed(t, x) // also reads the lists once
		if k := last(t, x, before, cases.StageHandle); k.LimitN != 3 || k.LimitUnit != "work_day" {
			t.Fatalf("%+v", k.Clock)
		}
		publishLimit(t, x)
		c := signed(t, x)
		k := last(t, x, c, cases.StageHandle)
		if k.LimitN != 2 || k.LimitUnit != "work_hour" || !strings.Contains(k.Basis, "责任清单第2版规则L1") || !k.DueAt.Equal(at("2026-03-02 11:00")) {
			t.Fatalf("%+v", k.Clock)
		}
		if c.PromisedAt == nil || !c.PromisedAt.Equal(at("2026-03-02 11:00")) {
			t.Fatalf("promised %v", c.PromisedAt)
		}
		// Elsewhere the category decides.
		other := x.Register(t, func(r *cases.Report) { r.AreaCode = casetest.Area + "002001G001" })
		other = x.Act(t, x.Command(), other, "file", cases.Move{Category: casetest.Lamp})
		other = x.Act(t, x.Command(), other, "dispatch", cases.Move{LeadUnit: x.Units[builders].ID})
		other = x.Act(t, x.Unit(builders), other, "sign", cases.Move{})
		if k := last(t, x, other, cases.StageHandle); k.LimitN != 3 || k.LimitUnit != "work_day" {
			t.Fatalf("%+v", k.Clock)
		}
	})
}
