package cases_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

func list(t *testing.T, x *casetest.District, ctx context.Context, f cases.Filter) httpx.Page[cases.Case] {
	t.Helper()
	page, err := x.Cases.List(ctx, f, httpx.PageIn{Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func numbers(rows []cases.Case) (out []string) {
	for _, c := range rows {
		out = append(out, c.Number)
	}
	return out
}

func TestList_EveryPageOfEverySortTogetherIsTheWholeListOnce(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x := casetest.New(t, d)
		for i := range 23 {
			n := x.Register(t, func(r *cases.Report) { r.Title = fmt.Sprintf("第%d盏", i) })
			if i%3 == 0 {
				x.Act(t, x.Command(), n, "void", cases.Move{Ground: "duplicate", Note: "重复登记"})
			}
			c.Advance(time.Minute)
		}
		for _, sort := range []string{"", "oldest", "due", "changed"} {
			whole := numbers(list(t, x, x.Desk(), cases.Filter{Sort: sort}).Items)
			var paged []string
			cursor := ""
			for {
				page, err := x.Cases.List(x.Desk(), cases.Filter{Sort: sort}, httpx.PageIn{Limit: 4, Cursor: cursor})
				if err != nil {
					t.Fatal(err)
				}
				if page.Total != 23 {
					t.Fatalf("%s: total %d stops at the page", sort, page.Total)
				}
				paged = append(paged, numbers(page.Items)...)
				if cursor = page.NextCursor; cursor == "" {
					break
				}
			}
			if len(whole) != 23 || fmt.Sprint(whole) != fmt.Sprint(paged) {
				t.Errorf("%s:\n%v\n%v", sort, whole, paged)
			}
		}
	})
}

func TestList_FiltersSayWhatTheLampShows(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x := casetest.New(t, d)
		first := x.Register(t)
		c.Advance(30 * 24 * time.Hour)
		x.Register(t, func(r *cases.Report) { r.Text, r.Address = "井盖松动", "中山路8号" })
		for name, got := range map[string]struct {
			f cases.Filter
			n int
		}{
			"overdue": {cases.Filter{Lamp: "overdue"}, 1}, "today": {cases.Filter{Lamp: "today"}, 2}, "words": {cases.Filter{Query: "中山路 井盖"}, 1},
			"no such words": {cases.Filter{Query: "中山路 路灯不亮"}, 0}, "number": {cases.Filter{Query: first.Number[:12]}, 1}, "percent is no wildcard": {cases.Filter{Query: "%"}, 0},
			"area": {cases.Filter{Area: casetest.Street}, 2}, "other area": {cases.Filter{Area: "320106002"}, 0}, "ids": {cases.Filter{IDs: []string{first.ID}}, 1},
			"state": {cases.Filter{States: []cases.State{cases.Reported}, Channels: []cases.Channel{cases.FromHotline}}, 2}, "class": {cases.Filter{Category: casetest.Lamp[:2]}, 2},
		} {
			page := list(t, x, x.Desk(), got.f)
			if len(page.Items) != got.n || page.Total != got.n {
				t.Errorf("%s: %d of %d, want %d", name, len(page.Items), page.Total, got.n)
			}
		}
		if page := list(t, x, x.Desk(), cases.Filter{Todo: true}); page.Total != 2 || page.Items[0].HolderName == "" {
			t.Errorf("the desk holds both and is named: %d %q", page.Total, page.Items[0].HolderName)
		}
	})
}

func TestWatch_IsOnesOwnAndOnlyOfCasesOneSees(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		c := x.Register(t)
		if err := x.Cases.Watch(x.Desk(), c.ID); err != nil {
			t.Fatal(err)
		}
		if err := x.Cases.Watch(x.Desk(), c.ID); err != nil {
			t.Fatal("twice is the same as once:", err)
		}
		if page := list(t, x, x.Desk(), cases.Filter{Watched: true}); page.Total != 1 || !page.Items[0].Watched {
			t.Fatalf("followed %d", page.Total)
		}
		if page := list(t, x, x.Command(), cases.Filter{Watched: true}); page.Total != 0 {
			t.Fatal("what others follow is not mine")
		}
		stranger := x.As("stranger", "320106002.street_command", "320106002", cases.PermRead)
		if err := x.Cases.Watch(stranger, c.ID); errs.KindOf(err) != errs.KindNotFound {
			t.Fatal(err)
		}
		if err := x.Cases.Unwatch(x.Desk(), c.ID); err != nil {
			t.Fatal(err)
		}
		if page := list(t, x, x.Desk(), cases.Filter{Watched: true}); page.Total != 0 {
			t.Fatal("still followed")
		}
	})
}

func TestGroups_AddUpToTheList(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		for range 3 {
			x.Register(t)
		}
		x.Register(t, func(r *cases.Report) { r.AreaCode = "320106002001G001" })
		for _, by := range []string{"street", "community", "grid", "state", "holder", "lead", "channel", "category"} {
			groups, err := x.Cases.Groups(x.Command(), cases.Filter{Open: true}, by)
			if err != nil {
				t.Fatal(by, err)
			}
			sum := 0
			for _, g := range groups {
				sum += g.N
			}
			if sum != 4 {
				t.Errorf("by %s: %d", by, sum)
			}
		}
		groups, err := x.Cases.Groups(x.Desk(), cases.Filter{}, "street")
		if err != nil || len(groups) != 1 || groups[0].N != 3 || groups[0].Name != "第1街道" {
			t.Fatalf("%+v %v", groups, err)
		}
		if _, err := x.Cases.Groups(x.As("nobody", "", casetest.Area), cases.Filter{}, "street"); errs.KindOf(err) != errs.KindForbidden {
			t.Fatal(err)
		}
	})
}
