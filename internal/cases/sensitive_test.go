package cases_test

import (
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
)

// sensitiveLeaf is a category whose cases are kept from most.
func sensitiveLeaf(t *testing.T, x *casetest.District) string {
	t.Helper()
	for _, l := range x.Duties.Catalog().Leaves() {
		if l.Sensitive {
			return l.Code
		}
	}
	t.Fatal("no category is sensitive")
	return ""
}

func TestList_SomebodyWithoutAUnitIsNotTheLeadOfASensitiveCaseThatHasNone(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		leaf := sensitiveLeaf(t, x)
		x.Register(t, func(r *cases.Report) { r.Category = leaf })
		open := x.Register(t)
		if got := list(t, x, x.As("leader", "", casetest.Area, cases.PermRead), cases.Filter{}); len(got.Items) != 1 || got.Items[0].ID != open.ID {
			t.Errorf("sees %v", numbers(got.Items))
		}
		if got := list(t, x, x.As("leader", "", casetest.Area, cases.PermRead, cases.PermSensitive), cases.Filter{}); len(got.Items) != 2 {
			t.Errorf("with the right sees %v", numbers(got.Items))
		}
	})
}

func TestLapse_TellsNobodyTheTitleOfASensitiveCase(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		leaf := sensitiveLeaf(t, x)
		x.Register(t, func(r *cases.Report) { r.Category, r.Title = leaf, "某户家中的事" })
		now.Set(at("2026-11-30 12:00"))
		for range 3 {
			lapse(t, x)
		}
		told := append(lapses(t, x, cases.TopicWarned), lapses(t, x, cases.TopicOverdue)...)
		if len(told) == 0 {
			t.Fatal("nothing lapsed")
		}
		street := auth.From(x.As("a", casetest.Street+".street_urban", casetest.Street, cases.PermRead))
		for _, e := range told {
			if e.Title != "敏感事件" || !e.Sensitive || cases.HearsLapse(street, e) {
				t.Errorf("told %+v", e)
			}
		}
	})
}

// A unit that was asked to help with a sensitive case opens it and does its part; its neighbours still see nothing.
func TestParts_OfASensitiveCaseAreDoneByTheUnitThatWasAsked(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		leaf := sensitiveLeaf(t, x)
		c := x.Act(t, x.Desk(), x.Register(t, func(r *cases.Report) { r.Category = leaf }), "file", cases.Move{Category: leaf})
		c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[builders].ID, CoUnits: []cases.CoUnit{{Unit: x.Units[water].ID, Task: "配合", Required: true}}})
		helper, other := x.Unit(water), x.Unit(casetest.Area+".housing")
		if got := list(t, x, helper, cases.Filter{}); len(got.Items) != 1 || got.Items[0].ID != c.ID {
			t.Errorf("the helper sees %v", numbers(got.Items))
		}
		part := want[*cases.Detail](t)(x.Cases.Get(helper, c.ID)).Parts[0]
		_, err := x.Cases.ActOnPart(helper, c.ID, part.ID, "done", cases.PartMove{Version: part.Version, Result: cases.Resolved, Outcome: "已配合"})
		must(t, err)
		if got := list(t, x, other, cases.Filter{}); len(got.Items) != 0 {
			t.Errorf("another unit sees %v", numbers(got.Items))
		}
		if _, err := x.Cases.Get(other, c.ID); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("another unit opens it: %v", err)
		}
	})
}
