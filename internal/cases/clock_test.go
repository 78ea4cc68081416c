package cases_test

import (
	"context"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
)

// clocksOf reads the clocks of a case.
func clocksOf(t *testing.T, x *casetest.District, c *cases.Case) []cases.Reading {
	t.Helper()
	out, err := x.Cases.Clocks(x.Ctx, c.ID, "zh")
	if err != nil {
		t.Fatal(err)
	}
	return out.Clocks
}

// last is the newest clock of a kind.
func last(t *testing.T, x *casetest.District, c *cases.Case, kind string) cases.Reading {
	t.Helper()
	var found *cases.Reading
	for _, k := range clocksOf(t, x, c) {
		if k.Kind == kind && k.Hop == 0 {
			found = &k
		}
	}
	if found == nil {
		t.Fatalf("no clock of %s", kind)
	}
	return *found
}

func at(text string) time.Time {
	v, err := time.ParseInLocation("2006-01-02 15:04", text, clock.Nanjing)
	if err != nil {
		panic(err)
	}
	return v
}

// signed is a case of a dark lamp (4 work hours) in the hands of the construction bureau.
func signed(t *testing.T, x *casetest.District) *cases.Case {
	t.Helper()
	c := x.Register(t)
	c = x.Act(t, x.Desk(), c, "file", cases.Move{Category: casetest.Lamp})
	c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[builders].ID})
	return x.Act(t, x.Unit(builders), c, "sign", cases.Move{})
}

func want[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestClocks_EveryStageHasItsOwnWithALimitOfTheStandard(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		c := x.Register(t)
		if k := last(t, x, c, "accept"); !k.DueAt.Equal(at("2026-11-24 12:00")) || k.UnitName == "" || len(k.Why) < 3 {
			t.Fatalf("accept: %+v", k)
		}
		urgent := x.Register(t, func(r *cases.Report) { r.Urgent = true })
		if k := last(t, x, urgent, "accept"); !k.DueAt.Equal(at("2026-11-24 10:15")) {
			t.Fatalf("urgent accept is due %s", k.DueAt)
		}
		c = x.Act(t, x.Desk(), c, "file", cases.Move{Category: casetest.Lamp})
		if !c.DueAt.Equal(at("2026-11-24 11:00")) || c.WarnAt == nil || !c.WarnAt.Equal(at("2026-11-24 10:30")) {
			t.Fatalf("dispatch is due %v, warns %v", c.DueAt, c.WarnAt)
		}
		now.Set(at("2026-11-24 11:30"))
		c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[builders].ID})
		if k := last(t, x, c, "dispatch"); k.Outcome != cases.Late || k.Overrun != 1800 {
			t.Fatalf("dispatch half an hour late: %+v", k)
		}
		c = x.Act(t, x.Unit(builders), c, "sign", cases.Move{})
		c = x.Act(t, x.Unit(builders), c, "start", cases.Move{})
		if n := len(clocksOf(t, x, c)); n != 4 {
			t.Fatalf("%d clocks: starting the work keeps the clock", n)
		}
		c = x.Act(t, x.Unit(builders), c, "handle", cases.Move{Result: cases.Explained, Outcome: "已更换"})
		if k := last(t, x, c, "check"); k.Level != cases.Grid || !k.DueAt.Equal(at("2026-11-26 11:30")) {
			t.Fatalf("check: %+v", k)
		}
	})
}

func TestClocks_ACommentDoesNotResetTheClock(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		c := signed(t, x)
		due := *c.DueAt
		now.Advance(time.Hour)
		c = x.Act(t, x.Desk(), c, "comment", cases.Move{Note: "请尽快"})
		c = x.Act(t, x.Desk(), c, "urge", cases.Move{})
		if k := last(t, x, c, "handle"); !c.DueAt.Equal(due.Time) || !k.DueAt.Equal(due.Time) || k.SpentS != 3600 {
			t.Fatalf("due %s became %s, spent %d s", due, c.DueAt, k.SpentS)
		}
	})
}

func TestClocks_ASuspensionCarriesTheRestOver(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		c := signed(t, x) // due 15:00+? four work hours from 10:00
		full := last(t, x, c, "handle")
		promised := *c.PromisedAt
		now.Advance(90 * time.Minute)
		c = suspended(t, x, c)
		k := last(t, x, c, "handle")
		if c.DueAt != nil || !c.Paused || k.Lamp != "blue" || k.SpentS != 5400 {
			t.Fatalf("suspended: due %v, paused %v, %+v", c.DueAt, c.Paused, k)
		}
		now.Set(at("2026-12-01 09:00"))
		c = x.Act(t, x.Desk(), c, "resume", cases.Move{Note: "资金已到位"})
		k = last(t, x, c, "handle")
		if k.ID != full.ID || k.LeftS != full.LeftS-5400 || !c.DueAt.Equal(k.DueAt.Time) || !k.DueAt.After(at("2026-12-01 09:00")) || len(k.Pauses.V) != 1 || k.Pauses.V[0].Reason != "funds" {
			t.Fatalf("resumed: %+v", k)
		}
		if !c.PromisedAt.After(promised.Time) {
			t.Fatalf("the promise stayed at %s", c.PromisedAt)
		}
		c = x.Act(t, x.Unit(builders), c, "handle", cases.Move{Result: cases.Explained, Outcome: "已更换"})
		if k = last(t, x, c, "handle"); k.Outcome != cases.Met {
			t.Fatalf("handled in time after the pause: %+v", k)
		}
	})
}

// suspended lets the lead unit ask and the desk agree.
func suspended(t *testing.T, x *casetest.District, c *cases.Case) *cases.Case {
	t.Helper()
	c = x.Act(t, x.Unit(builders), c, "ask_suspension", cases.Move{Ground: "funds", Note: "需立项"})
	return x.Act(t, x.Desk(), c, "suspend", cases.Move{Request: openRequest(t, x, c)})
}

func openRequest(t *testing.T, x *casetest.District, c *cases.Case) string {
	t.Helper()
	d := want[*cases.Detail](t)(x.Cases.Get(x.Ctx, c.ID))
	for _, r := range d.Requests {
		if r.State == cases.RequestOpen {
			return r.ID
		}
	}
	t.Fatal("no open request")
	return ""
}

func TestClocks_AdjudicationPausesTheUnitThatIsNamedAgain(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		c := signed(t, x)
		c = x.Act(t, x.Unit(builders), c, "return", cases.Move{Ground: "not_our_duty", Note: "不属本单位"})
		if k := last(t, x, c, "handle"); k.Outcome != cases.Gone {
			t.Fatalf("a return counts in no rate: %+v", k)
		}
		c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[water].ID})
		c = x.Act(t, x.Unit(water), c, "sign", cases.Move{})
		now.Advance(time.Hour)
		c = x.Act(t, x.Unit(water), c, "return", cases.Move{Ground: "not_our_duty", Note: "不属本单位"})
		if k := last(t, x, c, "handle"); c.State != cases.Adjudicating || k.Lamp != "blue" || k.Pauses.V[0].Reason != "adjudicating" {
			t.Fatalf("%s: %+v", c.State, k)
		}
		if k := last(t, x, c, "adjudicate"); !k.DueAt.Equal(at("2026-11-25 11:00")) {
			t.Fatalf("adjudication is due %s", k.DueAt)
		}
		now.Advance(3 * time.Hour)
		same := x.Act(t, x.Command(), c, "adjudicate", cases.Move{LeadUnit: x.Units[water].ID, Note: "由水务局办理"})
		same = x.Act(t, x.Unit(water), same, "sign", cases.Move{})
		if k := last(t, x, same, "handle"); k.SpentS != 3600 || k.StoppedAt != nil || len(k.Pauses.V) != 1 || !same.DueAt.Equal(k.DueAt.Time) {
			t.Fatalf("the hour it had is used up, the rest is left: %+v", k)
		}
	})
}

func TestClocks_AnotherUnitBeginsAnewAfterAdjudication(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		c := signed(t, x)
		c = x.Act(t, x.Unit(builders), c, "return", cases.Move{Ground: "not_our_duty", Note: "不属本单位"})
		c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[water].ID})
		c = x.Act(t, x.Unit(water), c, "sign", cases.Move{})
		c = x.Act(t, x.Unit(water), c, "return", cases.Move{Ground: "not_our_duty", Note: "不属本单位"})
		now.Advance(time.Hour)
		c = x.Act(t, x.Command(), c, "adjudicate", cases.Move{LeadUnit: x.Units[builders].ID, Note: "由建设局办理"})
		c = x.Act(t, x.Unit(builders), c, "sign", cases.Move{})
		void, runs := 0, 0
		for _, k := range clocksOf(t, x, c) {
			if k.Kind == "handle" && k.Outcome == cases.Gone {
				void++
			} else if k.Kind == "handle" && k.StoppedAt == nil && k.PausedAt == nil {
				runs++
			}
		}
		if void != 2 || runs != 1 {
			t.Fatalf("%d void, %d running", void, runs)
		}
	})
}

func TestClocks_ReworkStartsARoundAndTheFirstKeepsItsOutcome(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		c := signed(t, x)
		now.Set(at("2026-12-10 17:00"))
		c = x.Act(t, x.Unit(builders), c, "handle", cases.Move{Result: cases.Explained, Outcome: "已更换"})
		c = x.Act(t, x.Desk(), c, "rework", cases.Move{Note: "仍不亮"})
		c = x.Act(t, x.Unit(builders), c, "handle", cases.Move{Result: cases.Explained, Outcome: "再次更换"})
		var got []string
		for _, k := range clocksOf(t, x, c) {
			if k.Kind == "handle" {
				got = append(got, k.Outcome)
			}
		}
		if len(got) != 2 || got[0] != cases.Late || got[1] != cases.Met {
			t.Fatalf("outcomes %v", got)
		}
	})
}

func TestClocks_ACategoryCorrectedKeepsTheTimeThatPassed(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		rules := append(cases.DefaultLimits().Rules, cases.LimitRule{Stage: "accept", Category: "0202", Limit: "1 work_hour", Basis: "门前杂物1工作时内受理"})
		want[*cases.Limits](t)(x.Cases.SetLimits(x.Command(), 1, rules, "试行"))
		c := x.Register(t)
		now.Advance(30 * time.Minute)
		c = x.Act(t, x.Desk(), c, "correct", cases.Move{Category: petty})
		k := last(t, x, c, "accept")
		if !k.DueAt.Equal(at("2026-11-24 11:00")) || k.SpentS != 1800 || !c.DueAt.Equal(k.DueAt.Time) {
			t.Fatalf("counted from where it started: %+v", k)
		}
	})
}

func TestClocks_AskingWhoReportedStopsTheClockTwiceAtMost(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		c := x.Register(t, func(r *cases.Report) { r.Reporter = &cases.NewReporter{Name: "测试甲", Phone: "13800000000"} })
		reporter := want[*cases.Detail](t)(x.Cases.Get(x.Ctx, c.ID)).Reporters[0].ID
		c = x.Act(t, x.Desk(), c, "file", cases.Move{Category: casetest.Lamp})
		c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[builders].ID})
		c = x.Act(t, x.Unit(builders), c, "sign", cases.Move{})
		c = x.Act(t, x.Unit(builders), c, "ask_reporter", cases.Move{Note: "请问是哪一盏灯？"})
		if k := last(t, x, c, "handle"); c.State != cases.Awaiting || k.Lamp != "blue" {
			t.Fatalf("%s %+v", c.State, k)
		}
		now.Advance(time.Hour)
		c = x.Act(t, cases.AsReporter(context.Background(), reporter), c, "supplement", cases.Move{Note: "大门左边第二盏"})
		if k := last(t, x, c, "handle"); c.State != cases.Handling || k.SpentS != 0 || k.Lamp != "green" {
			t.Fatalf("%s %+v", c.State, k)
		}
		c = x.Act(t, x.Unit(builders), c, "ask_reporter", cases.Move{Note: "还有别的吗？"})
		now.Advance(10 * 24 * time.Hour)
		if n := want[int](t)(x.Cases.Reviews(x.Ctx)); n != 1 {
			t.Fatalf("%d went on by themselves", n)
		}
		c = &want[*cases.Detail](t)(x.Cases.Get(x.Ctx, c.ID)).Case
		_, err := x.Cases.Act(x.Unit(builders), c.ID, "ask_reporter", cases.Move{Version: c.Version, Note: "第三次"})
		if errs.CodeOf(err) != "cases.waited_enough" {
			t.Fatalf("third time: %v", err)
		}
	})
}
