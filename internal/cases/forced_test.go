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

func TestPublicForced_NamesWhatWasClosedByForceButNothingSensitive(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		end := cases.Move{Result: cases.Cannot, Note: "内部说明", Reply: "现阶段无法解决"}
		c := x.Act(t, x.Command(), x.Register(t), "file", cases.Move{Category: casetest.Lamp})
		c = x.Act(t, x.Command(), c, "force_close", end)
		hidden := x.Act(t, x.Command(), x.Register(t), "file", cases.Move{Category: "010102"}) // a sensitive leaf
		x.Act(t, x.Command(), hidden, "force_close", end)
		x.Register(t)
		list := want[[]cases.Forced](t)(x.Cases.PublicForced(context.Background()))
		if len(list) != 1 || list[0].Number != c.Number || list[0].AreaName != "第1街道" || list[0].Result != cases.Cannot || list[0].CategoryName == "" {
			t.Fatalf("%+v", list)
		}
		now.Set(now.Now().AddDate(1, 0, 1))
		if list := want[[]cases.Forced](t)(x.Cases.PublicForced(context.Background())); len(list) != 0 {
			t.Fatalf("after a year: %+v", list)
		}
	})
}
