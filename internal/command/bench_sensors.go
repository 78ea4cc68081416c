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

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/config"
)

type benchSensorsCmd struct {
	URL   string        `default:"http://127.0.0.1:8080" help:"Server that takes the readings."`
	Token string        `required:"" help:"Token of the platform the sensors belong to."`
	Kind  string        `default:"water" enum:"water,gas,air,manhole" help:"What the simulated sensors measure."`
	Codes []string      `required:"" help:"Codes of registered sensors of that kind, such as WL-0001."`
	Every time.Duration `default:"2s" help:"Time between two readings of a sensor."`
	For   time.Duration `default:"1m" help:"How long; at most an hour."`
	Story bool          `help:"In the second half something happens at the first sensor: a flood, a leak, smog, a cover that is gone."`
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

// Run plays a platform with sensors that are registered on a running server, and ends by itself.
func (c benchSensorsCmd) Run(ctx context.Context, _ *config.Config, s *Streams) error {
	if c.Every < 100*time.Millisecond || c.For <= 0 || c.For > time.Hour || len(c.Codes) > 1000 {
		return errors.New("choose readings no closer than 100ms, for at most an hour, of at most 1000 sensors")
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
			events[i] = simulatedEvent{"1.0", fmt.Sprintf("%s-%d", code, now.UnixMilli()), "//simulator", "simulator.reading", code, now, simulated[c.Kind](float64(n)/5+float64(i), of)}
		}
		answer, err := c.send(ctx, events)
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
	_, err := fmt.Fprintf(s.Out, "%d readings taken, %d refused, %s of %d sensors every %s\n", taken, refused, c.Kind, len(c.Codes), c.Every)
	return err
}

type simulatedAnswer struct {
	Taken   int               `json:"taken"`
	Refused []json.RawMessage `json:"refused"`
}

func (c benchSensorsCmd) send(ctx context.Context, events []simulatedEvent) (out simulatedAnswer, err error) {
	body, err := json.Marshal(events)
	if err != nil {
		return out, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(c.URL, "/")+"/ingest/cloudevents", bytes.NewReader(body))
	if err != nil {
		return out, err
	}
	r.Header.Set("Content-Type", "application/cloudevents-batch+json")
	r.Header.Set("Authorization", "Bearer "+c.Token)
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
