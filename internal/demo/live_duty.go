package demo

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	"yiwang/internal/identity"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/geo"
	"yiwang/internal/track"
)

// How much of the officers' time on duty is told: tracks of the last days for the first of them, this morning for most.
// The first three officers are off duty when the story ends, for whoever tries the phone.
const (
	trackDays     = 5  // working days before the last one
	trackOfficers = 40 // who have tracks of those days
	offDutyFirst  = 3
	everyFix      = 10 * time.Second
	fullTimeEvery = 4 // every fourth officer works part time: three in four do full time
)

// patrolTimes tells when the officers were on duty in the last days and where they walked.
func (l *loader) patrolTimes(ctx context.Context) error {
	r := l.rand("duty sessions")
	shapes := map[string]geo.Shape{}
	for _, g := range l.grids {
		shapes[g.Code] = g.Shape
	}
	var past []patrol.Past
	last, _ := l.days.upTo(l.end)
	for back := min(trackDays, last); back >= 0; back-- {
		day := l.days.days[last-back]
		if back == 0 {
			day = midnight(l.end) // somebody is on duty on days off too
		}
		for i := range l.corps {
			if back > 0 && i >= trackOfficers || back == 0 && i < offDutyFirst || chance(r, 0.12) {
				continue
			}
			past = append(past, l.shifts(r, &l.corps[i], i, day, shapes)...)
		}
	}
	if err := l.DB.Tx(ctx, func(tx *db.Tx) error { return l.Patrol.RestoreTx(ctx, tx, past) }); err != nil {
		return err
	}
	return l.giveTrackers(ctx, past)
}

// giveTrackers gives those on duty the tracker with which they go on walking when the server runs; see Walk. Somebody off duty has an app
// that stops when it is told, and that was heard of last at the end of the last shift.
func (l *loader) giveTrackers(ctx context.Context, past []patrol.Past) error {
	seen := map[string]clock.Time{}
	give := func(x *patrol.Session, label, kind string, at clock.Time) error {
		d, _, err := l.Patrol.AddDevice(ctx, patrol.NewDevice{OfficerID: x.OfficerID, OfficerName: x.OfficerName, AreaCode: x.AreaCode, Label: label, Kind: kind, SpeedUnit: patrol.Knots})
		if err == nil {
			seen[d.ID] = at
		}
		return err
	}
	var rests *patrol.Session
	walks := 0
	for i := range past {
		if past[i].Session.OffAt == nil {
			walks++
		}
	}
	every := max(1, (walks+maxWalkers-1)/maxWalkers) // so that every street has some who walk
	for i := range past {
		x := &past[i].Session
		if x.OffAt != nil && x.OfficerID == l.corps[0].ID {
			rests = x
		}
		if x.OffAt != nil {
			continue
		}
		if walks--; walks%every != 0 {
			continue
		}
		if err := give(x, walkLabel, "osmand", clock.At(l.end)); err != nil {
			return err
		}
	}
	if rests != nil {
		if err := give(rests, "个人手机", "owntracks", *rests.OffAt); err != nil {
			return err
		}
	}
	return l.DB.Tx(ctx, func(tx *db.Tx) error { return l.Patrol.RestoreSeenTx(ctx, tx, seen) })
}

// shifts is what an officer was on duty on a day: the morning, and the afternoon if the story has come so far.
func (l *loader) shifts(r *rand.Rand, o *identity.DemoOfficer, n int, day time.Time, shapes map[string]geo.Shape) (out []patrol.Past) {
	for _, hours := range [][2]float64{{8.5, 11.5}, {14, 17}} {
		on := day.Add(time.Duration((hours[0] + (r.Float64()-0.6)*0.3) * float64(time.Hour))).Truncate(time.Second)
		off := day.Add(time.Duration((hours[1] + r.Float64()*0.3) * float64(time.Hour))).Truncate(time.Second)
		if !on.Before(l.end) {
			break
		}
		x := patrol.Session{OfficerID: o.ID, OfficerName: o.Name, UnitID: l.units[o.Community+".community_committee"].ID, AreaCode: o.Areas[0], OnAt: clock.At(on)}
		if n%fullTimeEvery != fullTimeEvery-1 {
			x.KeepDays = 90
		}
		if off.Before(l.end) {
			end := clock.At(off)
			x.OffAt = &end
		} else {
			off = l.end
			x.UntilAt = clock.At(on.Add(16 * time.Hour)) // so that somebody is on duty for the rest of the day
		}
		grid := o.Areas[r.IntN(len(o.Areas))]
		out = append(out, patrol.Past{Session: x, Points: stroll(r, shapes[grid], on, off)})
	}
	return out
}

// walker is somebody who goes from place to place.
type walker struct {
	r        *rand.Rand
	next     func() (place [2]float64, ok bool) // where it goes then
	lat, lon float64
	to       [2]float64
	still    time.Duration // how long it still stays
	ex, ey   float64       // error of the receiver in metres
	battery  float64
}

// stroll is the track of somebody who walks a grid between two instants, with stops, an erring receiver and a gap or two.
func stroll(r *rand.Rand, shape geo.Shape, from, to time.Time) []track.Point {
	if len(shape) == 0 {
		return nil
	}
	w := newWalker(r, shape)
	out := make([]track.Point, 0, int(to.Sub(from)/everyFix))
	silent := time.Duration(0)
	for at := from; at.Before(to); at = at.Add(everyFix) {
		p := w.step(at, everyFix)
		if silent -= everyFix; silent > 0 {
			continue
		}
		if chance(r, 0.0006) {
			silent = time.Duration(90+r.IntN(240)) * time.Second
		}
		out = append(out, p)
	}
	return out
}

// newWalker starts somewhere in a shape and stays within it.
func newWalker(r *rand.Rand, shape geo.Shape) *walker {
	next := func() ([2]float64, bool) {
		b := shape.Bounds()
		for range 40 {
			v := geo.Vertex{X: b.MinX + r.Int32N(b.MaxX-b.MinX+1), Y: b.MinY + r.Int32N(b.MaxY-b.MinY+1)}
			if shape.Contains(v) {
				return [2]float64{v.Lat(), v.Lon()}, true
			}
		}
		c := shape.Center()
		return [2]float64{c.Lat(), c.Lon()}, true
	}
	at, _ := next()
	to, _ := next()
	return &walker{r: r, next: next, lat: at[0], lon: at[1], to: to, battery: 70 + r.Float64()*30}
}

const metresPerDegree = 111_320

// step walks on for so long and returns what the phone says then.
func (w *walker) step(at time.Time, long time.Duration) track.Point {
	narrow := math.Cos(w.lat * math.Pi / 180)
	speed, heading := 0.0, math.NaN()
	if w.still -= long; w.still <= 0 {
		dy, dx := (w.to[0]-w.lat)*metresPerDegree, (w.to[1]-w.lon)*metresPerDegree*narrow
		far := math.Hypot(dx, dy)
		speed = 1.0 + w.r.Float64()*0.6
		if d := speed * long.Seconds(); d >= far {
			w.lat, w.lon = w.to[0], w.to[1]
			to, ok := w.next()
			if w.to = to; !ok || chance(w.r, 0.5) {
				w.still = time.Duration(2+w.r.IntN(8)) * time.Minute
			}
		} else {
			w.lat += d * dy / far / metresPerDegree
			w.lon += d * dx / far / metresPerDegree / narrow
		}
		heading = math.Mod(math.Atan2(dx, dy)*180/math.Pi+360, 360)
	}
	w.ex, w.ey = 0.85*w.ex+w.r.NormFloat64()*1.6, 0.85*w.ey+w.r.NormFloat64()*1.6
	p, _ := track.At(at.UnixMilli(), w.lat+w.ey/metresPerDegree, w.lon+w.ex/metresPerDegree/narrow)
	p.SetSpeed(math.Abs(speed + w.r.NormFloat64()*0.1))
	p.SetHeading(heading)
	p.SetAccuracy(4 + w.r.Float64()*9)
	w.battery = math.Max(12, w.battery-long.Hours()*9)
	p.SetBattery(w.battery)
	return p
}
