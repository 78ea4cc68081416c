package cases_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

// entire is a list page by page, each with its total.
func entire(t *testing.T, x *casetest.District, who context.Context, f cases.Filter) (out []string) {
	t.Helper()
	for cursor := ""; ; {
		page, err := x.Cases.List(who, f, httpx.PageIn{Limit: 150, Cursor: cursor})
		must(t, err)
		out = append(out, fmt.Sprint(page.Total))
		out = append(out, numbers(page.Items)...)
		if cursor = page.NextCursor; cursor == "" {
			return out
		}
	}
}

// sealed are the numbers of blocks and of cases in none.
func sealed(t *testing.T, x *casetest.District) (blocks, loose int) {
	t.Helper()
	must(t, x.DB.Read(x.Ctx, func(tx *db.Tx) (err error) {
		if blocks, err = db.Get[int](x.Ctx, tx, "SELECT COUNT(*) FROM case_block"); err == nil {
			loose, err = db.Get[int](x.Ctx, tx, "SELECT COUNT(*) FROM case_words")
		}
		return err
	}))
	return blocks, loose
}

func TestSealCases_ListsFindInBlocksExactlyWhatReadingEveryCaseFinds(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x := casetest.New(t, d)
		x.Cases.SealIn(100)
		spread(t, x, 430)
		var last *cases.Case
		for i := range 40 {
			last = x.Register(t, func(r *cases.Report) {
				r.Text, r.Address = fmt.Sprintf("窨井盖松动，Road灯第%d次坏了", i), fmt.Sprintf("中山路%d号3栋", i)
				r.AreaCode = []string{casetest.Grid, "320106002001G001"}[i%2]
			})
			if i%4 == 0 {
				x.Act(t, x.Command(), last, "void", cases.Move{Ground: "duplicate", Note: "重复登记"})
			}
			c.Advance(time.Minute)
		}
		people := map[string]context.Context{
			"district": x.Command(), "street": x.As("a", casetest.Street+".street_command", casetest.Street, cases.PermRead),
			"grid": x.As("b", casetest.Street+".street_command", casetest.Grid, cases.PermRead), "department": x.Unit(water),
		}
		ask := func() (out []string) {
			for who, ctx := range people {
				for _, q := range []string{"", "路灯", "灯", "77盏 四平路", "中山路 井盖", "没有这样的词", "18", "Road", "18号 第5", last.Number[9:], "水务"} {
					for _, f := range []cases.Filter{{}, {Sort: "oldest"}, {Sort: "due"}, {Open: true, Sort: "due"}, {Area: "320106002"}, {Category: "14", Area: casetest.Grid}, {Category: "02"}} {
						f.Query = q
						out = append(out, fmt.Sprint(who, " ", q, f.Sort, f.Open, f.Area, f.Category, entire(t, x, ctx, f)))
					}
				}
			}
			slices.Sort(out)
			return out
		}
		slow := ask()
		compare := func(when string) {
			t.Helper()
			for i, fast := range ask() {
				if fast != slow[i] {
					t.Errorf("%s: by blocks\n%s\nby reading\n%s", when, fast, slow[i])
				}
			}
		}
		must(t, x.Cases.FillWords(x.Ctx))
		compare("nothing sealed")
		c.Advance(time.Hour)
		must(t, x.Cases.SealCases(x.Ctx))
		if blocks, loose := sealed(t, x); blocks != 4 || loose != 70 {
			t.Fatalf("%d blocks, %d in none", blocks, loose)
		}
		compare("sealed")
	})
}

func TestSealCases_WhatChangesAfterwardsIsFoundByWhatItIsNow(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x := casetest.New(t, d)
		x.Cases.SealIn(5)
		must(t, x.Cases.FillWords(x.Ctx))
		var all []*cases.Case
		for i := range 20 {
			all = append(all, x.Register(t, func(r *cases.Report) { r.Text, r.Address = fmt.Sprintf("第%d盏路灯不亮", i), "四平路18号" }))
		}
		must(t, x.Cases.SealCases(x.Ctx))
		if blocks, _ := sealed(t, x); blocks != 0 {
			t.Fatalf("%d blocks of young cases", blocks)
		}
		void := x.Act(t, x.Command(), all[3], "void", cases.Move{Ground: "duplicate", Note: "重复登记"})
		c.Advance(time.Hour)
		must(t, x.Cases.SealCases(x.Ctx))
		if blocks, loose := sealed(t, x); blocks != 4 || loose != 0 {
			t.Fatalf("%d blocks, %d in none", blocks, loose)
		}
		finds := func(when string, who context.Context, f cases.Filter, want ...*cases.Case) {
			t.Helper()
			var wanted []string
			for _, w := range want {
				wanted = append(wanted, w.Number)
			}
			if got := list(t, x, who, f); !slices.Equal(numbers(got.Items), wanted) || got.Total != len(want) {
				t.Errorf("%s: %v of %d, want %v", when, numbers(got.Items), got.Total, wanted)
			}
		}
		x.Act(t, x.Desk(), all[7], "correct", cases.Move{Address: "人民路99号"})
		finds("moved", x.Command(), cases.Filter{Query: "人民路"}, all[7])
		finds("moved away", x.Command(), cases.Filter{Query: "四平路 第7盏"})
		filed := x.Act(t, x.Desk(), all[11], "file", cases.Move{Category: casetest.Lamp})
		dispatched := x.Act(t, x.Command(), filed, "dispatch", cases.Move{LeadUnit: x.Units[water].ID})
		finds("led", x.Unit(water), cases.Filter{Query: "路灯"}, dispatched)
		finds("led, of its class", x.Unit(water), cases.Filter{Category: casetest.Lamp}, dispatched)
		finds("by the name of who leads", x.Command(), cases.Filter{Query: dispatched.LeadName}, dispatched)
		if blocks, loose := sealed(t, x); blocks != 4 || loose != 2 {
			t.Fatalf("%d blocks, %d changed since", blocks, loose)
		}
		for _, i := range []int{0, 1, 2} {
			x.Act(t, x.Desk(), all[i], "correct", cases.Move{Address: "人民路99号"})
		}
		must(t, x.Cases.SealCases(x.Ctx))
		if blocks, loose := sealed(t, x); blocks != 5 || loose != 0 {
			t.Fatalf("%d blocks, %d in none: what has changed makes a block of its own", blocks, loose)
		}
		finds("moved and sealed", x.Command(), cases.Filter{Query: "人民路"}, all[7], all[2], all[1], all[0])
		finds("the same from the other end", x.Command(), cases.Filter{Query: "人民路", Sort: "oldest"}, all[0], all[1], all[2], all[7])
		if n := len(entire(t, x, x.Command(), cases.Filter{Query: "路灯"})); n != 21 {
			t.Errorf("%d lines for 20 cases and a total: one is listed twice or never", n)
		}
		finds("ended", x.Command(), cases.Filter{Query: "第3盏", Open: true})
		finds("ended, among all", x.Command(), cases.Filter{Query: "第3盏"}, void)
	})
}

func TestSealCases_FindsByPrimaryKeysAndShortIndexes(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x := casetest.New(t, d)
		x.Cases.SealIn(100)
		spread(t, x, 1000)
		c.Advance(time.Hour)
		must(t, x.Cases.FillWords(x.Ctx))
		must(t, x.Cases.SealCases(x.Ctx))
		fence := ""
		if d.Dialect() == db.Postgres {
			fence = " LIMIT 1024"
		}
		for what, query := range map[string]string{
			"pieces of terms": "SELECT piece, block, data FROM case_block_term WHERE piece IN (3, 4)",
			"ids of places":   "SELECT place, ids FROM case_block_id WHERE place IN (64, 65)",
			"found cases":     "SELECT COUNT(*) FROM (SELECT * FROM case_file WHERE id IN ('a', 'b', 'c', 'd')" + fence + ") case_file WHERE (area_code >= '320106001' AND area_code < '320106002' OR lead_unit = 'u') AND NOT sensitive AND category >= '14' AND category < '14~'",
		} {
			plan := explain(t, x, query)
			if strings.Contains(plan, "Seq Scan") || strings.Contains(plan, "SCAN ") || what == "found cases" && !strings.Contains(plan, "case_file_pkey") && !strings.Contains(plan, "sqlite_autoindex_case_file_1 (id=?)") {
				t.Errorf("%s:\n%s", what, plan)
			}
		}
	})
}

// explain is how the engine would read; PostgreSQL is told not to read small tables whole.
func explain(t *testing.T, x *casetest.District, query string) string {
	t.Helper()
	var lines []string
	must(t, x.DB.Read(x.Ctx, func(tx *db.Tx) (err error) {
		if tx.Dialect() == db.Postgres {
			if _, err = tx.Exec(x.Ctx, "SET LOCAL enable_seqscan = off"); err == nil {
				lines, err = db.All[string](x.Ctx, tx, "EXPLAIN "+query)
			}
			return err
		}
		type step struct {
			ID, Parent, Notused int
			Detail              string
		}
		steps, err := db.All[step](x.Ctx, tx, "EXPLAIN QUERY PLAN "+query)
		for _, s := range steps {
			lines = append(lines, s.Detail)
		}
		return err
	}))
	return strings.Join(lines, "\n")
}
