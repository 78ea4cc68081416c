package duty_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"yiwang/internal/duty"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/testkit"
)

// takenBack is a category that the sample list has taken back from streets.
const takenBack = "140106"

func TestAdmit_AStreetNeedsAdmissionForWhatWasTakenBack(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d)
		admit := func(unit string) error {
			return d.Read(w.ctx, func(tx *db.Tx) error { return w.AdmitTx(w.ctx, tx, takenBack, w.units[unit]) })
		}
		w.refused(admit(street+".street_urban"), "duty.withdrawn")
		w.ok(admit(area + ".construction"))
		ask, err := w.AskAdmission(w.street(), duty.NewAdmission{Title: "架空线缆临时捆扎", Reason: "通信单位要求街道代为捆扎，不在清单内", Category: takenBack, FromUnit: "telecom_ops"})
		w.ok(err)
		if ask.AreaCode != street || ask.State != duty.Open {
			t.Fatalf("%+v", ask)
		}
		until := clock.At(c.Now().AddDate(0, 0, 3))
		a, err := w.DecideAdmission(w.chief(), ask.ID, duty.AdmissionDecision{Admit: true, Answer: "应急期间同意", Until: &until, Version: 1})
		w.ok(err)
		if a.State != duty.Admitted {
			t.Fatalf("%+v", a)
		}
		_, err = w.DecideAdmission(w.chief(), ask.ID, duty.AdmissionDecision{Answer: "改主意", Version: 2})
		w.refused(err, "duty.changed")
		w.ok(admit(street + ".street_urban"))
		w.refused(admit("320106002.street_urban"), "duty.withdrawn")
		c.Advance(4 * 24 * time.Hour)
		w.refused(admit(street+".street_urban"), "duty.withdrawn")
	})
}

func TestAdmission_IsAskedByStreetsAndDecidedByTheDistrict(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t))
	n := duty.NewAdmission{Title: "代办催缴", Reason: "要求街道代为催缴，联系人13912345678"}
	_, err := w.AskAdmission(w.as("clerk", area+".water", area, duty.PermAsk), n)
	w.refused(err, "duty.not_street")
	_, err = w.AskAdmission(w.as("reader", street+".street_office", street, duty.PermRead), n)
	w.refused(err, "auth.no_permission")
	a, err := w.AskAdmission(w.street(), n)
	w.ok(err)
	if a.Reason == n.Reason {
		t.Fatal("the telephone number was not masked")
	}
	_, err = w.DecideAdmission(w.street(), a.ID, duty.AdmissionDecision{Admit: true, Answer: "自己同意", Version: 1})
	w.refused(err, "auth.no_permission")
	_, err = w.DecideAdmission(w.as("other", "", "320105", duty.Permissions()...), a.ID, duty.AdmissionDecision{Answer: "别的区", Version: 1})
	w.refused(err, "duty.admission_not_found")
	list := func(area string) int {
		page, err := w.Admissions(w.as("reader", "", area, duty.PermRead), "", httpx.PageIn{Limit: 50})
		w.ok(err)
		return page.Total
	}
	if list(street) != 1 || list("320106002") != 0 || list(area) != 1 {
		t.Fatal("requests are seen in their own area only")
	}
	a, err = w.DecideAdmission(w.chief(), a.ID, duty.AdmissionDecision{Answer: "不属于街道", Version: 1})
	w.ok(err)
	if a.State != duty.Refused {
		t.Fatalf("%+v", a)
	}
}

func TestChangeTask_HoldsForTheDistrictOfWhoChangesIt(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		_, err := w.ChangeTask(w.street(), paving, duty.TaskChange{Kind: duty.Basic, Version: 1})
		w.refused(err, "auth.no_permission")
		_, err = w.ChangeTask(w.chief(), paving, duty.TaskChange{Kind: duty.TakenBack, Version: 1})
		w.refused(err, "duty.need_owner")
		task, err := w.ChangeTask(w.chief(), paving, duty.TaskChange{Kind: duty.TakenBack, Owner: "construction", Basis: "2026年调整", Version: 1})
		w.ok(err)
		_, err = w.ChangeTask(w.chief(), paving, duty.TaskChange{Kind: duty.Basic, Version: 1})
		w.refused(err, "duty.changed")
		if got := w.decide(duty.Question{Category: paving, Area: grid}); got.Task.Kind != duty.TakenBack || task.Version != 2 {
			t.Fatalf("%+v", got.Task)
		}
		tasks, err := w.Tasks(w.as("other", "", "320105", duty.PermRead))
		w.ok(err)
		for _, x := range tasks {
			if x.Category == paving && x.Kind != duty.Cooperative {
				t.Fatalf("another district reads %+v", x)
			}
		}
		if len(tasks) != 126 {
			t.Fatalf("%d rows", len(tasks))
		}
	})
}

func TestTaskFile_GoesOutAndComesBackWithWhatWasChanged(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for _, format := range []sheet.Format{sheet.CSV, sheet.XLSX} {
			var file bytes.Buffer
			w.ok(w.ExportTasks(w.chief(), format, &file))
			same, err := w.ImportTasks(w.chief(), &file, false)
			w.ok(err)
			if !same.Stored || same.Changed != 0 || same.Accepted != len(w.Catalog().Leaves()) {
				t.Fatalf("%s as exported: %+v", format, same)
			}
		}
		text := "分类编码,街道履职,牵头部门,依据\n" + takenBack + ",配合履职,telecom_ops,区政府会议纪要\n" + paving + ",基本,,\n"
		dry, err := w.ImportTasks(w.chief(), strings.NewReader(text), true)
		w.ok(err)
		if dry.Stored || dry.Changed != 2 {
			t.Fatalf("dry run: %+v", dry)
		}
		w.refused(d.Read(w.ctx, func(tx *db.Tx) error { return w.AdmitTx(w.ctx, tx, takenBack, w.units[street+".street_urban"]) }), "duty.withdrawn")
		done, err := w.ImportTasks(w.chief(), strings.NewReader(text), false)
		w.ok(err)
		if !done.Stored || done.Changed != 2 {
			t.Fatalf("import: %+v", done)
		}
		w.ok(d.Read(w.ctx, func(tx *db.Tx) error { return w.AdmitTx(w.ctx, tx, takenBack, w.units[street+".street_urban"]) }))
		list, err := w.Tasks(w.chief())
		w.ok(err)
		for _, task := range list {
			if task.Category == paving && (task.Kind != duty.Basic || task.Version == 0 || task.ChangedBy == "") {
				t.Errorf("stored %+v", task)
			}
		}
	})
}

func TestTaskFile_OneBadRowKeepsAllOutAndOnlyTheDistrictMayImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t))
	text := "分类编码,街道履职,牵头部门\n" + paving + ",基本,\n" + paving + ",基本,\n999999,基本,\n" + takenBack + ",已收回,\n" + takenBack + ",也许,water\n"
	out, err := w.ImportTasks(w.chief(), strings.NewReader(text), false)
	w.ok(err)
	if out.Stored || out.Accepted != 1 || out.Rejected != 4 || len(out.Errors) != 4 {
		t.Errorf("%+v", out)
	}
	good := "分类编码,街道履职\n" + paving + ",基本\n"
	_, err = w.ImportTasks(w.street(), strings.NewReader(good), false)
	w.refused(err, "auth.no_permission")
	_, err = w.ImportTasks(w.as("other", street+".street_office", street, duty.PermManage), strings.NewReader(good), false)
	w.refused(err, "auth.outside_area")
}
