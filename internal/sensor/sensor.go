package sensor

import (
	"context"
	"errors"
	"regexp"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/prose"
)

// Sensor is a device of the register with how it stands now.
type Sensor struct {
	ID          string                    `db:"id" json:"id"`
	Code        string                    `db:"code" json:"code"`
	Name        string                    `db:"name" json:"name"`
	Kind        string                    `db:"kind" json:"kind"`
	AreaCode    string                    `db:"area_code" json:"area_code"`
	AreaName    string                    `db:"-" json:"area_name"`
	Lat         *float64                  `db:"lat" json:"lat,omitempty"`
	Lon         *float64                  `db:"lon" json:"lon,omitempty"`
	Address     string                    `db:"address" json:"address,omitempty"`
	UnitID      string                    `db:"unit_id" json:"unit_id,omitempty" doc:"Who looks after it"`
	SourceID    string                    `db:"source_id" json:"source_id,omitempty" doc:"Platform that sends for it"`
	VendorCode  string                    `db:"vendor_code" json:"vendor_code,omitempty"`
	GBCode      string                    `db:"gb_code" json:"gb_code,omitempty" doc:"20 digits of GB/T 28181"`
	SilentAfter int                       `db:"silent_after" json:"silent_after" doc:"Minutes without a word after which it counts as offline"`
	State       State                     `db:"state" json:"state"`
	CreatedAt   clock.Time                `db:"created_at" json:"created_at"`
	ChangedAt   clock.Time                `db:"changed_at" json:"changed_at"`
	Version     int64                     `db:"version" json:"version"`
	SeenAt      *clock.Time               `db:"seen_at" json:"seen_at,omitempty"`
	Latest      db.JSON[map[string]Value] `db:"latest" json:"latest" doc:"Metric → last value"`
	Offline     bool                      `db:"offline" json:"offline"`
	Weak        bool                      `db:"weak" json:"weak" doc:"Battery below a fifth"`
	Active      int                       `db:"active" json:"active" doc:"Alarms that hold now"`
}

// Value is a last value with its time.
type Value struct {
	V  float64    `json:"v"`
	At clock.Time `json:"at"`
}

// State says whether a sensor is in use.
type State string

// The states. A retired sensor keeps its readings; nothing more is taken from it.
const (
	InUse   State = "in_use"
	Paused  State = "paused" // readings are kept, rules rest: works on site
	Retired State = "retired"
)

const (
	sensorColumns = "id, code, name, kind, area_code, lat, lon, address, unit_id, source_id, vendor_code, gb_code, silent_after, state, created_at, changed_at, version"
	wholeColumns  = "s.id, s.code, s.name, s.kind, s.area_code, s.lat, s.lon, s.address, s.unit_id, s.source_id, s.vendor_code, s.gb_code, s.silent_after, s.state, s.created_at, s.changed_at, s.version, t.seen_at, t.latest, t.offline, t.weak, t.active"
	whole         = "SELECT " + wholeColumns + " FROM sensor s JOIN sensor_state t ON t.sensor_id = s.id"
)

// Device is what somebody says of a sensor.
type Device struct {
	Code        string   `json:"code" minLength:"1" maxLength:"60" doc:"Number in this installation: letters, digits, - _ ."`
	Name        string   `json:"name" maxLength:"320"`
	Kind        string   `json:"kind" maxLength:"30"`
	AreaCode    string   `json:"area_code,omitempty" maxLength:"20" doc:"Needed only where there is no position"`
	Lat         *float64 `json:"lat,omitempty" minimum:"-90" maximum:"90"`
	Lon         *float64 `json:"lon,omitempty" minimum:"-180" maximum:"180"`
	Address     string   `json:"address,omitempty" maxLength:"800"`
	UnitID      string   `json:"unit_id,omitempty" maxLength:"60"`
	SourceID    string   `json:"source_id,omitempty" maxLength:"60"`
	VendorCode  string   `json:"vendor_code,omitempty" maxLength:"80"`
	GBCode      string   `json:"gb_code,omitempty" maxLength:"20"`
	SilentAfter int      `json:"silent_after,omitempty" minimum:"0" maximum:"43200" doc:"Minutes; 0 for a day"`
	State       State    `json:"state,omitempty" enum:"in_use,paused,retired"`
	Version     int64    `json:"version,omitempty" doc:"Version seen, to change one"`
}

var (
	codePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$`)
	gbPattern   = regexp.MustCompile(`^[0-9]{20}$`)
)

// usualSilence is a day: most devices that run on batteries report every few hours.
const usualSilence = 24 * 60

// fit checks a device, finds its area and fills in what was left out.
func (s *Service) fit(ctx context.Context, d *Device) error {
	if err := prose.Check("sensor.bad_text", prose.Needed("name", &d.Name, 80), prose.Optional("address", &d.Address, 200), prose.Optional("vendor_code", &d.VendorCode, 80)); err != nil {
		return err
	}
	bad := func(field, why string, value any) error {
		return errs.Invalid("sensor.bad_device", "Correct the marked fields.", errs.Field{Location: "body." + field, Message: why, Value: value})
	}
	switch {
	case !codePattern.MatchString(d.Code):
		return bad("code", "letters, digits, - _ . only", d.Code)
	case kindOf(d.Kind) == nil:
		return bad("kind", "not in the list", d.Kind)
	case d.GBCode != "" && !gbPattern.MatchString(d.GBCode):
		return bad("gb_code", "20 digits", d.GBCode)
	case (d.Lat == nil) != (d.Lon == nil):
		return bad("lat", "latitude and longitude go together", nil)
	case d.SilentAfter < 0 || d.SilentAfter > 43200:
		return bad("silent_after", "0 to 43200", d.SilentAfter)
	}
	if d.SilentAfter == 0 {
		d.SilentAfter = usualSilence
	}
	if d.State == "" {
		d.State = InUse
	}
	return s.place(ctx, d)
}

// place finds the smallest area at the position of a device; without one the area must be named.
func (s *Service) place(ctx context.Context, d *Device) error {
	if d.Lat != nil {
		l, err := s.Regions.Locate(ctx, *d.Lon, *d.Lat, s.DB.Clock().Now())
		if err == nil {
			d.AreaCode = l.Smallest()
			return nil
		}
		if errs.KindOf(err) != errs.KindNotFound || d.AreaCode == "" {
			return err
		}
	}
	if d.AreaCode == "" {
		return errs.Invalid("sensor.no_place", "Give a position or an area.", errs.Field{Location: "body.lat", Message: "required"})
	}
	_, err := s.Regions.Get(ctx, d.AreaCode)
	return err
}

// Add registers a sensor. Conflict if the code is taken. Needs sensor.manage at its place.
func (s *Service) Add(ctx context.Context, d Device) (out *Sensor, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		out, err = s.AddTx(ctx, tx, d)
		return err
	})
	return out, taken(err)
}

// AddTx is Add inside a transaction.
func (s *Service) AddTx(ctx context.Context, tx *db.Tx, d Device) (*Sensor, error) {
	if err := s.fit(ctx, &d); err != nil {
		return nil, err
	}
	if err := s.mayPlace(ctx, tx, &d); err != nil {
		return nil, err
	}
	x := &Sensor{ID: db.NewID(tx), CreatedAt: tx.Time(), Version: 1}
	x.take(&d, tx.Time())
	if _, err := tx.Exec(ctx, "INSERT INTO sensor ("+sensorColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)", x.ID, x.Code, x.Name,
		x.Kind, x.AreaCode, x.Lat, x.Lon, x.Address, x.UnitID, x.SourceID, x.VendorCode, x.GBCode, x.SilentAfter, x.State, x.CreatedAt, x.ChangedAt, x.Version); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO sensor_state (sensor_id) VALUES ($1)", x.ID); err != nil {
		return nil, err
	}
	x.Latest.V, x.AreaName = map[string]Value{}, s.Regions.Called(ctx, x.AreaCode)
	return x, s.log(ctx, tx, "sensor.added", x)
}

// Change replaces what is said of a sensor. Conflict (with the sensor) if somebody changed it in between or the code is taken.
// Needs sensor.manage where it is and where it goes.
func (s *Service) Change(ctx context.Context, id string, d Device) (out *Sensor, err error) {
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		out, err = s.ChangeTx(ctx, tx, id, d)
		return err
	})
	return out, taken(err)
}

// ChangeTx is Change inside a transaction.
func (s *Service) ChangeTx(ctx context.Context, tx *db.Tx, id string, d Device) (*Sensor, error) {
	if err := s.fit(ctx, &d); err != nil {
		return nil, err
	}
	x, err := s.find(ctx, tx, PermManage, id)
	if err != nil {
		return nil, err
	}
	if x.Version != d.Version {
		return nil, errs.Conflict("sensor.changed", "It was changed in between; look at it again.").With(x)
	}
	if err := s.mayPlace(ctx, tx, &d); err != nil {
		return nil, err
	}
	x.take(&d, tx.Time())
	x.Version, x.AreaName = x.Version+1, s.Regions.Called(ctx, x.AreaCode)
	if _, err := tx.Exec(ctx, `UPDATE sensor SET code = $1, name = $2, kind = $3, area_code = $4, lat = $5, lon = $6, address = $7, unit_id = $8, source_id = $9, vendor_code = $10,
		gb_code = $11, silent_after = $12, state = $13, changed_at = $14, version = $15 WHERE id = $16`, x.Code, x.Name, x.Kind, x.AreaCode, x.Lat, x.Lon, x.Address,
		x.UnitID, x.SourceID, x.VendorCode, x.GBCode, x.SilentAfter, x.State, x.ChangedAt, x.Version, id); err != nil {
		return nil, err
	}
	if x.State != InUse {
		if err := s.rest(ctx, tx, x); err != nil {
			return nil, err
		}
	}
	return x, s.log(ctx, tx, "sensor.changed", x)
}

// mayPlace reports whether the caller may have a sensor there, looked after by that unit and sent for by that source.
func (s *Service) mayPlace(ctx context.Context, tx *db.Tx, d *Device) error {
	if err := auth.RequireArea(ctx, PermManage, d.AreaCode); err != nil {
		return err
	}
	if d.UnitID != "" && s.UnitName != nil {
		if name, err := s.UnitName(ctx, tx, d.UnitID); err != nil {
			return err
		} else if name == "" {
			return errs.Invalid("sensor.bad_device", "Correct the marked fields.", errs.Field{Location: "body.unit_id", Message: "no such unit", Value: d.UnitID})
		}
	}
	if d.SourceID == "" {
		return nil
	}
	_, err := s.findSource(ctx, tx, d.SourceID)
	return err
}

func (x *Sensor) take(d *Device, now clock.Time) {
	x.Code, x.Name, x.Kind, x.AreaCode, x.Lat, x.Lon, x.Address = d.Code, d.Name, d.Kind, d.AreaCode, d.Lat, d.Lon, d.Address
	x.UnitID, x.SourceID, x.VendorCode, x.GBCode, x.SilentAfter, x.State, x.ChangedAt = d.UnitID, d.SourceID, d.VendorCode, d.GBCode, d.SilentAfter, d.State, now
}

func (s *Service) log(ctx context.Context, tx *db.Tx, action string, x *Sensor) error {
	return audit.Log(ctx, tx, audit.Entry{Action: action, Object: "sensor", ObjectID: x.ID, Area: x.AreaCode, Detail: map[string]any{"code": x.Code, "kind": x.Kind, "state": x.State}})
}

// Get returns a sensor. NotFound outside the caller's areas. Needs sensor.read.
func (s *Service) Get(ctx context.Context, id string) (out *Sensor, err error) {
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		out, err = s.find(ctx, tx, PermRead, id)
		return err
	})
	return out, err
}

// find returns a sensor of the caller's areas for somebody who holds the permission.
func (s *Service) find(ctx context.Context, tx *db.Tx, permission, id string) (*Sensor, error) {
	if err := auth.Require(ctx, permission); err != nil {
		return nil, err
	}
	x, err := db.Get[Sensor](ctx, tx, whole+" WHERE s.id = $1", id)
	if errors.Is(err, db.ErrNoRows) || err == nil && !auth.From(ctx).Covers(x.AreaCode) {
		return nil, errs.NotFound("sensor.no_sensor", "There is no such sensor, or you may not see it.")
	}
	x.AreaName = s.Regions.Called(ctx, x.AreaCode)
	return &x, err
}

// taken names the conflict of two sensors with one code.
func taken(err error) error {
	if db.IsUnique(err) {
		return errs.Conflict("sensor.code_taken", "Another sensor has this code.")
	}
	return err
}
