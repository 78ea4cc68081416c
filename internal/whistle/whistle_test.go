package whistle_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
	"yiwang/internal/whistle"
)

func TestWhistle_FromDraftToMutualRating(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d)
		x := w.blown(water, housing)
		file, err := w.Cases.Get(w.Ctx, x.CaseID)
		w.ok(err)
		if !file.Joint || len(file.Parts) != 2 || file.Parts[0].Origin != "whistle" {
			t.Fatalf("the case is not joint: %+v", file.Parts)
		}
		_, err = w.s.Close(w.desk(), x.ID, whistle.Word{Version: x.Version, Note: "早了"})
		w.refused(err, "whistle.calls_open")
		x = w.through(x, water, c.Now())
		x = w.through(x, housing, c.Now())
		if x.State != whistle.Done {
			t.Fatalf("state %s", x.State)
		}
		x, err = w.s.Close(w.desk(), x.ID, whistle.Word{Version: x.Version, Note: "积水点已消除"})
		w.ok(err)
		file, err = w.Cases.Get(w.Ctx, x.CaseID)
		w.ok(err)
		for _, p := range file.Parts {
			if p.State != cases.PartDone {
				t.Fatalf("part %s is %s", p.UnitName, p.State)
			}
		}
		r := whistle.NewRating{Speed: 5, Attitude: 4, Result: 3, Words: "响应快"}
		_, err = w.s.Rate(w.desk(), x.ID, w.call(x, water).ID, r)
		w.ok(err)
		_, err = w.s.Rate(w.leader("secretary"), x.ID, w.call(x, water).ID, r)
		w.refused(err, "whistle.rated_before")
		if seen := w.ratings(w.see(water, x)); seen != 0 {
			t.Fatalf("the unit sees %d ratings before it spoke", seen)
		}
		_, err = w.s.Rate(w.clerk(water), x.ID, w.call(x, water).ID, whistle.NewRating{Speed: 4, Attitude: 4, Result: 4, Words: "街道配合"})
		w.ok(err)
		if seen := w.ratings(w.see(water, x)); seen != 2 {
			t.Fatalf("the unit sees %d ratings after both spoke", seen)
		}
		_, err = w.s.Rate(w.desk(), x.ID, w.call(x, housing).ID, r)
		w.ok(err)
		c.Advance(5*24*time.Hour + time.Minute)
		if seen := w.ratings(w.see(housing, x)); seen != 3 {
			t.Fatalf("after five days %d ratings are open", seen)
		}
	})
}

// see is the whistle as the clerk of a unit sees it.
func (w *world) see(unit string, x *whistle.Whistle) *whistle.Detail {
	w.t.Helper()
	d, err := w.s.Get(w.clerk(unit), x.ID)
	w.ok(err)
	return d
}

func (w *world) ratings(d *whistle.Detail) (n int) {
	for _, c := range d.Calls {
		n += len(c.Ratings)
	}
	return n
}

func TestApprove_ADeputyApprovesAPushingWhistleAndNoHardOne(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for kind, refusal := range map[whistle.Kind]string{whistle.Push: "", whistle.Hard: "whistle.rank"} {
			x, err := w.s.Check(w.desk(), w.draft(kind, water).ID, whistle.Word{Version: 1, Note: "看过清单"})
			w.ok(err)
			seen, err := w.s.Get(w.deputy(), x.ID)
			w.ok(err)
			if offered := slices.Contains(seen.Actions, "approve"); offered != (refusal == "") {
				t.Errorf("%s: approving is offered to a deputy: %v", kind, offered)
			}
			_, err = w.s.Approve(w.deputy(), x.ID, whistle.Word{Version: x.Version})
			if refused := err != nil; refused != (refusal != "") || refused && errs.CodeOf(err) != refusal {
				t.Errorf("%s: %v", kind, err)
			}
		}
	})
}

func TestApprove_AHardWhistleNeedsTwoPersons(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		x := w.draft(whistle.Hard, water)
		_, err := w.s.Blow(w.desk(), x.ID, whistle.Word{Version: x.Version})
		w.refused(err, "whistle.not_approved")
		_, err = w.s.Check(w.desk(), x.ID, whistle.Word{Version: x.Version})
		w.refused(err, "whistle.incomplete")
		x, err = w.s.Check(w.desk(), x.ID, whistle.Word{Version: x.Version, Note: "看过清单"})
		w.ok(err)
		_, err = w.s.Approve(w.desk(), x.ID, whistle.Word{Version: x.Version})
		w.refused(err, "auth.no_permission")
		x, err = w.s.Approve(w.leader("secretary"), x.ID, whistle.Word{Version: x.Version})
		w.ok(err)
		if x.State != whistle.Checked {
			t.Fatal("one approval was enough")
		}
		_, err = w.s.Approve(w.leader("secretary"), x.ID, whistle.Word{Version: x.Version})
		w.refused(err, "whistle.approved_before")
		_, err = w.s.Approve(w.As("other", casetest.Area+".water", "320106002", whistle.PermRead, whistle.PermLead), x.ID, whistle.Word{Version: x.Version})
		w.refused(err, "whistle.not_found")
		x, err = w.s.Approve(w.leader("director"), x.ID, whistle.Word{Version: x.Version})
		w.ok(err)
		if x.State != whistle.Approved {
			t.Fatalf("state %s", x.State)
		}
		// A changed draft has to be checked and approved again.
		x, err = w.s.Redraft(w.desk(), x.ID, whistle.Redraft{Version: x.Version, Kind: whistle.Hard, Title: "改", Matter: "改", Reason: "改", Calls: []whistle.NewCall{{Unit: w.Units[housing].ID, Task: "到场"}}})
		w.ok(err)
		detail, err := w.s.Get(w.desk(), x.ID)
		w.ok(err)
		if x.State != whistle.Draft || len(detail.Approvals) != 0 || len(detail.Calls) != 1 {
			t.Fatalf("%+v", detail)
		}
	})
}

func TestBlow_AnUrgentWhistleWaitsForNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t))
	x := w.draft(whistle.Urgent, water)
	x, err := w.s.Blow(w.desk(), x.ID, whistle.Word{Version: x.Version})
	w.ok(err)
	d, err := w.s.Get(w.clerk(water), x.ID)
	w.ok(err)
	for _, k := range d.Calls[0].Clocks {
		if k.Kind == "report" && k.DueAt.Sub(d.BlownAt.Time) != 2*time.Hour {
			t.Fatalf("report due %s after %s", k.DueAt, d.BlownAt)
		}
	}
	if len(d.Calls[0].Clocks) != 3 || len(d.Calls[0].Clocks[0].Why) == 0 {
		t.Fatalf("%+v", d.Calls[0].Clocks)
	}
}

func TestCase_WaitsForTheWhistle(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d)
		x := w.blown(water)
		file, err := w.Cases.Get(w.Ctx, x.CaseID)
		w.ok(err)
		k := w.Act(t, w.Desk(), &file.Case, "dispatch", cases.Move{LeadUnit: w.Units[casetest.Area+".construction"].ID})
		k = w.Act(t, w.Unit(casetest.Area+".construction"), k, "sign", cases.Move{})
		_, err = w.Cases.Act(w.Unit(casetest.Area+".construction"), k.ID, "handle", cases.Move{Version: k.Version, Result: cases.Explained, Outcome: "已修"})
		if code := errs.CodeOf(err); code != "whistle.open" && code != "cases.parts_open" {
			t.Fatal(err)
		}
		x = w.through(x, water, c.Now())
		_, err = w.Cases.Act(w.Unit(casetest.Area+".construction"), k.ID, "handle", cases.Move{Version: k.Version, Result: cases.Explained, Outcome: "已修"})
		w.refused(err, "whistle.open")
		_, err = w.s.Close(w.desk(), x.ID, whistle.Word{Version: x.Version, Note: "已解决"})
		w.ok(err)
		w.Act(t, w.Unit(casetest.Area+".construction"), k, "handle", cases.Move{Result: cases.Explained, Outcome: "已修"})
	})
}

func TestRefuse_GoesToArbitrationAndWhatIsRuledBinds(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		x := w.blown(water, housing)
		x = w.act(w.clerk(water), x, water, "refuse", whistle.Answer{Note: "管线已移交"})
		_, err := w.try(w.desk(), x, water, "bind", whistle.Answer{Note: "街道自己裁"})
		w.refused(err, "auth.no_permission")
		_, err = w.try(w.clerk(water), x, water, "bind", whistle.Answer{Note: "部门自己裁"})
		w.refused(err, "auth.no_permission")
		x = w.act(w.centre(), x, water, "bind", whistle.Answer{Note: "移交未办结，仍由水务应哨"})
		_, err = w.try(w.clerk(water), x, water, "refuse", whistle.Answer{Note: "再退"})
		w.refused(err, "whistle.bad_step")
		x = w.act(w.clerk(housing), x, housing, "refuse", whistle.Answer{Note: "不属于小区红线"})
		x = w.act(w.centre(), x, housing, "release", whistle.Answer{Note: "红线外"})
		if got := w.call(x, housing); got.State != whistle.Released || x.State != whistle.Blown {
			t.Fatalf("%+v", got)
		}
		file, err := w.Cases.Get(w.Ctx, x.CaseID)
		w.ok(err)
		for _, p := range file.Parts {
			if p.UnitID == w.Units[housing].ID && p.State != cases.PartCancelled {
				t.Fatalf("the released unit keeps its part: %+v", p)
			}
		}
	})
}

func TestReturn_CountsAndSetsANewDate(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d)
		x := w.blown(water)
		ctx := w.clerk(water)
		x = w.act(ctx, x, water, "report", whistle.Answer{Came: "科长"})
		_, err := w.try(ctx, x, water, "commit", whistle.Answer{Commitments: []whistle.Promise{{Task: "昨天", Due: clock.At(c.Now().Add(-time.Hour))}}})
		w.refused(err, "whistle.incomplete")
		x = w.act(ctx, x, water, "commit", whistle.Answer{Commitments: []whistle.Promise{{Task: "疏通", Due: clock.At(c.Now().AddDate(0, 0, 1))}}})
		x = w.act(ctx, x, water, "done", whistle.Answer{Outcome: "已疏通"})
		_, err = w.try(w.desk(), x, water, "return", whistle.Answer{Note: "雨后仍积水"})
		w.refused(err, "whistle.incomplete")
		x = w.act(w.desk(), x, water, "return", whistle.Answer{Note: "雨后仍积水", Due: clock.Ptr(c.Now().AddDate(0, 0, 3))})
		if got := w.call(x, water); got.Returns != 1 || got.State != whistle.Committed || got.SignedAt == nil {
			t.Fatalf("%+v", got)
		}
		old := *w.call(x, water)
		x = w.act(ctx, x, water, "done", whistle.Answer{Outcome: "已换管"})
		_, err = w.s.Act(ctx, x.ID, old.ID, "done", whistle.Answer{Version: old.Version, Outcome: "再来"})
		w.refused(err, "whistle.changed")
	})
}

func TestVisible_ADepartmentSeesOnlyWhatCallsIt(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		draft := w.draft(whistle.Push, water)
		blown := w.blown(water)
		count := func(who string, want int, n httpx.Page[whistle.Whistle], err error) {
			t.Helper()
			w.ok(err)
			if n.Total != want {
				t.Errorf("%s sees %d whistles, want %d", who, n.Total, want)
			}
		}
		page := httpx.PageIn{Limit: 50}
		n, err := w.s.List(w.clerk(water), whistle.Filter{}, page)
		count("the called unit", 1, n, err)
		n, err = w.s.List(w.clerk(housing), whistle.Filter{}, page)
		count("another unit", 0, n, err)
		n, err = w.s.List(w.desk(), whistle.Filter{}, page)
		count("the street", 2, n, err)
		n, err = w.s.List(w.As("next", "320106002.street_command", "320106002", whistle.Permissions()...), whistle.Filter{}, page)
		count("another street", 0, n, err)
		n, err = w.s.List(w.centre(), whistle.Filter{}, page)
		count("the district", 2, n, err)
		n, err = w.s.List(w.clerk(water), whistle.Filter{Todo: true}, page)
		count("what waits for the unit", 1, n, err)
		n, err = w.s.List(w.desk(), whistle.Filter{Todo: true}, page)
		count("what waits for the street", 1, n, err)
		_, err = w.s.Get(w.clerk(water), draft.ID)
		w.refused(err, "whistle.not_found")
		_, err = w.try(w.clerk(housing), blown, water, "sign", whistle.Answer{})
		w.refused(err, "whistle.not_found")
		_, err = w.try(w.desk(), blown, water, "sign", whistle.Answer{})
		w.refused(err, "auth.no_permission")
		_, err = w.s.Draft(w.clerk(water), whistle.NewWhistle{CaseID: blown.CaseID, Kind: whistle.Push, Matter: "x", Reason: "x"})
		w.refused(err, "auth.no_permission")
		_, err = w.s.Draft(w.desk(), whistle.NewWhistle{CaseID: blown.CaseID, Kind: whistle.Push, Matter: "x", Reason: "x", Calls: []whistle.NewCall{{Unit: w.Units[water].ID, Task: "x"}}})
		w.refused(err, "whistle.runs")
	})
}

func TestRemind_EachPointOnceWhoeverRuns(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d)
		w.blown(water, housing)
		run := func() (n int) {
			t.Helper()
			for {
				moved, err := w.s.Remind(w.Ctx)
				w.ok(err)
				if moved == 0 {
					return n
				}
				n += moved
			}
		}
		if n := run(); n != 0 {
			t.Fatalf("%d reminders at once", n)
		}
		c.Advance(30 * time.Minute) // half of the hour to sign
		if n := run() + run(); n != 2 {
			t.Fatalf("%d reminders at 30 minutes, want 2", n)
		}
		c.Advance(31 * time.Minute)
		if n := run(); n != 2 {
			t.Fatalf("%d at one hour, want 2", n)
		}
		var kinds []string
		w.ok(d.Read(w.Ctx, func(tx *db.Tx) (err error) {
			kinds, err = db.All[string](w.Ctx, tx, "SELECT action FROM whistle_history WHERE action = 'overdue'")
			return err
		}))
		if len(kinds) != 2 {
			t.Fatalf("%d overdue entries", len(kinds))
		}
		if got, err := w.s.List(w.desk(), whistle.Filter{}, httpx.PageIn{Limit: 5}); err != nil || !got.Items[0].Overdue {
			t.Fatalf("not shown overdue: %v", err)
		}
	})
}

func TestSession_KeepsWhoCame(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d)
		x := w.blown(water, housing)
		_, err := w.s.Meet(w.clerk(water), x.ID, whistle.NewSession{At: clock.At(c.Now().Add(time.Hour)), Place: "现场"})
		w.refused(err, "auth.no_permission")
		m, err := w.s.Meet(w.desk(), x.ID, whistle.NewSession{At: clock.At(c.Now().Add(48 * time.Hour)), Place: "四平路18号"})
		w.ok(err)
		_, err = w.s.Record(w.desk(), x.ID, m.ID, whistle.Minutes{Version: 1, Minutes: "早了"})
		w.refused(err, "whistle.session_ahead")
		c.Advance(49 * time.Hour)
		m, err = w.s.Record(w.desk(), x.ID, m.ID, whistle.Minutes{Version: 1, Minutes: "核定责任", Attendance: []whistle.Attendance{{UnitID: w.Units[water].ID, Present: true, Who: "副局长"}}})
		w.ok(err)
		if len(m.Attendance.V) != 2 || !m.Attendance.V[0].Present || m.Attendance.V[1].Present {
			t.Fatalf("%+v", m.Attendance.V)
		}
	})
}

func TestScores_NeedFiveRatedCallsToCompare(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d)
		for i := range 5 {
			units := []string{water}
			if i == 0 {
				units = append(units, housing)
			}
			x := w.blown(units...)
			for _, u := range units {
				x = w.through(x, u, c.Now())
			}
			x, err := w.s.Close(w.desk(), x.ID, whistle.Word{Version: x.Version, Note: "已解决"})
			w.ok(err)
			for _, u := range units {
				_, err = w.s.Rate(w.desk(), x.ID, w.call(x, u).ID, whistle.NewRating{Speed: 5, Attitude: 4, Result: 3 + i%2})
				w.ok(err)
			}
			if i < 4 {
				_, err = w.s.Rate(w.clerk(water), x.ID, w.call(x, water).ID, whistle.NewRating{Speed: 5, Attitude: 5, Result: 5})
				w.ok(err)
			}
		}
		scores, err := w.s.Scores(w.centre(), nil)
		w.ok(err)
		if len(scores) != 2 || scores[0].Rated != 4 || scores[0].Ranked {
			t.Fatalf("a sealed rating counts: %+v", scores)
		}
		c.Advance(6 * 24 * time.Hour)
		scores, err = w.s.Scores(w.centre(), nil)
		w.ok(err)
		first := scores[0]
		if !first.Ranked || first.Rated != 5 || fmt.Sprintf("%.3f", *first.Mean) != "4.133" || *first.Low >= *first.Mean || first.Sign.Share != 1 || first.First.Of != 5 || scores[1].Mean != nil {
			t.Fatalf("%+v %+v", first, scores[1])
		}
		mine, err := w.s.Scores(w.clerk(housing), nil)
		w.ok(err)
		if len(mine) != 1 || mine[0].UnitID != w.Units[housing].ID {
			t.Fatalf("a unit sees the scores of others: %+v", mine)
		}
	})
}

func TestDraft_LinksABlownAgainMatterToTheFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t))
	first := w.draft(whistle.Push, water)
	first, err := w.s.Withdraw(w.desk(), first.ID, whistle.Word{Version: first.Version, Note: "部门已主动处理"})
	w.ok(err)
	n := whistle.NewWhistle{CaseID: first.CaseID, Kind: whistle.Push, Matter: "又积水", Reason: "仍需两部门", FirstID: first.ID, Calls: []whistle.NewCall{{Unit: w.Units[water].ID, Task: "到场"}}}
	second, err := w.s.Draft(w.desk(), n)
	w.ok(err)
	second, err = w.s.Withdraw(w.desk(), second.ID, whistle.Word{Version: second.Version, Note: "再撤"})
	w.ok(err)
	n.FirstID = second.ID
	third, err := w.s.Draft(w.desk(), n)
	w.ok(err)
	detail, err := w.s.Get(w.desk(), third.ID)
	w.ok(err)
	if third.FirstID != first.ID || len(detail.Earlier) != 2 || detail.Findings == nil || detail.Findings.Decision == nil || len(detail.Findings.Similar) != 2 {
		t.Fatalf("%+v", detail)
	}
	bad := n
	bad.CaseID, bad.FirstID, bad.Calls = w.filed().ID, "", []whistle.NewCall{{Unit: w.Units[casetest.Street+".street_urban"].ID, Task: "到场"}}
	_, err = w.s.Draft(w.desk(), bad)
	w.refused(err, "whistle.bad_call")
}
