package patrol

import (
	"context"
	"sync"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/track"
)

func TestTake_KeepsNothingOffDuty(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		if r := h.send("officer", h.at(0)); r.Kept != 0 || r.OffDuty != 1 || r.OnDuty {
			t.Errorf("before duty: %+v", r)
		}
		h.onDuty("officer")
		h.clock.Advance(time.Minute)
		if r := h.send("officer", h.at(-30), h.at(-3600), h.at(0)); r.Kept != 2 || r.OffDuty != 1 || !r.OnDuty {
			t.Errorf("on duty: %+v", r)
		}
		if _, err := h.GoOffDuty(h.as("officer")); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(time.Minute)
		if r := h.send("officer", h.at(0), h.at(-1)); r.Kept != 0 || r.OffDuty != 2 || r.OnDuty {
			t.Errorf("after duty: %+v", r)
		}
		if got := h.day("officer"); len(got) != 2 {
			t.Errorf("%d points kept, want 2", len(got))
		}
		if n := h.count("SELECT COUNT(*) FROM track_journal"); n != 0 {
			t.Errorf("%d journal rows after the session", n)
		}
		if p, err := h.Positions(h.as("centre"), 0); err != nil || len(p.Items) != 0 {
			t.Errorf("positions after duty: %+v, %v", p, err)
		}
		if _, waiting, err := h.WhoLooked(h.as("officer")); err != nil || len(waiting) != 1 || waiting[0].OffDuty != 4 {
			t.Errorf("before it is written down: %+v, %v", waiting, err)
		}
		if err := h.Settle(context.Background()); err != nil {
			t.Fatal(err)
		}
		_, refused, err := h.WhoLooked(h.as("officer"))
		if err != nil || len(refused) != 1 || refused[0].OffDuty != 4 || refused[0].Day != "2026-11-24" {
			t.Errorf("counts of what was turned away: %+v, %v", refused, err)
		}
	})
}

func TestTake_KeepsEachInstantOnceAndLatePointsToo(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.onDuty("officer")
		h.clock.Advance(30 * time.Minute)
		first := []track.Point{h.at(-1200), h.at(-600), h.at(0)}
		if r := h.send("officer", first...); r.Kept != 3 {
			t.Errorf("%+v", r)
		}
		if r := h.send("officer", first[0], first[0], h.at(-900)); r.Kept != 1 || r.Repeated != 2 {
			t.Errorf("repeated: %+v", r)
		}
		if err := h.SealAll(context.Background()); err != nil {
			t.Fatal(err)
		}
		h.send("officer", first[1], h.at(-300)) // one is in a chunk already
		h.clock.Advance(24 * time.Hour)
		if r := h.send("officer", h.at(-24*3600-1500)); r.Kept != 1 {
			t.Errorf("a day late: %+v", r)
		}
		got := h.day("officer")
		if len(got) != 6 {
			t.Fatalf("%d points, want 6", len(got))
		}
		for i := 1; i < len(got); i++ {
			if got[i].At <= got[i-1].At {
				t.Fatal("out of order")
			}
		}
		if !got[0].Flags.Has(track.Late) {
			t.Error("a late point is not marked")
		}
		if r := h.send("officer", h.at(-72*3600), h.at(600)); r.Bad != 2 {
			t.Errorf("too old and from the future: %+v", r)
		}
	})
}

func TestRun_LosesAndDoublesNothingAcrossACrash(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.onDuty("officer")
		h.onDuty("other")
		sent := 0
		for range 5 {
			for range 4 {
				h.clock.Advance(10 * time.Second)
				h.send("officer", h.at(0))
				h.send("other", h.at(0))
				sent++
			}
			x, _ := h.gate.at("user-officer", h.clock.Now().UnixMilli())
			if err := h.sealSessions(context.Background(), []string{x.ID}); err != nil { // the other's rows must stay
				t.Fatal(err)
			}
			for range 3 {
				h.clock.Advance(10 * time.Second)
				h.send("officer", h.at(0))
				h.send("other", h.at(0))
				sent++
			}
			// Another process takes over what the database holds; the memory of the first is gone.
			h.stop()
			h.Service = New(Deps{DB: h.DB, Patience: time.Millisecond})
			h.start()
		}
		for _, who := range []string{"officer", "other"} {
			if got := h.day(who); len(got) != sent {
				t.Errorf("%s: %d points, want %d", who, len(got), sent)
			}
		}
		if p, err := h.Positions(h.as("centre"), 0); err != nil || len(p.Items) != 2 {
			t.Errorf("positions after the restart: %+v, %v", p, err)
		}
		if err := h.SealAll(context.Background()); err != nil {
			t.Fatal(err)
		}
		if n := h.count("SELECT COUNT(*) FROM track_journal"); n != 0 {
			t.Errorf("%d journal rows when all is sealed", n)
		}
		if n := h.count("SELECT SUM(points) FROM duty_session"); n != 2*sent {
			t.Errorf("the sessions count %d points, want %d", n, 2*sent)
		}
	})
}

func TestRun_SetsADamagedRowAsideAndGoesOn(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.onDuty("officer")
		h.clock.Advance(time.Minute)
		h.send("officer", h.at(0))
		h.stop()
		ctx := context.Background()
		if err := h.DB.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO track_journal (node, seq, data) VALUES ('main', 99, $1)", []byte{5, 1, 2})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		h.Service = New(Deps{DB: h.DB, Patience: time.Millisecond})
		h.start()
		h.clock.Advance(time.Minute)
		if r := h.send("officer", h.at(0)); r.Kept != 1 {
			t.Errorf("%+v", r)
		}
		if err := h.SealAll(ctx); err != nil {
			t.Fatal(err)
		}
		if got := h.day("officer"); len(got) != 2 {
			t.Errorf("%d points", len(got))
		}
		if n := h.count("SELECT COUNT(*) FROM track_journal WHERE node = 'main damaged'"); n != 1 {
			t.Errorf("%d rows set aside", n)
		}
	})
}

func TestTake_ManyAtOnceShareAFlush(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.onDuty("officer")
		h.clock.Advance(time.Hour)
		var all sync.WaitGroup
		for n := range 200 {
			p := h.at(-n)
			all.Go(func() {
				if r, err := h.Send(h.as("officer"), []track.Point{p}); err != nil || r.Kept != 1 {
					t.Errorf("%+v, %v", r, err)
				}
			})
		}
		all.Wait()
		if n := h.count("SELECT COUNT(*) FROM track_journal"); n > 30 {
			t.Errorf("%d journal rows for 200 callers", n)
		}
		if got := h.day("officer"); len(got) != 200 {
			t.Errorf("%d points", len(got))
		}
	})
}

func TestSessions_OneAtATimeAndEndedByTheirTime(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.onDuty("officer")
		_, err := h.GoOnDuty(h.as("officer"), 0)
		wantCode(t, err, "patrol.on_duty")
		_, err = h.GoOnDuty(h.as("other"), 2000)
		wantCode(t, err, "patrol.bad_length")
		_, err = h.GoOffDuty(h.as("other"))
		wantCode(t, err, "patrol.off_duty")
		_, err = h.GoOnDuty(h.as("clerk"), 0)
		wantCode(t, err, "auth.no_permission")

		h.clock.Advance(9 * time.Hour)
		if r := h.send("officer", h.at(-1800)); r.OffDuty != 1 {
			t.Errorf("after the end of the session: %+v", r)
		}
		if err := h.Expire(context.Background()); err != nil {
			t.Fatal(err)
		}
		_, ended, err := h.Mine(h.as("officer"))
		if err != nil || len(ended) != 1 || ended[0].EndedBy != ByTime || !ended[0].OffAt.Equal(x.UntilAt.Time) {
			t.Errorf("%+v, %v", ended, err)
		}
	})
}

func TestGoOnDuty_NeedsNoWaitingForTheEndOfTheLastShift(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		first := h.onDuty("officer")
		h.clock.Advance(time.Minute)
		h.send("officer", h.at(0))
		h.clock.Advance(9 * time.Hour)
		second := h.onDuty("officer")
		if second.ID == first.ID {
			t.Fatal("the old session goes on")
		}
		if r := h.send("officer", h.at(0)); r.Kept != 1 {
			t.Errorf("on duty again: %+v", r)
		}
		if _, ended, err := h.Mine(h.as("officer")); err != nil || len(ended) != 1 || ended[0].EndedBy != ByTime || !ended[0].OffAt.Equal(first.UntilAt.Time) {
			t.Errorf("%+v, %v", ended, err)
		}
		if got := h.day("officer"); len(got) != 2 {
			t.Errorf("%d points of both", len(got))
		}
	})
}

func TestEnd_IsForTheCentreOfTheAreaAndSaysWhy(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.onDuty("officer")
		_, err := h.End(h.as("street2"), x.ID, "误开")
		wantCode(t, err, "auth.outside_area")
		_, err = h.End(h.as("officer"), x.ID, "误开")
		wantCode(t, err, "auth.no_permission")
		_, err = h.End(h.as("centre"), x.ID, " ")
		wantCode(t, err, "patrol.bad_text")
		if _, err := h.End(h.as("centre"), x.ID, "误开"); err != nil {
			t.Fatal(err)
		}
		_, err = h.End(h.as("centre"), x.ID, "误开")
		wantCode(t, err, "patrol.ended")
	})
}

func TestChunks_OfOthersNeedAReasonAndLeaveATrace(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.onDuty("officer")
		h.clock.Advance(time.Minute)
		h.send("officer", h.at(0))
		now := h.clock.Now()
		look := Look{Officer: "user-officer", From: clock.At(now.Add(-time.Hour)), To: clock.At(now.Add(time.Hour))}
		for who, code := range map[string]string{"clerk": "auth.no_permission", "other": "auth.no_permission", "centre": "patrol.bad_text"} {
			_, err := h.Chunks(h.as(who), look)
			wantCode(t, err, code)
		}
		look.Reason = "核实事件现场"
		_, err := h.Chunks(h.as("street2"), look)
		wantCode(t, err, "patrol.no_track")
		if got, err := h.Points(h.as("centre"), look); err != nil || len(got) != 1 {
			t.Errorf("%d points, %v", len(got), err)
		}
		looks, _, err := h.WhoLooked(h.as("officer"))
		if err != nil || len(looks) != 1 || looks[0].ByName != "centre" || looks[0].Reason != look.Reason {
			t.Errorf("%+v, %v", looks, err)
		}
		if n := h.count("SELECT COUNT(*) FROM audit_entry WHERE action = 'patrol.looked'"); n != 1 {
			t.Errorf("%d audit entries", n)
		}
		look.To = clock.At(now.Add(30 * 24 * time.Hour))
		_, err = h.Chunks(h.as("centre"), look)
		wantCode(t, err, "patrol.bad_span")
	})
}

func TestPositions_ShowWhatChangedInTheCallersArea(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.onDuty("officer")
		h.onDuty("other")
		h.clock.Advance(time.Minute)
		h.send("officer", h.at(0))
		h.send("other", h.at(0))
		all, err := h.Positions(h.as("centre"), 0)
		if err != nil || len(all.Items) != 2 {
			t.Fatalf("%+v, %v", all, err)
		}
		if p, err := h.Positions(h.as("street2"), 0); err != nil || len(p.Items) != 1 || p.Items[0].Name != "other" {
			t.Errorf("the second street sees %+v, %v", p, err)
		}
		_, err = h.Positions(h.as("officer"), 0)
		wantCode(t, err, "auth.no_permission")
		h.clock.Advance(10 * time.Second)
		h.send("officer", h.at(-5)) // moves on
		h.send("other", h.at(-30))  // late: no news
		later, err := h.Positions(h.as("centre"), all.Change)
		if err != nil || len(later.Items) != 1 || later.Items[0].Name != "officer" || later.Items[0].Age != 5 {
			t.Errorf("%+v, %v", later, err)
		}
		ended, err := h.GoOffDuty(h.as("officer"))
		if err != nil {
			t.Fatal(err)
		}
		gone, err := h.Positions(h.as("centre"), later.Change)
		if err != nil || len(gone.Gone) != 1 || gone.Gone[0] != "user-officer" {
			t.Errorf("%+v, %v", gone, err)
		}
		if p, err := h.Positions(h.as("street2"), later.Change); err != nil || len(p.Gone) != 0 {
			t.Errorf("another street hears who went off duty: %+v, %v", p, err)
		}
		x, _ := h.gate.session("user-officer", ended.ID) // as it was when its last points began to wait
		x.OffAt = nil
		h.latest.offer(&x, h.at(0))
		if p, err := h.Positions(h.as("centre"), 0); err != nil || len(p.Items) != 1 || p.Items[0].Name != "other" {
			t.Errorf("a point that waited shows an officer off duty: %+v, %v", p, err)
		}
	})
}

func TestRefresh_LearnsFromOtherServers(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		second := New(Deps{DB: h.DB, Node: "second"})
		if err := second.Refresh(context.Background()); err != nil {
			t.Fatal(err)
		}
		x := h.onDuty("officer")
		h.clock.Advance(time.Second)
		if err := second.Refresh(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got, ok := second.gate.at("user-officer", h.clock.Now().UnixMilli()); !ok || got.ID != x.ID {
			t.Error("the second server does not know of the session")
		}
		if _, err := h.GoOffDuty(h.as("officer")); err != nil {
			t.Fatal(err)
		}
		if err := second.Refresh(context.Background()); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(time.Millisecond)
		if _, ok := second.gate.at("user-officer", h.clock.Now().UnixMilli()); ok {
			t.Error("the second server does not know that the session has ended")
		}
		b := &buffer{session: *x, points: []track.Point{h.at(-1), h.at(0), h.at(5)}} // two came before it knew
		if got := second.withinSession(b); len(got) != 1 {
			t.Errorf("%d points of after the session would be kept", len(got)-1)
		}
	})
}

func TestSessions_ListWhoWasOnDutyInTheArea(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.onDuty("officer")
		h.onDuty("other")
		from, to := clock.At(h.clock.Now().Add(-time.Hour)), clock.At(h.clock.Now().Add(time.Hour))
		first, err := h.Sessions(h.as("centre"), "", from, to, httpx.PageIn{Limit: 1})
		if err != nil || first.Total != 2 || len(first.Items) != 1 {
			t.Fatalf("%+v, %v", first, err)
		}
		rest, err := h.Sessions(h.as("centre"), "", from, to, httpx.PageIn{Limit: 5, Cursor: first.NextCursor})
		if err != nil || len(rest.Items) != 1 || rest.Items[0].ID == first.Items[0].ID {
			t.Errorf("%+v, %v", rest, err)
		}
		if p, err := h.Sessions(h.as("street2"), "", from, to, httpx.PageIn{Limit: 5}); err != nil || p.Total != 1 {
			t.Errorf("%+v, %v", p, err)
		}
	})
}
