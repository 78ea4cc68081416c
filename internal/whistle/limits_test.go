package whistle_test

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/testkit"
	"yiwang/internal/whistle"
)

func TestLimits_ANewVersionHoldsForClocksThatStartLaterAndSaysWhereItComesFrom(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d)
		before := w.blown(water)
		rules := slices.Clone(whistle.DefaultLimits().Rules)
		for i := range rules {
			if rules[i].Kind == whistle.Push && rules[i].Clock == "report" {
				rules[i].Limit, rules[i].Basis = "7 work_day", "区吹哨报到办法（试行）第九条"
			}
		}
		if _, err := w.s.SetLimits(w.desk(), 1, rules, "试行"); errs.KindOf(err) != errs.KindForbidden {
			t.Fatalf("by the street: %v", err)
		}
		street := w.As("clocks", casetest.Street+".street_office", casetest.Street, cases.PermClocks)
		_, err := w.s.SetLimits(street, 1, rules, "试行")
		w.refused(err, "whistle.too_low")
		_, err = w.s.SetLimits(w.Command(), 1, rules[1:], "少一条")
		w.refused(err, "whistle.bad_limits")
		set, err := w.s.SetLimits(w.Command(), 1, rules, "试行")
		w.ok(err)
		if set.Version != 2 || set.CreatedAt == nil {
			t.Fatalf("%+v", set)
		}
		_, err = w.s.SetLimits(w.Command(), 1, rules, "又一次")
		w.refused(err, "whistle.limits_changed")
		versions, err := w.s.LimitVersions(w.desk())
		w.ok(err)
		if len(versions) != 2 || versions[0].Version != 2 || versions[1].CreatedAt != nil {
			t.Errorf("versions %+v", versions)
		}
		now.Advance(time.Minute)
		after := w.blown(housing)
		for id, want := range map[string][2]string{before.ID: {"3 work_day", "时限标准第1版"}, after.ID: {"7 work_day", "第九条（时限标准第2版）"}} {
			x, err := w.s.Get(w.desk(), id)
			w.ok(err)
			for _, k := range x.Calls[0].Clocks {
				if k.Kind == "report" && (k.Limit != want[0] || len(k.Why) == 0 || !strings.Contains(k.Why[0], want[1])) {
					t.Errorf("%s: %s because %v", want[1], k.Limit, k.Why)
				}
			}
		}
		offered, err := w.s.Rules(w.desk())
		w.ok(err)
		if offered[0].Limits["report"] != "7 work_day" || offered[1].Approvals != 2 {
			t.Errorf("offered %+v", offered)
		}
	})
}

func TestExport_HoldsARowForEveryCalledUnitOfWhatTheCallerSees(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d)
		w.through(w.blown(water), water, now.Now())
		now.Advance(10 * 24 * time.Hour)
		open := w.blown(water, housing)
		now.Advance(3 * 24 * time.Hour)
		w.draft(whistle.Push, housing)
		read := func(as string) [][]string {
			t.Helper()
			var file bytes.Buffer
			who := w.desk()
			if as != "" {
				who = w.clerk(as)
			}
			w.ok(w.s.Export(who, whistle.Filter{}, sheet.CSV, &file))
			rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.String(), "\ufeff"))).ReadAll()
			w.ok(err)
			return rows[1:]
		}
		street, waterworks, homes := read(""), read(water), read(housing)
		if len(street) != 4 || len(waterworks) != 3 || len(homes) != 2 {
			t.Fatalf("%d rows for the street, %d and %d for those called", len(street), len(waterworks), len(homes))
		}
		for _, r := range street {
			if late := r[len(r)-2]; (r[0] == open.Number) != strings.Contains(late, "签收") {
				t.Errorf("%s: late with %q", r[0], late)
			}
		}
		if err := w.s.Export(w.As("nobody", "", casetest.Street), whistle.Filter{}, sheet.XLSX, &bytes.Buffer{}); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("without the permission: %v", err)
		}
	})
}
