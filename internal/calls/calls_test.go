package calls_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"yiwang/internal/calls"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

func TestBegin_RingsIsAnsweredAndEndsForBoth(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		c := h.ring("desk", "officer")
		if c.State != calls.Ringing || c.AreaCode != eastGrid || c.Party(h.ids["officer"]).State != calls.PartyRings || c.Party(h.ids["desk"]).UnitName != "unit of desk" {
			t.Fatalf("%+v", c)
		}
		now, err := h.Current(h.as("officer"))
		if err != nil || now.Call != nil || len(now.Rings) != 1 || now.Rings[0].Reason != "燃气告警，想看一眼现场" {
			t.Fatalf("the officer sees %+v, %v", now, err)
		}
		h.clock.Advance(3 * time.Second)
		if c = h.act("officer", c.ID, calls.Accept); c.State != calls.Talking || c.AnsweredAt == nil {
			t.Errorf("answered: %+v", c)
		}
		if now, err = h.Current(h.as("desk")); err != nil || now.Call == nil || now.Call.ID != c.ID {
			t.Errorf("the desk is in %+v, %v", now.Call, err)
		}
		if c = h.act("officer", c.ID, calls.HangUp); c.State != calls.Ended || c.Ending != calls.HungUp || c.Party(h.ids["desk"]).State != calls.PartyLeft {
			t.Errorf("hung up: %+v", c)
		}
		if code := h.refused("desk", c.ID, calls.HangUp); code != "calls.not_in" {
			t.Errorf("hung up twice: %s", code)
		}
	})
}

func TestBegin_EndsUnansweredEachInItsWay(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		c := h.ring("desk", "officer")
		c = h.act("officer", c.ID, calls.Decline, calls.Said{Reply: "在爬楼，5分钟后回您"})
		if c.Ending != calls.Declined || c.Party(h.ids["officer"]).Reply != "在爬楼，5分钟后回您" {
			t.Errorf("declined: %+v", c)
		}
		c = h.ring("desk", "officer")
		if c = h.act("desk", c.ID, calls.HangUp); c.Ending != calls.Cancelled || c.Party(h.ids["officer"]).State != calls.PartyCancelled {
			t.Errorf("cancelled: %+v", c)
		}
		c = h.ring("desk", "officer")
		h.wait(44 * time.Second)
		if s := h.see(c.ID).State; s != calls.Ringing {
			t.Errorf("after 44 s: %s", s)
		}
		h.wait(time.Second)
		if d := h.see(c.ID); d.Ending != calls.Missed || d.Party(h.ids["officer"]).State != calls.PartyMissed {
			t.Errorf("after 45 s: %+v", d.Call)
		}
		if code := h.refused("officer", c.ID, calls.Accept); code != "calls.over" {
			t.Errorf("answered too late: %s", code)
		}
		busy := h.ring("desk", "officer")
		other := h.ring("desk2", "officer")
		if other.State != calls.Ended || other.Ending != calls.Busy {
			t.Errorf("a second call while one rings: %+v", other)
		}
		h.act("officer", busy.ID, calls.Accept)
		if again := h.ring("chief", "officer"); again.Ending != calls.Busy {
			t.Errorf("a call to who talks: %+v", again)
		}
		if _, err := h.Begin(h.as("desk"), calls.NewCall{To: h.ids["mate"], Kind: calls.Voice, Device: "other page"}); errs.CodeOf(err) != "calls.line_busy" {
			t.Errorf("somebody is in two calls: %v", err)
		}
	})
}

func TestBegin_ReachesOnlyPeopleOfOnesAreas(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		for who, want := range map[string]string{"stranger": "calls.no_person", "desk": "calls.no_person", "": "calls.no_person"} {
			if who == "" {
				h.ids[who] = "nobody"
			}
			if _, err := h.Begin(h.as("desk"), calls.NewCall{To: h.ids[who], Kind: calls.Video, Device: "page-desk"}); errs.CodeOf(err) != want {
				t.Errorf("to %q: %v", who, err)
			}
		}
		if _, err := h.Begin(h.as("officer"), calls.NewCall{To: h.ids["mate"], Kind: calls.Video, Device: "page-officer"}); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("an officer calls another: %v", err)
		}
		c := h.ring("desk", "officer")
		for _, who := range []string{"mate", "stranger", "westdesk"} {
			if code := h.refused(who, c.ID, calls.Accept); code != "calls.no_call" {
				t.Errorf("%s answers: %s", who, code)
			}
			if _, err := h.Get(h.as(who), c.ID); errs.KindOf(err) != errs.KindNotFound {
				t.Errorf("%s looks: %v", who, err)
			}
			if list, err := h.List(h.as(who), calls.Filter{}, httpx.PageIn{Limit: 10}); err != nil || len(list.Items) != 0 {
				t.Errorf("%s lists %d, %v", who, len(list.Items), err)
			}
		}
		if code := h.refused("officer", c.ID, calls.EndForAll); code != "auth.no_permission" {
			t.Errorf("an officer ends a call for all: %s", code)
		}
		if c = h.act("chief", c.ID, calls.EndForAll); c.Ending != calls.ByCentre {
			t.Errorf("ended by the centre: %+v", c)
		}
		people, err := h.People(h.as("desk"), "")
		if err != nil || len(people) != 4 { // officer, mate, desk2; chief, who is over the street
			t.Errorf("%+v, %v", people, err)
		}
		if _, err := h.People(h.as("officer"), ""); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("an officer lists people: %v", err)
		}
	})
}

func TestBegin_TheCentreRingsAtEveryDeskAndOneTakesIt(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		c, err := h.Begin(h.as("officer"), calls.NewCall{Kind: calls.Video, Reason: "现场有人围观", CaseID: "case-1", Device: "page-officer"})
		if err != nil || !c.Centre || c.CaseNumber != "GL-1" {
			t.Fatalf("%+v, %v", c, err)
		}
		for who, want := range map[string]int{"desk": 1, "desk2": 1, "chief": 1, "westdesk": 0, "mate": 0} {
			if now, err := h.Current(h.as(who)); err != nil || len(now.Rings) != want {
				t.Errorf("%s hears %d, %v", who, len(now.Rings), err)
			}
		}
		if code := h.refused("westdesk", c.ID, calls.Accept); code != "calls.no_call" {
			t.Errorf("another street takes it: %s", code)
		}
		var wg sync.WaitGroup
		results := make([]error, 3)
		for i, who := range []string{"desk", "desk2", "chief"} {
			wg.Go(func() { _, results[i] = h.Act(h.as(who), c.ID, calls.Accept, calls.Said{Device: "page-" + who}) })
		}
		wg.Wait()
		took := 0
		for _, err := range results {
			if err == nil {
				took++
			} else if code := errs.CodeOf(err); code != "calls.taken" && code != "calls.changed" {
				t.Errorf("too late: %v", err)
			}
		}
		if d := h.see(c.ID); took != 1 || d.State != calls.Talking || len(d.Parties) != 2 {
			t.Errorf("%d took it: %+v", took, d.Call)
		}
		h.act("officer", c.ID, calls.HangUp)
		c, err = h.Begin(h.as("officer"), calls.NewCall{Kind: calls.Voice, Device: "page-officer"})
		if err != nil {
			t.Fatal(err)
		}
		h.wait(119 * time.Second)
		if d := h.see(c.ID); d.State != calls.Ended { // nobody connected the caller for longer than the first patience
			t.Errorf("%+v", d.Call)
		}
	})
}

func TestInvite_AThirdComesAndTheCallOutlivesWhoLeaves(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		c := h.ring("desk", "officer")
		if code := h.refused("desk", c.ID, calls.Invite); code != "calls.no_person" {
			t.Errorf("nobody invited: %s", code)
		}
		if _, err := h.Act(h.as("desk"), c.ID, calls.Invite, calls.Said{User: h.ids["mate"]}); errs.CodeOf(err) != "calls.not_talking" {
			t.Errorf("invited while it rings: %v", err)
		}
		h.act("officer", c.ID, calls.Accept)
		h.act("desk", c.ID, calls.Invite, calls.Said{User: h.ids["mate"]})
		h.act("desk", c.ID, calls.Invite, calls.Said{User: h.ids["chief"]})
		if _, err := h.Act(h.as("desk"), c.ID, calls.Invite, calls.Said{User: h.ids["mate"]}); errs.CodeOf(err) != "calls.in_already" {
			t.Errorf("invited twice: %v", err)
		}
		if _, err := h.Act(h.as("desk"), c.ID, calls.Invite, calls.Said{User: h.ids["desk2"]}); errs.CodeOf(err) != "calls.full" {
			t.Errorf("a fifth: %v", err)
		}
		if _, err := h.Act(h.as("officer"), c.ID, calls.Invite, calls.Said{User: h.ids["desk2"]}); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("an officer invites: %v", err)
		}
		c = h.act("mate", c.ID, calls.Accept)
		seats := map[int]bool{}
		for _, p := range c.Parties {
			seats[p.Seat] = true
		}
		if len(seats) != 4 {
			t.Errorf("seats are shared: %+v", c.Parties)
		}
		h.act("chief", c.ID, calls.Decline)
		if c = h.act("desk", c.ID, calls.HangUp); c.State != calls.Talking {
			t.Errorf("two still talk: %+v", c)
		}
		if c = h.act("mate", c.ID, calls.HangUp); c.State != calls.Ended || c.Party(h.ids["officer"]).State != calls.PartyLeft {
			t.Errorf("one is left over: %+v", c)
		}
	})
}

func TestConnect_CarriesHoldsMovesAndSurvivesARestart(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		c := h.ring("desk", "officer")
		if _, err := h.Connect(h.as("desk"), c.ID, "page-desk", "x", true); errs.CodeOf(err) != "calls.no_media" {
			t.Errorf("without media: %v", err)
		}
		stop := h.carry()
		if _, err := h.Connect(h.as("officer"), c.ID, "page-officer", "x", true); errs.CodeOf(err) != "calls.not_in" {
			t.Errorf("connected before the answer: %v", err)
		}
		desk := h.connect("desk", c.ID)
		h.act("officer", c.ID, calls.Accept)
		officer := h.connect("officer", c.ID)
		sees := func(r interface{ Counts(int) (int64, int64) }) func() bool {
			was, _ := r.Counts(0)
			return func() bool { now, _ := r.Counts(0); return now > was+10 }
		}
		h.until("the desk sees the officer", sees(desk))
		h.until("the officer sees the desk", sees(officer))
		h.until("the rows know it", func() bool { d := h.see(c.ID); return d.Parties[0].LostAt == nil && d.Parties[1].LostAt == nil })
		if _, err := h.Connect(h.as("officer"), c.ID, "another page", "x", true); errs.CodeOf(err) != "calls.elsewhere" {
			t.Errorf("a page that does not carry the call: %v", err)
		}
		h.act("officer", c.ID, calls.Move, calls.Said{Device: "another page"})
		if p := h.see(c.ID).Party(h.ids["officer"]); p.Device != "another page" || p.State != calls.PartyJoined {
			t.Errorf("moved: %+v", p)
		}
		h.act("officer", c.ID, calls.Move)
		h.connect("officer", c.ID)
		h.until("connected again", func() bool { return h.see(c.ID).Party(h.ids["officer"]).LostAt == nil })
		if held := h.act("desk", c.ID, calls.Hold); !held.Party(h.ids["desk"]).Held {
			t.Error("not on hold")
		}
		h.act("desk", c.ID, calls.Resume)
		stop()
		h.carry() // another process finds the call as it was
		h.until("the grace runs", func() bool { return h.see(c.ID).Party(h.ids["desk"]).LostAt != nil })
		desk = h.connect("desk", c.ID)
		h.connect("officer", c.ID)
		h.until("the desk sees the officer again", sees(desk))
		h.until("both are back", func() bool { d := h.see(c.ID); return d.Parties[0].LostAt == nil && d.Parties[1].LostAt == nil })
		h.wait(time.Minute)
		if d := h.see(c.ID); d.State != calls.Talking {
			t.Errorf("a call with both connected ended: %+v", d.Call)
		}
		h.act("desk", c.ID, calls.HangUp)
	})
}

func TestExpire_WhoIsLostForHalfAMinuteIsOut(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.carry()
		c := h.ring("desk", "officer")
		h.act("officer", c.ID, calls.Accept)
		h.connect("desk", c.ID)
		officer := h.connect("officer", c.ID)
		h.until("connected", func() bool { d := h.see(c.ID); return d.Parties[0].LostAt == nil && d.Parties[1].LostAt == nil })
		if err := officer.Close(); err != nil {
			t.Fatal(err)
		}
		h.until("lost", func() bool { return h.see(c.ID).Party(h.ids["officer"]).LostAt != nil })
		h.wait(29 * time.Second)
		if s := h.standing(c.ID, "officer"); s != calls.PartyJoined {
			t.Errorf("within the grace: %s", s)
		}
		h.wait(time.Second)
		if d := h.see(c.ID); d.Ending != calls.Lost || d.Party(h.ids["officer"]).State != calls.PartyLost {
			t.Errorf("after the grace: %+v", d.Call)
		}
	})
}

func TestAct_AChangeAtTheSameInstantIsNotLost(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		c := h.ring("desk", "officer")
		var wg sync.WaitGroup
		var taken, cancelled error
		wg.Go(func() { _, taken = h.Act(h.as("officer"), c.ID, calls.Accept, calls.Said{Device: "page-officer"}) })
		wg.Go(func() { _, cancelled = h.Act(h.as("desk"), c.ID, calls.HangUp, calls.Said{}) })
		wg.Wait()
		d := h.see(c.ID)
		if taken != nil && cancelled != nil {
			t.Errorf("neither: %v, %v", taken, cancelled)
		}
		if cancelled == nil && d.State != calls.Ended {
			t.Errorf("hung up and not ended: %+v", d.Call)
		}
	})
}

func TestAct_IsInTheTrailAndTold(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		c := h.ring("desk", "officer")
		h.act("officer", c.ID, calls.Decline)
		err := h.db.Read(t.Context(), func(tx *db.Tx) error {
			actions, err := db.All[string](t.Context(), tx, "SELECT action FROM audit_entry WHERE object_id = $1 ORDER BY id", c.ID)
			if err != nil || len(actions) != 2 || actions[0] != "calls.begin" || actions[1] != "calls.decline" {
				return errors.Join(err, errors.New("the trail is wrong"))
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		e := calls.Changed{CallID: c.ID, AreaCode: east, Users: []string{h.ids["officer"]}}
		for who, want := range map[string]bool{"officer": true, "desk": true, "mate": false, "westdesk": false} {
			if got := calls.Hears(h.who[who], e); got != want {
				t.Errorf("%s hears: %v", who, got)
			}
		}
	})
}
