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

// refused wants an action to fail with the code.
func refused(t *testing.T, x *casetest.District, ctx context.Context, c *cases.Case, action string, m cases.Move, code string) {
	t.Helper()
	m.Version = c.Version
	if _, err := x.Cases.Act(ctx, c.ID, action, m); errs.CodeOf(err) != code {
		t.Errorf("%s: got %v, want %s", action, err, code)
	}
}

func TestHandle_WithoutAPairOfPhotosIsNoEndingWhereTheCategoryWantsThem(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		c := bring(t, x, cases.Signed).c // its category wants photos
		refused(t, x, x.Unit(builders), c, "handle", cases.Move{Result: cases.Resolved, Outcome: "已清理"}, "cases.no_evidence")
		refused(t, x, x.Unit(builders), c, "handle", cases.Move{Result: "fixed", Outcome: "已清理"}, "cases.no_result")
	})
}

func TestClosing_WaitsForRequiredPartsAndCancelsNone(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		c := bring(t, x, cases.Filed).c
		c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[builders].ID, CoUnits: []cases.CoUnit{
			{Unit: x.Units[water].ID, Task: "抽排积水", Required: true}, {Unit: x.Units[casetest.Area+".urban_mgmt"].ID, Task: "现场围挡"}}})
		refused(t, x, x.Unit(builders), c, "handle", cases.Move{Result: cases.Explained, Outcome: "已处置"}, "cases.parts_open")
		detail, err := x.Cases.Get(x.Unit(water), c.ID) // the assisting unit sees the case
		must(t, err)
		part := detail.Parts[0]
		if _, err := x.Cases.ActOnPart(x.Unit(builders), c.ID, part.ID, "done", cases.PartMove{Version: part.Version, Result: cases.Resolved, Outcome: "已抽排"}); errs.CodeOf(err) != "cases.not_assisting" {
			t.Errorf("another unit finished the part: %v", err)
		}
		p, err := x.Cases.ActOnPart(x.Unit(water), c.ID, part.ID, "sign", cases.PartMove{Version: part.Version})
		must(t, err)
		if _, err = x.Cases.ActOnPart(x.Unit(water), c.ID, part.ID, "done", cases.PartMove{Version: part.Version}); errs.CodeOf(err) != "cases.part_changed" {
			t.Errorf("an old version was taken: %v", err)
		}
		_, err = x.Cases.ActOnPart(x.Unit(water), c.ID, part.ID, "done", cases.PartMove{Version: p.Version, Result: cases.Resolved, Outcome: "已抽排"})
		must(t, err)
		c = x.Act(t, x.Unit(builders), c, "handle", cases.Move{Result: cases.Explained, Outcome: "已处置"})
		detail, err = x.Cases.Get(x.Ctx, c.ID)
		must(t, err)
		if detail.Parts[0].State != cases.PartDone || detail.Parts[1].State != cases.PartOpen {
			t.Errorf("parts stand %s and %s; an optional part stays with its unit", detail.Parts[0].State, detail.Parts[1].State)
		}
	})
}

func TestVerify_IsNotForTheHandsThatHandled(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		committee := casetest.Place + ".community_committee"
		c := bring(t, x, cases.Filed).c
		c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[committee].ID})
		c = x.Act(t, x.Unit(committee), c, "handle", cases.Move{Result: cases.Explained, Outcome: "已劝离"})
		refused(t, x, x.Officer(), c, "verify", cases.Move{Note: "属实", Remote: true}, "cases.same_hands") // of the same committee
		x.Act(t, x.Desk(), c, "verify", cases.Move{Note: "属实", Remote: true})
	})
}

func TestReopen_CountsFromTheCloseAndClimbsTheSecondTime(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		g := bring(t, x, cases.Closed)
		who := cases.AsReporter(context.Background(), g.reporter)
		refused(t, x, who, g.c, "answer", cases.Move{Solved: "no", Satisfaction: "dissatisfied"}, "cases.not_solved")
		stranger := cases.AsReporter(context.Background(), "somebody else")
		refused(t, x, stranger, g.c, "complain", cases.Move{Note: "没修好"}, "cases.not_found")
		filed, promised := *g.c.FiledAt, *g.c.PromisedAt
		c := x.Act(t, who, g.c, "complain", cases.Move{Note: "没修好", Solved: "no", Satisfaction: "dissatisfied", Reasons: []string{"not_solved"}})
		if c.State != cases.Rework || c.Reopens != 1 || c.Level != cases.Street || !c.FiledAt.Equal(filed.Time) || !c.PromisedAt.Equal(promised.Time) {
			t.Errorf("taken up again as %s on %s, filed %s, promised %s", c.State, c.Level, c.FiledAt, c.PromisedAt)
		}
		c = x.Act(t, x.Unit(builders), c, "handle", cases.Move{Result: cases.Explained, Outcome: "已说明"})
		c = x.Act(t, x.Desk(), c, "verify", cases.Move{Note: "属实", Remote: true})
		c = x.Act(t, x.Command(), c, "close", cases.Move{Reply: "已办"})
		c = x.Act(t, x.Command(), c, "comment", cases.Move{Note: "三十天后的留言不移动窗口"})
		now.Advance(29 * 24 * time.Hour)
		c = x.Act(t, who, c, "complain", cases.Move{Note: "又坏了", Solved: "no", Satisfaction: "dissatisfied"})
		if c.Level != cases.District || c.Reopens != 2 {
			t.Errorf("the second time it lies on %s", c.Level)
		}
	})
}

func TestReopen_IsOverThirtyDaysAfterTheClose(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		g := bring(t, x, cases.Archived)
		now.Advance(20 * 24 * time.Hour)
		g.c = x.Act(t, x.Command(), g.c, "comment", cases.Move{Note: "留言不重新起算"})
		now.Advance(11 * 24 * time.Hour)
		refused(t, x, cases.AsReporter(context.Background(), g.reporter), g.c, "complain", cases.Move{Note: "没修好"}, "cases.window_over")
	})
}

func TestReturn_OncePerUnitWithAGroundAndTheSecondGoesToThePanel(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		c := bring(t, x, cases.Signed).c
		refused(t, x, x.Unit(builders), c, "return", cases.Move{Note: "不归我们", Ground: "busy"}, "cases.no_ground")
		c = x.Act(t, x.Unit(builders), c, "return", cases.Move{Note: "河道照明未移交", Ground: "not_our_duty"})
		if c.State != cases.Returned || c.FirstUnit != x.Units[builders].ID {
			t.Errorf("after the first return: %s, first unit %q", c.State, c.FirstUnit)
		}
		c = x.Act(t, x.Unit(builders), c, "interim", cases.Move{Note: "已拉警示带"}) // keeps interim measures
		c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[water].ID})
		c = x.Act(t, x.Unit(water), c, "return", cases.Move{Note: "不在管护清单", Ground: "not_our_duty"})
		if c.State != cases.Adjudicating || c.Holder != x.Units[casetest.Area+".district_command"].ID {
			t.Errorf("after the second return: %s, held by %q", c.State, c.Holder)
		}
		c = x.Act(t, x.Command(), c, "adjudicate", cases.Move{LeadUnit: x.Units[builders].ID, Note: "照明设施由建设局先修"})
		refused(t, x, x.Unit(builders), c, "return", cases.Move{Note: "仍不归我们", Ground: "not_our_duty"}, "cases.returned_before")
		c = x.Act(t, x.Unit(builders), c, "sign", cases.Move{})
		if c.FirstUnit != x.Units[builders].ID {
			t.Errorf("the hand-over was not accepted by signing: first unit %q", c.FirstUnit)
		}
		other := bring(t, x, cases.Signed).c
		now.Advance(5 * 24 * time.Hour)
		refused(t, x, x.Unit(builders), other, "return", cases.Move{Note: "不归我们", Ground: "not_our_duty"}, "cases.return_late")
	})
}

func TestAudit_AFailedCheckTakesTheCaseUpAgain(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		g := bring(t, x, cases.Archived)
		g.drawn(t)
		c := x.Act(t, x.Desk(), g.c, "audit", cases.Move{Finding: "failed", Note: "现场未清理"})
		if c.State != cases.Rework || c.Audit != "failed" || c.Reopens != 1 {
			t.Errorf("after a failed check: %s, %s, %d", c.State, c.Audit, c.Reopens)
		}
	})
}

func TestVerify_FarFromThePlaceIsRefusedAndWithoutGoingThereIsChecked(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		lat, lon, far := 32.0967, 118.7562, 32.1067
		c := x.Register(t, func(r *cases.Report) { r.Lat, r.Lon = &lat, &lon })
		c = x.Act(t, x.Desk(), c, "file", cases.Move{Category: casetest.Lamp})
		c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[builders].ID})
		c = x.Act(t, x.Unit(builders), c, "handle", cases.Move{Result: cases.Explained, Outcome: "已说明"})
		refused(t, x, x.Officer(), c, "verify", cases.Move{Note: "属实"}, "cases.need_place")
		refused(t, x, x.Officer(), c, "verify", cases.Move{Note: "属实", Lat: &far, Lon: &lon}, "cases.too_far")
		c = x.Act(t, x.Officer(), c, "verify", cases.Move{Note: "电话核实", Remote: true})
		if c.Audit != "due" {
			t.Errorf("verified without going there and not drawn for a check: %q", c.Audit)
		}
	})
}

func TestArchiveUnanswered_EndsOnlyWhatNobodyCanBeCalledAbout(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		close := func(r *cases.NewReporter) *cases.Case {
			c := x.Register(t, func(n *cases.Report) { n.Channel, n.Reporter = cases.FromResident, r })
			c = x.Act(t, x.Desk(), c, "file", cases.Move{Category: casetest.Lamp})
			c = x.Act(t, x.Desk(), c, "dispatch", cases.Move{LeadUnit: x.Units[builders].ID})
			c = x.Act(t, x.Unit(builders), c, "handle", cases.Move{Result: cases.Explained, Outcome: "已说明"})
			c = x.Act(t, x.Desk(), c, "verify", cases.Move{Note: "属实", Remote: true})
			return x.Act(t, x.Command(), c, "close", cases.Move{Reply: "已办"})
		}
		nameless := close(&cases.NewReporter{Anonymous: true, WantsReply: true})
		called := close(&cases.NewReporter{Phone: "13800000000", WantsReply: true})
		now.Advance(6 * 24 * time.Hour)
		if n, err := x.Cases.ArchiveUnanswered(x.Ctx); err != nil || n != 0 {
			t.Errorf("after six days: %d, %v", n, err)
		}
		now.Advance(2 * 24 * time.Hour)
		if n, err := x.Cases.ArchiveUnanswered(x.Ctx); err != nil || n != 1 {
			t.Errorf("after eight days: %d, %v", n, err)
		}
		for c, want := range map[*cases.Case]cases.State{nameless: cases.Archived, called: cases.Closed} {
			after, err := x.Cases.Get(x.Ctx, c.ID)
			must(t, err)
			if after.State != want {
				t.Errorf("stands at %s, want %s", after.State, want)
			}
		}
	})
}
