package sensor

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"yiwang/internal/alarm"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// A battery below weakAt is weak until it is above wellAt again.
const (
	weakAt = 20
	wellAt = 30
)

// close stores what the call brought and takes the rules further.
func (c *call) close(ctx context.Context) error {
	if _, err := keep(ctx, c.tx, c.hours); err != nil {
		return err
	}
	var states, watches [][]any
	seen := map[string]bool{}
	for _, code := range slices.Sorted(maps.Keys(c.by)) {
		x := c.by[code]
		if !x.touched || seen[x.ID] {
			continue
		}
		seen[x.ID] = true
		if err := c.judge(ctx, x); err != nil {
			return err
		}
		states = append(states, []any{x.ID, x.SeenAt, x.Latest, x.Offline, x.Weak, x.Active})
		for rule := range x.changed {
			w := x.watches[rule]
			watches = append(watches, []any{w.SensorID, w.RuleID, w.Since, w.Times, w.Active, w.Number, w.At, w.Value})
		}
	}
	if err := keepStates(ctx, c.tx, states); err != nil {
		return err
	}
	if err := keepWatches(ctx, c.tx, watches); err != nil {
		return err
	}
	return c.count(ctx)
}

func keepStates(ctx context.Context, tx *db.Tx, rows [][]any) error {
	if rows == nil {
		return nil
	}
	return db.InsertMany(ctx, tx, "sensor_state", "sensor_id, seen_at, latest, offline, weak, active", `ON CONFLICT (sensor_id) DO UPDATE SET seen_at = excluded.seen_at, latest = excluded.latest,
		offline = excluded.offline, weak = excluded.weak, active = excluded.active`, rows)
}

func keepWatches(ctx context.Context, tx *db.Tx, rows [][]any) error {
	if rows == nil {
		return nil
	}
	return db.InsertMany(ctx, tx, "sensor_watch", watchColumns, `ON CONFLICT (sensor_id, rule_id) DO UPDATE SET since = excluded.since, times = excluded.times, active = excluded.active,
		number = excluded.number, at = excluded.at, value = excluded.value`, rows)
}

// count notes the events and what came of them.
func (c *call) count(ctx context.Context) error {
	rows := make([][]any, len(c.fresh))
	for i, d := range c.fresh {
		rows[i] = []any{c.from.ID, d, c.tx.Time()}
	}
	if len(rows) > 0 {
		if err := db.InsertMany(ctx, c.tx, "sensor_event", "source_id, digest, at", "", rows); err != nil {
			return err
		}
	}
	last := ""
	if n := len(c.out.Refused); n > 0 {
		last = clean(c.out.Refused[n-1].Reason, 200)
	}
	_, err := c.tx.Exec(ctx, `UPDATE sensor_source SET taken = taken + $1, repeated = repeated + $2, refused = refused + $3, last_refusal = CASE WHEN $4 = '' THEN last_refusal ELSE $4 END, last_at = $5
		WHERE id = $6`, c.out.Taken, c.out.Repeated, len(c.out.Refused), last, c.tx.Time(), c.from.ID)
	return err
}

// judge takes the rules of a sensor through its new readings, in the order of time, and notes that it is heard of again.
func (c *call) judge(ctx context.Context, x *standing) error {
	for _, metric := range slices.Sorted(maps.Keys(x.fresh)) {
		list := x.fresh[metric]
		slices.SortStableFunc(list, func(a, b Reading) int { return int(a.At - b.At) })
		list = slices.CompactFunc(list, func(a, b Reading) bool { return a.At == b.At })
		for i := range c.rules {
			r := &c.rules[i]
			if r.Metric != metric || x.State != InUse || !r.holdsFor(&x.Sensor) {
				continue
			}
			for _, reading := range list {
				if err := c.step(ctx, x, r, reading); err != nil {
					return err
				}
			}
		}
		last := list[len(list)-1]
		x.Latest.V[metric] = Value{last.V, clock.At(time.UnixMilli(last.At))}
	}
	// What a device tells of hours ago, such as one whose clock is wrong, does not end its silence: the alarm would come and go
	// with every reading.
	if x.Offline && c.tx.Now().Sub(x.SeenAt.Time) <= time.Duration(x.SilentAfter)*time.Minute {
		x.Offline = false
		if _, err := c.Alarms.ClearTx(ctx, c.tx, source, x.ID, "offline"); err != nil {
			return err
		}
	}
	return c.battery(ctx, x)
}

func (c *call) step(ctx context.Context, x *standing, r *Rule, reading Reading) error {
	before, known := x.watches[r.ID]
	before.SensorID, before.RuleID = x.ID, r.ID
	w, what := r.step(before, time.UnixMilli(reading.At), reading.V)
	if !known && what == stays && w.Since == nil {
		return nil // nothing is the matter, and nothing was
	}
	if what == trips {
		w.Number = db.NewID(c.tx)
		x.Active++
	}
	// A calm rule that stays calm needs no write.
	x.changed[r.ID] = x.changed[r.ID] || what != stays || w.Since != nil || before.Since != nil
	if !x.changed[r.ID] {
		delete(x.changed, r.ID)
	}
	x.watches[r.ID] = w
	switch what {
	case trips:
		return c.raise(ctx, c.tx, &x.Sensor, ofRule(r, &w), w.Number, true)
	case calms:
		x.Active--
		return c.clear(ctx, c.tx, &x.Sensor, ofRule(r, &w), w.Number)
	}
	return nil
}

func (c *call) battery(ctx context.Context, x *standing) error {
	b, ok := x.Latest.V[battery.Code]
	switch {
	case !ok || x.State != InUse:
	case !x.Weak && b.V < weakAt:
		x.Weak = true
		_, _, err := c.Alarms.RaiseTx(ctx, c.tx, alarm.Raise{Source: source, Subject: x.ID, Kind: "battery", Severity: alarm.Warning, AreaCode: x.AreaCode, SubjectName: x.Name,
			Title: "电量不足：" + x.Name, Detail: fmt.Sprintf("剩余电量%s%%，请安排更换电池", number(b.V)), Link: "/sensors/" + x.ID, Lat: x.Lat, Lon: x.Lon, At: b.At.Time})
		return err
	case x.Weak && b.V > wellAt:
		x.Weak = false
		_, err := c.Alarms.ClearTx(ctx, c.tx, source, x.ID, "battery")
		return err
	}
	return nil
}
