package cases_test

import (
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
)

func TestForceClose_WaitsForRequiredPartsAndIsCheckedBySomebodyElse(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		c := x.Act(t, x.Desk(), x.Register(t), "file", cases.Move{Category: casetest.Lamp})
		c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[builders].ID, CoUnits: []cases.CoUnit{{Unit: x.Units[water].ID, Task: "查漏", Required: true}}})
		m := cases.Move{Result: cases.Cannot, Note: "产权不清", Reply: "现阶段无法解决", Ground: "test"}
		refused(t, x, x.Command(), c, "force_close", m, "cases.parts_open")
		refused(t, x, x.Command(), c, "void", m, "cases.parts_open")
		part := detailOf(t, x, c.ID).Parts[0]
		if _, err := x.Cases.ActOnPart(x.Desk(), c.ID, part.ID, "waive", cases.PartMove{Version: part.Version, Note: "不再需要"}); err != nil {
			t.Fatal(err)
		}
		c = x.Act(t, x.Command(), c, "force_close", m)
		if c.Audit != "due" {
			t.Fatalf("the ending is not drawn for a check: %q", c.Audit)
		}
		refused(t, x, x.Command(), c, "audit", cases.Move{Finding: "passed", Note: "属实"}, "cases.judged_before")
		if passed := x.Act(t, x.Desk(), c, "audit", cases.Move{Finding: "passed", Note: "属实"}); passed.Audit != "passed" || passed.State != cases.ForceClosed {
			t.Errorf("%s, %s", passed.State, passed.Audit)
		}
	})
}

func TestForceClose_ThatACheckFindsWrongIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		c := x.Act(t, x.Command(), signed(t, x), "force_close", cases.Move{Result: cases.Cannot, Note: "产权不清", Reply: "现阶段无法解决"})
		if c = x.Act(t, x.Desk(), c, "audit", cases.Move{Finding: "failed", Note: "能修"}); c.State != cases.Rework || c.EndedAt != nil || c.DueAt == nil {
			t.Errorf("%s, ended %v, due %v", c.State, c.EndedAt, c.DueAt)
		}
	})
}

func TestMerge_OfASensitiveCaseIntoAnOpenOneIsRefused(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		theft := func(r *cases.Report) { r.Category = "010102" }
		secret, other, open := x.Register(t, theft), x.Register(t, theft), x.Register(t)
		if !secret.Sensitive || open.Sensitive {
			t.Fatal("the categories do not fit the test")
		}
		if _, err := x.Cases.Act(x.Command(), secret.ID, "merge", cases.Move{Version: secret.Version, Into: open.ID}); errs.CodeOf(err) != "cases.merge_sensitive" {
			t.Errorf("into a case everybody sees: %v", err)
		}
		x.Act(t, x.Command(), secret, "merge", cases.Move{Into: other.ID})
		x.Act(t, x.Command(), open, "merge", cases.Move{Into: other.ID})
	})
}
