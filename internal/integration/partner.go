package integration

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yiwang/internal/cases"
	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Partner is another system that speaks Open311 with us.
type Partner struct {
	ID        string        `db:"id" json:"id" readOnly:"true"`
	Code      string        `db:"code" json:"code" doc:"Small letters, digits and dashes; the source of its cases"`
	Name      string        `db:"name" json:"name"`
	Channel   cases.Channel `db:"channel" json:"channel" enum:"resident,hotline,letter,department,device,inspection"`
	AreaCode  string        `db:"area_code" json:"area_code" doc:"It registers only inside"`
	MayWrite  bool          `db:"may_write" json:"may_write"`
	Digest    string        `db:"digest" json:"-"`
	Hint      string        `db:"hint" json:"hint" readOnly:"true" doc:"Last characters of the key"`
	Active    bool          `db:"active" json:"active"`
	CreatedAt clock.Time    `db:"created_at" json:"created_at" readOnly:"true"`
	CreatedBy string        `db:"created_by" json:"created_by" readOnly:"true"`
	UsedAt    *clock.Time   `db:"used_at" json:"used_at,omitempty" readOnly:"true"`
	Version   int64         `db:"version" json:"version"`
	Key       string        `db:"-" json:"key,omitempty" readOnly:"true" doc:"Shown once, in the answer that makes it"`
}

const partnerColumns = "id, code, name, channel, area_code, may_write, digest, hint, active, created_at, created_by, used_at, version"

var partnerCode = regexp.MustCompile(`^[a-z][a-z0-9-]{1,30}$`)

// partnerChannels are those another system may bring reports by.
var partnerChannels = []cases.Channel{cases.FromResident, cases.FromHotline, cases.FromLetter, cases.FromDepartment, cases.FromDevice, cases.FromInspection}

func (p *Partner) check() error {
	p.Name = strings.TrimSpace(p.Name)
	var fields []errs.Field
	if !partnerCode.MatchString(p.Code) {
		fields = append(fields, errs.Field{Location: "body.code", Message: "2 to 31 small letters, digits, dashes", Value: p.Code})
	}
	if n := utf8.RuneCountInString(p.Name); n == 0 || n > 40 {
		fields = append(fields, errs.Field{Location: "body.name", Message: "needs 1 to 40 characters"})
	}
	if !slices.Contains(partnerChannels, p.Channel) {
		fields = append(fields, errs.Field{Location: "body.channel", Message: "not in the list", Value: p.Channel})
	}
	if fields == nil {
		return nil
	}
	return errs.Invalid("integration.bad_partner", "The partner system has wrong values.", fields...)
}

func newKey(prefix string) string {
	var b [24]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails on supported systems
	return prefix + base64.RawURLEncoding.EncodeToString(b[:])
}

func digest(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// Partners lists the partner systems of the caller's areas. Needs integration.manage.
func (s *Service) Partners(ctx context.Context) (out []Partner, err error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	var args []any
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = db.All[Partner](ctx, tx, "SELECT "+partnerColumns+" FROM partner WHERE "+auth.Areas(ctx, "area_code", &args)+" ORDER BY code LIMIT 500", args...)
		return err
	})
	return out, err
}

// AddPartner enters a partner system and returns its key this once. Needs integration.manage in the area; Conflict if the
// code is taken.
func (s *Service) AddPartner(ctx context.Context, p Partner) (*Partner, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	if err := s.manages(ctx, p.AreaCode); err != nil {
		return nil, err
	}
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		p.ID, p.CreatedAt, p.CreatedBy, p.Version, p.Active, p.UsedAt = db.NewID(tx), tx.Time(), auth.From(ctx).Name, 1, true, nil
		p.giveKey()
		_, err := tx.Exec(ctx, "INSERT INTO partner ("+partnerColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
			p.ID, p.Code, p.Name, p.Channel, p.AreaCode, p.MayWrite, p.Digest, p.Hint, p.Active, p.CreatedAt, p.CreatedBy, p.UsedAt, p.Version)
		if db.IsUnique(err) {
			return errs.Conflict("integration.partner_known", "There is a partner system of this code.")
		}
		if err != nil {
			return err
		}
		return s.logPartner(ctx, tx, "integration.add_partner", &p)
	})
	return &p, err
}

func (p *Partner) giveKey() {
	p.Key = newKey("yw311_")
	p.Digest, p.Hint = digest(p.Key), p.Key[len(p.Key)-4:]
}

func (s *Service) logPartner(ctx context.Context, tx *db.Tx, action string, p *Partner) error {
	return audit.Log(ctx, tx, audit.Entry{Action: action, Object: "partner", ObjectID: p.ID, Area: p.AreaCode,
		Detail: map[string]any{"code": p.Code, "may_write": p.MayWrite, "active": p.Active}})
}

// manages checks the permission over an existing area.
func (s *Service) manages(ctx context.Context, area string) error {
	if err := auth.RequireArea(ctx, PermManage, area); err != nil {
		return err
	}
	_, err := s.Regions.Get(ctx, area)
	if errs.KindOf(err) == errs.KindNotFound {
		return errs.Invalid("integration.unknown_area", "There is no such area.", errs.Field{Location: "body.area_code", Message: "unknown", Value: area})
	}
	return err
}

// ChangePartner changes name, channel, area and what a partner may; its code stays. Needs integration.manage in both areas.
func (s *Service) ChangePartner(ctx context.Context, id string, n Partner) (*Partner, error) {
	return s.editPartner(ctx, id, n.Version, "integration.change_partner", func(p *Partner) error {
		n.Code = p.Code
		if err := n.check(); err != nil {
			return err
		}
		if err := s.manages(ctx, n.AreaCode); err != nil {
			return err
		}
		p.Name, p.Channel, p.AreaCode, p.MayWrite, p.Active = n.Name, n.Channel, n.AreaCode, n.MayWrite, n.Active
		return nil
	})
}

// RenewKey gives a partner another key and returns it this once; the old one ends at once.
func (s *Service) RenewKey(ctx context.Context, id string, version int64) (*Partner, error) {
	return s.editPartner(ctx, id, version, "integration.renew_key", func(p *Partner) error { p.giveKey(); return nil })
}

func (s *Service) editPartner(ctx context.Context, id string, version int64, action string, change func(*Partner) error) (*Partner, error) {
	var p Partner
	err := s.DB.Tx(ctx, func(tx *db.Tx) (err error) {
		p, err = db.Get[Partner](ctx, tx, "SELECT "+partnerColumns+" FROM partner WHERE id = $1", id)
		if errors.Is(err, db.ErrNoRows) {
			return errs.NotFound("integration.no_partner", "There is no such partner system.")
		}
		if err != nil {
			return err
		}
		if err := s.manages(ctx, p.AreaCode); err != nil {
			return err
		}
		if p.Version != version {
			return errs.Conflict("integration.partner_changed", "Somebody has changed this in between; look at it again.").With(p)
		}
		if err := change(&p); err != nil {
			return err
		}
		p.Version++
		if _, err := tx.Exec(ctx, "UPDATE partner SET name = $1, channel = $2, area_code = $3, may_write = $4, digest = $5, hint = $6, active = $7, version = $8 WHERE id = $9",
			p.Name, p.Channel, p.AreaCode, p.MayWrite, p.Digest, p.Hint, p.Active, p.Version, id); err != nil {
			return err
		}
		return s.logPartner(ctx, tx, action, &p)
	})
	return &p, err
}

// byKey returns the active partner a key belongs to, nil for an empty key, Forbidden for a wrong one.
func (s *Service) byKey(ctx context.Context, key string) (*Partner, error) {
	if key == "" {
		return nil, nil //nolint:nilnil // nobody is a caller, too
	}
	var p Partner
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		p, err = db.Get[Partner](ctx, tx, "SELECT "+partnerColumns+" FROM partner WHERE digest = $1 AND active", digest(key))
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.Forbidden("integration.bad_key", "The api_key is unknown or has ended.")
	}
	if err != nil {
		return nil, err
	}
	if now := s.DB.Clock().Now(); p.UsedAt == nil || now.Sub(p.UsedAt.Time) > time.Minute {
		err = s.DB.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE partner SET used_at = $1 WHERE id = $2", tx.Time(), p.ID)
			return err
		})
	}
	return &p, err
}

// acting is the context in which a partner registers: inside its area, with nothing but what that needs.
func (p *Partner) acting(ctx context.Context) context.Context {
	return auth.With(ctx, &auth.Principal{UserID: "partner:" + p.Code, Name: p.Name, Areas: []string{p.AreaCode},
		Permissions: map[string]bool{cases.PermReport: true, cases.PermRead: true, PermRelay: true}})
}
