package demo

import (
	"context"
	"slices"
	"time"

	"yiwang/internal/alarm"
	"yiwang/internal/fence"
	"yiwang/internal/identity"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/geo"
	"yiwang/internal/track"
)

// watchFences sets the two standing rules, draws a circle, and raises alarms of the last hours, one of which somebody takes
// care of; then the sessions of the last days are examined.
func (l *loader) watchFences(ctx context.Context) error {
	district := l.ground.district
	if district.Code == "" || len(l.grids) == 0 {
		return nil
	}
	middle := middleOf(l.grids[0].Shape)
	market := middleOf(l.grids[len(l.grids)/2].Shape)
	for _, d := range []fence.Definition{
		{Name: "失联10分钟", Kind: fence.Contact, ContactMinutes: 10, Severity: alarm.Major},
		{Name: "离开责任区15分钟", Kind: fence.Own, AwayMinutes: 15, Severity: alarm.Warning},
		{Name: "演示：夜间施工围挡", Kind: fence.Circle, Lat: middle.Lat(), Lon: middle.Lon(), Radius: 150, Enter: true, From: "20:00", Until: "06:00", Severity: alarm.Minor},
		{Name: "演示：农贸市场早市", Kind: fence.Polygon, Geometry: around(market), DwellMinutes: 40, Days: []int{6, 7}, From: "06:00", Until: "09:30", Severity: alarm.Info},
	} {
		d.Scope, d.Alarm = district.Code, true
		if _, err := l.Fences.Draw(ctx, d); err != nil {
			return err
		}
	}
	if err := l.raiseAlarms(ctx); err != nil {
		return err
	}
	return l.makeUp(ctx)
}

// around is a five-sided drawing of about two hundred metres.
func around(v geo.Vertex) []byte {
	var ring geo.Ring
	for _, c := range [][2]int32{{-11000, -7000}, {9000, -9000}, {13000, 2000}, {2000, 10000}, {-9000, 6000}} {
		ring = append(ring, geo.Vertex{X: v.X + c[0], Y: v.Y + c[1]})
	}
	return geo.AppendGeometry(nil, geo.Shape{geo.Polygon{ring}})
}

// makeUp lets two officers walk evenings that were not walked, one by playing a former evening again and one by an app that the phone marks,
// so that somebody can try how such evidence is judged; then the sessions of the last days are examined.
func (l *loader) makeUp(ctx context.Context) error {
	if len(l.corps) < offDutyFirst {
		return nil
	}
	r := l.rand("made-up evenings")
	evening := func(back int) (on, off time.Time) {
		on = midnight(l.end).AddDate(0, 0, -back).Add(19*time.Hour + 5*time.Minute)
		return on, on.Add(80 * time.Minute)
	}
	session := func(o *identity.DemoOfficer, back int) patrol.Session {
		on, off := evening(back)
		end := clock.At(off)
		return patrol.Session{OfficerID: o.ID, OfficerName: o.Name, UnitID: l.units[o.Community+".community_committee"].ID, AreaCode: o.Areas[0], OnAt: clock.At(on), OffAt: &end}
	}
	player, marked := &l.corps[1], &l.corps[2]
	on, off := evening(2)
	walked := stroll(r, l.shapeOf(player.Areas[0]), on, off)
	played := slices.Clone(walked)
	for i := range played {
		played[i].At += 24 * time.Hour.Milliseconds()
	}
	on, off = evening(1)
	mocked := stroll(r, l.shapeOf(marked.Areas[0]), on, off)
	for i := range mocked {
		mocked[i].Flags |= track.Mock
	}
	past := []patrol.Past{{Session: session(player, 2), Points: walked}, {Session: session(player, 1), Points: played}, {Session: session(marked, 1), Points: mocked}}
	if err := l.DB.Tx(ctx, func(tx *db.Tx) error { return l.Patrol.RestoreTx(ctx, tx, past) }); err != nil {
		return err
	}
	if _, err := l.Spoofs.Examine(ctx, l.end.AddDate(0, 0, -3), l.end); err != nil {
		return err
	}
	for _, x := range []struct {
		officer *identity.DemoOfficer
		words   string
	}{{player, "演示：这晚的轨迹由演示程序复制前一晚而成，供试用核验，不代表任何真人。"}, {marked, "演示：这晚的位置由演示程序加上模拟标记，供试用核验，不代表任何真人。"}} {
		if err := l.explain(ctx, x.officer, x.words); err != nil {
			return err
		}
	}
	return nil
}

// explain lets an officer comment what was found about the own positions.
func (l *loader) explain(ctx context.Context, o *identity.DemoOfficer, words string) error {
	own := auth.With(ctx, &auth.Principal{UserID: o.ID, Name: o.Name, Areas: o.Areas, Permissions: map[string]bool{patrol.PermDuty: true}})
	list, err := l.Spoofs.Mine(own)
	for i := 0; err == nil && i < len(list); i++ {
		_, err = l.Spoofs.Comment(own, list[i].ID, words)
	}
	return err
}

// shapeOf is the ground of a grid, nil if there is none.
func (l *loader) shapeOf(code string) geo.Shape {
	for i := range l.grids {
		if l.grids[i].Code == code {
			return l.grids[i].Shape
		}
	}
	return nil
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
