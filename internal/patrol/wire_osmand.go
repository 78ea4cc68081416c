package patrol

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"yiwang/internal/track"
)

// The OsmAnd protocol as phones in the field speak it: parameters in the query or in a form, a JSON object (Transistor's
// shape), or a JSON array of flat objects. Units differ by app: speed in the query and form is what the device was
// registered with, in the JSON object metres per second, battery there from 0 to 1.

var errNoPosition = errors.New("no position")

// fromValues reads one point from query or form parameters. Without a position it is a heartbeat.
func fromValues(v url.Values, unit SpeedUnit, now time.Time) (p track.Point, err error) {
	lat, lon := v.Get("lat"), v.Get("lon")
	if lat == "" && lon == "" {
		lat, lon, _ = strings.Cut(v.Get("location"), ",")
	}
	if lat == "" && lon == "" || untrue(v.Get("valid")) { // an invalid one is where the device was before
		return p, errNoPosition
	}
	at, ok := instant(v.Get("timestamp"), now)
	if !ok {
		return p, errors.New("timestamp")
	}
	y, err1 := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	x, err2 := strconv.ParseFloat(strings.TrimSpace(lon), 64)
	if err := errors.Join(err1, err2); err != nil {
		return p, err
	}
	if p, ok = track.At(at, y, x); !ok {
		return p, errors.New("position")
	}
	set := func(name string, apply func(float64)) {
		if f, err := strconv.ParseFloat(v.Get(name), 64); err == nil && !math.IsNaN(f) {
			apply(f)
		}
	}
	set("speed", func(f float64) { p.SetSpeed(unit.perSecond(f)) })
	set("bearing", p.SetHeading)
	set("heading", p.SetHeading)
	set("accuracy", p.SetAccuracy)
	set("batt", p.SetBattery)
	flag(&p, track.Charging, truth(v.Get("charge")))
	flag(&p, track.Mock, truth(v.Get("mock")))
	flag(&p, track.SOS, v.Get("alarm") == "sos")
	return p, nil
}

func flag(p *track.Point, f track.Flags, on bool) {
	if on {
		p.Flags |= f
	}
}

func truth(s string) bool { return s == "1" || strings.EqualFold(s, "true") }

func untrue(s string) bool { return s == "0" || strings.EqualFold(s, "false") }

// instant reads seconds or milliseconds since 1970, or a date and time; none means now.
func instant(s string, now time.Time) (ms int64, ok bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return now.UnixMilli(), true
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		if n < 0 || n > 1e14 || math.IsNaN(n) {
			return 0, false
		}
		if n < math.MaxInt32 {
			n *= 1000
		}
		return int64(n), true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UnixMilli(), true
		}
	}
	if t, err := time.ParseInLocation("2006-01-02 15:04:05", s, china); err == nil {
		return t.UnixMilli(), true
	}
	return 0, false
}

// transistor is the JSON object of phone apps on Transistor's library; a number that is absent or negative is unknown.
type transistor struct {
	DeviceID string `json:"device_id"`
	Location *struct {
		Timestamp loose `json:"timestamp"`
		Coords    *struct {
			Latitude  *float64 `json:"latitude"`
			Longitude *float64 `json:"longitude"`
			Accuracy  *float64 `json:"accuracy"`
			Speed     *float64 `json:"speed"`
			Heading   *float64 `json:"heading"`
		} `json:"coords"`
		Event  string `json:"event"`
		Alarm  loose  `json:"alarm"`
		Extras struct {
			Alarm loose `json:"alarm"` // what the button of Traccar's app adds
		} `json:"extras"`
		Mock    bool `json:"mock"`
		Battery *struct {
			Level    float64 `json:"level"`
			Charging bool    `json:"is_charging"`
		} `json:"battery"`
	} `json:"location"`
}

func (t *transistor) point(now time.Time) (p track.Point, err error) {
	if t.Location == nil || t.Location.Coords == nil || t.Location.Coords.Latitude == nil || t.Location.Coords.Longitude == nil {
		return p, errNoPosition
	}
	l, c := t.Location, t.Location.Coords
	at, ok := instant(string(l.Timestamp), now)
	if !ok {
		return p, errors.New("timestamp")
	}
	if p, ok = track.At(at, *c.Latitude, *c.Longitude); !ok {
		return p, errors.New("position")
	}
	for value, apply := range map[*float64]func(float64){c.Accuracy: p.SetAccuracy, c.Speed: p.SetSpeed, c.Heading: p.SetHeading} {
		if value != nil {
			apply(*value)
		}
	}
	if l.Battery != nil {
		p.SetBattery(l.Battery.Level * 100)
		flag(&p, track.Charging, l.Battery.Charging)
	}
	flag(&p, track.Mock, l.Mock)
	flag(&p, track.SOS, l.Event == "sos" || l.Event == "alarm" || l.Alarm == "sos" || l.Extras.Alarm == "sos")
	return p, nil
}

// loose is a JSON string, number or truth value as text.
type loose string

// UnmarshalJSON takes any scalar.
func (l *loose) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	var s string
	if len(b) > 0 && b[0] == '"' {
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*l = loose(s)
		return nil
	}
	if string(b) != "null" {
		*l = loose(b)
	}
	return nil
}

// fromJSON reads the body of a JSON call: an object of one point or an array of flat ones. It returns the points, how many
// could not be read, and the device named inside.
func fromJSON(body []byte, unit SpeedUnit, now time.Time) (points []track.Point, bad int, device string, err error) {
	body = bytes.TrimSpace(body)
	if len(body) > 0 && body[0] == '[' {
		var flat []map[string]loose
		if err := json.Unmarshal(body, &flat); err != nil {
			return nil, 0, "", err
		}
		for _, f := range flat {
			v := make(url.Values, len(f))
			for k, x := range f {
				v[k] = []string{string(x)}
			}
			device = firstOf(device, v.Get("id"), v.Get("deviceid"))
			switch p, err := fromValues(v, unit, now); {
			case err == nil:
				points = append(points, p)
			case !errors.Is(err, errNoPosition):
				bad++
			}
		}
		return points, bad, device, nil
	}
	var t transistor
	if err := json.Unmarshal(body, &t); err != nil {
		return nil, 0, "", err
	}
	switch p, err := t.point(now); {
	case err == nil:
		points = append(points, p)
	case !errors.Is(err, errNoPosition):
		bad++
	}
	return points, bad, t.DeviceID, nil
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
