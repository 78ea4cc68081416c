package tally_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/tally"
	"yiwang/internal/testkit"
)

var monday = time.Date(2026, 10, 12, 9, 5, 0, 0, clock.Nanjing)

func newTally(x *casetest.District) *tally.Service {
	return tally.New(tally.Deps{DB: x.DB, Cases: x.Cases, Duties: x.Duties, Regions: x.Regions, People: x.People, Calendar: x.Calendar})
}

// someLives lets cases of several places, channels and categories go through the engine as chance has it, with days
// passing in between.
func someLives(t *testing.T, x *casetest.District, c *clock.Fake, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 7))
	places := []string{casetest.Grid, casetest.Place, casetest.Street, "320106002001G001", "320106002002G002"}
	leads := []string{casetest.Area + ".construction", casetest.Area + ".urban_mgmt", casetest.Area + ".water"}
	var open []*cases.Case
	for i := range n * 9 {
		c.Advance(time.Duration(20+r.IntN(300)) * time.Minute)
		if len(open) < 8 && i < n*6 {
			open = append(open, x.Register(t, func(p *cases.Report) {
				p.Channel, p.AreaCode = cases.Channels[r.IntN(len(cases.Channels))], places[r.IntN(len(places))]
				p.Category = []string{casetest.Lamp, "140101", "020301", "040101"}[r.IntN(4)]
			}))
			continue
		}
		if len(open) == 0 {
			continue
		}
		k := r.IntN(len(open))
		next := oneStep(t, x, r, open[k], x.Units[leads[r.IntN(len(leads))]].ID)
		if open[k] = next; next.EndedAt != nil {
			open = append(open[:k], open[k+1:]...)
		}
	}
}

// oneStep takes a step that fits the state of the case.
func oneStep(t *testing.T, x *casetest.District, r *rand.Rand, c *cases.Case, lead string) *cases.Case {
	t.Helper()
	type try struct {
		action string
		move   cases.Move
	}
	steps := map[cases.State][]try{
		cases.Reported:     {{"accept", cases.Move{}}, {"file", cases.Move{Category: c.Category}}, {"reject", cases.Move{Ground: "not_public", Note: "不属受理范围", Reply: "已告知"}}},
		cases.Accepted:     {{"file", cases.Move{Category: c.Category}}},
		cases.Filed:        {{"dispatch", cases.Move{LeadUnit: lead}}},
		cases.Returned:     {{"dispatch", cases.Move{LeadUnit: lead}}},
		cases.Dispatched:   {{"sign", cases.Move{}}, {"sign", cases.Move{}}, {"recall", cases.Move{Note: "派错"}}, {"return", cases.Move{Ground: "not_our_duty", Note: "不属职责"}}},
		cases.Adjudicating: {{"adjudicate", cases.Move{LeadUnit: lead, Note: "裁定"}}},
		cases.Signed:       {{"start", cases.Move{}}, {"handle", cases.Move{Result: cases.Explained, Outcome: "已说明"}}},
		cases.Handling:     {{"handle", cases.Move{Result: cases.Explained, Outcome: "已说明"}}},
		cases.Rework:       {{"handle", cases.Move{Result: cases.Explained, Outcome: "已返工"}}},
		cases.Checking:     {{"verify", cases.Move{Note: "属实", Remote: true}}, {"verify", cases.Move{Note: "属实", Remote: true}}, {"rework", cases.Move{Note: "未到位"}}},
		cases.Checked:      {{"close", cases.Move{Reply: "已办结"}}},
		cases.Closed: {{"revisit", cases.Move{Solved: "yes", Satisfaction: "satisfied"}}, {"revisit", cases.Move{Solved: "partly", Satisfaction: "dissatisfied"}},
			{"revisit", cases.Move{Solved: "unknown", Satisfaction: "unreachable"}}, {"reopen", cases.Move{Note: "又坏了"}}},
	}[c.State]
	step := steps[r.IntN(len(steps))]
	step.move.Version = c.Version
	next, err := x.Cases.Act(x.Ctx, c.ID, step.action, step.move)
	if errs.KindOf(err) == errs.KindConflict { // returned once before, or signed too long ago
		if next, err = x.Cases.Act(x.Ctx, c.ID, "sign", cases.Move{Version: c.Version}); err != nil {
			return c
		}
	}
	if err != nil {
		t.Fatalf("%s of %s: %v", step.action, c.State, err)
	}
	return next
}

func drained(t *testing.T, x *casetest.District, s *tally.Service) {
	t.Helper()
	b := outbox.New(x.DB, nil)
	outbox.OnBatch(b, []string{cases.TopicRegistered, cases.TopicMoved}, "tally.count", s.Moved)
	if err := b.Drain(x.Ctx); err != nil {
		t.Fatal(err)
	}
}

// grains are all rows of the grains, as text.
func grains(t *testing.T, x *casetest.District) (rows []string) {
	t.Helper()
	if err := x.DB.Read(x.Ctx, func(tx *db.Tx) error {
		for _, q := range []string{
			"SELECT case_id || ' ' || state || ' ' || category || ' ' || unit_id || ' ' || COALESCE(CAST(closed_at AS TEXT), '-') || ' ' || COALESCE(CAST(minutes AS TEXT), '-') FROM tally_case ORDER BY case_id",
			"SELECT case_id || ' ' || CAST(seq AS TEXT) || ' ' || action || ' ' || CAST(at AS TEXT) || ' ' || CAST(dwell AS TEXT) || ' ' || unit_id || ' ' || mark FROM tally_step ORDER BY case_id, seq",
			"SELECT case_id || ' ' || CAST(seq AS TEXT) || ' ' || kind || ' ' || COALESCE(CAST(anchor_at AS TEXT), '-') || ' ' || COALESCE(CAST(to_at AS TEXT), '-') || ' ' || unit_id FROM tally_span ORDER BY case_id, seq",
		} {
			got, err := db.All[string](x.Ctx, tx, q)
			if err != nil {
				return err
			}
			rows = append(rows, got...)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestCounting_OnAndFromTheBeginningGivesTheSame(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(monday)
		x := casetest.New(t, d)
		s := newTally(x)
		for range 3 {
			someLives(t, x, c, 6)
			drained(t, x, s)
		}
		counted := grains(t, x)
		if err := d.Tx(x.Ctx, func(tx *db.Tx) error {
			_, err := s.RebuildTx(x.Ctx, tx)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if again := grains(t, x); len(counted) == 0 || !reflect.DeepEqual(counted, again) {
			t.Fatalf("%d rows counted on, %d from the beginning, or they differ", len(counted), len(again))
		}
	})
}

func TestFigures_ChildrenAddUpToTheParentAndListsHoldExactlyWhatIsCounted(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		c.Set(monday)
		x := casetest.New(t, d)
		s := newTally(x)
		someLives(t, x, c, 16)
		drained(t, x, s)
		ctx := auth.System(context.Background(), "test")
		f := tally.Filter{Area: casetest.Area, Since: clock.At(monday.AddDate(0, 0, -1)), Until: clock.At(c.Now().AddDate(0, 0, 1))}
		filled := 0
		for _, m := range s.Book().Metrics {
			for _, by := range []tally.By{tally.ByArea, tally.ByUnit, tally.ByCategory, tally.ByChannel, tally.ByDay, tally.ByWeek, tally.ByMonth} {
				table, err := s.Figures(ctx, []string{m.Code}, f, by)
				if err != nil {
					t.Fatalf("%s by %s: %v", m.Code, by, err)
				}
				whole := table.Total.Figures[m.Code]
				var num, den int64
				for _, r := range table.Rows {
					num, den = num+r.Figures[m.Code].Num, den+r.Figures[m.Code].Den
				}
				timed := by == tally.ByDay || by == tally.ByWeek || by == tally.ByMonth
				if m.Kind != "stock" || !timed {
					if num != whole.Num || den != whole.Den {
						t.Errorf("%s by %s: parts %d/%d, whole %d/%d", m.Code, by, num, den, whole.Num, whole.Den)
					}
				}
				if whole.Num+whole.Den > 0 {
					filled++
				}
				if !timed {
					checkLists(t, ctx, s, m, f, table, by)
				}
			}
		}
		if filled < 60 {
			t.Errorf("only %d tables hold anything", filled)
		}
	})
}

// checkLists opens every figure of a table and counts what it lists, page by page.
func checkLists(t *testing.T, ctx context.Context, s *tally.Service, m tally.Metric, f tally.Filter, table *tally.Table, by tally.By) {
	t.Helper()
	for _, r := range table.Rows {
		g, key := f, r.Key
		if key == "" {
			key = tally.None
		}
		switch by {
		case tally.ByArea:
			g.Area, g.Own = r.Key, r.Own
		case tally.ByUnit:
			g.Unit = key
		case tally.ByCategory:
			g.Category = key
		case tally.ByChannel:
			g.Channel = r.Key
		}
		want := r.Figures[m.Code]
		if m.Kind != "mean" && length(t, ctx, s, m.Code, tally.SideNum, g) != want.Num {
			t.Errorf("%s by %s %s: the list does not hold what is counted (%d)", m.Code, by, r.Key, want.Num)
		}
		if m.Kind == "rate" && length(t, ctx, s, m.Code, tally.SideDen, g) != want.Den {
			t.Errorf("%s by %s %s: the list does not hold what it is over (%d)", m.Code, by, r.Key, want.Den)
		}
	}
}

func length(t *testing.T, ctx context.Context, s *tally.Service, code, side string, f tally.Filter) int64 {
	t.Helper()
	seen := map[string]int{}
	n := int64(0)
	for in := (httpx.PageIn{Limit: 7}); ; {
		page, err := s.List(ctx, code, side, f, in)
		if err != nil {
			t.Fatalf("%s %s: %v", code, side, err)
		}
		n += int64(len(page.Items))
		for _, i := range page.Items {
			seen[fmt.Sprint(i.CaseID, i.At, i.DueAt, i.DoneAt)]++
		}
		if in.Cursor = page.NextCursor; in.Cursor == "" {
			if int64(page.Total) != n {
				t.Errorf("%s %s: total %d, %d listed", code, side, page.Total, n)
			}
			return n
		}
	}
}
