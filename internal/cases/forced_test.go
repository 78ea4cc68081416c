package cases_test

import (
	"context"
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestVoid_IsCheckedBySomebodyElseAndTakenUpAgainIfItWasWrong(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		for category, state := range map[string]cases.State{"": cases.Reported, casetest.Lamp: cases.Filed} {
			c := x.Register(t, func(r *cases.Report) { r.Category = category })
			c = x.Act(t, x.Command(), c, "void", cases.Move{Ground: "mistaken", Note: "登记错误"})
			refused(t, x, x.Command(), c, "audit", cases.Move{Finding: "passed", Note: "属实"}, "cases.judged_before")
			if c = x.Act(t, x.Desk(), c, "audit", cases.Move{Finding: "failed", Note: "确有此事"}); c.State != state || c.EndedAt != nil || c.DueAt == nil {
				t.Errorf("category %q: %s, ended %v, due %v", category, c.State, c.EndedAt, c.DueAt)
			}
		}
	})
}

func TestPublicForced_NamesWhatWasClosedByForceButNothingSensitive(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		end := cases.Move{Result: cases.Cannot, Note: "内部说明", Reply: "现阶段无法解决"}
		c := x.Act(t, x.Command(), x.Register(t), "file", cases.Move{Category: casetest.Lamp})
		c = x.Act(t, x.Command(), c, "force_close", end)
		hidden := x.Act(t, x.Command(), x.Register(t), "file", cases.Move{Category: "010102"}) // a sensitive leaf
		x.Act(t, x.Command(), hidden, "force_close", end)
		test := x.Act(t, x.Command(), x.Register(t, func(r *cases.Report) { r.Category = "" }), "void", cases.Move{Ground: "test", Note: "演练数据"})
		refused(t, x, x.Command(), x.Register(t), "void", cases.Move{Ground: "no_such_matter", Note: "没有"}, "cases.no_ground")
		list := want[[]cases.Forced](t)(x.Cases.PublicForced(context.Background()))
		if len(list) == 2 && list[0].State == cases.Void {
			list[0], list[1] = list[1], list[0]
		}
		if len(list) != 2 || list[1].Number != test.Number || list[1].Ground != "test" || list[0].Number != c.Number || list[0].AreaName != "第1街道" || list[0].Result != cases.Cannot || list[0].CategoryName == "" {
			t.Fatalf("%+v", list)
		}
		now.Set(now.Now().AddDate(1, 0, 1))
		if list := want[[]cases.Forced](t)(x.Cases.PublicForced(context.Background())); len(list) != 0 {
			t.Fatalf("after a year: %+v", list)
		}
	})
}
