package demo

import (
	"context"
	"time"

	"yiwang/internal/alarm"
	"yiwang/internal/fence"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/geo"
)

// watchFences sets the two standing rules, draws a circle, and raises alarms of the last hours, one of which somebody takes
// care of; then the sessions of the last days are examined.
func (l *loader) watchFences(ctx context.Context) error {
	district := l.ground.district
	if district.Code == "" || len(l.grids) == 0 {
		return nil
	}
	middle := middleOf(l.grids[0].Shape)
	for _, d := range []fence.Definition{
		{Name: "失联10分钟", Kind: fence.Contact, ContactMinutes: 10, Severity: alarm.Major},
		{Name: "离开责任区15分钟", Kind: fence.Own, AwayMinutes: 15, Severity: alarm.Warning},
		{Name: "演示：夜间施工围挡", Kind: fence.Circle, Lat: middle.Lat(), Lon: middle.Lon(), Radius: 150, Enter: true, From: "20:00", Until: "06:00", Severity: alarm.Minor},
	} {
		d.Scope, d.Alarm = district.Code, true
		if _, err := l.Fences.Draw(ctx, d); err != nil {
			return err
		}
	}
	if err := l.raiseAlarms(ctx); err != nil {
		return err
	}
	_, err := l.Spoofs.Examine(ctx, l.end.AddDate(0, 0, -3), l.end)
	return err
}

func middleOf(s geo.Shape) geo.Vertex { return s.Center() }

// raiseAlarms tells of three officers who were silent for a while.
func (l *loader) raiseAlarms(ctx context.Context) error {
	return l.DB.Tx(ctx, func(tx *db.Tx) error {
		running, err := l.Patrol.RunningTx(ctx, tx)
		if err != nil {
			return err
		}
		for i := 0; i < min(3, len(running)); i++ {
			if err := l.raiseOne(ctx, tx, &running[i], i); err != nil {
				return err
			}
		}
		return nil
	})
}

func (l *loader) raiseOne(ctx context.Context, tx *db.Tx, x *patrol.Session, n int) error {
	_, _, err := l.Alarms.RaiseTx(ctx, tx, alarm.Raise{Source: "patrol", Subject: x.OfficerID, Kind: "battery", Severity: []alarm.Severity{alarm.Warning, alarm.Minor, alarm.Info}[n], AreaCode: x.AreaCode,
		SubjectName: x.OfficerName, Title: "手机电量低", Detail: []string{"剩余12%", "剩余6%", "剩余18%"}[n], Personal: true, At: l.end.Add(-time.Duration(n+1) * 20 * time.Minute)})
	if err != nil || n < 2 {
		return err
	}
	_, err = l.Alarms.ClearTx(ctx, tx, "patrol", x.OfficerID, "battery")
	return err
}
