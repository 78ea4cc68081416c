package rounds

import (
	"context"
	"strings"
	"testing"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
)

func (h *house) plan(n NewPlan) *Plan {
	h.t.Helper()
	if n.Name == "" {
		n.Name = "每日巡查"
	}
	if n.Every == "" {
		n.Every = Daily
	}
	if n.Area == "" {
		n.Area = "320106001"
	}
	n.StartsOn = "2026-11-01"
	p, err := h.AddPlan(h.as("centre"), n)
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

func (h *house) tasks(who string) []Task {
	h.t.Helper()
	today := dayOf(h.clock.Now().UnixMilli())
	page, err := h.Tasks(h.as(who), TaskFilter{From: today, To: today}, httpx.PageIn{Limit: 50})
	if err != nil {
		h.t.Fatal(err)
	}
	return page.Items
}

func (h *house) turn() {
	h.t.Helper()
	if err := h.Turn(context.Background()); err != nil {
		h.t.Fatal(err)
	}
}

func TestTasks_AreDoneByTheWayWalked(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.point("A1", 200, 100)
		h.point("A2", 400, 110)
		h.point("B1", 1300, 100)
		h.plan(NewPlan{})
		if got := h.tasks("centre"); len(got) != 2 || got[0].Total != 2 || got[0].State != TaskOpen || got[0].GridName != "一社区第1网格" {
			t.Fatalf("%+v", got)
		}
		h.onDuty("officer")
		h.walk("officer", 0, 300)
		h.read()
		if got := h.tasks("centre"); got[0].Seen != 1 || got[0].State != TaskOpen {
			t.Errorf("half way: %+v", got[0])
		}
		mine, err := h.Mine(h.as("officer"))
		if err != nil || len(mine) != 2 || mine[0].Stops[0].How != ByWay || mine[0].Stops[0].By != "officer" || mine[0].Stops[1].How != "" {
			t.Errorf("%+v, %v", mine, err)
		}
		if other, err := h.Mine(h.as("other")); err != nil || len(other) != 0 {
			t.Errorf("another officer's: %+v, %v", other, err)
		}
		h.clock.Advance(2 * time.Minute)
		h.walk("officer", 300, 300)
		h.read()
		if got := h.tasks("centre"); got[0].Seen != 2 || got[0].State != TaskDone || got[0].DoneAt == nil {
			t.Errorf("done: %+v", got[0])
		}
		h.clock.Advance(24 * time.Hour)
		h.turn()
		if got := h.tasks("centre"); len(got) != 2 || got[0].Period != "2026-11-25" || got[0].State != TaskOpen {
			t.Errorf("the next day: %+v", got)
		}
		h.turn()
		if n := h.count("SELECT COUNT(*) FROM round_task WHERE state = 'missed'"); n != 1 || h.count("SELECT COUNT(*) FROM round_task") != 4 {
			t.Errorf("%d missed", n)
		}
		plans, err := h.Plans(h.as("centre"))
		if err != nil || len(plans.Items) != 1 || plans.Items[0].Points != 3 || plans.Items[0].Open != 2 || plans.Items[0].Done != 1 || plans.Items[0].Missed != 1 {
			t.Errorf("%+v, %v", plans, err)
		}
	})
}

func TestTasks_AskForTheirHoursKindsAndPeople(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.point("A1", 200, 100)
		h.plan(NewPlan{Name: "午后", From: 14 * 60, Until: 17 * 60})
		h.plan(NewPlan{Name: "工地", Kinds: []string{"site"}})
		h.plan(NewPlan{Name: "点名", Named: []string{"user-other"}})
		h.plan(NewPlan{Name: "拍照", Photo: true})
		h.plan(NewPlan{Name: "周三", Weekdays: "3"}) // today is Tuesday
		h.plan(NewPlan{Name: "每周", Every: Weekly})
		h.onDuty("officer")
		h.walk("officer", 0, 400)
		h.read()
		got := map[string]Task{}
		for _, one := range h.tasks("centre") {
			got[one.PlanName] = one
		}
		if len(got) != 4 || got["午后"].Seen != 0 || got["点名"].Seen != 0 || got["拍照"].Seen != 0 || got["每周"].State != TaskDone || got["每周"].Period != "2026-11-23" {
			t.Errorf("%+v", got)
		}
		for _, bad := range []struct {
			code string
			plan NewPlan
		}{
			{"rounds.bad_rhythm", NewPlan{Name: "x", Area: "320106", Every: "year", StartsOn: "2026-11-01"}},
			{"rounds.bad_hours", NewPlan{Name: "x", Area: "320106", Every: Daily, From: 600, Until: 500, StartsOn: "2026-11-01"}},
			{"rounds.bad_days", NewPlan{Name: "x", Area: "320106", Every: Daily, StartsOn: "2026-11-01", EndsOn: "2026-10-01"}},
			{"rounds.bad_kind", NewPlan{Name: "x", Area: "320106", Every: Daily, Kinds: []string{"moon"}, StartsOn: "2026-11-01"}},
			{"rounds.bad_text", NewPlan{Area: "320106", Every: Daily, StartsOn: "2026-11-01"}},
		} {
			_, err := h.AddPlan(h.as("centre"), bad.plan)
			wantCode(t, err, bad.code)
		}
	})
}

func TestPlans_AreForPlannersOfTheArea(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.point("A1", 200, 100)
		n := NewPlan{Name: "计划", Area: "320106001", Every: Daily, StartsOn: "2026-11-01"}
		for who, code := range map[string]string{"reader": "auth.no_permission", "officer": "auth.no_permission", "street2": "auth.outside_area"} {
			_, err := h.AddPlan(h.as(who), n)
			wantCode(t, err, code)
		}
		p := h.plan(n)
		_, err := h.SetPlan(h.as("street2"), p.ID, p.Version, Paused)
		wantCode(t, err, "rounds.no_plan")
		_, err = h.SetPlan(h.as("reader"), p.ID, p.Version, Paused)
		wantCode(t, err, "auth.no_permission")
		if p, err = h.SetPlan(h.as("centre"), p.ID, p.Version, Paused); err != nil || p.State != Paused {
			t.Errorf("%+v, %v", p, err)
		}
		_, err = h.SetPlan(h.as("centre"), p.ID, 1, Running)
		wantCode(t, err, "rounds.changed")
		n.Name = "改名"
		if p, err = h.ChangePlan(h.as("centre"), p.ID, p.Version, n); err != nil || p.Name != "改名" || p.State != Paused {
			t.Errorf("%+v, %v", p, err)
		}
		if p, err = h.SetPlan(h.as("centre"), p.ID, p.Version, Ended); err != nil {
			t.Fatal(err)
		}
		_, err = h.ChangePlan(h.as("centre"), p.ID, p.Version, n)
		wantCode(t, err, "rounds.changed")
		task := h.tasks("centre")[0]
		_, err = h.Excuse(h.as("street2"), task.ID, "大雨")
		wantCode(t, err, "rounds.no_task")
		_, err = h.Excuse(h.as("reader"), task.ID, "大雨")
		wantCode(t, err, "auth.no_permission")
		_, err = h.Excuse(h.as("centre"), task.ID, " ")
		wantCode(t, err, "rounds.bad_text")
		if x, err := h.Excuse(h.as("centre"), task.ID, "大雨"); err != nil || x.State != TaskExcused || x.Note != "大雨" {
			t.Errorf("%+v, %v", x, err)
		}
		_, err = h.Excuse(h.as("centre"), task.ID, "大雨")
		wantCode(t, err, "rounds.closed")
	})
}

func TestProve_TakesAPhotographOnTheSpotOrAReason(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		a := h.point("A1", 200, 100)
		b := h.point("A2", 400, 100)
		h.plan(NewPlan{Photo: true})
		id := h.tasks("centre")[0].ID
		photo := func(lat float64) Proof {
			return Proof{Lat: &lat, Lon: &a.Lon, Photo: strings.NewReader("picture")}
		}
		for who, code := range map[string]string{"centre": "auth.no_permission", "other": "rounds.no_task"} {
			_, err := h.Prove(h.as(who), id, a.ID, photo(a.Lat))
			wantCode(t, err, code)
		}
		_, err := h.Prove(h.as("officer"), id, a.ID, photo(a.Lat+0.002))
		wantCode(t, err, "rounds.too_far")
		_, err = h.Prove(h.as("officer"), id, a.ID, Proof{Photo: strings.NewReader("picture")})
		wantCode(t, err, "rounds.no_position")
		_, err = h.Prove(h.as("officer"), id, b.ID, Proof{})
		wantCode(t, err, "rounds.bad_text")
		_, err = h.Prove(h.as("officer"), id, "nothing", Proof{Note: "围挡"})
		wantCode(t, err, "rounds.no_point")
		d, err := h.Prove(h.as("officer"), id, a.ID, photo(a.Lat+0.0003))
		if err != nil || d.Seen != 1 || d.Stops[0].How != ByPhoto || *d.Stops[0].Metres != 33 || !d.Stops[0].Photo {
			t.Fatalf("%+v, %v", d, err)
		}
		_, err = h.Prove(h.as("officer"), id, a.ID, photo(a.Lat))
		wantCode(t, err, "rounds.seen")
		if d, err = h.Prove(h.as("officer"), id, b.ID, Proof{Note: "道路封闭"}); err != nil || d.State != TaskDone || d.Stops[1].How != NoReach || d.Stops[1].Note != "道路封闭" {
			t.Errorf("%+v, %v", d, err)
		}
		for who, code := range map[string]string{"clerk": "auth.no_permission", "street2": "rounds.no_task"} {
			_, _, err := h.OpenPhoto(h.as(who), id, a.ID)
			wantCode(t, err, code)
		}
		if r, media, err := h.OpenPhoto(h.as("reader"), id, a.ID); err != nil || media != "image/png" || r.Close() != nil {
			t.Errorf("%v", err)
		}
		_, _, err = h.OpenPhoto(h.as("reader"), id, b.ID)
		wantCode(t, err, "rounds.no_photo")
	})
}

func TestProve_CountsFromWhenItWasTakenOnAPhoneWithoutANetwork(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		a, b := h.point("A1", 200, 100), h.point("A2", 400, 100)
		h.plan(NewPlan{Photo: true, Until: 11 * 60})
		id := h.tasks("centre")[0].ID
		taken := clock.At(h.clock.Now().Add(10 * time.Minute))
		h.clock.Advance(26 * time.Hour) // the task is over, the network comes back
		if err := h.Turn(auth.System(context.Background(), "test")); err != nil {
			t.Fatal(err)
		}
		proof := func(at clock.Time) Proof {
			return Proof{Lat: &a.Lat, Lon: &a.Lon, Photo: strings.NewReader("picture"), At: &at}
		}
		for code, at := range map[string]clock.Time{"rounds.bad_clock": clock.At(h.clock.Now().Add(time.Hour)), "rounds.too_old": clock.At(h.clock.Now().Add(-49 * time.Hour)),
			"rounds.too_early": clock.At(h.clock.Now().Add(-40 * time.Hour))} {
			_, err := h.Prove(h.as("officer"), id, a.ID, proof(at))
			wantCode(t, err, code)
		}
		d, err := h.Prove(h.as("officer"), id, a.ID, proof(taken))
		if err != nil || !d.Stops[0].At.Equal(taken.Time) || d.Stops[0].SentAt == nil || !d.Stops[0].SentAt.Equal(h.clock.Now()) {
			t.Fatalf("%+v, %v", d, err)
		}
		_, err = h.Prove(h.as("officer"), id, a.ID, proof(taken))
		wantCode(t, err, "rounds.seen")
		if d, err = h.Prove(h.as("officer"), id, b.ID, Proof{Note: "围挡", At: &taken}); err != nil || d.State != TaskDone || !d.DoneAt.Equal(taken.Time) {
			t.Errorf("%+v, %v", d, err)
		}
	})
}
