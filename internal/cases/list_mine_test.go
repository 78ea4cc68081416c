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

func TestListMine_IsWhatTheCallerBroughtInAndNothingElse(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		x.Register(t)
		c, err := x.Cases.Register(x.Officer(), cases.Report{Channel: cases.FromOfficer, Text: "井盖翘起", Category: casetest.Lamp, AreaCode: casetest.Grid})
		if err != nil {
			t.Fatal(err)
		}
		if page := list(t, x, x.Officer(), cases.Filter{Mine: true}); page.Total != 1 || page.Items[0].ID != c.ID {
			t.Errorf("own reports: %+v", page)
		}
		if page := list(t, x, x.Desk(), cases.Filter{Mine: true}); page.Total != 0 {
			t.Errorf("the desk brought in nothing, got %d", page.Total)
		}
	})
}

func TestListTodo_ASuspendedCaseWaitsForItsDeskOnlyWhenAReviewIsDue(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		c := suspended(t, x, signed(t, x))
		waits := func(when string, want int) {
			t.Helper()
			if page := list(t, x, x.Desk(), cases.Filter{Todo: true}); page.Total != want {
				t.Errorf("%s: %d wait, want %d", when, page.Total, want)
			}
		}
		due := *seen(t, x, c).Requests[0].ReviewAt
		waits("just suspended", 0)
		now.Set(due.Add(-4 * 24 * time.Hour))
		waits("four days before the review", 0)
		now.Set(due.Add(-2 * 24 * time.Hour))
		waits("two days before the review", 1)
		c = x.Act(t, x.Desk(), c, "review", cases.Move{Note: "仍在立项"})
		waits("reviewed", 0)
		now.Set(seen(t, x, c).Requests[0].ReviewAt.Add(time.Minute))
		want[int](t)(x.Cases.Reviews(x.Ctx))
		waits("a review was missed", 1)
	})
}
