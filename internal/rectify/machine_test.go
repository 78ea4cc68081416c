package rectify

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func (w *world) whole(i *Item, who string) *Detail {
	w.t.Helper()
	d, err := w.Get(w.as(who), i.ID, "zh")
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func (w *world) clockOf(i *Item, kind ClockKind) Clock {
	w.t.Helper()
	var found Clock
	for _, c := range w.whole(i, "office").Clocks {
		if c.Kind == kind {
			found = c
		}
	}
	return found
}

func TestExtension_IsGivenOnceBeforeTheEndAndAtMostAsLongAgain(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d, lamp, lamp)
		free := w.free("04", 2)
		i := w.item(Doing, free[0])
		_, err := w.Act(w.as("housing"), i.ID, ActAskExtension, Move{Version: i.Version, Days: 8, Note: "配件"})
		wantCode(t, err, "rectify.extension_long") // 7 work days at first
		i = w.ok(w.act(i, ActAskExtension))
		if _, err := w.act(i, ActAskExtension); err == nil {
			t.Error("a second request was taken while one waits")
		}
		_, err = w.Act(w.as("office"), i.ID, ActExtend, Move{Version: i.Version, Days: 4})
		wantCode(t, err, "rectify.extension_long")
		before := i.DueAt.Time
		i = w.ok(w.Act(w.as("office"), i.ID, ActExtend, Move{Version: i.Version, Days: 2, Note: "同意两天"}))
		// Thursday 3 December 10:00 and two work days.
		if want := time.Date(2026, 12, 7, 2, 0, 0, 0, time.UTC); !i.DueAt.Equal(want) || !i.DueAt.After(before) || !i.Extended || i.Wants != "" {
			t.Errorf("due %s, want %s, extended %v", i.DueAt, want, i.Extended)
		}
		if k := w.clockOf(i, HandleClock); k.Extension != 2 || k.LimitText != "9 work_day" || len(k.Why) == 0 {
			t.Errorf("clock %+v", k)
		}
		_, err = w.act(i, ActAskExtension)
		wantCode(t, err, "rectify.bad_transition")
		// Granted too late is not granted: the request can only be refused.
		j := w.ok(w.act(w.item(Doing, free[1]), ActAskExtension))
		c.Set(j.DueAt.Add(time.Minute))
		_, err = w.act(j, ActExtend)
		wantCode(t, err, "rectify.too_late")
		j = w.ok(w.act(j, ActRefuse))
		_, err = w.act(j, ActAskExtension)
		wantCode(t, err, "rectify.too_late")
	})
}

func TestSuspension_StopsTheClockAndEndsByItselfWhenNobodyLooks(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d, lamp)
		i := w.item(Doing, w.free("04", 1)...)
		_, err := w.Act(w.as("housing"), i.ID, ActAskSuspension, Move{Version: i.Version, Ground: "too_busy", Note: "忙"})
		wantCode(t, err, "rectify.no_ground")
		i = w.ok(w.act(i, ActAskSuspension))
		due := i.DueAt.Time
		i = w.ok(w.act(i, ActSuspend))
		if i.State != Suspended || i.Ground != "funds" || i.Overdue {
			t.Fatalf("%+v", i)
		}
		c.Advance(10 * 24 * time.Hour)
		i = w.ok(w.act(i, ActReview))
		if list, err := w.PublicSuspensions(context.Background()); err != nil || len(list) != 1 || list[0].Reviews != 1 || list[0].Lead != "区房产局" {
			t.Errorf("register %+v, %v", list, err)
		}
		c.Advance(16 * 24 * time.Hour)
		if _, err := w.Lapse(context.Background()); err != nil {
			t.Fatal(err)
		}
		i = w.ok(w.load2(i.ID))
		if i.State != Doing || i.SuspendedAt != nil || !i.DueAt.After(due) || i.Overdue {
			t.Errorf("%s, due %s, suspended %v", i.State, i.DueAt, i.SuspendedAt)
		}
		k := w.clockOf(i, HandleClock)
		if len(k.Pauses.V) != 1 || k.Pauses.V[0].To == nil || k.PausedAt != nil {
			t.Errorf("pauses %+v", k.Pauses.V)
		}
		if list, _ := w.PublicSuspensions(context.Background()); len(list) != 0 {
			t.Errorf("still on the register: %+v", list)
		}
	})
}

func TestSupervision_RisesIsAnsweredAndLifted(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp)
		i := w.ok(w.act(w.item(Doing, w.free("04", 1)...), ActSupervise))
		_, err := w.Act(w.as("office"), i.ID, ActSupervise, Move{Version: i.Version, Level: 1, Note: "再催"})
		wantCode(t, err, "rectify.bad_level")
		i = w.ok(w.act(i, ActReply))
		_, err = w.act(i, ActReply)
		wantCode(t, err, "rectify.replied")
		i = w.ok(w.Act(w.as("office"), i.ID, ActSupervise, Move{Version: i.Version, Level: 3, Note: "区领导督办"}))
		if i.Supervision != 3 {
			t.Errorf("level %d", i.Supervision)
		}
		i = w.ok(w.act(i, ActLift))
		det := w.whole(i, "office")
		if i.Supervision != 0 || !i.Supervised || len(det.Supervisions) != 2 || det.Supervisions[0].Answer == "" || det.Supervisions[0].Ending != "raised" || det.Supervisions[1].EndedAt == nil {
			t.Errorf("%+v", det.Supervisions)
		}
	})
}

func TestLapse_TellsEachPointOfAClockOnce(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d, lamp, lamp)
		free := w.free("04", 2)
		i, done := w.item(Doing, free[0]), w.item(Done, free[1])
		take := func(want int) {
			t.Helper()
			if n, err := w.Lapse(context.Background()); err != nil || n != want {
				t.Errorf("%d points, %v, want %d", n, err, want)
			}
		}
		take(0)
		c.Set(time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)) // half of the seven work days are over
		take(1)
		take(0)
		if i = w.ok(w.load2(i.ID)); i.Phase != Amber {
			t.Errorf("phase %q", i.Phase)
		}
		c.Set(i.DueAt.Add(time.Second))
		take(1)
		take(0)
		if i = w.ok(w.load2(i.ID)); i.Phase != Red || !i.Overdue {
			t.Errorf("phase %q, overdue %v", i.Phase, i.Overdue)
		}
		// What was done in time tells nobody, until it is sent back.
		done = w.ok(w.act(done, ActRework))
		if take(1); w.clockOf(done, HandleClock).Phase != Red {
			t.Error("the clock did not go on after rework")
		}
	})
}

func TestPlan_HoldsPersonMoneyAndSteps(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d, lamp)
		i := w.item(Doing, w.free("04", 1)...)
		plan := NewPlan{Version: i.Version, Responsible: "物业科科长", Phone: "025-83550000", Budget: 12000, Source: "公共收益", Milestones: []NewMilestone{
			{"换灯头", clock.At(i.DueAt.Add(-48 * time.Hour))}, {"清点线路", clock.At(i.DueAt.Add(-96 * time.Hour))}}}
		_, err := w.SetPlan(w.as("urban"), i.ID, plan)
		wantCode(t, err, "rectify.not_found")
		late := plan
		late.Milestones = []NewMilestone{{"太晚", clock.At(i.DueAt.Add(400 * time.Hour))}}
		_, err = w.SetPlan(w.as("housing"), i.ID, late)
		wantCode(t, err, "rectify.bad_plan")
		poor := plan
		poor.Source = ""
		_, err = w.SetPlan(w.as("housing"), i.ID, poor)
		wantCode(t, err, "rectify.bad_plan")
		i = w.ok(w.SetPlan(w.as("housing"), i.ID, plan))
		det := w.whole(i, "housing")
		if det.Plan.Phone != "025-83550000" || len(det.Milestones) != 2 || det.Milestones[0].Title != "清点线路" {
			t.Fatalf("%+v %+v", det.Plan, det.Milestones)
		}
		if seen := w.whole(i, "reader"); seen.Plan.Phone != "" || seen.Plan.Responsible == "" {
			t.Errorf("a reader sees %+v", seen.Plan)
		}
		i = w.ok(w.FinishMilestone(w.as("housing"), i.ID, det.Milestones[0].ID, MilestoneDone{Version: i.Version, Note: "三处断线"}))
		_, err = w.FinishMilestone(w.as("housing"), i.ID, det.Milestones[0].ID, MilestoneDone{Version: i.Version})
		wantCode(t, err, "rectify.milestone_done")
		_, err = w.FinishMilestone(w.as("housing"), i.ID, det.Milestones[1].ID, MilestoneDone{Version: i.Version - 1})
		wantCode(t, err, "rectify.changed")
		// A new plan keeps what is done.
		plan.Version, plan.Milestones = i.Version, plan.Milestones[:1]
		i = w.ok(w.SetPlan(w.as("housing"), i.ID, plan))
		if det = w.whole(i, "housing"); len(det.Milestones) != 2 || det.Milestones[0].State != "done" {
			t.Errorf("%+v", det.Milestones)
		}
		// What was never marked is not overdue once the whole item was reported done.
		c.Set(i.DueAt.Add(time.Hour))
		if det = w.whole(i, "housing"); det.Milestones[1].State != "overdue" {
			t.Errorf("%+v", det.Milestones)
		}
		w.shoot(i, "housing")
		i = w.ok(w.act(i, ActDone))
		if det = w.whole(i, "housing"); det.Milestones[0].State != "done" || det.Milestones[1].State != "left" {
			t.Errorf("%+v", det.Milestones)
		}
	})
}

func TestReport_IsOfTheLeadAndJointUnitsAndKeepsPhotos(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	i := w.item(Doing, w.free("04", 1)...)
	_, err := w.Report(w.as("check"), i.ID, NewReport{Text: "已开工", Percent: 40}, nil)
	wantCode(t, err, "auth.no_permission")
	if _, err := w.Report(w.as("street1"), i.ID, NewReport{Text: "配合疏导，联系人13812345678", Percent: 40}, []io.Reader{strings.NewReader("a"), strings.NewReader("b")}); err != nil {
		t.Fatal(err)
	}
	det := w.whole(i, "office")
	if len(det.Reports) != 1 || len(det.Reports[0].Photos) != 2 || det.Reports[0].Text != "配合疏导，联系人〔电话〕" || det.Version != i.Version {
		t.Errorf("%+v", det.Reports)
	}
	if _, r, err := w.OpenReportPhoto(w.as("street1"), i.ID, det.Reports[0].Photos[0].ID); err != nil {
		t.Error(err)
	} else {
		_ = r.Close()
	}
	_, _, err = w.OpenReportPhoto(w.as("street2"), i.ID, det.Reports[0].Photos[0].ID)
	wantCode(t, err, "rectify.not_found")
}

func TestInvitation_ResidentsDecideWhetherItIsVerified(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d, lamp)
		i := w.item(Done, w.free("04", 1)...)
		_, err := w.Invite(w.as("insider"), i.ID, Invitation{Version: i.Version, Residents: 3})
		wantCode(t, err, "rectify.same_unit")
		slips, err := w.Invite(w.as("check"), i.ID, Invitation{Version: i.Version, Residents: 4})
		if err != nil || len(slips.Codes) != 4 {
			t.Fatalf("%+v, %v", slips, err)
		}
		i = w.ok(w.load2(i.ID))
		_, err = w.act(i, ActVerify)
		wantCode(t, err, "rectify.await_residents")
		if a, err := w.AskedBy(context.Background(), "10.0.0.1:1", strings.ToLower(slips.Codes[0])); err != nil || a.Done || a.Title == "" {
			t.Fatalf("%+v, %v", a, err)
		}
		say := func(n int, verdict string) error {
			return w.AnswerInvitation(context.Background(), "10.0.0.1:1", Answer{Code: slips.Codes[n], Verdict: verdict, Words: "三楼还黑，找我13812345678"})
		}
		for n, verdict := range []string{"solved", "unsolved", "unsolved"} {
			if err := say(n, verdict); err != nil {
				t.Fatal(err)
			}
		}
		wantCode(t, say(0, "solved"), "rectify.code_used")
		wantCode(t, w.AnswerInvitation(context.Background(), "10.0.0.1:1", Answer{Code: "AAAA-AAAA-AAAA", Verdict: "solved"}), "rectify.no_code")
		_, err = w.act(i, ActVerify)
		wantCode(t, err, "rectify.residents_disagree")
		det := w.whole(i, "check")
		if det.Invited.Answers != 3 || det.Invited.Unsolved != 2 || det.Invited.Stands != "refused" || strings.Contains(det.Invited.Words[0].Words, "138") {
			t.Errorf("%+v", det.Invited)
		}
		// Rework starts a new round; codes of the old one end with it.
		i = w.ok(w.act(i, ActRework))
		i = w.ok(w.act(w.ok(w.act(i, ActStart)), ActDone))
		wantCode(t, say(3, "solved"), "rectify.code_used")
		// Invitations nobody answers hold up an item until they end, no longer.
		if _, err = w.Invite(w.as("check"), i.ID, Invitation{Version: i.Version, Residents: 1}); err != nil {
			t.Fatal(err)
		}
		i = w.ok(w.load2(i.ID))
		c.Advance(8 * 24 * time.Hour)
		w.ok(w.act(i, ActVerify))
	})
}

func TestInvitation_LeavesNoWayFromAnAnswerToItsCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	i := w.item(Done, w.free("04", 1)...)
	slips, err := w.Invite(w.as("check"), i.ID, Invitation{Version: i.Version, Residents: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.AnswerInvitation(context.Background(), "10.0.0.1:1", Answer{Code: slips.Codes[1], Verdict: "partly"}); err != nil {
		t.Fatal(err)
	}
	type row struct {
		ID  string     `db:"id"`
		Day clock.Time `db:"day"`
	}
	if err := w.db.Read(context.Background(), func(tx *db.Tx) error {
		r, err := db.Get[row](context.Background(), tx, "SELECT id, day FROM item_witness")
		if err != nil {
			return err
		}
		same, err := db.Get[int](context.Background(), tx, "SELECT COUNT(*) FROM item_invitation WHERE id = $1", r.ID)
		if h := r.Day.In(clock.Nanjing).Hour(); same != 0 || h != 0 {
			t.Errorf("the answer shares an id (%d) or tells the hour (%d)", same, h)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestRules_AreVersionsOfTheWholeDistrict(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp)
		r := DefaultRules()
		r.Required, r.Note = true, "试行居民评判"
		for who, code := range map[string]string{"housing": "auth.no_permission", "code2": "auth.outside_area"} {
			_, err := w.SetRules(w.as(who), r)
			wantCode(t, err, code)
		}
		bad := r
		bad.Agree = 9
		_, err := w.SetRules(w.as("office"), bad)
		wantCode(t, err, "rectify.bad_rules")
		if _, err := w.SetRules(w.as("office"), r); err != nil {
			t.Fatal(err)
		}
		_, err = w.SetRules(w.as("office"), r)
		wantCode(t, err, "rectify.rules_changed")
		_, err = w.act(w.item(Done, w.free("04", 1)...), ActVerify)
		wantCode(t, err, "rectify.no_residents")
	})
}

func TestWaits_NameWhoHasToDoWhat(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d, lines(lamp, 4)...)
		free := w.free("04", 4)
		i := w.item(Doing, free[0])
		w.item(Done, free[1])
		w.item(Adjudicating, free[2])
		w.ok(w.act(w.item(Doing, free[3]), ActAskExtension))
		i = w.ok(w.SetPlan(w.as("housing"), i.ID, NewPlan{Version: i.Version, Responsible: "物业科", Milestones: []NewMilestone{{"换灯头", *i.DueAt}}}))
		list, err := w.Waits(w.as("office"), WaitingFilter{})
		if err != nil || list.ByKind["handle"] != 2 || list.ByKind["milestone"] != 1 || list.ByKind["verify"] != 1 || list.ByKind["adjudicate"] != 1 || list.ByKind["request"] != 1 {
			t.Fatalf("%+v, %v", list.ByKind, err)
		}
		for _, one := range list.Items {
			if planned := one.ItemID == i.ID && one.UnitID != ""; planned != (one.Person != "") {
				t.Errorf("the plan's person on %+v", one)
			}
		}
		if mine, err := w.Waits(w.as("street2"), WaitingFilter{}); err != nil || mine.Total != 0 {
			t.Errorf("another street sees %d, %v", mine.Total, err)
		}
		c.Set(i.DueAt.Add(time.Hour))
		if list, err = w.Waits(w.as("housing"), WaitingFilter{Unit: "u-housing", Today: true}); err != nil || list.Total != 3 || list.Overdue != 3 {
			t.Errorf("%+v, %v", list, err)
		}
	})
}
