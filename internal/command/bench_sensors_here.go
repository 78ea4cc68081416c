package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"yiwang/internal/alarm"
	"yiwang/internal/app"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
	"yiwang/internal/sensor"
)

// benchKinds are the simulated kinds under the names of the register, with how many alarms their story raises by the usual rules.
var benchKinds = []struct {
	name, kind string
	alarms     int
}{{"water", "water_level", 2}, {"gas", "gas", 1}, {"air", "air", 1}, {"manhole", "manhole", 1}}

// platformRun is what became of the calls of one platform.
type platformRun struct {
	took           []time.Duration
	taken, refused int
	err            error
}

// measure registers sensors with the usual rules, lets a platform of each kind send all rounds at once, and counts what was raised:
// the time of the readings goes ten minutes a round, so that every rule has the time it asks for.
func (c benchSensorsCmd) measure(ctx context.Context, a *app.App, addr string, out io.Writer) error {
	if c.Sensors < 1 || c.Sensors > 1000 || c.Rounds < 20 || c.Rounds > 2000 {
		return errors.New("choose 1 to 1000 sensors of a kind and 20 to 2000 rounds")
	}
	tokens, err := c.register(ctx, a)
	if err != nil {
		return err
	}
	runs := make([]platformRun, len(benchKinds))
	begin := clock.System.Now()
	cost, err := usedBy(ctx, a.DB, func() error {
		var platforms sync.WaitGroup
		for i := range benchKinds {
			platforms.Go(func() { runs[i] = c.report(ctx, "http://"+addr, tokens[i], benchKinds[i].name) })
		}
		platforms.Wait()
		return nil
	})
	if err != nil {
		return err
	}
	seconds := clock.System.Now().Sub(begin).Seconds()
	var all []time.Duration
	taken, refused, expected := 0, 0, 0
	for i, r := range runs {
		if r.err != nil {
			return r.err
		}
		all, taken, refused, expected = append(all, r.took...), taken+r.taken, refused+r.refused, expected+benchKinds[i].alarms
	}
	slices.Sort(all)
	active, err := activeAlarms(ctx, a.DB)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d sensors of each of %d kinds, %d readings taken, %d refused, %.0f/s durable; batches of %d: p50 %s, p95 %s; with the simulators %s; %d alarms of %d that the rules ask for\n",
		c.Sensors, len(benchKinds), taken, refused, float64(taken)/seconds, c.Sensors, all[len(all)/2].Round(time.Millisecond), all[len(all)*95/100].Round(time.Millisecond), cost.perPoint(int64(taken)), active, expected)
	if err == nil && (active != expected || refused > 0) {
		err = errors.New("what was raised or taken is not what was sent")
	}
	return err
}

// register makes a district with a platform, sensors and the usual rules of each kind, which open no cases here.
func (c benchSensorsCmd) register(ctx context.Context, a *app.App) (tokens []string, err error) {
	const area = "320106"
	if err := a.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := a.Region.SaveTx(ctx, tx, []region.Plot{{Code: "32", Name: "省"}, {Code: "3201", Name: "市"}, {Code: area, Name: "区"}}, tx.Now().AddDate(-1, 0, 0))
		return err
	}); err != nil {
		return nil, err
	}
	for _, k := range benchKinds {
		from, token, err := a.Sensors.AddSource(ctx, sensor.NewSource{Code: k.name, Name: k.name, AreaCode: area})
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, token)
		if err := a.DB.Tx(ctx, func(tx *db.Tx) error {
			for n := range c.Sensors {
				if _, err := a.Sensors.AddTx(ctx, tx, sensor.Device{Code: benchSensorCode(k.name, n), Name: k.name, Kind: k.kind, AreaCode: area, SourceID: from.ID}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	for _, k := range sensor.Kinds() {
		for _, u := range k.Usual {
			if _, err := a.Sensors.AddRule(ctx, sensor.NewRule{Name: u.Name, AreaCode: area, Kind: k.Code, Metric: u.Metric, Side: u.Side, Threshold: u.Threshold, Hysteresis: u.Hysteresis, Seconds: u.Seconds, Times: u.Times,
				Severity: alarm.Severity(u.Severity), Enabled: true}); err != nil {
				return nil, err
			}
		}
	}
	return tokens, nil
}

func benchSensorCode(kind string, n int) string { return fmt.Sprintf("%s-%04d", kind, n) }

// report sends the rounds of a platform, one batch after the other; in the second half the story of its first sensor unfolds.
func (c benchSensorsCmd) report(ctx context.Context, address, token, kind string) (r platformRun) {
	const step = 10 * time.Minute
	first := clock.System.Now().Add(-time.Duration(c.Rounds) * step)
	events := make([]simulatedEvent, c.Sensors)
	for n := range c.Rounds {
		share := max(0, 2*float64(n)/float64(c.Rounds)-1)
		for i := range events {
			of := 0.0
			if i == 0 {
				of = share
			}
			events[i] = simulatedReading(kind, benchSensorCode(kind, i), first.Add(time.Duration(n)*step), float64(n)/5+float64(i), of)
		}
		begin := clock.System.Now()
		answer, err := sendSimulated(ctx, address, token, events)
		if err != nil {
			r.err = err
			return r
		}
		r.took = append(r.took, clock.System.Now().Sub(begin))
		r.taken, r.refused = r.taken+answer.Taken, r.refused+len(answer.Refused)
	}
	return r
}

// activeAlarms is how many alarms of sensors hold, those of silence left out: the last readings are ten minutes old.
func activeAlarms(ctx context.Context, d *db.DB) (n int, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error {
		n, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM alarm WHERE cleared_at IS NULL AND source = 'sensor' AND kind <> 'offline'")
		return err
	})
	return n, err
}
