package sensor

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"yiwang/internal/alarm"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/mask"
)

// Receipt says what became of events. All of them are settled: none needs to be sent again.
type Receipt struct {
	Taken    int       `json:"taken" doc:"New and durable"`
	Repeated int       `json:"repeated" doc:"Known already"`
	Refused  []Refusal `json:"refused" doc:"Can never be taken; counted, and the last reason shown to who looks after the platform"`
}

// Refusal is why an event was not taken.
type Refusal struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// Bounds of the time of an event.
const (
	ahead  = 2 * time.Minute
	oldest = 30 * 24 * time.Hour
)

// Take takes the events of a platform and returns when they are durable. An error means that nothing of the call may have been
// kept: send it again.
func (s *Service) Take(ctx context.Context, from Source, events []Event) (out Receipt, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		out, err = s.TakeTx(ctx, tx, from, events)
		return err
	})
	return out, err
}

// TakeTx is Take inside a transaction.
func (s *Service) TakeTx(ctx context.Context, tx *db.Tx, from Source, events []Event) (Receipt, error) {
	if err := tx.Turn(ctx, "sensor_source/"+from.ID); err != nil {
		return Receipt{}, err
	}
	c := &call{Service: s, tx: tx, from: from, hours: map[hourKey][]Reading{}, out: Receipt{Refused: []Refusal{}}}
	if err := c.open(ctx, events); err != nil {
		return Receipt{}, err
	}
	for i := range events {
		if err := c.event(ctx, &events[i]); err != nil {
			return Receipt{}, err
		}
	}
	return c.out, c.close(ctx)
}

// call is the taking of the events of one call.
type call struct {
	*Service
	tx    *db.Tx
	from  Source
	known map[string]bool // digests of events taken before
	fresh []string
	by    map[string]*standing // sensors by code and vendor's code
	rules []Rule
	hours map[hourKey][]Reading
	out   Receipt
}

// standing is a sensor with what the call does to it.
type standing struct {
	Sensor
	touched bool
	watches map[string]watch // by rule
	changed map[string]bool  // rules whose watch is to be written
	fresh   map[string][]Reading
}

// open reads what the events are about: which are known, their sensors, rules and how far these have come.
func (c *call) open(ctx context.Context, events []Event) error {
	digests, subjects := make([]string, 0, len(events)), make([]string, 0, len(events))
	for i := range events {
		digests = append(digests, digest(events[i].Source+"\x00"+events[i].ID))
		subjects = append(subjects, events[i].Subject)
	}
	c.known, c.by = map[string]bool{}, map[string]*standing{}
	if len(events) == 0 {
		return nil
	}
	in, args := listed([]any{c.from.ID}, digests)
	seen, err := db.All[string](ctx, c.tx, "SELECT digest FROM sensor_event WHERE source_id = $1 AND digest IN ("+in+")", args...)
	if err != nil {
		return err
	}
	for _, d := range seen {
		c.known[d] = true
	}
	slices.Sort(subjects)
	in, args = listed([]any{c.from.ID}, slices.Compact(subjects))
	list, err := db.All[Sensor](ctx, c.tx, whole+" WHERE s.source_id = $1 AND s.state <> 'retired' AND (s.code IN ("+in+") OR s.vendor_code IN ("+in+")) ORDER BY s.id", args...)
	if err != nil || len(list) == 0 {
		return err
	}
	ids := make([]string, len(list))
	at := map[string]*standing{}
	for i := range list {
		x := &standing{Sensor: list[i], watches: map[string]watch{}, changed: map[string]bool{}, fresh: map[string][]Reading{}}
		if x.Latest.V == nil {
			x.Latest.V = map[string]Value{}
		}
		ids[i], at[x.ID], c.by[x.Code] = x.ID, x, x
		if x.VendorCode != "" && c.by[x.VendorCode] == nil {
			c.by[x.VendorCode] = x
		}
	}
	in, args = listed(nil, ids)
	watches, err := db.All[watch](ctx, c.tx, "SELECT "+watchColumns+" FROM sensor_watch WHERE sensor_id IN ("+in+")", args...)
	for _, w := range watches {
		at[w.SensorID].watches[w.RuleID] = w
	}
	if err == nil {
		c.rules, err = db.All[Rule](ctx, c.tx, "SELECT "+ruleColumns+" FROM sensor_rule WHERE enabled ORDER BY id LIMIT 1000")
	}
	return err
}

// listed numbers the values of an IN list behind args.
func listed(args []any, values []string) (string, []any) {
	marks := make([]string, len(values))
	for i, v := range values {
		args = append(args, v)
		marks[i] = fmt.Sprintf("$%d", len(args))
	}
	return strings.Join(marks, ", "), args
}

func (c *call) refuse(e *Event, reason string) {
	c.out.Refused = append(c.out.Refused, Refusal{ID: e.ID, Reason: reason})
}

func (c *call) event(ctx context.Context, e *Event) error {
	d := digest(e.Source + "\x00" + e.ID)
	if c.known[d] {
		c.out.Repeated++
		return nil
	}
	x := c.by[e.Subject]
	values, at, ok := map[string]float64{}, e.Time, true
	if e.is(typeReading) {
		var own time.Time
		if values, own, ok = e.values(); !own.IsZero() {
			at = own
		}
	}
	now := c.tx.Now()
	if at.IsZero() {
		at = now
	}
	switch {
	case x == nil:
		c.refuse(e, "unknown sensor "+e.Subject)
		return nil
	case !ok:
		c.refuse(e, "unreadable data")
		return nil
	case at.After(now.Add(ahead)):
		c.refuse(e, "from the future")
		return nil
	case at.Before(now.Add(-oldest)):
		c.refuse(e, "older than 30 days")
		return nil
	}
	var err error
	switch {
	case e.is(typeReading):
		if reason := c.readings(x, values, at); reason != "" {
			c.refuse(e, reason)
			return nil
		}
	case e.is(typeRaised), e.is(typeCleared):
		err = c.alarm(ctx, x, e, clock.At(at))
	case !e.is(typeHeartbeat):
		c.refuse(e, "unknown type "+e.Type)
		return nil
	}
	c.known[d], x.touched = true, true
	c.fresh = append(c.fresh, d)
	c.out.Taken++
	if x.SeenAt == nil || at.After(x.SeenAt.Time) {
		x.SeenAt = clock.Ptr(at)
	}
	return err
}

// readings notes the values of a reading that its kind measures; the answer says why there are none.
func (c *call) readings(x *standing, values map[string]float64, at time.Time) string {
	k := kindOf(x.Kind)
	found := 0
	for _, name := range slices.Sorted(maps.Keys(values)) {
		m, ok := k.metric(name)
		if !ok {
			continue
		}
		v := values[name]
		if !(v >= m.Low && v <= m.High) {
			return fmt.Sprintf("%s %v out of range", name, v)
		}
		found++
		r := Reading{at.UnixMilli(), rounded(v)}
		key := hourKey{x.ID, name, hourOf(r.At)}
		c.hours[key] = append(c.hours[key], r)
		if last, known := x.Latest.V[name]; !known || at.After(last.At.Time) {
			x.fresh[name] = append(x.fresh[name], r)
		}
	}
	if found == 0 {
		return "nothing that this kind measures"
	}
	return ""
}

// alarm takes what a device says of itself. Critical and major ones make a case.
func (c *call) alarm(ctx context.Context, x *standing, e *Event, at clock.Time) error {
	var in said
	_ = json.Unmarshal(e.Data, &in) // an alarm without words is an alarm
	if !codePattern.MatchString(in.Kind) || len(in.Kind) > 30 {
		in.Kind = x.Kind
	}
	severity := alarm.Severity(in.Severity)
	if !slices.Contains(alarm.Severities, severity) {
		severity = alarm.Major
	}
	rule := "device:" + in.Kind
	w, name := x.watches[rule], kindName(in.Kind)+"告警"
	f := &found{rule: rule, name: name, kind: in.Kind, severity: severity, text: mask.Text(clean(in.Text, 200)), reading: clean(in.Reading, 60), opens: severity == alarm.Critical || severity == alarm.Major,
		urgent: severity == alarm.Critical, at: at}
	if f.text == "" {
		f.text = "设备上报告警"
	}
	raised := e.is(typeRaised)
	if at.Before(w.At.Time) || !raised && !w.Active || x.State != InUse {
		return nil // late, or over before it was known, or works on site
	}
	first := raised && !w.Active
	if first {
		w = watch{SensorID: x.ID, RuleID: rule, Number: db.NewID(c.tx)}
		x.Active++
	}
	w.At, w.Active = at, raised
	x.watches[rule], x.changed[rule] = w, true
	if raised {
		return c.raise(ctx, c.tx, &x.Sensor, f, w.Number, first)
	}
	x.Active--
	f.text = "设备报告已恢复"
	return c.clear(ctx, c.tx, &x.Sensor, f, w.Number)
}

// clean cuts a text of a device to so many characters that can be shown.
func clean(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0xFFFD {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if r := []rune(text); len(r) > limit {
		text = string(r[:limit])
	}
	return strings.TrimSpace(text)
}
