package cases_test

import (
	"context"
	"fmt"
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

func TestList_TheBitsOfWordsFindWhatReadingEveryCaseFinds(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		spread(t, x, 600)
		old := x.Register(t, func(r *cases.Report) { r.Text, r.Address = "窨井盖松动，Road灯也坏了", "中山路8号3栋" })
		street := x.As("a", casetest.Street+".street_command", casetest.Street, cases.PermRead)
		all := func(who context.Context, f cases.Filter) (out []string) {
			for cursor := ""; ; {
				page, err := x.Cases.List(who, f, httpx.PageIn{Limit: 20, Cursor: cursor})
				must(t, err)
				out = append(out, fmt.Sprint(page.Total))
				out = append(out, numbers(page.Items)...)
				if cursor = page.NextCursor; cursor == "" {
					return out
				}
			}
		}
		ask := func() (out []string) {
			for _, who := range []context.Context{x.Command(), street} {
				for _, q := range []string{"路灯", "路", "第77盏", "77盏 四平路", "井盖", "中山路 井盖", "中山路8号 8号3", "没有这样的词", "%", "Road", "窨井", "人民路", "18号 第5", old.Number[9:], "街道"} {
					for _, f := range []cases.Filter{{Query: q}, {Query: q, Sort: "oldest"}, {Query: q, Sort: "due"}, {Query: q, Open: true}, {Query: q, Area: casetest.Street}, {Query: q, Category: "14"}} {
						out = append(out, fmt.Sprint(q, f.Sort, f.Open, all(who, f)))
					}
				}
			}
			return out
		}
		compare := func(slow []string) {
			t.Helper()
			must(t, x.Cases.FillWords(x.Ctx))
			for i, fast := range ask() {
				if fast != slow[i] {
					t.Errorf("by bits\n%s\nby reading\n%s", fast, slow[i])
				}
			}
		}
		slow := ask()
		compare(slow)
		if n := list(t, x, x.Command(), cases.Filter{Query: "窨井"}).Total; n != 1 {
			t.Fatalf("%d cases of a manhole", n)
		}
		x.Act(t, x.Desk(), old, "correct", cases.Move{Address: "人民路99号"})
		if n := list(t, x, x.Command(), cases.Filter{Query: "人民路99"}).Total; n != 1 {
			t.Fatalf("%d cases at the corrected address", n)
		}
		next := x.Register(t, func(r *cases.Report) { r.Text = "一只鹦鹉飞走了" })
		if page := list(t, x, x.Command(), cases.Filter{Query: "鹦鹉"}); page.Total != 1 || page.Items[0].ID != next.ID {
			t.Fatalf("a new case is not found: %+v", page.Items)
		}
	})
}
