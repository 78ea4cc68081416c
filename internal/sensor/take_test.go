package sensor

import (
	"fmt"
	"testing"
	"time"
)

func TestTake_ReadingIsKeptOnceInTheRightGrid(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.add("WL-1", "water_level")
		if x.AreaCode != grid {
			t.Fatalf("the sensor lies in %s", x.AreaCode)
		}
		e := h.reading("e1", "WL-1", `{"values":{"level":0.12},"battery":88}`)
		again := e
		again.ID = "e2" // another event about the same instant
		if r := h.take(e, again); r.Taken != 2 {
			t.Fatalf("first call: %+v", r)
		}
		if r := h.take(e); r.Repeated != 1 || r.Taken != 0 {
			t.Fatalf("the same event again: %+v", r)
		}
		got, err := h.Readings(h.as("reader"), x.ID, "level", h.clock.Now().Add(-time.Hour), h.clock.Now().Add(time.Hour))
		if err != nil || len(got.Spans) != 1 || got.Spans[0].Mean != 0.12 {
			t.Fatalf("readings: %+v, %v", got, err)
		}
		now := h.now(x.ID)
		if now.Latest.V["level"].V != 0.12 || now.Latest.V["battery"].V != 88 || now.SeenAt == nil {
			t.Fatalf("standing: %+v", now)
		}
		sources, err := h.Sources(h.as("centre"))
		if err != nil || sources[0].Taken != 2 || sources[0].Repeated != 1 {
			t.Fatalf("sources: %+v, %v", sources, err)
		}
	})
}

func TestTake_WhatCanNeverBeTakenIsNamedAndCounted(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.add("WL-1", "water_level")
		late, future := h.reading("late", "WL-1", `{"level":1}`), h.reading("future", "WL-1", `{"level":1}`)
		late.Time, future.Time = late.Time.Add(-31*24*time.Hour), future.Time.Add(time.Hour)
		odd := h.reading("odd", "WL-1", `{"level":1}`)
		odd.Type = "cn.example.firmware"
		r := h.take(late, future, odd, h.reading("nobody", "WL-9", `{"level":1}`), h.reading("range", "WL-1", `{"level":1e9}`), h.reading("empty", "WL-1", `{"ph":7}`),
			h.reading("broken", "WL-1", `[1]`), h.reading("good", "V-WL-1", `{"level":0.2}`))
		if r.Taken != 1 || len(r.Refused) != 7 {
			t.Fatalf("got %+v", r)
		}
		if n := h.count("SELECT refused FROM sensor_source"); n != 7 {
			t.Fatalf("%d refusals are counted", n)
		}
	})
}

func TestRule_TripsAfterItsTimeOnceAndCalmsByHysteresis(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.add("WL-1", "water_level")
		h.rule(flood)
		send := func(level float64) {
			t.Helper()
			h.take(h.reading(fmt.Sprint(h.clock.Now().UnixMilli()), "WL-1", fmt.Sprintf(`{"level":%v}`, level)))
			h.forward(time.Minute)
		}
		send(0.31)
		send(0.29) // below in between: it begins anew
		send(0.35)
		send(0.36)
		if h.trips() != 0 || h.alarms() != 0 {
			t.Fatal("tripped before its time")
		}
		send(0.37)
		send(0.40)
		if h.trips() != 1 || h.alarms() != 1 || h.now(x.ID).Active != 1 {
			t.Fatalf("%d trips, %d alarms, %d active", h.trips(), h.alarms(), h.now(x.ID).Active)
		}
		send(0.28) // under the threshold, not by the hysteresis
		if h.alarms() != 1 {
			t.Fatal("calm too early")
		}
		send(0.24)
		if h.alarms() != 0 || h.now(x.ID).Active != 0 || h.count("SELECT COUNT(*) FROM outbox WHERE topic = $1", TopicCalmed) != 1 {
			t.Fatal("not calm")
		}
	})
}

func TestRule_PendingRuleTripsByTimeAloneAlsoAfterARestart(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.add("MH-1", "manhole")
		n := flood
		n.Kind, n.Metric, n.Threshold, n.Hysteresis, n.Times, n.Seconds = "manhole", "tilt", 15, 5, 1, 600
		h.rule(n)
		h.take(h.reading("a", "MH-1", `{"tilt":40}`))
		again := New(h.Deps) // the program stops and starts: what it knew is in the tables
		h.forward(9 * time.Minute)
		look := func() {
			t.Helper()
			if err := again.LookAfter(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		look()
		if h.trips() != 0 {
			t.Fatal("too early")
		}
		h.forward(time.Minute)
		look()
		look()
		if h.trips() != 1 || h.alarms() != 1 {
			t.Fatalf("%d trips, %d alarms", h.trips(), h.alarms())
		}
	})
}

func TestRule_LateReadingIsKeptAndTripsNothing(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.add("WL-1", "water_level")
		n := flood
		n.Seconds, n.Times = 0, 1
		h.rule(n)
		h.take(h.reading("now", "WL-1", `{"level":0.1}`))
		late := h.reading("late", "WL-1", `{"level":2}`)
		late.Time = late.Time.Add(-time.Hour)
		if r := h.take(late); r.Taken != 1 {
			t.Fatalf("late: %+v", r)
		}
		got, err := h.Readings(h.as("reader"), x.ID, "level", h.clock.Now().Add(-2*time.Hour), h.clock.Now().Add(time.Hour))
		if err != nil || len(got.Spans) != 2 || h.trips() != 0 || h.now(x.ID).Latest.V["level"].V != 0.1 {
			t.Fatalf("%+v, %v, %d trips", got, err, h.trips())
		}
	})
}

func TestDeviceAlarm_RaisesOnceAndEndsWhenTheDeviceSaysSo(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.add("MH-1", "manhole")
		say := func(id, end, severity string) {
			t.Helper()
			e := h.reading(id, "MH-1", `{"kind":"manhole","text":"井盖被打开，联系13905170001","severity":"`+severity+`"}`)
			e.Type = "cn.example." + end
			h.take(e)
			h.forward(time.Second)
		}
		say("1", typeCleared, "critical") // over before it began
		say("2", typeRaised, "critical")
		say("3", typeRaised, "critical")
		if h.trips() != 1 || h.alarms() != 1 {
			t.Fatalf("%d trips, %d alarms", h.trips(), h.alarms())
		}
		if n := h.count("SELECT COUNT(*) FROM alarm WHERE detail LIKE '%13905170001%'"); n != 0 {
			t.Fatal("a telephone number stands in the alarm")
		}
		say("4", typeCleared, "critical")
		if h.alarms() != 0 {
			t.Fatal("still active")
		}
	})
}

func TestLookAfter_SilentSensorIsOfflineUntilItIsHeardOf(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.add("WL-1", "water_level")
		h.take(h.reading("1", "WL-1", `{"level":0.1,"battery":12}`))
		if now := h.now(x.ID); !now.Weak || h.alarms() != 1 {
			t.Fatalf("battery: %+v", now)
		}
		h.forward(25 * time.Hour)
		for range 2 {
			if err := h.LookAfter(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if now := h.now(x.ID); !now.Offline || h.alarms() != 2 {
			t.Fatalf("silent: %+v, %d alarms", now, h.alarms())
		}
		h.take(h.reading("2", "WL-1", `{"level":0.1,"battery":95}`))
		if now := h.now(x.ID); now.Offline || now.Weak || h.alarms() != 0 {
			t.Fatalf("heard of: %+v, %d alarms", now, h.alarms())
		}
	})
}

func TestChange_PausedSensorRestsAndRuleThatGoesTakesItsAlarmsAlong(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.add("WL-1", "water_level")
		n := flood
		n.Seconds, n.Times = 0, 1
		r := h.rule(n)
		h.take(h.reading("1", "WL-1", `{"level":1}`))
		d := Device{Code: x.Code, Name: x.Name, Kind: x.Kind, Lat: x.Lat, Lon: x.Lon, SourceID: x.SourceID, State: Paused, Version: x.Version}
		if _, err := h.Change(h.as("centre"), x.ID, d); err != nil {
			t.Fatal(err)
		}
		h.forward(time.Minute)
		h.take(h.reading("2", "WL-1", `{"level":1}`))
		if h.alarms() != 0 || h.now(x.ID).Active != 0 {
			t.Fatal("a paused sensor alarms")
		}
		_, err := h.Change(h.as("centre"), x.ID, d)
		wantCode(t, err, "sensor.changed")
		d.State, d.Version = InUse, 2
		if _, err := h.Change(h.as("centre"), x.ID, d); err != nil {
			t.Fatal(err)
		}
		h.forward(time.Minute)
		h.take(h.reading("3", "WL-1", `{"level":1}`))
		if h.alarms() != 1 {
			t.Fatal("in use again, and no alarm")
		}
		if err := h.DropRule(h.as("centre"), r.ID); err != nil || h.alarms() != 0 || h.now(x.ID).Active != 0 {
			t.Fatalf("%v, %d alarms", err, h.alarms())
		}
	})
}

func TestThin_ValuesGoAndFiguresStay(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.add("WL-1", "water_level")
		begin := h.clock.Now()
		for i := range 4 {
			h.take(h.reading(fmt.Sprint(i), "WL-1", fmt.Sprintf(`{"level":%d}`, i)))
			h.forward(time.Minute)
		}
		read := func() Series {
			t.Helper()
			got, err := h.Readings(h.as("reader"), x.ID, "level", begin.Add(-time.Hour), begin.Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		if got := read(); got.Step != 0 || len(got.Spans) != 4 {
			t.Fatalf("fresh: %+v", got)
		}
		h.forward(91 * 24 * time.Hour)
		if err := h.Thin(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := read(); got.Step != 60 || len(got.Spans) != 1 || got.Spans[0].Mean != 1.5 || got.Spans[0].High != 3 || got.Spans[0].N != 4 {
			t.Fatalf("thinned: %+v", got)
		}
		h.forward(2 * 365 * 24 * time.Hour)
		if err := h.Thin(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := read(); len(got.Spans) != 0 {
			t.Fatalf("forgotten: %+v", got)
		}
	})
}
