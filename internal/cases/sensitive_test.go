package cases_test

import (
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
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
