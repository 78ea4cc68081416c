package cases_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

// lapses reads what the worker has told other modules, in order.
func lapses(t *testing.T, x *casetest.District, topic string) []cases.Lapse {
	t.Helper()
	var out []cases.Lapse
	err := x.DB.Read(x.Ctx, func(tx *db.Tx) error {
		rows, err := db.All[string](x.Ctx, tx, "SELECT payload FROM outbox WHERE topic = $1 ORDER BY id", topic)
		for _, r := range rows {
			var e cases.Lapse
			if err := json.Unmarshal([]byte(r), &e); err != nil {
				return err
			}
			out = append(out, e)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func lapse(t *testing.T, x *casetest.District) cases.Lapsed {
	t.Helper()
	return want[cases.Lapsed](t)(x.Cases.Lapse(x.Ctx))
}

func seen(t *testing.T, x *casetest.District, c *cases.Case) *cases.Detail {
	t.Helper()
	return want[*cases.Detail](t)(x.Cases.Get(x.Ctx, c.ID))
}

func TestLapse_WarnsAtHalfAndAtAFifthAndPassesUpWhenItRunsOut(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		c := x.Register(t) // accept until 12:00
		for _, step := range []struct {
			at   string
			want cases.Lapsed
		}{
			{"2026-11-24 10:59", cases.Lapsed{}}, {"2026-11-24 11:00", cases.Lapsed{Warned: 1}}, {"2026-11-24 11:10", cases.Lapsed{}},
			{"2026-11-24 11:36", cases.Lapsed{Warned: 1}}, {"2026-11-24 12:00", cases.Lapsed{Overdue: 1, Escalated: 1}}, {"2026-11-24 12:01", cases.Lapsed{}},
		} {
			now.Set(at(step.at))
			if got := lapse(t, x); got != step.want {
				t.Fatalf("%s: %+v, want %+v", step.at, got, step.want)
			}
		}
		if w := lapses(t, x, cases.TopicWarned); len(w) != 2 || w[0].Phase != cases.Amber || w[1].Phase != cases.Orange {
			t.Fatalf("warnings %+v", w)
		}
		e := lapses(t, x, cases.TopicOverdue)
		if len(e) != 1 || e[0].ToLevel != cases.District || e[0].ToUnit != x.Units[casetest.Area+".district_command"].ID {
			t.Fatalf("overdue %+v", e)
		}
		got := seen(t, x, c)
		if got.Level != cases.District || got.Holder != e[0].ToUnit || got.Version != c.Version+1 || !got.Overdue {
			t.Fatalf("the case: %+v", got.Case)
		}
		if h := got.History[len(got.History)-1]; h.Action != "lapse" || h.Detail.V["to"] != "district" {
			t.Fatalf("history %+v", h)
		}
		if k := got.Clocks[1]; k.Hop != 1 || k.Level != cases.District || k.Kind != "accept" {
			t.Fatalf("clock of the tier above %+v", k)
		}
	})
}

func TestLapse_ClimbsTheWholeLadderOnceEach(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		c := signed(t, x)
		c = x.Act(t, x.Unit(builders), c, "handle", cases.Move{Result: cases.Explained, Outcome: "已更换"}) // the officer of the grid verifies
		for range 40 {
			now.Advance(12 * time.Hour)
			lapse(t, x)
		}
		var ladder []string
		for _, e := range lapses(t, x, cases.TopicOverdue) {
			if e.CaseID == c.ID && e.Kind == "check" {
				ladder = append(ladder, fmt.Sprintf("%s>%s", e.Level, e.ToLevel))
			}
		}
		if got := fmt.Sprint(ladder); got != "[grid>community community>street street>district district>city city>]" {
			t.Fatalf("ladder %s", got)
		}
		out := want[*cases.Clocks](t)(x.Cases.Clocks(x.Ctx, c.ID, "zh"))
		if len(out.Tiers) != 5 {
			t.Fatalf("overruns %+v", out.Tiers)
		}
		var sum, first int64
		for _, k := range out.Clocks {
			if k.Kind == "check" {
				sum += k.Overrun
				if k.Hop == 0 {
					first = -k.LeftS
				}
			}
		}
		if diff := sum - first; diff < -1 || diff > 1 {
			t.Fatalf("the tiers' overruns add up to %d, the delay is %d", sum, first)
		}
		if got := seen(t, x, c); got.Level != cases.City {
			t.Fatalf("lies with %s", got.Level)
		}
	})
}

func TestLapse_CasesNobodyHoldsAndReturnedOnesPassUpToo(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		undispatched := x.Act(t, x.Desk(), x.Register(t), "file", cases.Move{Category: casetest.Lamp})
		returned := signed(t, x)
		returned = x.Act(t, x.Unit(builders), returned, "return", cases.Move{Ground: "not_our_duty", Note: "不属本单位"})
		if err := d.Tx(x.Ctx, func(tx *db.Tx) error { // a case of an area whose desk was closed
			_, err := tx.Exec(x.Ctx, "UPDATE case_file SET holder = '' WHERE id = $1", undispatched.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		now.Advance(6 * time.Hour)
		lapse(t, x)
		for _, c := range []*cases.Case{undispatched, returned} {
			if got := seen(t, x, c); got.Level != cases.District || got.Holder != x.Units[casetest.Area+".district_command"].ID {
				t.Fatalf("%s stays with %s %s", c.State, got.Level, got.Holder)
			}
		}
	})
}

func TestLapse_TheOldestComesFirstBeyondAnyPage(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		for i := range 700 {
			now.Set(testkit.Epoch.Add(time.Duration(i) * time.Second))
			x.Register(t)
		}
		now.Set(testkit.Epoch.Add(48 * time.Hour))
		if got := lapse(t, x); got.Overdue != 700 {
			t.Fatalf("%+v", got)
		}
		all := lapses(t, x, cases.TopicOverdue)
		for i := 1; i < len(all); i++ {
			if all[i].DueAt.Before(all[i-1].DueAt.Time) {
				t.Fatalf("%d: due %s came after %s", i, all[i].DueAt, all[i-1].DueAt)
			}
		}
	})
}

func TestLapse_TwoServersNeverTakeAPointTwice(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		const n = 600
		seed(t, x, n, testkit.Epoch)
		now.Set(testkit.Epoch.Add(30 * 24 * time.Hour))
		var wg sync.WaitGroup
		var mu sync.Mutex
		total := cases.Lapsed{}
		for range 4 {
			wg.Go(func() {
				got, err := x.Cases.Lapse(x.Ctx)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				total.Overdue, total.Escalated = total.Overdue+got.Overdue, total.Escalated+got.Escalated
			})
		}
		wg.Wait()
		told := map[string]bool{}
		for _, e := range lapses(t, x, cases.TopicOverdue) {
			if told[e.ClockID] {
				t.Fatalf("clock %s ran out twice", e.ClockID)
			}
			told[e.ClockID] = true
		}
		if total.Overdue != n || len(told) != n {
			t.Fatalf("%+v, %d told", total, len(told))
		}
		if got := lapse(t, x); got.Overdue != 0 {
			t.Fatalf("again %+v", got)
		}
	})
}

func TestLapse_AtNightPeopleAreToldInTheMorningUnlessItIsUrgent(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		now.Set(at("2026-11-24 15:00"))
		x.Act(t, x.Desk(), x.Register(t), "file", cases.Move{Category: casetest.Lamp})
		x.Register(t, func(r *cases.Report) { r.Urgent = true })
		now.Set(at("2026-11-24 23:30"))
		lapse(t, x)
		for _, e := range lapses(t, x, cases.TopicOverdue) {
			morning, atOnce := e.NotifyAt.Equal(at("2026-11-25 07:00")), e.NotifyAt.Equal(at("2026-11-24 23:30"))
			if e.Urgent && !atOnce || !e.Urgent && !morning {
				t.Fatalf("urgent %v is told at %s", e.Urgent, e.NotifyAt.In(clock.Nanjing))
			}
		}
		if len(lapses(t, x, cases.TopicOverdue)) != 2 {
			t.Fatal("two cases ran out")
		}
	})
}

func TestLapse_AStoppedOrPausedClockTellsNothing(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		suspended(t, x, signed(t, x))
		void := x.Register(t)
		x.Act(t, x.Command(), void, "void", cases.Move{Ground: "mistaken", Note: "误报"})
		now.Advance(90 * 24 * time.Hour)
		if got := lapse(t, x); got != (cases.Lapsed{}) {
			t.Fatalf("%+v", got)
		}
	})
}

func TestDormant_IsToldOnceAndACommentIsNoStep(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		rules := append(cases.DefaultLimits().Rules, cases.LimitRule{Stage: "handle", Category: casetest.Lamp, Limit: "30 work_day", Basis: "路灯改造"})
		want[*cases.Limits](t)(x.Cases.SetLimits(x.Command(), 1, rules, "改造期间"))
		quiet, busy := signed(t, x), signed(t, x)
		now.Advance(6 * 24 * time.Hour)
		x.Act(t, x.Desk(), quiet, "comment", cases.Move{Note: "进展如何？"})
		x.Act(t, x.Unit(builders), busy, "start", cases.Move{})
		now.Advance(26 * time.Hour)
		if n := want[int](t)(x.Cases.Dormant(x.Ctx)); n != 1 {
			t.Fatalf("%d dormant", n)
		}
		if e := lapses(t, x, cases.TopicDormant); len(e) != 1 || e[0].CaseID != quiet.ID || e[0].Phase != "dormant" {
			t.Fatalf("%+v", e)
		}
		if n := want[int](t)(x.Cases.Dormant(x.Ctx)); n != 0 {
			t.Fatal("told twice")
		}
	})
}

// seed stores n cases that wait to be accepted since a time, each with the clock of that stage, without the verbs.
func seed(t testing.TB, x *casetest.District, n int, since time.Time) {
	t.Helper()
	from := clock.At(since)
	warn, orange, due := clock.At(since.Add(time.Hour)), clock.At(since.Add(96*time.Minute)), clock.At(since.Add(2*time.Hour))
	desk := x.Units[casetest.Street+".street_command"].ID
	for done := 0; done < n; done += 2000 {
		if err := x.DB.Tx(x.Ctx, func(tx *db.Tx) error {
			var files, clocks [][]any
			for i := done; i < min(done+2000, n); i++ {
				id := db.NewID(tx)
				files = append(files, []any{id, fmt.Sprintf("20261124-001-%05d", i), x.Cases.Workflow().Version, "reported", "hotline", "路灯不亮", casetest.Lamp, casetest.Grid, "street", desk, "accept", due, warn, from, from})
				clocks = append(clocks, []any{db.NewID(tx), id, "accept", "street", desk, casetest.Grid, from, 2, "work_hour", "2026.11", due, warn, orange, due})
			}
			if err := db.InsertMany(x.Ctx, tx, "case_file", "id, number, workflow, state, channel, title, category, area_code, level, holder, stage, due_at, warn_at, reported_at, changed_at", "", files); err != nil {
				return err
			}
			return db.InsertMany(x.Ctx, tx, "case_clock", "id, case_id, kind, level, unit_id, area_code, started_at, limit_n, limit_unit, calendar, due_at, warn_at, orange_at, next_at", "", clocks)
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLapse_FiftyThousandAtOnceAreDrainedInAMinute(t *testing.T) {
	if testing.Short() {
		t.Skip("a minute of work")
	}
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		const n = 50_000
		seed(t, x, n, testkit.Epoch)
		now.Set(testkit.Epoch.Add(24 * time.Hour))
		start := time.Now()
		var got cases.Lapsed
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 2 { // as two servers
			wg.Go(func() {
				done, err := x.Cases.Lapse(x.Ctx)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				got.Overdue, got.Escalated = got.Overdue+done.Overdue, got.Escalated+done.Escalated
			})
		}
		wg.Wait()
		took := time.Since(start)
		t.Logf("%d overdue cases escalated in %s", got.Escalated, took.Round(time.Millisecond))
		if got.Overdue != n || got.Escalated != n {
			t.Fatalf("%+v", got)
		}
		if took > time.Minute {
			t.Fatalf("took %s", took)
		}
	})
}
