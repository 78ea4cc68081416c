package patrol

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"yiwang/internal/track"
)

// owntracks is one message of the OwnTracks app; of its kinds only location says where somebody is. Numbers may come as
// strings and unknown ones as -1.
type owntracks struct {
	Type     string `json:"_type"`
	Lat      loose  `json:"lat"`
	Lon      loose  `json:"lon"`
	Time     loose  `json:"tst"`
	Accuracy loose  `json:"acc"`
	Speed    loose  `json:"vel"` // km/h
	Heading  loose  `json:"cog"`
	Battery  loose  `json:"batt"`
	Power    loose  `json:"bs"` // 0 unknown, 1 unplugged, 2 charging, 3 full
	Trigger  loose  `json:"t"`  // u by hand
}

// fromOwnTracks returns the points of a body and how many locations could not be read, those that the app encrypted among them, so
// that whoever looks for them finds why; messages of other kinds are accepted and passed over.
func fromOwnTracks(body []byte, now time.Time) (points []track.Point, bad int, err error) {
	list, err := readOwnTracks(body)
	if err != nil {
		return nil, 0, err
	}
	for i := range list {
		if list[i].Type == "encrypted" {
			bad++
		}
		if list[i].Type != "location" {
			continue
		}
		p, ok := list[i].point(now)
		if !ok {
			bad++
			continue
		}
		points = append(points, p)
	}
	return points, bad, nil
}

// sentByHand reports whether somebody sent a position of this body by hand.
func sentByHand(body []byte) bool {
	list, err := readOwnTracks(body)
	return err == nil && slices.ContainsFunc(list, func(o owntracks) bool { return o.Type == "location" && o.Trigger == "u" })
}

// readOwnTracks reads a body: one message, an array of them, or nothing.
func readOwnTracks(body []byte) (list []owntracks, err error) {
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0:
	case body[0] == '[':
		err = json.Unmarshal(body, &list)
	default:
		list = make([]owntracks, 1)
		err = json.Unmarshal(body, &list[0])
	}
	return list, err
}

func (o *owntracks) point(now time.Time) (p track.Point, ok bool) {
	lat, err1 := strconv.ParseFloat(string(o.Lat), 64)
	lon, err2 := strconv.ParseFloat(string(o.Lon), 64)
	at, known := instant(string(o.Time), now)
	if err1 != nil || err2 != nil || !known || o.Time == "" {
		return p, false
	}
	if p, ok = track.At(at, lat, lon); !ok {
		return p, false
	}
	set := func(text loose, apply func(float64)) {
		if f, err := strconv.ParseFloat(string(text), 64); err == nil {
			apply(f)
		}
	}
	set(o.Accuracy, p.SetAccuracy)
	set(o.Speed, func(f float64) { p.SetSpeed(Kmh.perSecond(f)) })
	set(o.Heading, p.SetHeading)
	set(o.Battery, p.SetBattery)
	flag(&p, track.Charging, o.Power == "2" || o.Power == "3")
	return p, true
}
