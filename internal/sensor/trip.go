package sensor

import (
	"context"
	"strconv"

	"yiwang/internal/alarm"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/outbox"
)

// Trip is the payload of this module's events: a rule began to hold for a sensor, or ceased to.
type Trip struct {
	Number    string     `json:"number"` // of this time; the same in the event of its end
	SensorID  string     `json:"sensor_id"`
	Code      string     `json:"code"`
	Name      string     `json:"name"`
	Kind      string     `json:"kind"` // of the sensor, or as the device named its alarm
	RuleID    string     `json:"rule_id"`
	AlarmID   string     `json:"alarm_id,omitempty"`
	AreaCode  string     `json:"area_code"`
	Lat       *float64   `json:"lat,omitempty"`
	Lon       *float64   `json:"lon,omitempty"`
	Address   string     `json:"address,omitempty"`
	Text      string     `json:"text"`
	Reading   string     `json:"reading,omitempty"`
	Category  string     `json:"category,omitempty"`
	OpensCase bool       `json:"opens_case"`
	Urgent    bool       `json:"urgent"`
	At        clock.Time `json:"at"`
}

// source is what this module calls itself among alarms.
const source = "sensor"

// found is something that is the matter with a sensor.
type found struct {
	rule, name string // name is the heading of the alarm
	kind       string
	severity   alarm.Severity
	text       string
	reading    string
	category   string
	opens      bool
	urgent     bool
	at         clock.Time
}

func (x *Sensor) trip(f *found, number string) Trip {
	return Trip{Number: number, SensorID: x.ID, Code: x.Code, Name: x.Name, Kind: f.kind, RuleID: f.rule, AreaCode: x.AreaCode, Lat: x.Lat, Lon: x.Lon, Address: x.Address,
		Text: f.name + "：" + x.Name + "，" + f.text, Reading: f.reading, Category: f.category, OpensCase: f.opens, Urgent: f.urgent, At: f.at}
}

// raise raises the alarm of what was found; fresh emits the event that may make a case.
func (s *Service) raise(ctx context.Context, tx *db.Tx, x *Sensor, f *found, number string, fresh bool) error {
	a, _, err := s.Alarms.RaiseTx(ctx, tx, alarm.Raise{Source: source, Subject: x.ID, Kind: f.rule, Severity: f.severity, AreaCode: x.AreaCode, SubjectName: x.Name,
		Title: f.name + "：" + x.Name, Detail: f.text, Link: "/sensors/" + x.ID, Lat: x.Lat, Lon: x.Lon, At: f.at.Time})
	if err != nil || !fresh {
		return err
	}
	t := x.trip(f, number)
	t.AlarmID = a.ID
	return outbox.Emit(ctx, tx, TopicTripped, x.ID, t)
}

// clear ends the alarm of what was found.
func (s *Service) clear(ctx context.Context, tx *db.Tx, x *Sensor, f *found, number string) error {
	if _, err := s.Alarms.ClearTx(ctx, tx, source, x.ID, f.rule); err != nil {
		return err
	}
	return outbox.Emit(ctx, tx, TopicCalmed, x.ID, x.trip(f, number))
}

// ofRule is what a rule found in a value.
func ofRule(r *Rule, w *watch) *found {
	f := &found{rule: r.ID, name: r.Name, kind: r.Kind, severity: r.Severity, category: r.Category, opens: r.OpensCase, urgent: r.Urgent, at: w.At}
	if k := kindOf(r.Kind); k != nil {
		m, _ := k.metric(r.Metric)
		f.text, f.reading = r.sentence(m, w.Value), number(w.Value)+m.Unit
		if !w.Active {
			f.text = m.Name + f.reading + "，已恢复"
		}
	}
	return f
}

// number writes a value as people read it: without zeros at its end.
func number(v float64) string { return strconv.FormatFloat(rounded(v), 'f', -1, 64) }

// unwatch ends what a rule raised and forgets how far it had come.
func (s *Service) unwatch(ctx context.Context, tx *db.Tx, r *Rule) error {
	list, err := db.All[watch](ctx, tx, "SELECT "+watchColumns+" FROM sensor_watch WHERE rule_id = $1 AND active", r.ID)
	for i := 0; err == nil && i < len(list); i++ {
		w := &list[i]
		if _, err = s.Alarms.ClearTx(ctx, tx, source, w.SensorID, r.ID); err == nil {
			_, err = tx.Exec(ctx, "UPDATE sensor_state SET active = active - 1 WHERE sensor_id = $1 AND active > 0", w.SensorID)
		}
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "DELETE FROM sensor_watch WHERE rule_id = $1", r.ID)
	return err
}

// rest ends everything that is the matter with a sensor that is out of use.
func (s *Service) rest(ctx context.Context, tx *db.Tx, x *Sensor) error {
	if err := s.Alarms.ClearSubjectTx(ctx, tx, source, x.ID, "设备暂停或停用"); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM sensor_watch WHERE sensor_id = $1", x.ID); err != nil {
		return err
	}
	x.Active, x.Offline, x.Weak = 0, false, false
	_, err := tx.Exec(ctx, "UPDATE sensor_state SET active = 0, offline = FALSE, weak = FALSE WHERE sensor_id = $1", x.ID)
	return err
}
