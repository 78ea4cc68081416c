package patrol

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/prose"
)

// Device is a phone app or tracker that sends positions for an officer.
type Device struct {
	ID          string      `db:"id" json:"id"`
	OfficerID   string      `db:"officer_id" json:"officer_id"`
	OfficerName string      `db:"officer_name" json:"officer_name"`
	AreaCode    string      `db:"area_code" json:"area_code"`
	Label       string      `db:"label" json:"label"`
	Kind        string      `db:"kind" json:"kind" enum:"osmand,owntracks"`
	SpeedUnit   SpeedUnit   `db:"speed_unit" json:"speed_unit"`
	TokenDigest string      `db:"token_digest" json:"-"`
	CreatedBy   string      `db:"created_by" json:"-"`
	CreatedAt   clock.Time  `db:"created_at" json:"created_at"`
	RevokedAt   *clock.Time `db:"revoked_at" json:"revoked_at,omitempty"`
	LastSeenAt  *clock.Time `db:"last_seen_at" json:"last_seen_at,omitempty" doc:"When it last sent anything, within five minutes"`
	ChangedAt   clock.Time  `db:"changed_at" json:"-"`
}

const deviceColumns = "id, officer_id, officer_name, area_code, label, kind, speed_unit, token_digest, created_by, created_at, revoked_at, last_seen_at, changed_at"

// SpeedUnit is what a device means by the number in speed: phone apps differ.
type SpeedUnit string

// The units. Knots are what Traccar's app sends, metres per second others.
const (
	Knots  SpeedUnit = "kn"
	Metres SpeedUnit = "m/s"
	Kmh    SpeedUnit = "km/h"
)

// SpeedUnits lists the units.
var SpeedUnits = []SpeedUnit{Knots, Metres, Kmh}

// perSecond turns a speed into metres per second.
func (u SpeedUnit) perSecond(v float64) float64 {
	switch u {
	case Knots:
		return v * 1852 / 3600
	case Kmh:
		return v / 3.6
	}
	return v
}

// NewDevice is a tracker to give out.
type NewDevice struct {
	OfficerID   string    `json:"officer_id" maxLength:"60"`
	OfficerName string    `json:"officer_name,omitempty" maxLength:"120"`
	AreaCode    string    `json:"area_code" maxLength:"20" doc:"Where the officer works"`
	Label       string    `json:"label" maxLength:"240" doc:"Such as 备用手机 3"`
	Kind        string    `json:"kind" enum:"osmand,owntracks"`
	SpeedUnit   SpeedUnit `json:"speed_unit,omitempty"`
}

const maxDevices = 5 // per officer

// AddDevice gives out a tracker for an officer. The token is returned once and never again. Needs patrol.manage in the area.
func (s *Service) AddDevice(ctx context.Context, in NewDevice) (out *Device, token string, err error) {
	if err := auth.RequireArea(ctx, PermManage, in.AreaCode); err != nil {
		return nil, "", err
	}
	if err := prose.Check("patrol.bad_text", prose.Needed("label", &in.Label, 40), prose.Optional("officer_name", &in.OfficerName, 40)); err != nil {
		return nil, "", err
	}
	if in.SpeedUnit == "" {
		in.SpeedUnit = Knots
	}
	if !slices.Contains(SpeedUnits, in.SpeedUnit) || in.Kind != "osmand" && in.Kind != "owntracks" {
		return nil, "", errs.Invalid("patrol.bad_device", "Choose a kind and a unit of the lists.", errs.Field{Location: "body.kind", Message: "not in the list", Value: in.Kind})
	}
	var secret [24]byte
	_, _ = rand.Read(secret[:]) // never fails
	token = base64.RawURLEncoding.EncodeToString(secret[:])
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM track_device WHERE officer_id = $1 AND revoked_at IS NULL", in.OfficerID)
		if err != nil {
			return err
		}
		if n >= maxDevices {
			return errs.Conflict("patrol.too_many_devices", "An officer has at most five trackers; revoke one first.")
		}
		out = &Device{ID: db.NewID(tx), OfficerID: in.OfficerID, OfficerName: in.OfficerName, AreaCode: in.AreaCode, Label: in.Label, Kind: in.Kind, SpeedUnit: in.SpeedUnit,
			TokenDigest: digest(token), CreatedBy: auth.From(ctx).UserID, CreatedAt: tx.Time(), ChangedAt: tx.Time()}
		if err := db.InsertMany(ctx, tx, "track_device", deviceColumns, "", [][]any{{out.ID, out.OfficerID, out.OfficerName, out.AreaCode, out.Label, out.Kind,
			out.SpeedUnit, out.TokenDigest, out.CreatedBy, out.CreatedAt, out.RevokedAt, out.LastSeenAt, out.ChangedAt}}); err != nil {
			return err
		}
		known := *out
		tx.AfterCommit(func() { s.gate.putDevice(known) })
		return audit.Log(ctx, tx, audit.Entry{Action: "patrol.device_added", Object: "track_device", ObjectID: out.ID, Area: out.AreaCode,
			Detail: map[string]any{"officer": out.OfficerID, "kind": out.Kind}})
	})
	return out, token, err
}

// RevokeDevice makes a tracker's token worthless. NotFound outside the caller's areas. Needs patrol.manage.
func (s *Service) RevokeDevice(ctx context.Context, id string) error {
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		d, err := db.Get[Device](ctx, tx, "SELECT "+deviceColumns+" FROM track_device WHERE id = $1", id)
		if errors.Is(err, db.ErrNoRows) || err == nil && !auth.From(ctx).Covers(d.AreaCode) {
			return errs.NotFound("patrol.no_device", "There is no such tracker, or you may not see it.")
		}
		if err != nil {
			return err
		}
		if err := auth.Require(ctx, PermManage); err != nil {
			return err
		}
		now := tx.Time()
		d.RevokedAt = &now
		if _, err := tx.Exec(ctx, "UPDATE track_device SET revoked_at = $1, changed_at = $1 WHERE id = $2 AND revoked_at IS NULL", now, id); err != nil {
			return err
		}
		tx.AfterCommit(func() { s.gate.putDevice(d) })
		return audit.Log(ctx, tx, audit.Entry{Action: "patrol.device_revoked", Object: "track_device", ObjectID: id, Area: d.AreaCode})
	})
}

// Devices lists the trackers of the caller's areas. Needs patrol.manage.
func (s *Service) Devices(ctx context.Context, officer string) (out []Device, err error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		var args []any
		where := auth.Areas(ctx, "area_code", &args)
		if officer != "" {
			args = append(args, officer)
			where += fmt.Sprintf(" AND officer_id = $%d", len(args))
		}
		out, err = db.All[Device](ctx, tx, "SELECT "+deviceColumns+" FROM track_device WHERE "+where+" ORDER BY id DESC LIMIT 500", args...)
		return err
	})
	return out, err
}

// MyDevices lists the caller's own trackers that are in use. Needs patrol.duty.
func (s *Service) MyDevices(ctx context.Context) (out []Device, err error) {
	if err := auth.Require(ctx, PermDuty); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = db.All[Device](ctx, tx, "SELECT "+deviceColumns+" FROM track_device WHERE officer_id = $1 AND revoked_at IS NULL ORDER BY id DESC LIMIT 20", auth.From(ctx).UserID)
		return err
	})
	return append([]Device{}, out...), err
}

func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// officerOf returns the tracker that a token belongs to.
func (s *Service) officerOf(token string) (Device, bool) {
	if token == "" || len(token) > 100 {
		return Device{}, false
	}
	return s.gate.device(digest(token))
}
