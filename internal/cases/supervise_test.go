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

// supervisions reads them as the command centre sees them.
func supervisions(t *testing.T, x *casetest.District, id string) []cases.Supervision {
	t.Helper()
	return want[*cases.Detail](t)(x.Cases.Get(x.Command(), id)).Supervisions
}

func TestSupervise_IsAnsweredByADayAndLiftedByNobodyBelow(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		c := bring(t, x, cases.Handling).c
		leader := x.As("负责人", casetest.Street+".street_office", casetest.Street, cases.PermRead, cases.PermSupervise)
		refused(t, x, leader, c, "answer_supervision", cases.Move{Note: "已答复"}, "auth.no_permission")
		refused(t, x, x.Unit(builders), c, "answer_supervision", cases.Move{Note: "已答复"}, "cases.nothing_to_answer")
		refused(t, x, leader, c, "lift_supervision", cases.Move{Note: "已办好"}, "cases.not_supervised")
		far := clock.At(now.Now().AddDate(0, 6, 0))
		refused(t, x, leader, c, "supervise", cases.Move{Note: "报方案", Due: &far}, "cases.bad_answer_day")

		friday := clock.At(now.Now().Add(50 * time.Hour))
		c = x.Act(t, x.Command(), c, "supervise", cases.Move{Note: "本周内报方案", Due: &friday})
		c = x.Act(t, leader, c, "supervise", cases.Move{Note: "每天报进展"})
		list := supervisions(t, x, c.ID)
		if len(list) != 2 || !c.Supervised || !list[0].DueAt.Equal(friday.Time) || list[0].Level != cases.District || list[1].Level != cases.Street || !list[1].DueAt.After(now.Now()) {
			t.Fatalf("%+v", list)
		}
		c = x.Act(t, leader, c, "lift_supervision", cases.Move{Note: "进展正常"})
		if !c.Supervised {
			t.Error("a street lifted what the district demands")
		}
		refused(t, x, leader, c, "lift_supervision", cases.Move{Note: "进展正常"}, "cases.higher_supervision")
		c = x.Act(t, x.Unit(builders), c, "answer_supervision", cases.Move{Note: "方案已报，周五进场"})
		if list = supervisions(t, x, c.ID); list[0].Answer != "方案已报，周五进场" || list[0].AnsweredAt == nil || list[0].Overdue || list[1].AnsweredAt != nil {
			t.Errorf("%+v", list)
		}
		c = x.Act(t, x.Command(), c, "lift_supervision", cases.Move{Note: "已进场"})
		if c.Supervised {
			t.Error("still under supervision")
		}
	})
}

func TestUnanswered_EachSupervisionIsReportedOnceAndNotAfterTheEnd(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		due := clock.At(now.Now().Add(24 * time.Hour))
		open, ended, answered := bring(t, x, cases.Handling).c, bring(t, x, cases.Filed).c, bring(t, x, cases.Handling).c
		for _, c := range []*cases.Case{open, ended, answered} {
			*c = *x.Act(t, x.Command(), c, "supervise", cases.Move{Note: "明天答复", Due: &due})
		}
		x.Act(t, x.Unit(builders), answered, "answer_supervision", cases.Move{Note: "已办"})
		x.Act(t, x.Command(), ended, "void", cases.Move{Ground: "mistaken", Note: "登记错误"})
		for _, step := range []struct {
			after time.Duration
			want  int
		}{{23 * time.Hour, 0}, {2 * time.Hour, 2}, {time.Hour, 0}} {
			now.Advance(step.after)
			if n, err := x.Cases.Unanswered(x.Ctx); err != nil || n != step.want {
				t.Errorf("after %s: %d, %v", step.after, n, err)
			}
		}
		told := map[string]int{}
		for _, c := range []*cases.Case{open, ended, answered} {
			for _, h := range want[*cases.Detail](t)(x.Cases.Get(x.Command(), c.ID)).History {
				if h.Action == "supervision_due" {
					told[c.ID]++
				}
			}
		}
		if len(told) != 1 || told[open.ID] != 1 {
			t.Errorf("reported: %v", told)
		}
		if list := supervisions(t, x, open.ID); !list[0].Overdue {
			t.Error("not shown as unanswered")
		}
	})
}
