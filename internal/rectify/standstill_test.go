package rectify

import (
	"fmt"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

// Nobody is late with what lies before a panel, is suspended, or has been given back: no clock of a unit runs.
func TestSets_WhatStandsStillIsNeitherDueNorLate(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		w := newWorld(t, d, lines(lamp, 4)...)
		free := w.free("04", 4)
		work := w.item(Doing, free[0])
		for n, s := range []State{Returned, Adjudicating, Suspended} {
			w.item(s, free[n+1])
		}
		c.Set(work.DueAt.Add(24 * time.Hour))
		got := map[string]int{}
		for _, set := range []string{"issued", "due", "late", "overdue", "settled", "pending", "suspended", "underway"} {
			list, err := w.List(w.as("office"), Filter{WaveID: "w1", Set: set}, page(10, ""))
			if err != nil {
				t.Fatal(err)
			}
			got[set] = list.Total
		}
		for set, n := range map[string]int{"issued": 4, "due": 1, "late": 1, "overdue": 1, "settled": 1, "pending": 2, "suspended": 1, "underway": 3} {
			if got[set] != n {
				t.Errorf("%s: %d, want %d", set, got[set], n)
			}
		}
		l, err := w.Loop(w.as("office"), "w1")
		if err != nil || l.Overdue != 1 || l.OnTimeRate == nil || *l.OnTimeRate != 0 {
			t.Errorf("loop %+v, %v", l, err)
		}
		work = w.ok(w.load2(work.ID))
		w.shoot(work, "housing")
		w.ok(w.act(work, ActDone))
		if l, err = w.Loop(w.as("office"), "w1"); err != nil || l.Overdue != 1 {
			t.Errorf("done late and not verified: %+v, %v", l, err)
		}
	})
}

func TestSupervision_IsAnsweredWhileTheItemIsSuspended(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp)
		i := w.ok(w.act(w.item(Doing, w.free("04", 1)...), ActSupervise))
		i = w.ok(w.act(w.ok(w.act(i, ActAskSuspension)), ActSuspend))
		i = w.ok(w.act(i, ActReply))
		if k := w.clockOf(i, SuperviseClock); k.Outcome != Met || i.State != Suspended {
			t.Errorf("clock %+v, state %s", k, i.State)
		}
		w.ok(w.act(i, ActLift))
	})
}

func TestInvitation_NobodyIsWaitedForWhoCannotAnswerAnyMore(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lines(lamp, 2)...)
		for n, c := range []struct{ verdict, stands, code string }{{"solved", "expired", ""}, {"unsolved", "refused", "rectify.residents_disagree"}} {
			i := w.item(Done, w.freeOne(fmt.Sprintf("c%03d", n+1)))
			slips, err := w.Invite(w.as("check"), i.ID, Invitation{Version: i.Version, Residents: 1}) // two fewer than the rules need
			if err != nil {
				t.Fatal(err)
			}
			i = w.ok(w.load2(i.ID))
			_, err = w.act(i, ActVerify)
			wantCode(t, err, "rectify.await_residents")
			if err := w.AnswerInvitation(w.as("nobody"), "192.0.2.1", Answer{Code: slips.Codes[0], Verdict: c.verdict}); err != nil {
				t.Fatal(err)
			}
			if got := w.whole(i, "check").Invited.Stands; got != c.stands {
				t.Errorf("%s: stands %s", c.verdict, got)
			}
			if _, err = w.act(i, ActVerify); c.code != "" {
				wantCode(t, err, c.code)
			} else if err != nil {
				t.Errorf("%s: %v", c.verdict, err)
			}
		}
	})
}
