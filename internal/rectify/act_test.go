package rectify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
)

const lamp = "物业不管，楼道灯坏了两个月没人修"

func TestAct_TakesEveryEdgeAndRefusesEveryOther(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		n := len(States) * len(guards)
		w := newWorld(t, d, lines(lamp, n)...)
		free := w.free("04", n)
		for _, from := range States {
			for a := range guards {
				i := w.item(from, free[0])
				free = free[1:]
				e, exists := edgeFor(i, a)
				got, err := w.actAs("office", i, a) // the office holds every permission, so only edge and party decide
				switch {
				case !exists:
					wantCode(t, err, "rectify.bad_transition")
					continue
				case e.by == lead:
					wantCode(t, err, "rectify.not_lead")
				}
				if err != nil {
					if a == ActDone {
						w.shoot(i, "housing")
						i = w.ok(w.load2(i.ID))
					}
					got = w.ok(w.act(i, a))
				}
				if got.State != e.to {
					t.Errorf("%s –%s→ %s, want %s", from, a, got.State, e.to)
				}
			}
		}
	})
}

func (w *world) load2(id string) (i *Item, err error) {
	err = w.db.Read(context.Background(), func(tx *db.Tx) error { i, err = w.load(w.as("office"), tx, id); return err })
	return i, err
}

func lines(text string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = text
	}
	return out
}

// TestAct_AdmitsTheRightPartyOnly walks every role over every edge of an item in the first street led by housing.
func TestAct_AdmitsTheRightPartyOnly(t *testing.T) {
	t.Parallel()
	d := testkit.SQLite(t)
	w := newWorld(t, d, lines(lamp, 300)...)
	free := w.free("04", 300)
	allowed := map[party]map[string]bool{
		office:   {"office": true},
		lead:     {"housing": true},
		verifier: {"office": true, "check": true},
		panel:    {"office": true},
	}
	for from, edges := range workflow {
		for _, e := range edges {
			for who := range people {
				i := w.ready(from, e, free[0])
				free = free[1:]
				if e.action == ActDone {
					w.shoot(i, "housing")
					i = w.ok(w.load2(i.ID))
				}
				_, err := w.actAs(who, i, e.action)
				if want := allowed[e.by][who]; want != (err == nil) {
					t.Errorf("%s %s as %s: %v, want allowed %v", from, e.action, who, err, want)
				} else if kind := errs.KindOf(err); err != nil && kind != errs.KindForbidden && kind != errs.KindNotFound {
					t.Errorf("%s %s as %s: %v, want forbidden or not found", from, e.action, who, err)
				}
				if len(free) < 2 {
					w.t.Fatal("the fixture has too few comments")
				}
			}
		}
	}
}

// ready leads an item to a state and makes the condition of the edge hold.
func (w *world) ready(from State, e edge, comment string) *Item {
	w.t.Helper()
	i := w.item(from, comment)
	if e.when == nil || e.when(i) {
		return i
	}
	for _, a := range map[Action][]Action{ActReturn: {ActReturn, ActIssue}, ActSuspend: {ActAskSuspension}}[e.action] {
		i = w.ok(w.act(i, a))
	}
	return i
}

func TestAct_StreetActsForItsOwnOffice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	free := w.free("04", 1)
	i := w.ok(w.Merge(w.as("office"), free, Plan{Title: "摊位占道", Field: "04", AreaCode: "320106001003", LeadUnit: "u-st1-law"}))
	i = w.ok(w.act(i, ActConfirm))
	i = w.ok(w.act(i, ActIssue))
	_, err := w.actAs("street2", i, ActAnswer)
	wantCode(t, err, "rectify.not_found")
	w.ok(w.actAs("street1", i, ActAnswer))
}

func TestVerify_IsRefusedToWhoHandled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	i := w.item(Done, w.free("04", 1)...)
	for _, a := range []Action{ActVerify, ActRework} {
		_, err := w.actAs("insider", i, a)
		wantCode(t, err, "rectify.same_unit")
	}
	// A joint unit handled it too, and moving to another unit afterwards does not make a handler independent.
	moved := people["housing"]
	moved.UserID, moved.UnitID = "user-housing", "u-check"
	moved.Permissions = map[string]bool{PermRead: true, PermVerify: true}
	people := map[string]Move{"moved": {Version: i.Version, Note: "看过"}}
	_, err := w.Act(withPrincipal(&moved), i.ID, ActVerify, people["moved"])
	wantCode(t, err, "rectify.same_unit")
	moved.UserID, moved.UnitID = "user-new", "u-st1"
	_, err = w.Act(withPrincipal(&moved), i.ID, ActVerify, people["moved"])
	wantCode(t, err, "rectify.same_unit")
}

func TestReturn_TheSecondGoesToJointAdjudicationAndBecomesAPrecedent(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp)
		i := w.item(Returned, w.free("04", 1)...)
		i = w.ok(w.Act(w.as("office"), i.ID, ActIssue, Move{Version: i.Version, LeadUnit: "u-urban", Note: "改派"}))
		if _, err := w.actAs("housing", i, ActAnswer); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("the former lead still sees the item: %v", err)
		}
		i = w.ok(w.actAs("urban", i, ActReturn))
		if i.State != Adjudicating || i.Returns != 2 {
			t.Fatalf("%s after %d returns", i.State, i.Returns)
		}
		det, err := w.Get(w.as("office"), i.ID, "zh")
		if err != nil {
			t.Fatal(err)
		}
		if len(det.Clocks) != 3 || det.Clocks[0].Outcome != Void || det.Clocks[1].Outcome != Void || det.Clocks[2].Kind != PanelClock || det.Clocks[2].EndedAt != nil {
			t.Errorf("clocks %+v", det.Clocks)
		}
		// Nobody decides in their own matter, even with every permission.
		for _, unit := range []string{"u-housing", "u-urban"} {
			p := person(unit, "320106", all...)
			p.UserID = "user-party"
			_, err := w.Act(withPrincipal(&p), i.ID, ActAdjudicate, Move{Version: i.Version, LeadUnit: "u-st1", Note: "归街道"})
			wantCode(t, err, "rectify.own_matter")
		}
		_, err = w.Act(w.as("office"), i.ID, ActAdjudicate, Move{Version: i.Version, Note: "归房产"})
		wantCode(t, err, "rectify.need_lead")
		i = w.ok(w.act(i, ActAdjudicate))
		if i.State != Issued || i.LeadUnit != "u-housing" || i.DecidedUnit != "u-housing" {
			t.Errorf("%s with %s, decided %s", i.State, i.LeadUnit, i.DecidedUnit)
		}
		_, err = w.act(i, ActReturn)
		wantCode(t, err, "rectify.adjudicated")
		list, err := w.Precedents(w.as("office"), PrecedentFilter{Field: "04"}, page(10, ""))
		if err != nil || list.Total != 1 || list.Items[0].UnitName != "区房产局" || len(list.Items[0].Parties.V) != 2 {
			t.Errorf("precedents %+v, %v", list.Items, err)
		}
		if none, err := w.Precedents(w.as("code2"), PrecedentFilter{}, page(10, "")); err != nil || none.Total != 0 {
			t.Errorf("another street reads %d precedents, %v", none.Total, err)
		}
	})
}

func TestReturn_NeedsGroundAndProvision(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	i := w.item(Issued, w.free("04", 1)...)
	_, err := w.Act(w.as("housing"), i.ID, ActReturn, Move{Version: i.Version, Note: "不归我管", Ground: "too_busy"})
	wantCode(t, err, "rectify.no_ground")
	_, err = w.Act(w.as("housing"), i.ID, ActReturn, Move{Version: i.Version, Ground: "not_our_duty"})
	wantCode(t, err, "rectify.need_note")
}

func TestDone_NeedsPhotosOrAReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp, lamp)
	free := w.free("04", 2)
	i := w.item(Doing, free[0])
	_, err := w.act(i, ActDone)
	wantCode(t, err, "rectify.no_evidence")
	if _, err := w.AddEvidence(w.as("housing"), i.ID, Before, "", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	i = w.ok(w.load2(i.ID))
	_, err = w.act(i, ActDone)
	wantCode(t, err, "rectify.no_evidence")
	i = w.ok(w.Act(w.as("housing"), i.ID, ActDone, Move{Version: i.Version, Result: Cannot, Outcome: "产权归属未定"}))
	w.ok(w.act(i, ActVerify))
}

func TestIssue_StartsAClockThatExplainsItself(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d, lamp)
		i := w.item(Issued, w.free("04", 1)...)
		// Tuesday 24 November 10:00 and 7 work days: Thursday 3 December 10:00, two weekend days between.
		if want := time.Date(2026, 12, 3, 2, 0, 0, 0, time.UTC); !i.DueAt.Equal(want) {
			t.Errorf("due %s, want %s", i.DueAt, want)
		}
		det, err := w.Get(w.as("office"), i.ID, "zh")
		if err != nil {
			t.Fatal(err)
		}
		if k := det.Clocks[0]; k.LimitText != "7 work_day" || len(k.Why) < 3 || !k.StartedAt.Equal(testkit.Epoch) || k.Calendar == "" {
			t.Errorf("clock %+v", k)
		}
		c.Set(time.Date(2026, 12, 3, 2, 0, 0, 0, time.UTC))
		if i = w.ok(w.load2(i.ID)); i.Overdue {
			t.Error("overdue at the very due time")
		}
		c.Advance(time.Millisecond)
		if i = w.ok(w.load2(i.ID)); !i.Overdue {
			t.Error("not overdue after the due time")
		}
		// Being written to, even supervised, moves neither clock nor overdue.
		i = w.ok(w.act(i, ActSupervise))
		if !i.Overdue || !i.Supervised {
			t.Errorf("overdue %v, supervised %v", i.Overdue, i.Supervised)
		}
	})
}

func TestRework_KeepsTheClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	i := w.item(Rework, w.free("04", 1)...)
	due := i.DueAt.Time
	i = w.ok(w.act(i, ActStart))
	i = w.ok(w.act(i, ActDone))
	i = w.ok(w.act(i, ActVerify))
	d, err := w.Get(w.as("office"), i.ID, "zh")
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Clocks) != 1 || !d.DueAt.Equal(due) || d.Reworks != 1 {
		t.Errorf("clocks %d, due %s, reworks %d", len(d.Clocks), d.DueAt, d.Reworks)
	}
}

func TestAct_ConflictCarriesTheCurrentItem(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp)
		old := w.item(Confirmed, w.free("04", 1)...)
		now := w.ok(w.act(old, ActIssue))
		_, err := w.act(old, ActIssue)
		e := errs.As(err)
		if e == nil || e.Kind != errs.KindConflict {
			t.Fatalf("got %v", err)
		}
		current, ok := e.Details.(*Item)
		if !ok || current.Version != now.Version || current.State != Issued || current.LeadName == "" {
			t.Errorf("details %+v", e.Details)
		}
	})
}

func TestAct_LetsOneOfManyWin(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp)
		i := w.item(Confirmed, w.free("04", 1)...)
		const n = 16
		errsOf := make([]error, n)
		var wg sync.WaitGroup
		for k := range n {
			wg.Go(func() { _, errsOf[k] = w.act(i, ActIssue) })
		}
		wg.Wait()
		won := 0
		for _, err := range errsOf {
			if err == nil {
				won++
			} else if errs.KindOf(err) != errs.KindConflict {
				t.Errorf("got %v, want a conflict", err)
			}
		}
		det, err := w.Get(w.as("office"), i.ID, "zh")
		if err != nil {
			t.Fatal(err)
		}
		if won != 1 || len(det.Clocks) != 1 {
			t.Errorf("%d won, %d clocks", won, len(det.Clocks))
		}
	})
}

func TestMerge_NumbersAreUniqueUnderConcurrency(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		const n = 20
		w := newWorld(t, d, lines(lamp, n)...)
		free := w.free("04", n)
		nos := make([]string, n)
		var wg sync.WaitGroup
		for k := range n {
			wg.Go(func() {
				i, err := w.Merge(w.as("office"), free[k:k+1], Plan{Title: "灯", Field: "04", AreaCode: "320106001003"})
				if err != nil {
					t.Error(err)
					return
				}
				nos[k] = i.No
			})
		}
		wg.Wait()
		seen := map[string]bool{}
		for _, no := range nos {
			seen[no] = true
		}
		if len(seen) != n || !seen["2026H1-宁海路-0001"] || !seen[fmt.Sprintf("2026H1-宁海路-%04d", n)] {
			t.Errorf("numbers %v", nos)
		}
	})
}

func TestMerge_GivesAContestedCommentToOneItem(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp)
		free := w.free("04", 1)
		results := make([]error, 8)
		var wg sync.WaitGroup
		for k := range results {
			wg.Go(func() {
				_, results[k] = w.Merge(w.as("office"), free, Plan{Title: "灯", Field: "04", AreaCode: "320106001003"})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range results {
			if err == nil {
				won++
			} else if errs.KindOf(err) != errs.KindConflict {
				t.Errorf("got %v", err)
			}
		}
		items, err := w.List(w.as("office"), Filter{}, page(50, ""))
		if err != nil || won != 1 || items.Total != 1 {
			t.Errorf("%d won, %d items, %v", won, items.Total, errors.Unwrap(err))
		}
	})
}
