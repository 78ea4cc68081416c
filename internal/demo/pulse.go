package demo

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/sensor"
)

// sensingPlatform is the platform that the sensors of the demonstration speak through.
const sensingPlatform = "iot-demo"

// Pulse makes the sensors of the demonstration report on while it is served, so that a day later they are not all silent. Those in
// alarm or silent when the story ended stay so: they are the story.
type Pulse struct {
	sensors *sensor.Service
	r       *rand.Rand
}

// NewPulse returns the pulse; nothing happens before Step.
func NewPulse(s *sensor.Service) *Pulse { return &Pulse{sensors: s, r: rand.New(rand.NewPCG(11, 7))} }

// Step sends one reading of every sensor that is well. The program calls it every few minutes.
func (p *Pulse) Step(ctx context.Context) error {
	from, err := p.platform(ctx)
	if err != nil || from == nil {
		return err
	}
	well, err := p.sensors.List(ctx, sensor.Filter{Source: from.ID, Shows: "well"}, httpx.PageIn{Limit: 200})
	if err != nil || len(well.Items) == 0 {
		return err
	}
	now := p.sensors.DB.Clock().Now()
	var events []sensor.Event
	for i := range well.Items {
		if e, ok := p.reading(&well.Items[i], now); ok {
			events = append(events, e)
		}
	}
	_, err = p.sensors.Take(ctx, *from, events)
	return err
}

// platform is nil where there is no demonstration.
func (p *Pulse) platform(ctx context.Context) (*sensor.Source, error) {
	list, err := p.sensors.Sources(ctx)
	for i := range list {
		if list[i].Code == sensingPlatform {
			return &list[i], nil
		}
	}
	return nil, err
}

// reading is what a sensor of the demonstration measures at the time; ok is false for one that somebody added.
func (p *Pulse) reading(x *sensor.Sensor, now time.Time) (e sensor.Event, ok bool) {
	hour := now.In(clock.Nanjing)
	for _, of := range instruments {
		if of.kind != x.Kind || !strings.HasPrefix(x.Code, of.letters+"-") {
			continue
		}
		values := of.values(p.r, float64(hour.Hour())+float64(hour.Minute())/60, 0)
		for name, v := range values {
			values[name] = math.Round(v*100) / 100
		}
		values["battery"] = 88
		data, _ := json.Marshal(values) // numbers always marshal
		return sensor.Event{Source: "//iot.demo", ID: x.Code + now.UTC().Format("-20060102T150405"), Type: "demo.reading", Subject: x.Code, Time: now, Data: data}, true
	}
	return e, false
}
