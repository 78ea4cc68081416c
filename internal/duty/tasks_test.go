package duty_test

import (
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/duty"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

// takenBack is a category that the sample list has taken back from streets.
const takenBack = "140106"

func TestDispatch_ToAStreetNeedsAdmissionForWhatWasTakenBack(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d)
		filed := w.Act(t, w.Desk(), w.Register(t), "file", cases.Move{Category: takenBack})
		to := cases.Move{Version: filed.Version, LeadUnit: w.Units[casetest.Street+".street_urban"].ID}
		_, err := w.Cases.Act(w.Desk(), filed.ID, "dispatch", to)
		w.refused(err, "duty.withdrawn")
		ask, err := w.Duties.AskAdmission(w.street(), duty.NewAdmission{Title: "架空线缆临时捆扎", Reason: "通信单位要求街道代为捆扎，不在清单内", Category: takenBack, FromUnit: "telecom_ops"})
		w.ok(err)
		if ask.AreaCode != casetest.Street || ask.State != duty.Open {
			t.Fatalf("%+v", ask)
		}
		until := clock.At(c.Now().AddDate(0, 0, 3))
		a, err := w.Duties.DecideAdmission(w.chief(), ask.ID, duty.AdmissionDecision{Admit: true, Answer: "应急期间同意", Until: &until, Version: 1})
		w.ok(err)
		if a.State != duty.Admitted {
			t.Fatalf("%+v", a)
		}
		_, err = w.Duties.DecideAdmission(w.chief(), ask.ID, duty.AdmissionDecision{Answer: "改主意", Version: 2})
		w.refused(err, "duty.changed")
		_, err = w.Cases.Act(w.Desk(), filed.ID, "dispatch", to)
		w.ok(err)
		c.Advance(4 * 24 * time.Hour)
		late := w.Act(t, w.Desk(), w.Register(t), "file", cases.Move{Category: takenBack})
		_, err = w.Cases.Act(w.Desk(), late.ID, "dispatch", cases.Move{Version: late.Version, LeadUnit: to.LeadUnit})
		w.refused(err, "duty.withdrawn")
		_, err = w.Cases.Act(w.Desk(), late.ID, "dispatch", cases.Move{Version: late.Version, LeadUnit: w.Units[casetest.Area+".construction"].ID})
		w.ok(err)
	})
}

func TestAdmission_IsAskedByStreetsAndDecidedByTheDistrict(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t))
	n := duty.NewAdmission{Title: "代办催缴", Reason: "要求街道代为催缴，联系人13912345678"}
	_, err := w.Duties.AskAdmission(w.As("clerk", casetest.Area+".water", casetest.Area, duty.PermAsk), n)
	w.refused(err, "duty.not_street")
	_, err = w.Duties.AskAdmission(w.As("reader", casetest.Street+".street_office", casetest.Street, duty.PermRead), n)
	w.refused(err, "auth.no_permission")
	a, err := w.Duties.AskAdmission(w.street(), n)
	w.ok(err)
	if a.Reason == n.Reason {
		t.Fatal("the telephone number was not masked")
	}
	_, err = w.Duties.DecideAdmission(w.street(), a.ID, duty.AdmissionDecision{Admit: true, Answer: "自己同意", Version: 1})
	w.refused(err, "auth.no_permission")
	_, err = w.Duties.DecideAdmission(w.As("other", "", "320105", duty.Permissions()...), a.ID, duty.AdmissionDecision{Answer: "别的区", Version: 1})
	w.refused(err, "duty.admission_not_found")
	list := func(area string) int {
		page, err := w.Duties.Admissions(w.As("reader", "", area, duty.PermRead), "", httpx.PageIn{Limit: 50})
		w.ok(err)
		return page.Total
	}
	if list(casetest.Street) != 1 || list("320106002") != 0 || list(casetest.Area) != 1 {
		t.Fatal("requests are seen in their own area only")
	}
	a, err = w.Duties.DecideAdmission(w.chief(), a.ID, duty.AdmissionDecision{Answer: "不属于街道", Version: 1})
	w.ok(err)
	if a.State != duty.Refused {
		t.Fatalf("%+v", a)
	}
}

func TestChangeTask_HoldsForTheDistrictOfWhoChangesIt(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		_, err := w.Duties.ChangeTask(w.street(), casetest.Lamp, duty.TaskChange{Kind: duty.Basic, Version: 1})
		w.refused(err, "auth.no_permission")
		_, err = w.Duties.ChangeTask(w.chief(), casetest.Lamp, duty.TaskChange{Kind: duty.TakenBack, Version: 1})
		w.refused(err, "duty.need_owner")
		task, err := w.Duties.ChangeTask(w.chief(), casetest.Lamp, duty.TaskChange{Kind: duty.TakenBack, Owner: "construction", Basis: "2026年调整", Version: 1})
		w.ok(err)
		_, err = w.Duties.ChangeTask(w.chief(), casetest.Lamp, duty.TaskChange{Kind: duty.Basic, Version: 1})
		w.refused(err, "duty.changed")
		if got := w.decide(duty.Question{Category: casetest.Lamp, Area: casetest.Grid}); got.Task.Kind != duty.TakenBack || task.Version != 2 {
			t.Fatalf("%+v", got.Task)
		}
		tasks, err := w.Duties.Tasks(w.As("other", "", "320105", duty.PermRead))
		w.ok(err)
		for _, x := range tasks {
			if x.Category == casetest.Lamp && x.Kind != duty.Cooperative {
				t.Fatalf("another district reads %+v", x)
			}
		}
		if len(tasks) != 126 {
			t.Fatalf("%d rows", len(tasks))
		}
	})
}
