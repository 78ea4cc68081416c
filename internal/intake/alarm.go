package intake

import (
	"context"
	"fmt"
	"strings"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Alarm is what a device or its platform reports.
type Alarm struct {
	Source   string     `json:"source" minLength:"1" maxLength:"40" doc:"Platform of the device"`
	Device   string     `json:"device" minLength:"1" maxLength:"60" doc:"Its number there"`
	Alarm    string     `json:"alarm" minLength:"1" maxLength:"80" doc:"Number of this alarm; the same again changes nothing"`
	Kind     string     `json:"kind" minLength:"1" maxLength:"30" doc:"manhole, water_level, smoke, gas, lamp, elevator, bin_full, dust, noise, fall, parking, tilt, or another word"`
	Text     string     `json:"text" minLength:"1" maxLength:"2000"`
	Reading  string     `json:"reading,omitempty" maxLength:"100" doc:"What was measured, with its unit"`
	Category string     `json:"category,omitempty" maxLength:"10" doc:"Leaf; the kind decides if absent"`
	Lat      *float64   `json:"lat,omitempty" minimum:"-90" maximum:"90"`
	Lon      *float64   `json:"lon,omitempty" minimum:"-180" maximum:"180"`
	AreaCode string     `json:"area_code,omitempty" maxLength:"20"`
	Address  string     `json:"address,omitempty" maxLength:"400"`
	Urgent   bool       `json:"urgent,omitempty"`
	Cleared  bool       `json:"cleared,omitempty" doc:"The device reports that it is over; a person still looks"`
	RaisedAt *time.Time `json:"raised_at,omitempty"`
}

// Joined is what became of an alarm.
type Joined struct {
	CaseID string `json:"case_id,omitempty" doc:"Absent if a device says that nothing is the matter any more and no case is open"`
	Number string `json:"number,omitempty"`
	Joined bool   `json:"joined" doc:"It went to a case that was open for this device already"`
	Known  bool   `json:"known" doc:"This very alarm has come before"`
}

// kinds are the categories of the kinds of alarms; others come without one.
var kinds = map[string]string{"manhole": "060401", "water_level": "060402", "smoke": "060103", "gas": "060201", "lamp": "140104", "elevator": "030301", "bin_full": "020304",
	"dust": "050102", "noise": "050201", "fall": "080101", "parking": "060102", "tilt": "100102", "river": "050301"}

type alarmRow struct {
	CaseID string `db:"case_id"`
	Alarm  string `db:"alarm"`
}

// Raise takes an alarm. A device that goes on alarming has one open case: further alarms join it and are counted there.
// Needs intake.device and cases.report, and the place inside the caller's areas.
func (s *Service) Raise(ctx context.Context, in Alarm) (out *Joined, err error) {
	if err := auth.Require(ctx, PermDevice); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		out, err = s.RaiseTx(ctx, tx, in)
		return err
	})
	if db.IsUnique(err) { // the same alarm at the same moment
		return nil, errs.Conflict("request.duplicate", "The same request is being handled; look for its result in a moment.")
	}
	return out, err
}

// RaiseTx is Raise inside a transaction, for modules that watch devices themselves; who calls it has judged who may.
func (s *Service) RaiseTx(ctx context.Context, tx *db.Tx, alarm Alarm) (*Joined, error) {
	in := &alarm
	known, err := db.All[alarmRow](ctx, tx, "SELECT case_id, alarm FROM intake_alarm WHERE source = $1 AND alarm = $2", in.Source, in.Alarm)
	if err != nil {
		return nil, err
	}
	if len(known) > 0 {
		return s.joined(ctx, tx, known[0].CaseID, true)
	}
	// The row of the device is held until the commit, so that two alarms at once open one case.
	open, err := db.Get[string](ctx, tx, `INSERT INTO intake_device (source, device, kind, case_id, alarms, seen_at) VALUES ($1, $2, $3, '', 1, $4)
		ON CONFLICT (source, device, kind) DO UPDATE SET alarms = intake_device.alarms + 1, seen_at = $4 RETURNING case_id`, in.Source, in.Device, in.Kind, tx.Time())
	if err != nil {
		return nil, err
	}
	c, err := s.openFor(ctx, tx, open)
	if err != nil {
		return nil, err
	}
	joined := c != nil
	switch {
	case joined:
		err = s.Cases.SayOfDeviceTx(ctx, tx, c, alarmNote(in), map[string]any{"device": in.Device, "kind": in.Kind, "alarm": in.Alarm, "cleared": in.Cleared})
	case in.Cleared:
		c = &cases.Case{}
	default:
		c, err = s.openCase(ctx, tx, in)
	}
	if err != nil {
		return nil, err
	}
	if err := keepAlarm(ctx, tx, in, c.ID); err != nil {
		return nil, err
	}
	return &Joined{CaseID: c.ID, Number: c.Number, Joined: joined}, nil
}

func (s *Service) joined(ctx context.Context, tx *db.Tx, id string, known bool) (*Joined, error) {
	out := &Joined{CaseID: id, Joined: true, Known: known}
	if id == "" {
		return out, nil
	}
	c, err := s.Cases.GetTx(asResident(ctx), tx, id)
	if err == nil {
		err = auth.RequireArea(ctx, PermDevice, c.AreaCode)
	}
	if err != nil {
		return nil, err
	}
	out.Number = c.Number
	return out, nil
}

// openFor returns the case that stands for the device's matter now if it is open, nil otherwise.
func (s *Service) openFor(ctx context.Context, tx *db.Tx, id string) (*cases.Case, error) {
	if id == "" {
		return nil, nil //nolint:nilnil // no case is an answer
	}
	c, err := s.Cases.KeptTx(asResident(ctx), tx, id)
	if errs.KindOf(err) == errs.KindNotFound {
		return nil, nil //nolint:nilnil // no case is an answer
	}
	if err != nil || c.EndedAt != nil || c.State == cases.Closed {
		return nil, err
	}
	// The platform names itself in the alarm: it writes into no case outside its areas.
	return c, auth.RequireArea(ctx, PermDevice, c.AreaCode)
}

func (s *Service) openCase(ctx context.Context, tx *db.Tx, in *Alarm) (*cases.Case, error) {
	category := in.Category
	if category == "" {
		category = kinds[in.Kind]
	}
	r := cases.Report{Channel: cases.FromDevice, Source: in.Source, SourceNumber: in.Alarm, Text: alarmNote(in), Category: category, Urgent: in.Urgent, Lat: in.Lat, Lon: in.Lon,
		AreaCode: in.AreaCode, Address: in.Address}
	if in.RaisedAt != nil {
		r.ReportedAt = clock.Ptr(*in.RaisedAt)
	}
	c, err := s.Cases.RegisterTx(ctx, tx, r)
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, "UPDATE intake_device SET case_id = $1 WHERE source = $2 AND device = $3 AND kind = $4", c.ID, in.Source, in.Device, in.Kind)
	return c, err
}

func keepAlarm(ctx context.Context, tx *db.Tx, in *Alarm, id string) error {
	raised := tx.Time()
	if in.RaisedAt != nil && in.RaisedAt.Before(raised.Time) {
		raised = clock.At(*in.RaisedAt)
	}
	_, err := tx.Exec(ctx, "INSERT INTO intake_alarm (id, source, device, kind, alarm, case_id, reading, raised_at, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		db.NewID(tx), in.Source, in.Device, in.Kind, in.Alarm, id, in.Reading, raised, tx.Time())
	return err
}

// alarmNote is the alarm in one sentence, for the case.
func alarmNote(in *Alarm) string {
	var b strings.Builder
	if in.Cleared {
		b.WriteString("设备报告已恢复正常：")
	}
	b.WriteString(in.Text)
	if in.Reading != "" {
		fmt.Fprintf(&b, "（读数%s）", in.Reading)
	}
	fmt.Fprintf(&b, "，设备%s", in.Device)
	return b.String()
}
