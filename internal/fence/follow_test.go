package fence_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"yiwang/internal/alarm"
	"yiwang/internal/fence"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
	"yiwang/internal/track"
)

const lat0, lon0 = 32.06, 118.77

func as(name, area string, permissions ...string) context.Context {
	p := &auth.Principal{UserID: "user-" + name, Name: name, UnitID: "u-" + name, Areas: []string{area}, Permissions: map[string]bool{}}
	for _, x := range permissions {
		p.Permissions[x] = true
	}
	return auth.With(context.Background(), p)
}

var (
	officer = as("officer", "320106001003001", patrol.PermDuty)
	centre  = as("centre", "320106", fence.PermRead, fence.PermManage, alarm.PermRead, patrol.PermManage, patrol.PermLive)
	street2 = as("street2", "320106002", fence.PermRead, fence.PermManage)
	reader  = as("reader", "320106", fence.PermRead)
	clerk   = as("clerk", "320106")
	program = auth.System(context.Background(), "test")
)

// house is a running patrol with its fences; every step may be done by a program that has just started.
type house struct {
	t       *testing.T
	db      *db.DB
	clock   *clock.Fake
	patrol  *patrol.Service
	fences  *fence.Service
	alarms  *alarm.Service
	restart bool
}

func open(t *testing.T, d *db.DB, c *clock.Fake) *house {
	t.Helper()
	h := &house{t: t, db: d, clock: c, patrol: patrol.New(patrol.Deps{DB: d, Patience: time.Millisecond}), alarms: alarm.New(alarm.Deps{DB: d})}
	h.begin()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.patrol.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	<-h.patrol.Ready()
	return h
}

func (h *house) begin() {
	h.fences = fence.New(fence.Deps{DB: h.db, Patrol: h.patrol, Alarms: h.alarms})
}

func each(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) { fn(t, open(t, d, c)) })
}

func (h *house) draw(change func(*fence.Definition)) *fence.Fence {
	h.t.Helper()
	d := fence.Definition{Name: "广场", Kind: fence.Circle, Scope: "320106", Lat: lat0, Lon: lon0, Radius: 100, Enter: true, Leave: true, Alarm: true, Severity: alarm.Major}
	change(&d)
	f, err := h.fences.Draw(centre, d)
	if err != nil {
		h.t.Fatal(err)
	}
	return f
}

func (h *house) onDuty() {
	h.t.Helper()
	if _, err := h.patrol.GoOnDuty(officer, 0); err != nil {
		h.t.Fatal(err)
	}
}

// fix is a position now, so many metres east of the middle of the fence.
func (h *house) fix(metres float64, ago time.Duration) track.Point {
	p, _ := track.At(h.clock.Now().Add(-ago).UnixMilli(), lat0, lon0+metres/(111194.9*math.Cos(lat0*math.Pi/180)))
	p.SetAccuracy(5)
	return p
}

func (h *house) send(points ...track.Point) {
	h.t.Helper()
	if r, err := h.patrol.Send(officer, points); err != nil || r.Bad+r.OffDuty > 0 {
		h.t.Fatalf("%+v, %v", r, err)
	}
}

// walk sends a fix every ten seconds and lets it be evaluated.
func (h *house) walk(metres ...float64) {
	h.t.Helper()
	for _, m := range metres {
		h.clock.Advance(10 * time.Second)
		h.send(h.fix(m, 0))
		h.follow()
	}
}

func (h *house) follow() {
	h.t.Helper()
	if h.restart {
		h.clock.Advance(21 * time.Second) // the turn of the one before runs out
		h.begin()
	}
	if err := h.fences.Follow(program); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) story() string {
	h.t.Helper()
	p, err := h.fences.Events(centre, fence.EventFilter{}, httpx.PageIn{Limit: 100})
	if err != nil {
		h.t.Fatal(err)
	}
	var out []string
	for i := len(p.Items) - 1; i >= 0; i-- {
		e := &p.Items[i]
		text := e.Kind
		if e.Late {
			text += "(late)"
		}
		if e.WithdrawnAt != nil {
			text += "(withdrawn)"
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

func (h *house) active() string {
	h.t.Helper()
	p, err := h.alarms.List(centre, alarm.Filter{State: "active"}, httpx.PageIn{Limit: 100})
	if err != nil {
		h.t.Fatal(err)
	}
	var out []string
	for i := range p.Items {
		out = append(out, p.Items[i].Title)
	}
	return strings.Join(out, " ")
}

func (h *house) want(story, active string) {
	h.t.Helper()
	if got := h.story(); got != story {
		h.t.Errorf("events %q, want %q", got, story)
	}
	if got := h.active(); got != active {
		h.t.Errorf("alarms %q, want %q", got, active)
	}
}

func TestFollow_EventsAndAlarmsComeAndGo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.draw(func(d *fence.Definition) { d.Leave = false })
		h.onDuty()
		h.walk(-300, -150)
		h.want("", "")
		h.walk(0, 10)
		h.want("enter", "进入“广场”")
		h.walk(180, 190)
		h.want("enter leave", "")
		h.walk(10, 0)
		h.want("enter leave enter", "进入“广场”")
		if _, err := h.patrol.GoOffDuty(officer); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(10 * time.Second)
		h.follow()
		h.want("enter leave enter", "")
	})
}

// Every look is made by a program that has just started and knows what the one before kept, no more.
func TestFollow_ARestartAtAnyMomentChangesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.draw(func(d *fence.Definition) { d.DwellMinutes = 1 })
		h.onDuty()
		h.restart = true
		h.walk(-300, -150, 0, 10, 20, 10, 200, 300, 310, 0, 5)
		h.want("enter dwell leave enter", "进入“广场”")
		h.send(h.fix(5, 0), h.fix(5, 0)) // once more
		h.follow()
		h.want("enter dwell leave enter", "进入“广场”")
	})
}

func TestFollow_SealingLosesNothingThatIsNotEvaluated(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.draw(func(*fence.Definition) {})
		h.onDuty()
		h.walk(-300) // from here on the journal has a reader
		h.clock.Advance(time.Minute)
		h.follow()
		for _, m := range []float64{0, 10, 20, 190, 200} {
			h.clock.Advance(10 * time.Second)
			h.send(h.fix(m, 0))
		}
		if err := h.patrol.SealAll(program); err != nil {
			t.Fatal(err)
		}
		h.begin()
		h.clock.Advance(time.Minute)
		h.follow()
		h.want("enter leave", "离开“广场”")
	})
}

func TestFollow_LostAndFound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.draw(func(d *fence.Definition) {
			*d = fence.Definition{Name: "失联", Kind: fence.Contact, Scope: "320106", ContactMinutes: 10, Alarm: true, Severity: alarm.Major}
		})
		h.follow()
		h.onDuty()
		h.walk(0, 0)
		for range 9 {
			h.clock.Advance(time.Minute)
			h.follow()
		}
		h.want("", "")
		h.clock.Advance(2 * time.Minute)
		h.follow()
		h.want("lost", "失联：10分钟没有位置")
		h.walk(0)
		h.clock.Advance(6 * time.Second)
		h.follow()
		h.want("lost found", "")
	})
}

func TestReconsider_LatePositionsAddAndWithdraw(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.draw(func(d *fence.Definition) { d.AwayMinutes, d.Leave = 5, false })
		h.onDuty()
		h.walk(0, 0)
		h.clock.Advance(20 * time.Minute)
		h.walk(900, 910)
		h.want("enter leave", "")
		h.clock.Advance(10 * time.Minute)
		h.walk(905)
		h.want("enter leave away(late)", "离开“广场”超过5分钟")
		// The phone had been inside until a minute ago, and far away before; it tells so only now.
		var kept []track.Point
		for m := 8; m >= 1; m-- {
			kept = append(kept, h.fix(0, time.Duration(m)*time.Minute+15*time.Second), h.fix(0, time.Duration(m)*time.Minute))
		}
		h.send(kept...)
		h.follow()
		if err := h.fences.Reconsider(program); err != nil {
			t.Fatal(err)
		}
		h.want("enter leave away(late)(withdrawn) enter(late)", "进入“广场”")
		before := h.story()
		h.send(kept...)
		h.follow()
		if err := h.fences.Reconsider(program); err != nil {
			t.Fatal(err)
		}
		if got := h.story(); got != before {
			t.Errorf("the same again: %q, before %q", got, before)
		}
	})
}

func TestReconsider_ADayLateAfterDuty(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.draw(func(*fence.Definition) {})
		h.onDuty()
		h.walk(-300, -310)
		h.clock.Advance(10 * time.Minute)
		h.walk(-300, -300)
		at := h.clock.Now()
		if _, err := h.patrol.GoOffDuty(officer); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(10 * time.Second)
		h.follow()
		h.want("", "")
		h.clock.Advance(24 * time.Hour)
		ago := h.clock.Now().Sub(at)
		h.send(h.fix(0, ago+5*time.Minute), h.fix(5, ago+5*time.Minute-20*time.Second), h.fix(5, ago+4*time.Minute))
		h.follow()
		if err := h.fences.Reconsider(program); err != nil {
			t.Fatal(err)
		}
		h.want("enter(late) leave(late)", "")
		p, err := h.alarms.List(centre, alarm.Filter{}, httpx.PageIn{Limit: 10})
		if err != nil || p.Total != 2 || !p.Items[0].Late {
			t.Errorf("%+v, %v", p, err)
		}
	})
}

func TestChange_MakesAVersionThatEventsName(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		f := h.draw(func(*fence.Definition) {})
		h.onDuty()
		h.walk(0, 0)
		d := f.Definition.V
		d.Name, d.Radius = "大广场", 500
		next, err := h.fences.Change(centre, f.ID, 1, d, true)
		if err != nil || next.Version != 2 {
			t.Fatalf("%+v, %v", next, err)
		}
		_, err = h.fences.Change(centre, f.ID, 1, d, true)
		if errs.CodeOf(err) != "fence.changed" {
			t.Errorf("changed over: %v", err)
		}
		h.walk(0, 0)
		p, err := h.fences.Events(centre, fence.EventFilter{Fence: f.ID}, httpx.PageIn{Limit: 10})
		if err != nil || p.Total != 2 || p.Items[0].Version != 2 || p.Items[1].Version != 1 {
			t.Errorf("%+v, %v", p, err)
		}
		if _, err := h.fences.Change(centre, f.ID, 2, d, false); err != nil {
			t.Fatal(err)
		}
		h.walk(0)
		if got := h.active(); got != "" {
			t.Errorf("alarms of a fence that is off: %q", got)
		}
		got, err := h.fences.Get(reader, f.ID)
		if err != nil || len(got.Versions) != 3 || got.Versions[0].Active || got.Active {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestFences_StayWithinTheArea(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		f := h.draw(func(d *fence.Definition) { d.Scope = "320106001" })
		h.onDuty()
		h.walk(0, 0)
		for name, who := range map[string]context.Context{"centre": centre, "reader": reader} {
			if list, err := h.fences.List(who); err != nil || len(list) != 1 {
				t.Errorf("%s: %d, %v", name, len(list), err)
			}
			if p, err := h.fences.Events(who, fence.EventFilter{}, httpx.PageIn{Limit: 9}); err != nil || p.Total != 1 {
				t.Errorf("%s: %+v, %v", name, p, err)
			}
		}
		if list, err := h.fences.List(street2); err != nil || len(list) != 0 {
			t.Errorf("another street: %d, %v", len(list), err)
		}
		if p, err := h.fences.Events(street2, fence.EventFilter{}, httpx.PageIn{Limit: 9}); err != nil || p.Total != 0 {
			t.Errorf("another street: %+v, %v", p, err)
		}
		d := f.Definition.V
		for name, c := range map[string]struct {
			do   func() error
			want errs.Kind
		}{
			"get, another street":    {func() error { _, err := h.fences.Get(street2, f.ID); return err }, errs.KindNotFound},
			"change, another street": {func() error { _, err := h.fences.Change(street2, f.ID, 1, d, true); return err }, errs.KindNotFound},
			"draw, another street":   {func() error { _, err := h.fences.Draw(street2, d); return err }, errs.KindForbidden},
			"draw, a reader":         {func() error { _, err := h.fences.Draw(reader, d); return err }, errs.KindForbidden},
			"change, a reader":       {func() error { _, err := h.fences.Change(reader, f.ID, 1, d, true); return err }, errs.KindForbidden},
			"list, a clerk":          {func() error { _, err := h.fences.List(clerk); return err }, errs.KindForbidden},
			"get, a clerk":           {func() error { _, err := h.fences.Get(clerk, f.ID); return err }, errs.KindForbidden},
			"events, a clerk": {func() error {
				_, err := h.fences.Events(clerk, fence.EventFilter{}, httpx.PageIn{Limit: 1})
				return err
			}, errs.KindForbidden},
		} {
			if err := c.do(); errs.KindOf(err) != c.want {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestForget_DropsPlacesAfterAMonth(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.draw(func(*fence.Definition) {})
		h.onDuty()
		h.walk(0, 0)
		h.clock.Advance(31 * 24 * time.Hour)
		if err := h.fences.Forget(program); err != nil {
			t.Fatal(err)
		}
		p, err := h.fences.Events(centre, fence.EventFilter{}, httpx.PageIn{Limit: 10})
		if err != nil || p.Total != 1 || p.Items[0].Lat != nil {
			t.Errorf("%+v, %v", p, err)
		}
		h.clock.Advance(340 * 24 * time.Hour)
		if err := h.fences.Forget(program); err != nil {
			t.Fatal(err)
		}
		if got := h.story(); got != "" {
			t.Errorf("after a year: %q", got)
		}
	})
}

func TestDraw_RefusesWhatCannotBeWatched(t *testing.T) {
	t.Parallel()
	h := &house{t: t, fences: fence.New(fence.Deps{DB: testkit.SQLite(t)})}
	for name, d := range map[string]fence.Definition{
		"no name":        {Kind: fence.Circle, Scope: "320106", Lat: 32, Lon: 118, Radius: 100, Enter: true},
		"no radius":      {Name: "x", Kind: fence.Circle, Scope: "320106", Lat: 32, Lon: 118, Enter: true},
		"watches nobody": {Name: "x", Kind: fence.Circle, Scope: "320106", Lat: 32, Lon: 118, Radius: 100},
		"no drawing":     {Name: "x", Kind: fence.Polygon, Scope: "320106", Enter: true, Geometry: []byte(`{"type":"Point","coordinates":[1,2]}`)},
		"a tiny drawing": {Name: "x", Kind: fence.Polygon, Scope: "320106", Enter: true, Geometry: []byte(`{"type":"Polygon","coordinates":[[[118,32],[118.00001,32],[118,32.00001],[118,32]]]}`)},
		"no minutes":     {Name: "x", Kind: fence.Contact, Scope: "320106"},
		"unknown":        {Name: "x", Kind: "line", Scope: "320106", Enter: true},
		"wrong hours":    {Name: "x", Kind: fence.Own, Scope: "320106", AwayMinutes: 5, From: "25:00", Until: "26:00"},
	} {
		if _, err := h.fences.Draw(centre, d); errs.KindOf(err) != errs.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
