package roster

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"yiwang/internal/identity"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/region"
	"yiwang/internal/testkit"
)

const (
	grid1 = "320106001001G001"
	grid2 = "320106001001G002"
	far   = "320106002001G001"
)

// house is the service on a district of two streets; who is on duty is what the test says.
type house struct {
	*Service
	t     *testing.T
	clock *clock.Fake
	times []OnDuty
	told  []string
	asked int // how often officers were asked for
}

func (h *house) OnDutyTx(context.Context, *db.Tx, string, clock.Time, clock.Time) ([]OnDuty, error) {
	return h.times, nil
}

func (h *house) RemindTx(_ context.Context, _ *db.Tx, officer, _, _ string) error {
	h.told = append(h.told, officer)
	return nil
}

func (h *house) ReachTx(_ context.Context, _ *db.Tx, _ string, users []string, _ string, _ int, wanted func([]string) bool) (out []identity.Reach, err error) {
	h.asked++
	for _, o := range []identity.Reach{{ID: "a", Name: "冯明霞", Areas: db.JSON[[]string]{V: []string{grid1}}}, {ID: "b", Name: "卫志远", Areas: db.JSON[[]string]{V: []string{grid2}}},
		{ID: "c", Name: "蒋雅琴", Areas: db.JSON[[]string]{V: []string{far}}}} {
		if (len(users) == 0 || slices.Contains(users, o.ID)) && wanted(o.Areas.V) {
			out = append(out, o)
		}
	}
	return out, nil
}

func eachHouse(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		h := &house{t: t, clock: c}
		regions := region.New(d)
		h.Service = New(Deps{DB: d, Regions: regions, People: h, Times: h, Tell: h})
		ctx := auth.System(context.Background(), "test")
		if err := d.Tx(ctx, func(tx *db.Tx) error {
			_, err := regions.SaveTx(ctx, tx, []region.Plot{{Code: "32", Name: "省"}, {Code: "3201", Name: "市"}, {Code: "320106", Name: "区"}, {Code: "320106001", Name: "一街道"}, {Code: "320106002", Name: "二街道"},
				{Code: "320106001001", Name: "一社区"}, {Code: "320106002001", Name: "二社区"}, {Code: grid1, Name: "一网格", Kind: region.Composite}, {Code: grid2, Name: "二网格", Kind: region.Composite},
				{Code: far, Name: "远网格", Kind: region.Composite}}, testkit.Epoch)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		c.Set(time.Date(2026, 11, 24, 7, 0, 0, 0, clock.Nanjing)) // a Tuesday
		fn(t, h)
	})
}

func (h *house) as(who string) context.Context {
	p := map[string]auth.Principal{
		"planner": {Areas: []string{"320106001"}, Permissions: map[string]bool{PermRead: true, PermPlan: true}},
		"street2": {Areas: []string{"320106002"}, Permissions: map[string]bool{PermRead: true, PermPlan: true}},
		"reader":  {Areas: []string{"320106001"}, Permissions: map[string]bool{PermRead: true}},
		"clerk":   {Areas: []string{"320106"}, Permissions: map[string]bool{}},
		"a":       {Areas: []string{grid1}, Permissions: map[string]bool{walks: true, PermRead: true}},
		"b":       {Areas: []string{grid2}, Permissions: map[string]bool{walks: true, PermRead: true}},
	}[who]
	p.UserID, p.Name = who, who
	return auth.With(context.Background(), &p)
}

func (h *house) plan(officer, area, day string, from, minutes int) *Shift {
	h.t.Helper()
	x, err := h.Put(h.as("planner"), NewShift{OfficerID: officer, AreaCode: area, Day: day, Name: "早班", FromMin: from, Minutes: minutes})
	if err != nil {
		h.t.Fatal(err)
	}
	return x
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil || errs.CodeOf(err) != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestPut_IsForPlannersOfTheAreaAndNobodyIsInTwoPlaces(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		in := NewShift{OfficerID: "a", AreaCode: grid1, Day: "2026-11-24", Name: "早班", FromMin: 510, Minutes: 180}
		for who, code := range map[string]string{"clerk": "auth.no_permission", "reader": "auth.no_permission", "street2": "auth.outside_area"} {
			_, err := h.Put(h.as(who), in)
			wantCode(t, err, code)
		}
		x := h.plan("a", grid1, "2026-11-24", 510, 180)
		_, err := h.Put(h.as("planner"), in)
		wantCode(t, err, "roster.taken")
		for code, change := range map[string]func(*NewShift){
			"roster.no_officer": func(n *NewShift) { n.OfficerID = "c" },
			"roster.bad_day":    func(n *NewShift) { n.Day = "morgen" },
			"roster.bad_hours":  func(n *NewShift) { n.Minutes = 961 },
			"roster.bad_text":   func(n *NewShift) { n.Name = " " },
		} {
			n := in
			change(&n)
			_, err := h.Put(h.as("planner"), n)
			wantCode(t, err, code)
		}
		wantCode(t, h.Remove(h.as("street2"), x.ID, x.Version), "roster.no_shift")
		wantCode(t, h.Remove(h.as("planner"), x.ID, 7), "roster.changed")
		if err := h.Remove(h.as("planner"), x.ID, x.Version); err != nil {
			t.Error(err)
		}
	})
}

func TestWeekOf_ShowsGapsAndHowShiftsCameOut(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.plan("a", grid1, "2026-11-24", 510, 180)
		h.plan("b", grid2, "2026-11-24", 510, 180)
		h.plan("a", grid1, "2026-11-25", 510, 180)
		_, err := h.WeekOf(h.as("street2"), "320106001", "2026-11-24")
		wantCode(t, err, "auth.outside_area")
		_, err = h.WeekOf(h.as("clerk"), "320106001", "2026-11-24")
		wantCode(t, err, "auth.no_permission")
		h.clock.Set(time.Date(2026, 11, 24, 9, 0, 0, 0, clock.Nanjing))
		h.times = []OnDuty{{OfficerID: "a", From: clock.At(time.Date(2026, 11, 24, 8, 55, 0, 0, clock.Nanjing))}}
		w, err := h.WeekOf(h.as("reader"), "320106001", "2026-11-26")
		if err != nil || w.Monday != "2026-11-23" || len(w.Shifts) != 3 || len(w.Officers) != 2 {
			t.Fatalf("%+v, %v", w, err)
		}
		got := map[string]Outcome{}
		for _, x := range w.Shifts {
			got[x.OfficerID+x.Day] = x.Outcome
		}
		if got["a2026-11-24"] != Late || got["b2026-11-24"] != Missing || got["a2026-11-25"] != Ahead || w.Now.Due != 2 || w.Now.There != 1 || w.Now.Missing != 1 {
			t.Errorf("%v, %+v", got, w.Now)
		}
		// Two grids on seven days; both are looked after on Tuesday, one on Wednesday.
		if len(w.Gaps) != 11 {
			t.Errorf("%d gaps: %+v", len(w.Gaps), w.Gaps)
		}
		h.clock.Set(time.Date(2026, 11, 24, 13, 0, 0, 0, clock.Nanjing))
		if w, err = h.WeekOf(h.as("reader"), "320106001", "2026-11-24"); err != nil || w.Shifts[1].Outcome != Absent {
			t.Errorf("%+v, %v", w.Shifts, err)
		}
	})
}

func TestCopyWeek_PassesOverWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.plan("a", grid1, "2026-11-24", 510, 180)
		h.plan("b", grid2, "2026-11-25", 1320, 480) // crosses midnight
		h.plan("a", grid1, "2026-12-01", 600, 60)
		_, _, err := h.CopyWeek(h.as("reader"), "320106001", "2026-11-24", "2026-12-01")
		wantCode(t, err, "auth.no_permission")
		_, _, err = h.CopyWeek(h.as("planner"), "320106001", "2026-11-24", "2026-11-29")
		wantCode(t, err, "roster.same_week")
		n, passed, err := h.CopyWeek(h.as("planner"), "320106001", "2026-11-24", "2026-12-01")
		if err != nil || n != 1 || passed != 1 {
			t.Errorf("copied %d, passed %d, %v", n, passed, err)
		}
		if w, err := h.WeekOf(h.as("planner"), "320106001", "2026-12-02"); err != nil || len(w.Shifts) != 2 || w.Shifts[1].Day != "2026-12-02" {
			t.Errorf("%+v, %v", w.Shifts, err)
		}
	})
}

func TestSwap_ChangesHandsWhenAPlannerApproves(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.plan("a", grid1, "2026-11-25", 510, 180)
		_, err := h.AskSwap(h.as("b"), x.ID, "a", "家里有事")
		wantCode(t, err, "roster.no_shift")
		_, err = h.AskSwap(h.as("a"), x.ID, "c", "家里有事")
		wantCode(t, err, "roster.no_officer")
		_, err = h.AskSwap(h.as("a"), x.ID, "a", "家里有事")
		wantCode(t, err, "roster.own_swap")
		w, err := h.AskSwap(h.as("a"), x.ID, "b", "家里有事")
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.AskSwap(h.as("a"), x.ID, "b", "家里有事")
		wantCode(t, err, "roster.swap_open")
		_, err = h.DecideSwap(h.as("street2"), w.ID, true, "")
		wantCode(t, err, "roster.no_swap")
		_, err = h.DecideSwap(h.as("a"), w.ID, true, "")
		wantCode(t, err, "auth.no_permission")
		_, err = h.DecideSwap(h.as("planner"), w.ID, false, "")
		wantCode(t, err, "roster.bad_text")
		if _, err := h.DecideSwap(h.as("planner"), w.ID, true, ""); err != nil {
			t.Fatal(err)
		}
		_, err = h.WithdrawSwap(h.as("a"), w.ID)
		wantCode(t, err, "roster.swap_decided")
		mine, _, err := h.Mine(h.as("b"))
		if err != nil || len(mine) != 1 || mine[0].ID != x.ID {
			t.Errorf("%+v, %v", mine, err)
		}
		if list, err := h.Swaps(h.as("street2")); err != nil || len(list) != 0 {
			t.Errorf("another street sees %+v, %v", list, err)
		}
	})
}

func TestImport_TakesWhatExportWroteAndSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		file := "日期,姓名,网格编码,班次,开始,结束\n2026-11-24,冯明霞," + grid1 + ",早班,08:30,11:30\n2026-11-24,卫志远," + grid2 + ",夜班,22:00,06:00\n2026-11-24,无此人," + grid1 + ",早班,08:30,11:30\n2026-11-24,蒋雅琴," + far + ",早班,08:30,11:30\n2026-11-24,冯明霞," + grid1 + ",早班,25:30,11:30\n"
		r, err := h.Import(h.as("planner"), strings.NewReader(file), true)
		if err != nil || r.Added != 2 || len(r.Errors) != 3 {
			t.Fatalf("dry: %+v, %v", r, err)
		}
		if w, _ := h.WeekOf(h.as("planner"), "320106001", "2026-11-24"); len(w.Shifts) != 0 {
			t.Error("a dry run planned something")
		}
		if r, err = h.Import(h.as("planner"), strings.NewReader(file), false); err != nil || r.Added != 2 {
			t.Fatalf("%+v, %v", r, err)
		}
		var b bytes.Buffer
		if err := h.Export(h.as("planner"), "320106001", "2026-11-24", sheet.XLSX, &b); err != nil {
			t.Fatal(err)
		}
		if r, err = h.Import(h.as("planner"), &b, false); err != nil || r.Added != 0 || len(r.Errors) != 2 || r.Errors[0].Code != "roster.taken" || !strings.Contains(r.Errors[0].Reason, "早班 08:30–11:30") {
			t.Errorf("the export read again: %+v, %v", r, err)
		}
		wantCode(t, h.Export(h.as("street2"), "320106001", "2026-11-24", sheet.CSV, &b), "auth.outside_area")
		_, err = h.Import(h.as("reader"), strings.NewReader(file), false)
		wantCode(t, err, "auth.no_permission")
	})
}

func TestImport_AsksOnceForACommunityAndSeesRowsOfTheSameFile(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		var file strings.Builder
		file.WriteString("日期,姓名,网格编码,班次,开始,结束\n")
		for day := 1; day <= 28; day++ {
			for _, row := range []string{"冯明霞," + grid1 + ",早班,08:30,11:30", "冯明霞," + grid1 + ",午班,14:00,17:00", "卫志远," + grid2 + ",夜班,22:00,06:00", "冯明霞," + grid1 + ",白班,11:00,15:00"} {
				fmt.Fprintf(&file, "2026-12-%02d,%s\n", day, row)
			}
		}
		h.asked = 0
		r, err := h.Import(h.as("planner"), strings.NewReader(file.String()), false)
		if err != nil || r.Added != 3*28 || r.Rejected != 28 {
			t.Errorf("%+v, %v", r, err)
		}
		if h.asked != 1 {
			t.Errorf("asked for officers %d times", h.asked)
		}
	})
}

func TestRemind_TellsOnceWhoIsNotOnDuty(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.plan("a", grid1, "2026-11-24", 510, 180)
		h.plan("b", grid2, "2026-11-24", 510, 180)
		h.clock.Set(time.Date(2026, 11, 24, 8, 21, 0, 0, clock.Nanjing))
		h.times = []OnDuty{{OfficerID: "b", From: clock.At(h.clock.Now().Add(-time.Hour))}}
		for range 2 {
			if err := h.Remind(auth.System(context.Background(), "test")); err != nil {
				t.Fatal(err)
			}
		}
		if len(h.told) != 1 || h.told[0] != "a" {
			t.Errorf("told %v", h.told)
		}
	})
}

func TestSetTerms_DecidesHowLongTracksAreKept(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		wantCode(t, h.SetTerms(h.as("street2"), "a", true), "roster.no_officer")
		wantCode(t, h.SetTerms(h.as("reader"), "a", true), "auth.no_permission")
		if err := h.SetTerms(h.as("planner"), "a", true); err != nil {
			t.Fatal(err)
		}
		for officer, want := range map[string]int{"a": 90, "b": 30} {
			_ = h.DB.Read(context.Background(), func(tx *db.Tx) error {
				if days, err := h.KeepDays(context.Background(), tx, officer); err != nil || days != want {
					t.Errorf("%s: %d days, %v", officer, days, err)
				}
				return nil
			})
		}
		if kinds, err := h.Kinds(h.as("reader"), grid1); err != nil || len(kinds) != len(usual) {
			t.Errorf("%+v, %v", kinds, err)
		}
		if _, err := h.AddKind(h.as("planner"), Kind{AreaCode: "320106001", Name: "巡逻班", FromMin: 1200, Minutes: 120}); err != nil {
			t.Fatal(err)
		}
		kinds, err := h.Kinds(h.as("reader"), grid1)
		if err != nil || len(kinds) != 1 || kinds[0].Name != "巡逻班" || kinds[0].Version != 1 {
			t.Fatalf("%+v, %v", kinds, err)
		}
		night := Kind{ID: kinds[0].ID, Name: "夜巡", FromMin: 1260, Minutes: 180, Version: 1}
		_, err = h.ChangeKind(h.as("street2"), night)
		wantCode(t, err, "roster.no_kind")
		_, err = h.ChangeKind(h.as("planner"), Kind{ID: night.ID, Name: "夜巡", FromMin: 1260, Minutes: 961, Version: 1})
		wantCode(t, err, "roster.bad_hours")
		if x, err := h.ChangeKind(h.as("planner"), night); err != nil || x.Version != 2 || x.FromMin != 1260 {
			t.Errorf("%+v, %v", x, err)
		}
		_, err = h.ChangeKind(h.as("planner"), night)
		wantCode(t, err, "roster.kind_stale")
		wantCode(t, h.RetireKind(h.as("planner"), night.ID, 1), "roster.kind_stale")
		if err := h.RetireKind(h.as("planner"), night.ID, 2); err != nil {
			t.Fatal(err)
		}
		wantCode(t, h.RetireKind(h.as("planner"), night.ID, 3), "roster.no_kind")
		if kinds, err := h.Kinds(h.as("reader"), grid1); err != nil || len(kinds) != len(usual) {
			t.Errorf("when the last is gone: %+v, %v", kinds, err)
		}
	})
}
