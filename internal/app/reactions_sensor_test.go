package app

import (
	"context"
	"testing"
	"time"

	"yiwang/internal/alarm"
	"yiwang/internal/cases"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
	"yiwang/internal/sensor"
)

func TestReactions_WhatASensorFindsBecomesOneCaseInItsGrid(t *testing.T) {
	a := district(t)
	ctx := auth.System(context.Background(), "test")
	list, _, err := a.Region.List(ctx, region.Filter{Level: region.Grid, Limit: 1})
	if err != nil || len(list) == 0 {
		t.Fatal(err)
	}
	grid := list[0].Code
	from, _, err := a.Sensors.AddSource(ctx, sensor.NewSource{Code: "manholes", Name: "井盖平台", AreaCode: "320106"})
	if err != nil {
		t.Fatal(err)
	}
	x, err := a.Sensors.Add(ctx, sensor.Device{Code: "MH-TEST", Name: "井盖1号", Kind: "manhole", AreaCode: grid, SourceID: from.ID})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Sensors.AddRule(ctx, sensor.NewRule{Name: "井盖移位", AreaCode: "320106", Kind: "manhole", Metric: "tilt", Side: sensor.Above, Threshold: 15, Hysteresis: 5, Severity: alarm.Critical,
		OpensCase: true, Urgent: true, Enabled: true}); err != nil {
		t.Fatal(err)
	}
	at := a.DB.Clock().Now().Add(-time.Hour)
	send := func(id, tilt string) {
		t.Helper()
		at = at.Add(time.Minute)
		r, err := a.Sensors.Take(ctx, *from, []sensor.Event{{Source: "s", ID: id, Type: "reading", Subject: "MH-TEST", Time: at, Data: []byte(`{"tilt":` + tilt + `}`)}})
		if err != nil || r.Taken != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		if err := a.Bus.Drain(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for i, tilt := range []string{"0", "42", "50", "1"} {
		send(string(rune('a'+i)), tilt)
	}
	var found []cases.Case
	linked := 0
	if err := a.DB.Read(ctx, func(tx *db.Tx) error {
		ids, err := db.All[string](ctx, tx, "SELECT id FROM case_file WHERE source = 'sensor' AND area_code = $1 ORDER BY id DESC LIMIT 1", grid)
		for _, id := range ids {
			c, err := a.Cases.GetTx(ctx, tx, id)
			if err != nil {
				return err
			}
			found = append(found, *c)
		}
		if err == nil {
			linked, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM alarm WHERE source = 'sensor' AND subject = $1 AND case_id <> '' AND cleared_at IS NOT NULL", x.ID)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || found[0].AreaCode != grid || !found[0].Urgent || linked != 2 { // the usual rule of the demonstration found it too, and joined the case
		t.Fatalf("%d cases, %d alarms linked: %+v", len(found), linked, found)
	}
}
