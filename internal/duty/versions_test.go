package duty_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"yiwang/internal/duty"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/testkit"
)

func TestPublish_RefusesTiesAndNamesThem(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		v := w.draft("有冲突")
		w.add(v, duty.Rule{Code: "X1", Category: paving, AreaCode: street, FromTime: "18:00", ToTime: "08:00", Lead: "water"})
		w.add(v, duty.Rule{Code: "X2", Category: paving, AreaCode: street, FromTime: "07:00", ToTime: "09:00", Lead: "housing"})
		review, err := w.Review(w.street(), v.ID)
		w.ok(err)
		if len(review.Ties) != 1 || review.Ties[0].A != "X1" || review.Ties[0].B != "X2" {
			t.Fatalf("%+v", review.Ties)
		}
		now, err := w.Version(w.chief(), v.ID)
		w.ok(err)
		_, err = w.Publish(w.chief(), v.ID, now.Version.Version, nil)
		w.refused(err, "duty.ties")
		if e := errs.As(err); e.Fields[0].Location != "rules.X1" {
			t.Fatalf("%+v", e.Fields)
		}
		for _, l := range now.List {
			if l.Code == "X2" {
				l.FromTime, l.ToTime = "08:00", "09:00" // now they only touch
				_, err := w.ChangeRule(w.chief(), l.ID, l.Rule)
				w.ok(err)
			}
		}
		w.publish(v)
	})
}

func TestPublish_NeverReachesIntoThePastAndNeverChangesAgain(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d)
		v := w.draft("下月起")
		w.add(v, duty.Rule{Code: "N1", Category: paving, AreaCode: street, Lead: "water"})
		_, err := w.Publish(w.chief(), v.ID, v.Version+1, clock.Ptr(c.Now().Add(-time.Minute)))
		w.refused(err, "duty.in_the_past")
		_, err = w.Publish(w.chief(), v.ID, v.Version, clock.Ptr(c.Now()))
		w.refused(err, "duty.changed")
		from := c.Now().AddDate(0, 0, 7)
		_, err = w.Publish(w.chief(), v.ID, v.Version+1, clock.Ptr(from))
		w.ok(err)
		q := duty.Question{Category: paving, Area: grid}
		if lead(w.decide(q)) != "construction" {
			t.Fatal("in force too early")
		}
		q.At = from
		if got := w.decide(q); lead(got) != "water" || got.Version.Number != 2 {
			t.Fatalf("%+v", got.Version)
		}
		_, err = w.AddRule(w.chief(), v.ID, duty.Rule{Code: "N2", Lead: "water"})
		w.refused(err, "duty.published")
		w.refused(w.Discard(w.chief(), v.ID), "duty.published")
		other := w.draft("插队")
		_, err = w.Publish(w.chief(), other.ID, other.Version, nil)
		w.refused(err, "duty.later_published")
		versions, err := w.Versions(w.street())
		w.ok(err)
		if len(versions) != 3 || !versions[2].InForce || versions[1].InForce || versions[2].Rules != 126 {
			t.Fatalf("%+v", versions)
		}
	})
}

func TestDraft_BelongsToTheDistrictOfWhoManages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t))
	v := w.draft("本区")
	_, err := w.Draft(w.street(), duty.NewDraft{Area: area, Name: "街道不行"})
	w.refused(err, "auth.no_permission")
	_, err = w.Draft(w.chief(), duty.NewDraft{Area: "320105", Name: "别的区"})
	w.refused(err, "auth.outside_area")
	elsewhere := w.as("other", "", "320105", duty.Permissions()...)
	_, err = w.Version(elsewhere, v.ID)
	w.refused(err, "duty.version_not_found")
	_, err = w.AddRule(elsewhere, v.ID, duty.Rule{Lead: "water"})
	w.refused(err, "duty.version_not_found")
	// A street may read the draft of its district and change nothing.
	_, err = w.Version(w.street(), v.ID)
	w.ok(err)
	_, err = w.AddRule(w.street(), v.ID, duty.Rule{Lead: "water"})
	w.refused(err, "auth.no_permission")
	_, err = w.AddRule(w.chief(), v.ID, duty.Rule{Category: "999999", AreaCode: "320105001", Lead: "Nobody!", FromTime: "25:00"})
	w.refused(err, "duty.bad_rule")
	if n := len(errs.As(err).Fields); n != 3 {
		t.Fatalf("%d fields: %+v", n, errs.As(err).Fields)
	}
	_, err = w.AddRule(w.chief(), v.ID, duty.Rule{AreaCode: "320105001", Lead: "water"})
	w.refused(err, "duty.bad_rule")
}

func TestReview_ReportsHolesAndOverlaps(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t))
	v := w.draft("有空白")
	d, err := w.Version(w.chief(), v.ID)
	w.ok(err)
	for _, l := range d.List {
		if l.Category == paving {
			w.ok(w.DropRule(w.chief(), l.ID))
		}
	}
	w.add(v, duty.Rule{Code: "only-one", Category: paving, AreaCode: street, Lead: "construction"})
	w.add(v, duty.Rule{Code: "narrow", Category: paving, AreaCode: place, Lead: "water"})
	review, err := w.Review(w.chief(), v.ID)
	w.ok(err)
	holes := map[string]duty.Hole{}
	for _, h := range review.Holes {
		holes[h.Category+h.Reason] = h
	}
	if h := holes[paving+"no_rule"]; len(h.Streets) != 1 || h.Streets[0] != "第2街道" {
		t.Fatalf("%+v", h)
	}
	if h := holes["140104no_unit"]; len(h.Streets) != 2 {
		t.Fatalf("the missing lighting office is not reported: %+v", review.Holes)
	}
	if len(review.Overlaps) != 1 || review.Overlaps[0].A != "narrow" || review.Overlaps[0].B != "only-one" {
		t.Fatalf("%+v", review.Overlaps)
	}
	if review.Cells != 126*2 || review.Covered >= review.Cells {
		t.Fatalf("%d of %d", review.Covered, review.Cells)
	}
}

func TestSimulate_TellsWhatADraftWouldHaveDone(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		water := w.units[area+".water"].ID
		w.Replay(archive{{ID: "1", Category: paving, Area: grid, At: testkit.Epoch, LeadUnit: water, Dispatches: 1}, {ID: "2", Category: paving, Area: grid, At: testkit.Epoch, LeadUnit: water, Dispatches: 2, Returns: 1},
			{ID: "3", Category: paving, Area: grid, At: testkit.Epoch, LeadUnit: water, Dispatches: 1}, {ID: "4", Category: "gone", Area: grid, At: testkit.Epoch, LeadUnit: water}})
		v := w.draft("水务牵头")
		w.add(v, duty.Rule{Code: "water", Category: paving, AreaCode: street, Lead: "water"})
		sim, err := w.Simulate(w.chief(), v.ID, nil)
		w.ok(err)
		if sim.Cases != 3 || sim.Same != 0 || sim.Before.Part != 0 || sim.After.Part != 3 || len(sim.Shifts) != 1 || sim.Shifts[0].Better != 3 || sim.Changes[0].Rule != "water" {
			t.Fatalf("%+v", sim)
		}
		_, err = w.Simulate(w.street(), v.ID, nil)
		w.refused(err, "auth.no_permission")
		rows, err := w.Accuracies(w.street(), nil)
		w.ok(err)
		if len(rows) != 2 || rows[0].Dispatched != 3 || rows[0].First.Part != 2 || rows[0].Returns != 1 || rows[0].Listed.Part != 0 {
			t.Fatalf("%+v", rows)
		}
	})
}

func TestImport_TakesBackWhatWasExportedAndNothingBad(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		v := w.draft("往返")
		w.add(v, duty.Rule{Code: "night", Category: paving, Component: "0113", AreaCode: street, Days: "off", FromTime: "18:00", ToTime: "08:00", Lead: "water", LimitText: "4 work_hour",
			Fallback: "housing", Verifier: "street_urban", Basis: "会议纪要"})
		before, err := w.Version(w.chief(), v.ID)
		w.ok(err)
		for _, format := range []sheet.Format{sheet.XLSX, sheet.CSV} {
			var file bytes.Buffer
			_, err = w.Export(w.street(), v.ID, format, &file)
			w.ok(err)
			r, err := w.Import(w.chief(), v.ID, &file, false)
			w.ok(err)
			if !r.Stored || r.Accepted != 127 {
				t.Fatalf("%+v", r)
			}
		}
		after, err := w.Version(w.chief(), v.ID)
		w.ok(err)
		for i := range after.List {
			a, b := after.List[i], before.List[i]
			a.ID = b.ID
			if strings.Join(a.Assists.V, ",") != strings.Join(b.Assists.V, ",") || a.Limit != b.Limit || a.Code != b.Code || a.Days != b.Days || a.ToTime != b.ToTime || a.Basis != b.Basis {
				t.Fatalf("%+v\n%+v", a, b)
			}
		}
		bad := "编号,分类编码,牵头单位\nA,140101,water\nA,140101,water\nB,77,water\n"
		r, err := w.Import(w.chief(), v.ID, strings.NewReader(bad), false)
		w.ok(err)
		if r.Stored || r.Rejected != 2 || r.Errors[0].Row != 3 || r.Errors[1].Column != "分类编码" {
			t.Fatalf("%+v", r)
		}
		diff, err := w.Diff(w.street(), v.ID)
		w.ok(err)
		if len(diff) != 1 || diff[0].Kind != "added" || diff[0].After.Code != "night" {
			t.Fatalf("%+v", diff)
		}
	})
}
