package app

import (
	"context"

	"yiwang/internal/intake"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/sensor"
)

// reactToSensors: what a sensor found becomes a case where its rule says so, in the grid the sensor lies in. Its end is told to
// that case; a person still looks.
func (a *App) reactToSensors() {
	outbox.On(a.Bus, sensor.TopicTripped, "intake.sensor", func(ctx context.Context, tx *db.Tx, t sensor.Trip) error {
		if !t.OpensCase {
			return nil
		}
		joined, err := a.Intake.RaiseTx(auth.System(ctx, "感知设备"), tx, alarmOf(&t, false))
		if err != nil || t.AlarmID == "" || joined.CaseID == "" {
			return err
		}
		return a.Alarms.LinkCaseTx(auth.System(ctx, "感知设备"), tx, t.AlarmID, joined.CaseID, joined.Number)
	})
	outbox.On(a.Bus, sensor.TopicCalmed, "intake.sensor", func(ctx context.Context, tx *db.Tx, t sensor.Trip) error {
		if !t.OpensCase {
			return nil
		}
		_, err := a.Intake.RaiseTx(auth.System(ctx, "感知设备"), tx, alarmOf(&t, true))
		return err
	})
}

// alarmOf is what a sensor found, as the intake of devices takes it.
func alarmOf(t *sensor.Trip, cleared bool) intake.Alarm {
	number := t.Number
	if cleared {
		number += "/end"
	}
	at := t.At.Time
	return intake.Alarm{Source: "sensor", Device: t.Code, Alarm: number, Kind: t.Kind, Text: t.Text, Reading: t.Reading, Category: t.Category, Lat: t.Lat, Lon: t.Lon, AreaCode: t.AreaCode,
		Address: t.Address, Urgent: t.Urgent, Cleared: cleared, RaisedAt: &at}
}
