package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"time"

	"yiwang/internal/app"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/config"
)

type benchSensorsCmd struct {
	Sensors int           `default:"250" help:"Sensors of each kind in an installation of its own."`
	Rounds  int           `default:"40" help:"How often each sensor reports there, every ten minutes of the readings' time."`
	URL     string        `help:"Play a platform towards this running server instead."`
	Token   string        `help:"Token of the platform the sensors belong to, with --url."`
	Kind    string        `default:"water" enum:"water,gas,air,manhole" help:"What the simulated sensors measure, with --url."`
	Codes   []string      `help:"Codes of registered sensors of that kind, such as WL-0001, with --url."`
	Every   time.Duration `default:"2s" help:"Time between two readings of a sensor, with --url."`
	For     time.Duration `default:"1m" help:"How long, with --url; at most an hour."`
	Story   bool          `help:"With --url: in the second half something happens at the first sensor: a flood, a leak, smog, a cover that is gone."`
}

// simulated are the values of a kind: share is how much of the story has happened, 0 to 1.
var simulated = map[string]func(beat, share float64) map[string]float64{
	"water": func(beat, share float64) map[string]float64 {
		return map[string]float64{"level": 0.03 + 0.01*math.Sin(beat) + 0.5*share}
	},
	"gas": func(beat, share float64) map[string]float64 {
		return map[string]float64{"lel": 2 + math.Sin(beat) + 40*share}
	},
	"air": func(beat, share float64) map[string]float64 {
		return map[string]float64{"pm25": 40 + 5*math.Sin(beat) + 80*share, "pm10": 65 + 8*math.Sin(beat) + 120*share, "noise": 52 + 4*math.Sin(beat)}
	},
	"manhole": func(beat, share float64) map[string]float64 {
		return map[string]float64{"tilt": 1 + 0.2*math.Sin(beat) + 50*math.Ceil(share), "level": 0.4}
	},
}

// simulatedEvent is a CloudEvent in the JSON format.
type simulatedEvent struct {
	SpecVersion string             `json:"specversion"`
	ID          string             `json:"id"`
	Source      string             `json:"source"`
	Type        string             `json:"type"`
	Subject     string             `json:"subject"`
	Time        time.Time          `json:"time"`
	Data        map[string]float64 `json:"data"`
}

// Run serves an empty installation whose platforms of water, gas, air and manholes send as fast as they are answered; with --url it
// plays one platform with sensors that are registered on a running server, and ends by itself.
func (c benchSensorsCmd) Run(ctx context.Context, cfg *config.Config, s *Streams) error {
	if c.URL == "" {
		return inDirectory(func(dir string) error {
			cfg.Data = dir
			return serveHere(ctx, cfg, nil, func(ctx context.Context, a *app.App, addr string) error { return c.measure(ctx, a, addr, s.Out) })
		})
	}
	return c.play(ctx, s.Out)
}

// play sends for registered sensors at the pace asked.
func (c benchSensorsCmd) play(ctx context.Context, out io.Writer) error {
	if c.Token == "" || len(c.Codes) == 0 || c.Every < 100*time.Millisecond || c.For <= 0 || c.For > time.Hour || len(c.Codes) > 1000 {
		return errors.New("give --token and --codes of at most 1000 sensors, readings no closer than 100ms, for at most an hour")
	}
	ctx, cancel := context.WithTimeout(ctx, c.For)
	defer cancel()
	tick := time.NewTicker(c.Every)
	defer tick.Stop()
	begin := clock.System.Now()
	taken, refused := 0, 0
	for n := 0; ; n++ {
		now := clock.System.Now()
		share := 0.0
		if passed := now.Sub(begin).Seconds() / c.For.Seconds(); c.Story && passed > 0.5 {
			share = passed*2 - 1
		}
		events := make([]simulatedEvent, len(c.Codes))
		for i, code := range c.Codes {
			of := 0.0
			if i == 0 {
				of = share
			}
			events[i] = simulatedReading(c.Kind, code, now, float64(n)/5+float64(i), of)
		}
		answer, err := sendSimulated(ctx, c.URL, c.Token, events)
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			return err
		}
		taken, refused = taken+answer.Taken, refused+len(answer.Refused)
		select {
		case <-tick.C:
			continue
		case <-ctx.Done():
		}
		break
	}
	_, err := fmt.Fprintf(out, "%d readings taken, %d refused, %s of %d sensors every %s\n", taken, refused, c.Kind, len(c.Codes), c.Every)
	return err
}

type simulatedAnswer struct {
	Taken   int               `json:"taken"`
	Refused []json.RawMessage `json:"refused"`
}

// simulatedReading is what a sensor of a kind says at an instant.
func simulatedReading(kind, code string, at time.Time, beat, share float64) simulatedEvent {
	return simulatedEvent{"1.0", fmt.Sprintf("%s-%d", code, at.UnixMilli()), "//simulator", "simulator.reading", code, at, simulated[kind](beat, share)}
}

// sendSimulated sends events to a server as one batch of CloudEvents.
func sendSimulated(ctx context.Context, address, token string, events []simulatedEvent) (out simulatedAnswer, err error) {
	body, err := json.Marshal(events)
	if err != nil {
		return out, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(address, "/")+"/ingest/cloudevents", bytes.NewReader(body))
	if err != nil {
		return out, err
	}
	r.Header.Set("Content-Type", "application/cloudevents-batch+json")
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return out, fmt.Errorf("reach the server: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("the server answers %s: %.300s", answer.Status, text)
	}
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	return out, err
}
