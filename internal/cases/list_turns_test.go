package cases_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

func TestList_ADepartmentFindsWhatItLeadsHadFirstOrHasAPartInOnceAndNothingElse(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x := casetest.New(t, d)
		must(t, x.Cases.FillWords(x.Ctx))
		to := func(lead string, with ...cases.CoUnit) *cases.Case {
			c.Advance(time.Minute)
			return x.Act(t, x.Desk(), bring(t, x, cases.Filed).c, "dispatch", cases.Move{LeadUnit: x.Units[lead].ID, CoUnits: with})
		}
		led, first := to(water), to(water)
		part := to(builders, cases.CoUnit{Unit: x.Units[water].ID, Task: "抽排积水"})
		to(builders)
		bring(t, x, cases.Filed)
		x.Act(t, x.Unit(water), first, "return", cases.Move{Ground: "not_our_duty", Note: "不属本单位"})
		ended := to(water)
		x.Act(t, x.Command(), ended, "void", cases.Move{Ground: "duplicate", Note: "重复登记"})
		want := []string{led.Number, first.Number, part.Number, ended.Number}
		for _, f := range []cases.Filter{{}, {Sort: "oldest"}, {Sort: "due"}, {Sort: "changed"}, {Query: part.Title}, {Query: part.Title, Sort: "due"}, {Area: casetest.Street}, {Since: &clock.Time{}}} {
			var got []string
			for cursor, more := "", true; more; more = cursor != "" {
				page, err := x.Cases.List(x.Unit(water), f, httpx.PageIn{Limit: 1, Cursor: cursor})
				must(t, err)
				if page.Total != len(want) {
					t.Fatalf("%+v: %d of %d", f, page.Total, len(want))
				}
				got, cursor = append(got, numbers(page.Items)...), page.NextCursor
			}
			ordered := slices.Clone(want)
			if f.Sort != "oldest" && f.Sort != "due" {
				slices.Reverse(ordered)
			}
			if f.Sort != "due" && !slices.Equal(got, ordered) || f.Sort == "due" && (len(got) != 4 || got[3] != ended.Number) {
				t.Errorf("%+v: %v, want %v", f, got, ordered)
			}
		}
	})
}

func TestList_ByDueTimeWhatHasEndedFollowsWhatIsWorkedOn(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x := casetest.New(t, d)
		var open, ended []string
		for i := range 9 {
			n := x.Register(t, func(r *cases.Report) { r.Urgent = i%2 == 0 })
			if i%3 == 0 {
				x.Act(t, x.Command(), n, "void", cases.Move{Ground: "duplicate", Note: "重复登记"})
				ended = append(ended, n.Number)
			} else {
				open = append(open, n.Number)
			}
			c.Advance(time.Hour)
		}
		got := numbers(list(t, x, x.Desk(), cases.Filter{Sort: "due"}).Items)
		if len(got) != 9 || !slices.Equal(got[6:], ended) {
			t.Errorf("got %v, open %v, ended %v", got, open, ended)
		}
		var handed []string
		must(t, d.Read(x.Ctx, func(tx *db.Tx) error {
			return x.Cases.EachTx(x.Desk(), tx, cases.Filter{Sort: "due"}, 7, func(c *cases.Case) error {
				handed = append(handed, c.Number)
				return nil
			})
		}))
		if fmt.Sprint(handed) != fmt.Sprint(got[:7]) {
			t.Errorf("an export has %v, the list %v", handed, got)
		}
	})
}
