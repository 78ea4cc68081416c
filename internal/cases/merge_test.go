package cases_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
)

func resident(name, phone string) func(*cases.Report) {
	return func(r *cases.Report) {
		r.Channel = cases.FromResident
		r.Reporter = &cases.NewReporter{Name: name, Phone: phone, WantsReply: true}
	}
}

func detailOf(t *testing.T, x *casetest.District, id string) *cases.Detail {
	t.Helper()
	d, err := x.Cases.Get(x.Ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestMerge_KeepsEveryReporterAndUnmergeRestoresTheCaseWithItsClock(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := casetest.New(t, d)
		kept := x.Register(t, resident("李小明", "13812345678"))
		other := x.Register(t, resident("", "13900001111"), func(r *cases.Report) { r.Source, r.SourceNumber = "12345", "NJ-1" })
		other = x.Act(t, x.Desk(), other, "file", cases.Move{Category: casetest.Lamp})
		before := detailOf(t, x, other.ID)
		now.Advance(20 * time.Minute)
		other = x.Act(t, x.Desk(), other, "merge", cases.Move{Into: kept.ID, Note: "同一盏灯"})
		if other.State != cases.Merged || other.EndedAt == nil {
			t.Fatalf("merged case is %s", other.State)
		}
		all := detailOf(t, x, kept.ID)
		if all.Voices != 2 || len(all.Reporters) != 2 || len(all.Merged) != 1 || all.Merged[0].SourceNumber != "NJ-1" {
			t.Fatalf("kept case: %d voices, %d reporters, %d merged", all.Voices, len(all.Reporters), len(all.Merged))
		}
		now.Advance(3 * time.Hour)
		other = x.Act(t, x.Desk(), other, "unmerge", cases.Move{Note: "是另一盏灯"})
		after := detailOf(t, x, other.ID)
		if after.State != cases.Filed || after.EndedAt != nil || after.MergedInto != "" || after.Holder != before.Holder || after.DueAt == nil {
			t.Fatalf("unmerged case: %+v", after.Case)
		}
		if moved := after.DueAt.Sub(before.DueAt.Time); moved <= 0 || len(after.Clocks) != len(before.Clocks) {
			t.Errorf("the clock moved by %v with %d clocks, had %d: the time in between is a pause", moved, len(after.Clocks), len(before.Clocks))
		}
		if all = detailOf(t, x, kept.ID); all.Voices != 1 || len(all.Reporters) != 1 {
			t.Errorf("kept case: %d voices, %d reporters", all.Voices, len(all.Reporters))
		}
		if m, err := x.Cases.Merges(x.Desk(), kept.ID); err != nil || len(m) != 1 || m[0].UndoneAt == nil || m[0].Note != "同一盏灯" {
			t.Errorf("merges %+v: %v", m, err)
		}
	})
}

func TestMerge_ChainsComeApartInAnyOrder(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		a, b, c := x.Register(t), x.Register(t), x.Register(t)
		a = x.Act(t, x.Desk(), a, "merge", cases.Move{Into: b.ID})
		b = x.Act(t, x.Desk(), b, "merge", cases.Move{Into: c.ID})
		if top := detailOf(t, x, c.ID); top.Voices != 3 || len(top.Merged) != 2 {
			t.Fatalf("top has %d voices and %d cases", top.Voices, len(top.Merged))
		}
		x.Act(t, x.Desk(), a, "unmerge", cases.Move{Note: "不是"})
		if top, mid := detailOf(t, x, c.ID), detailOf(t, x, b.ID); top.Voices != 2 || mid.Voices != 1 {
			t.Fatalf("after the first: top %d, between %d", top.Voices, mid.Voices)
		}
		x.Act(t, x.Desk(), b, "unmerge", cases.Move{Note: "不是"})
		if top, mid := detailOf(t, x, c.ID), detailOf(t, x, b.ID); top.Voices != 1 || mid.Voices != 1 || mid.State != cases.Reported {
			t.Fatalf("after the second: top %d, between %d %s", top.Voices, mid.Voices, mid.State)
		}
	})
}

func TestMerge_RefusesWhatWouldLoseWork(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		a, b := x.Register(t), x.Register(t)
		refused := func(ctx context.Context, c *cases.Case, into, code string) {
			t.Helper()
			if _, err := x.Cases.Act(ctx, c.ID, "merge", cases.Move{Version: c.Version, Into: into}); errs.CodeOf(err) != code {
				t.Errorf("merge into %q: %v, want %s", into, err, code)
			}
		}
		refused(x.Desk(), a, a.ID, "cases.merge_into")
		refused(x.Desk(), a, "", "cases.merge_into")
		refused(x.Officer(), a, b.ID, "auth.no_permission")
		elsewhere := x.Register(t, func(r *cases.Report) { r.AreaCode = "320106002001G001" })
		refused(x.Desk(), a, elsewhere.ID, "cases.not_found")
		merged := x.Act(t, x.Desk(), x.Register(t), "merge", cases.Move{Into: b.ID})
		refused(x.Desk(), a, merged.ID, "cases.merged_already")
		unit := x.Units[casetest.Area+".construction"].ID
		a = x.Act(t, x.Desk(), a, "file", cases.Move{Category: casetest.Lamp})
		a = x.Act(t, x.Desk(), a, "dispatch", cases.Move{LeadUnit: unit, CoUnits: []cases.CoUnit{{Unit: x.Units[casetest.Area+".water"].ID, Task: "配合"}}})
		refused(x.Desk(), a, b.ID, "cases.merge_parts")
	})
}

func TestSupport_CountsAVoiceWithoutDisturbingWhoWorksOnTheCase(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		c := x.Register(t)
		support := func(phone string) (r *cases.Reporter) {
			t.Helper()
			if err := d.Tx(x.Ctx, func(tx *db.Tx) (err error) {
				r, _, err = x.Cases.SupportTx(x.Ctx, tx, c.Number, cases.NewReporter{Phone: phone, WantsReply: true}, "")
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return r
		}
		if one, two := support("138 0000 1111"), support("13800001111"); one.ID == two.ID || one.Token == two.Token {
			t.Error("two people share a code")
		}
		support("")
		c = x.Act(t, x.Desk(), c, "accept", cases.Move{}) // with the version of before
		if got := detailOf(t, x, c.ID); got.Voices != 3 || len(got.Reporters) != 4 {
			t.Errorf("%d voices of %d reporters; one telephone counts once", got.Voices, len(got.Reporters))
		}
	})
}

func TestReporter_IsMaskedAndShownOnlyWithAReasonThatIsKept(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := casetest.New(t, d)
		c := x.Register(t, resident("李小明", "13812345678"))
		hidden := x.Register(t, resident("王某", "13700001111"), func(r *cases.Report) { r.Reporter.Anonymous = true })
		if seen, err := x.Cases.Get(x.Desk(), c.ID); err != nil || seen.Reporters[0].Shown != "" {
			t.Errorf("without the permission: %+v %v", seen.Reporters, err)
		}
		asker := x.As("asker", casetest.Street+".street_command", casetest.Street, cases.PermRead, cases.PermContact)
		seen, err := x.Cases.Get(asker, c.ID)
		if err != nil || seen.Reporters[0].Shown != "李** 138****5678" {
			t.Fatalf("with it: %+v %v", seen.Reporters, err)
		}
		id := seen.Reporters[0].ID
		if _, err := x.Cases.RevealReporter(asker, c.ID, id, " "); errs.CodeOf(err) != "cases.reason_required" {
			t.Errorf("no reason: %v", err)
		}
		if _, err := x.Cases.RevealReporter(x.Desk(), c.ID, id, "回访"); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("no permission: %v", err)
		}
		other := x.As("other", "320106002.street_command", "320106002", cases.PermRead, cases.PermContact)
		if _, err := x.Cases.RevealReporter(other, c.ID, id, "回访"); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("other street: %v", err)
		}
		k, err := x.Cases.RevealReporter(asker, c.ID, id, "回访核实")
		if err != nil || k.Name != "李小明" || k.Phone != "13812345678" {
			t.Fatalf("%+v %v", k, err)
		}
		last := detailOf(t, x, c.ID).History
		if h := last[len(last)-1]; h.Action != "reveal_reporter" || h.ActorName != "asker" || h.Detail.V["reason"] != "回访核实" {
			t.Errorf("history %+v", h)
		}
		anonymous, err := x.Cases.Get(asker, hidden.ID)
		if err != nil || anonymous.Reporters[0].Shown != "" {
			t.Fatalf("anonymous: %+v %v", anonymous.Reporters, err)
		}
		if _, err := x.Cases.RevealReporter(asker, hidden.ID, anonymous.Reporters[0].ID, "回访"); errs.CodeOf(err) != "cases.anonymous" {
			t.Errorf("anonymous: %v", err)
		}
		if err := d.Read(x.Ctx, func(tx *db.Tx) error { _, err := x.Cases.ContactsTx(asker, tx, c.ID); return err }); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("contacts in the clear: %v", err)
		}
		if err := d.Read(x.Ctx, func(tx *db.Tx) error {
			all, err := x.Cases.ContactsTx(auth.System(context.Background(), "t"), tx, c.ID)
			if err == nil && (len(all) != 1 || all[0].Code == "" || all[0].Phone != "13812345678") {
				t.Errorf("contacts %+v", all)
			}
			told, failed := x.Cases.ToldTx(auth.System(context.Background(), "t"), tx, []string{c.ID, hidden.ID})
			if failed != nil || fmt.Sprint(told[c.ID].People) != fmt.Sprint(all) {
				t.Errorf("told together %+v, alone %+v: %v", told, all, failed)
			}
			if _, failed := x.Cases.ToldTx(asker, tx, []string{c.ID}); errs.KindOf(failed) != errs.KindForbidden {
				t.Errorf("told in the clear: %v", failed)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}
