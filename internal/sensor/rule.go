package sensor

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"yiwang/internal/alarm"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/prose"
	"yiwang/internal/region"
)

// Rule says when readings are an alarm: a metric lies beyond a threshold for so long and so many readings in a row. It ends when
// the metric comes back by the hysteresis.
type Rule struct {
	ID         string         `db:"id" json:"id"`
	Name       string         `db:"name" json:"name"`
	AreaCode   string         `db:"area_code" json:"area_code"`
	Kind       string         `db:"kind" json:"kind"`
	SensorID   string         `db:"sensor_id" json:"sensor_id,omitempty" doc:"Absent for all of the kind in the area"`
	Metric     string         `db:"metric" json:"metric"`
	Side       Side           `db:"side" json:"side" enum:"above,below"`
	Threshold  float64        `db:"threshold" json:"threshold"`
	Hysteresis float64        `db:"hysteresis" json:"hysteresis"`
	Seconds    int            `db:"seconds" json:"seconds" doc:"How long it must lie beyond"`
	Times      int            `db:"times" json:"times" doc:"How many readings in a row must"`
	Severity   alarm.Severity `db:"severity" json:"severity" enum:"critical,major,minor,warning,info"`
	OpensCase  bool           `db:"opens_case" json:"opens_case"`
	Urgent     bool           `db:"urgent" json:"urgent" doc:"The case is urgent"`
	Category   string         `db:"category" json:"category,omitempty" doc:"Of the case; the kind decides if absent"`
	Enabled    bool           `db:"enabled" json:"enabled"`
	ByName     string         `db:"by_name" json:"by_name"`
	CreatedAt  clock.Time     `db:"created_at" json:"created_at"`
	ChangedAt  clock.Time     `db:"changed_at" json:"changed_at"`
	Version    int64          `db:"version" json:"version"`
}

// Side is on which side of the threshold an alarm lies.
type Side string

// The sides.
const (
	Above Side = "above"
	Below Side = "below"
)

const ruleColumns = "id, name, area_code, kind, sensor_id, metric, side, threshold, hysteresis, seconds, times, severity, opens_case, urgent, category, enabled, by_name, created_at, changed_at, version"

// NewRule is a rule to write, or what an existing one becomes.
type NewRule struct {
	Name       string         `json:"name" maxLength:"240"`
	AreaCode   string         `json:"area_code" maxLength:"20"`
	Kind       string         `json:"kind" maxLength:"30"`
	SensorID   string         `json:"sensor_id,omitempty" maxLength:"60"`
	Metric     string         `json:"metric" maxLength:"30"`
	Side       Side           `json:"side" enum:"above,below"`
	Threshold  float64        `json:"threshold"`
	Hysteresis float64        `json:"hysteresis,omitempty" minimum:"0"`
	Seconds    int            `json:"seconds,omitempty" minimum:"0" maximum:"86400"`
	Times      int            `json:"times,omitempty" minimum:"0" maximum:"100" doc:"0 for one"`
	Severity   alarm.Severity `json:"severity" enum:"critical,major,minor,warning,info"`
	OpensCase  bool           `json:"opens_case,omitempty"`
	Urgent     bool           `json:"urgent,omitempty"`
	Category   string         `json:"category,omitempty" maxLength:"10"`
	Enabled    bool           `json:"enabled"`
	Version    int64          `json:"version,omitempty" doc:"Version seen, to change one"`
}

// fitRule checks a rule and completes it.
func (s *Service) fitRule(ctx context.Context, n *NewRule) error {
	if err := auth.RequireArea(ctx, PermManage, n.AreaCode); err != nil {
		return err
	}
	if err := prose.Check("sensor.bad_text", prose.Needed("name", &n.Name, 60)); err != nil {
		return err
	}
	bad := func(field, why string, value any) error {
		return errs.Invalid("sensor.bad_rule", "Correct the marked fields.", errs.Field{Location: "body." + field, Message: why, Value: value})
	}
	k := kindOf(n.Kind)
	if k == nil {
		return bad("kind", "not in the list", n.Kind)
	}
	m, ok := k.metric(n.Metric)
	switch {
	case !ok:
		return bad("metric", "not measured by this kind", n.Metric)
	case math.IsNaN(n.Threshold) || n.Threshold < m.Low || n.Threshold > m.High:
		return bad("threshold", fmt.Sprintf("%v to %v", m.Low, m.High), n.Threshold)
	case !(n.Hysteresis >= 0 && n.Hysteresis <= m.High-m.Low):
		return bad("hysteresis", "not negative, at most the range", n.Hysteresis)
	case n.Side != Above && n.Side != Below:
		return bad("side", "above or below", n.Side)
	case !slices.Contains(alarm.Severities, n.Severity):
		return bad("severity", "not in the list", n.Severity)
	case n.Seconds < 0 || n.Seconds > 86400 || n.Times < 0 || n.Times > 100:
		return bad("seconds", "at most a day, at most 100 readings", n.Seconds)
	}
	n.Times = max(n.Times, 1)
	_, err := s.Regions.Get(ctx, n.AreaCode)
	return err
}

// AddRule writes a rule; it holds from the next reading. Needs sensor.manage in its area.
func (s *Service) AddRule(ctx context.Context, n NewRule) (out *Rule, err error) {
	if err := s.fitRule(ctx, &n); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := s.ruleSensor(ctx, tx, &n); err != nil {
			return err
		}
		out = &Rule{ID: db.NewID(tx), CreatedAt: tx.Time(), Version: 1}
		out.take(ctx, &n, tx.Time())
		r := out
		if _, err := tx.Exec(ctx, "INSERT INTO sensor_rule ("+ruleColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)", r.ID, r.Name, r.AreaCode,
			r.Kind, r.SensorID, r.Metric, r.Side, r.Threshold, r.Hysteresis, r.Seconds, r.Times, r.Severity, r.OpensCase, r.Urgent, r.Category, r.Enabled, r.ByName, r.CreatedAt, r.ChangedAt, r.Version); err != nil {
			return err
		}
		return s.logRule(ctx, tx, "sensor.rule_added", out)
	})
	return out, err
}

// ChangeRule replaces a rule. What it raised is cleared, and it begins anew with the next reading. Conflict (with the rule) if
// somebody changed it in between. Needs sensor.manage in its old and new area.
func (s *Service) ChangeRule(ctx context.Context, id string, n NewRule) (out *Rule, err error) {
	if err := s.fitRule(ctx, &n); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if out, err = s.findRule(ctx, tx, PermManage, id); err != nil {
			return err
		}
		if out.Version != n.Version {
			return errs.Conflict("sensor.changed", "It was changed in between; look at it again.").With(out)
		}
		if err := s.ruleSensor(ctx, tx, &n); err != nil {
			return err
		}
		if err := s.unwatch(ctx, tx, out); err != nil {
			return err
		}
		out.take(ctx, &n, tx.Time())
		out.Version++
		r := out
		if _, err := tx.Exec(ctx, `UPDATE sensor_rule SET name = $1, area_code = $2, kind = $3, sensor_id = $4, metric = $5, side = $6, threshold = $7, hysteresis = $8, seconds = $9, times = $10, severity = $11,
			opens_case = $12, urgent = $13, category = $14, enabled = $15, by_name = $16, changed_at = $17, version = $18 WHERE id = $19`, r.Name, r.AreaCode, r.Kind, r.SensorID, r.Metric, r.Side, r.Threshold,
			r.Hysteresis, r.Seconds, r.Times, r.Severity, r.OpensCase, r.Urgent, r.Category, r.Enabled, r.ByName, r.ChangedAt, r.Version, id); err != nil {
			return err
		}
		return s.logRule(ctx, tx, "sensor.rule_changed", out)
	})
	return out, err
}

// DropRule deletes a rule and clears what it raised. Needs sensor.manage in its area.
func (s *Service) DropRule(ctx context.Context, id string) error {
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.findRule(ctx, tx, PermManage, id)
		if err != nil {
			return err
		}
		if err := s.unwatch(ctx, tx, r); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM sensor_rule WHERE id = $1", id); err != nil {
			return err
		}
		return s.logRule(ctx, tx, "sensor.rule_dropped", r)
	})
}

// Rules lists the rules that can hold in the caller's areas, those of larger areas among them. Needs sensor.read.
func (s *Service) Rules(ctx context.Context, kind string) (out []Rule, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		all, err := db.All[Rule](ctx, tx, "SELECT "+ruleColumns+" FROM sensor_rule ORDER BY kind, threshold, id LIMIT 1000")
		p := auth.From(ctx)
		for _, r := range all {
			over := slices.ContainsFunc(p.Areas, func(a string) bool { return region.Inside(a, r.AreaCode) })
			if (p.Covers(r.AreaCode) || over) && (kind == "" || r.Kind == kind) {
				out = append(out, r)
			}
		}
		return err
	})
	return out, err
}

func (s *Service) findRule(ctx context.Context, tx *db.Tx, permission, id string) (*Rule, error) {
	if err := auth.Require(ctx, permission); err != nil {
		return nil, err
	}
	r, err := db.Get[Rule](ctx, tx, "SELECT "+ruleColumns+" FROM sensor_rule WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) || err == nil && !auth.From(ctx).Covers(r.AreaCode) {
		return nil, errs.NotFound("sensor.no_rule", "There is no such rule, or you may not change it.")
	}
	return &r, err
}

// ruleSensor checks that the sensor a rule is for is of its kind and area.
func (s *Service) ruleSensor(ctx context.Context, tx *db.Tx, n *NewRule) error {
	if n.SensorID == "" {
		return nil
	}
	x, err := s.find(ctx, tx, PermManage, n.SensorID)
	if err == nil && (x.Kind != n.Kind || !region.Inside(x.AreaCode, n.AreaCode)) {
		return errs.Invalid("sensor.bad_rule", "Correct the marked fields.", errs.Field{Location: "body.sensor_id", Message: "of another kind or area", Value: n.SensorID})
	}
	return err
}

func (r *Rule) take(ctx context.Context, n *NewRule, now clock.Time) {
	r.Name, r.AreaCode, r.Kind, r.SensorID, r.Metric, r.Side, r.Threshold, r.Hysteresis = n.Name, n.AreaCode, n.Kind, n.SensorID, n.Metric, n.Side, n.Threshold, n.Hysteresis
	r.Seconds, r.Times, r.Severity, r.OpensCase, r.Urgent, r.Category, r.Enabled = n.Seconds, n.Times, n.Severity, n.OpensCase, n.Urgent, n.Category, n.Enabled
	r.ByName, r.ChangedAt = auth.From(ctx).Name, now
}

func (s *Service) logRule(ctx context.Context, tx *db.Tx, action string, r *Rule) error {
	return audit.Log(ctx, tx, audit.Entry{Action: action, Object: "sensor_rule", ObjectID: r.ID, Area: r.AreaCode, Detail: map[string]any{"kind": r.Kind, "metric": r.Metric, "side": r.Side,
		"threshold": r.Threshold, "hysteresis": r.Hysteresis, "seconds": r.Seconds, "times": r.Times, "enabled": r.Enabled, "version": r.Version}})
}

// holdsFor reports whether the rule looks at the sensor.
func (r *Rule) holdsFor(x *Sensor) bool {
	return r.Enabled && r.Kind == x.Kind && (r.SensorID == "" || r.SensorID == x.ID) && region.Inside(x.AreaCode, r.AreaCode)
}

// beyond reports whether a value lies on the wrong side, calm whether it has come back far enough.
func (r *Rule) beyond(v float64) bool {
	return r.Side == Above && v > r.Threshold || r.Side == Below && v < r.Threshold
}

func (r *Rule) calm(v float64) bool {
	return r.Side == Above && v <= r.Threshold-r.Hysteresis || r.Side == Below && v >= r.Threshold+r.Hysteresis
}

// watch is how far a rule has come with a sensor.
type watch struct {
	SensorID string      `db:"sensor_id"`
	RuleID   string      `db:"rule_id"`
	Since    *clock.Time `db:"since"`
	Times    int         `db:"times"`
	Active   bool        `db:"active"`
	Number   string      `db:"number"`
	At       clock.Time  `db:"at"`
	Value    float64     `db:"value"`
}

const watchColumns = "sensor_id, rule_id, since, times, active, number, at, value"

// Turn is what a reading does to a rule.
type turn int

const (
	stays turn = iota
	trips
	calms
)

// step takes a rule one reading further. Readings come in the order of time.
func (r *Rule) step(w watch, at time.Time, v float64) (watch, turn) {
	w.At, w.Value = clock.At(at), v
	switch {
	case w.Active && r.calm(v):
		w.Active, w.Since, w.Times = false, nil, 0
		return w, calms
	case w.Active:
		return w, stays
	case !r.beyond(v):
		w.Since, w.Times = nil, 0
		return w, stays
	}
	if w.Since == nil {
		w.Since, w.Times = clock.Ptr(at), 0
	}
	w.Times++
	if r.ripe(&w, at) {
		w.Active = true
		return w, trips
	}
	return w, stays
}

// ripe reports whether a pending rule has lasted long enough.
func (r *Rule) ripe(w *watch, now time.Time) bool {
	return w.Since != nil && w.Times >= r.Times && now.Sub(w.Since.Time) >= time.Duration(r.Seconds)*time.Second
}

// sentence says in Chinese what a rule found.
func (r *Rule) sentence(m Metric, v float64) string {
	var b strings.Builder
	side := "高于"
	if r.Side == Below {
		side = "低于"
	}
	fmt.Fprintf(&b, "%s%s%s，%s%s%s", m.Name, number(v), m.Unit, side, number(r.Threshold), m.Unit)
	if r.Seconds >= 60 {
		fmt.Fprintf(&b, "，持续%d分钟以上", r.Seconds/60)
	}
	return b.String()
}
