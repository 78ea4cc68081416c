package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"yiwang/internal/alarm"
	"yiwang/internal/camera"
	"yiwang/internal/camera/synthetic"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/picture"
	"yiwang/internal/sensor"
)

// instrument is a sort of sensor of the demonstration: what it measures in the course of a day, and how it is called.
type instrument struct {
	kind, name, letters string
	every               int // one for so many grids
	values              func(r *rand.Rand, hour float64, story float64) map[string]float64
}

// instruments measure nothing real: a daily course with some noise. story is 1 for the one sensor of a kind where something happens
// in the last two hours, growing from 0.
var instruments = []instrument{
	{"water_level", "积水监测点", "WL", 4, func(r *rand.Rand, _, story float64) map[string]float64 {
		return map[string]float64{"level": 0.02 + 0.02*r.Float64() + 0.4*story}
	}},
	{"manhole", "智能井盖", "MH", 3, func(r *rand.Rand, _, story float64) map[string]float64 {
		tilt := 1 + r.Float64()
		if story > 0.5 {
			tilt = 38 + r.Float64()
		}
		return map[string]float64{"tilt": tilt}
	}},
	{"gas", "燃气探测器", "GS", 4, func(r *rand.Rand, hour, _ float64) map[string]float64 {
		return map[string]float64{"lel": 1 + r.Float64() + 2*math.Max(0, math.Sin((hour-15)/24*2*math.Pi))}
	}},
	{"air", "空气微站", "AQ", 6, func(r *rand.Rand, hour, _ float64) map[string]float64 {
		day := math.Sin((hour - 4) / 24 * 2 * math.Pi)
		return map[string]float64{"pm25": 38 + 9*day + 4*r.Float64(), "pm10": 62 + 14*day + 6*r.Float64(), "noise": 52 + 8*day + 2*r.Float64()}
	}},
	{"dust", "工地扬尘监测", "DU", 12, func(r *rand.Rand, hour, _ float64) map[string]float64 {
		work := math.Max(0, math.Sin((hour-6)/12*math.Pi))
		return map[string]float64{"pm10": 58 + 55*work + 8*r.Float64(), "noise": 48 + 15*work + 2*r.Float64()}
	}},
}

// Of the readings of the demonstration.
const (
	sensedHours = 48 // before the end of the story
	sensedGrids = 40 // in how many grids at the most
)

// sense registers sensors and cameras in the first grids, writes the usual rules and sends what two days measured.
func (l *loader) sense(ctx context.Context) error {
	if len(l.grids) == 0 {
		return nil
	}
	area := l.grids[0].Code[:6]
	from, _, err := l.Sensors.AddSource(ctx, sensor.NewSource{Code: sensingPlatform, Name: "感知平台（演示）", AreaCode: area})
	if err != nil {
		return err
	}
	for _, k := range sensor.Kinds() {
		for _, u := range k.Usual {
			if _, err := l.Sensors.AddRule(ctx, sensor.NewRule{Name: u.Name, AreaCode: area, Kind: k.Code, Metric: u.Metric, Side: u.Side, Threshold: u.Threshold, Hysteresis: u.Hysteresis, Seconds: u.Seconds,
				Times: u.Times, Severity: alarm.Severity(u.Severity), OpensCase: u.OpensCase, Urgent: u.Urgent, Enabled: true}); err != nil {
				return err
			}
		}
	}
	r := l.rand("sensors")
	var events []sensor.Event
	for _, of := range instruments {
		made, err := l.install(ctx, r, from.ID, of)
		if err != nil {
			return err
		}
		for i, x := range made {
			events = append(events, l.measure(r, of, x, i == 0, i == len(made)-1 && i > 1)...)
		}
	}
	for len(events) > 0 {
		n := min(len(events), 1000)
		part := events[:n]
		if err := l.DB.Tx(ctx, func(tx *db.Tx) error {
			got, err := l.Sensors.TakeTx(ctx, tx, *from, part)
			if err == nil && len(got.Refused) > 0 {
				err = fmt.Errorf("a reading is refused: %s", got.Refused[0].Reason)
			}
			return err
		}); err != nil {
			return err
		}
		events = events[n:]
	}
	if err := l.Sensors.LookAfter(ctx); err != nil {
		return err
	}
	return l.mountCameras(ctx, r)
}

// install registers the sensors of a sort, one for every so many grids.
func (l *loader) install(ctx context.Context, r *rand.Rand, source string, of instrument) (out []*sensor.Sensor, err error) {
	err = l.DB.Tx(ctx, func(tx *db.Tx) error {
		out = nil
		for i := 0; i < len(l.grids) && i < sensedGrids; i += of.every {
			v, ok := within(r, l.grids[i].Shape)
			if !ok {
				continue
			}
			n := len(out) + 1
			lat, lon := v.Lat(), v.Lon()
			x, err := l.Sensors.AddTx(ctx, tx, sensor.Device{Code: fmt.Sprintf("%s-%04d", of.letters, n), Name: fmt.Sprintf("%s%s%d号", l.grids[i].Name, of.name, n), Kind: of.kind, Lat: &lat, Lon: &lon,
				SourceID: source, VendorCode: fmt.Sprintf("DEMO%s%05d", of.letters, n), SilentAfter: 24 * 60})
			if err != nil {
				return err
			}
			out = append(out, x)
		}
		return nil
	})
	return out, err
}

// measure is what a sensor sent in the last two days, every half an hour and in the last two hours every five minutes; told is the
// sensor with the story, silent one that stopped more than a day ago.
func (l *loader) measure(r *rand.Rand, of instrument, x *sensor.Sensor, told, silent bool) (out []sensor.Event) {
	begin, quiet := l.end.Add(-sensedHours*time.Hour), l.end.Add(-30*time.Hour)
	for at := begin; !at.After(l.end); {
		late := l.end.Sub(at) <= 2*time.Hour
		if silent && at.After(quiet) {
			break
		}
		story := 0.0
		if told && late {
			story = 1 - l.end.Sub(at).Hours()/2
		}
		values := of.values(r, float64(at.Hour())+float64(at.Minute())/60, story)
		for name, v := range values {
			values[name] = math.Round(v*100) / 100
		}
		values["battery"] = math.Round(92 - at.Sub(begin).Hours()/10)
		if silent {
			values["battery"] = 14
		}
		data, _ := json.Marshal(values) // numbers always marshal
		out = append(out, sensor.Event{Source: "//iot.demo", ID: x.Code + at.UTC().Format("-02T1504"), Type: "demo.reading", Subject: x.Code, Time: at, Data: data})
		step := time.Hour
		if told {
			step = 30 * time.Minute
			if late {
				step = 5 * time.Minute
			}
		}
		at = at.Add(step)
	}
	return out
}

// mountCameras registers cameras that show a drawn street: the demonstration shows no real place. One has no pictures yet.
func (l *loader) mountCameras(ctx context.Context, r *rand.Rand) error {
	kinds := []camera.Kind{camera.Dome, camera.PTZ, camera.Bullet}
	n := 0
	for i := 0; i < len(l.grids) && i < sensedGrids; i += 3 {
		v, ok := within(r, l.grids[i].Shape)
		if !ok {
			continue
		}
		n++
		lat, lon, heading := v.Lat(), v.Lon(), r.IntN(8)*45
		in := camera.Spec{Code: fmt.Sprintf("%s00001320%06d", l.grids[i].Code[:6], n), Name: fmt.Sprintf("公共路口%d号摄像机（演示）", n), Kind: kinds[n%len(kinds)], Lat: &lat, Lon: &lon, Heading: &heading}
		if n != 2 {
			in.HLS, in.Snapshot = synthetic.Addresses(n)
		}
		if n == 3 {
			in.Masks = []picture.Area{{X: 0.02, Y: 0.3, W: 0.2, H: 0.24}} // a window of a house
		}
		if _, err := l.Cameras.Add(ctx, in); err != nil {
			return err
		}
	}
	return nil
}
