package sensor

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"sync"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/prose"
)

// Source is a platform that sends what sensors measure.
type Source struct {
	ID          string      `db:"id" json:"id"`
	Code        string      `db:"code" json:"code" doc:"Its user name with MQTT, and the first part of its topics"`
	Name        string      `db:"name" json:"name"`
	AreaCode    string      `db:"area_code" json:"area_code"`
	TokenDigest string      `db:"token_digest" json:"-"`
	Taken       int64       `db:"taken" json:"taken" doc:"Events"`
	Repeated    int64       `db:"repeated" json:"repeated"`
	Refused     int64       `db:"refused" json:"refused"`
	LastRefusal string      `db:"last_refusal" json:"last_refusal,omitempty" doc:"Why the last one was turned away"`
	LastAt      *clock.Time `db:"last_at" json:"last_at,omitempty"`
	CreatedBy   string      `db:"created_by" json:"-"`
	CreatedAt   clock.Time  `db:"created_at" json:"created_at"`
	RevokedAt   *clock.Time `db:"revoked_at" json:"revoked_at,omitempty"`
	Version     int64       `db:"version" json:"version"`
}

const sourceColumns = "id, code, name, area_code, token_digest, taken, repeated, refused, last_refusal, last_at, created_by, created_at, revoked_at, version"

// NewSource is a platform to register.
type NewSource struct {
	Code     string `json:"code" minLength:"1" maxLength:"40" doc:"Letters, digits, - _"`
	Name     string `json:"name" maxLength:"240"`
	AreaCode string `json:"area_code" maxLength:"20"`
}

// AddSource registers a platform. The token is returned once and never again. Conflict if the code is taken. Needs sensor.manage
// in the area.
func (s *Service) AddSource(ctx context.Context, in NewSource) (out *Source, token string, err error) {
	if err := auth.RequireArea(ctx, PermManage, in.AreaCode); err != nil {
		return nil, "", err
	}
	if err := prose.Check("sensor.bad_text", prose.Needed("name", &in.Name, 60)); err != nil {
		return nil, "", err
	}
	if !codePattern.MatchString(in.Code) || len(in.Code) > 40 {
		return nil, "", errs.Invalid("sensor.bad_device", "Correct the marked fields.", errs.Field{Location: "body.code", Message: "letters, digits, - _ only", Value: in.Code})
	}
	token = newToken()
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		out = &Source{ID: db.NewID(tx), Code: in.Code, Name: in.Name, AreaCode: in.AreaCode, TokenDigest: digest(token), CreatedBy: auth.From(ctx).UserID, CreatedAt: tx.Time(), Version: 1}
		if _, err := tx.Exec(ctx, "INSERT INTO sensor_source (id, code, name, area_code, token_digest, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)", out.ID, out.Code, out.Name,
			out.AreaCode, out.TokenDigest, out.CreatedBy, out.CreatedAt); err != nil {
			return err
		}
		tx.AfterCommit(s.sources.forget)
		return s.logSource(ctx, tx, "sensor.source_added", out)
	})
	return out, token, taken(err)
}

// RenewSource gives a platform a new token; the old one is worthless at once. Needs sensor.manage in its area.
func (s *Service) RenewSource(ctx context.Context, id string) (out *Source, token string, err error) {
	token = newToken()
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if out, err = s.findSource(ctx, tx, id); err != nil {
			return err
		}
		out.RevokedAt, out.Version = nil, out.Version+1
		if _, err := tx.Exec(ctx, "UPDATE sensor_source SET token_digest = $1, revoked_at = NULL, version = version + 1 WHERE id = $2", digest(token), id); err != nil {
			return err
		}
		tx.AfterCommit(s.sources.forget)
		return s.logSource(ctx, tx, "sensor.source_renewed", out)
	})
	return out, token, err
}

// RevokeSource makes the token of a platform worthless; its sensors stay. Needs sensor.manage in its area.
func (s *Service) RevokeSource(ctx context.Context, id string) error {
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		x, err := s.findSource(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE sensor_source SET revoked_at = $1, version = version + 1 WHERE id = $2 AND revoked_at IS NULL", tx.Time(), id); err != nil {
			return err
		}
		tx.AfterCommit(s.sources.forget)
		return s.logSource(ctx, tx, "sensor.source_revoked", x)
	})
}

// Sources lists the platforms of the caller's areas. Needs sensor.manage.
func (s *Service) Sources(ctx context.Context) (out []Source, err error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	err = s.DB.Look(ctx, func(tx *db.Tx) error {
		var args []any
		out, err = db.All[Source](ctx, tx, "SELECT "+sourceColumns+" FROM sensor_source WHERE "+auth.Areas(ctx, "area_code", &args)+" ORDER BY code LIMIT 500", args...)
		return err
	})
	return out, err
}

// findSource returns a platform of the caller's areas for somebody who holds sensor.manage.
func (s *Service) findSource(ctx context.Context, tx *db.Tx, id string) (*Source, error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	x, err := db.Get[Source](ctx, tx, "SELECT "+sourceColumns+" FROM sensor_source WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) || err == nil && !auth.From(ctx).Covers(x.AreaCode) {
		return nil, errs.NotFound("sensor.no_source", "There is no such platform, or you may not see it.")
	}
	return &x, err
}

func (s *Service) logSource(ctx context.Context, tx *db.Tx, action string, x *Source) error {
	return audit.Log(ctx, tx, audit.Entry{Action: action, Object: "sensor_source", ObjectID: x.ID, Area: x.AreaCode, Detail: map[string]any{"code": x.Code}})
}

func newToken() string {
	var secret [24]byte
	_, _ = rand.Read(secret[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(secret[:])
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// sources keeps in memory whose token is whose. Another server's change is learnt within two seconds.
type sources struct {
	mu      sync.Mutex
	known   map[string]Source // by digest of the token
	checked time.Time
}

const recheck = 2 * time.Second

func (c *sources) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known = nil
}

// SourceOf returns the platform that a token belongs to; not for one that is revoked.
func (s *Service) SourceOf(ctx context.Context, token string) (Source, bool, error) {
	if token == "" || len(token) > 100 {
		return Source{}, false, nil
	}
	c, now := s.sources, s.DB.Clock().Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || now.Sub(c.checked).Abs() > recheck {
		known := map[string]Source{}
		if err := s.DB.Look(ctx, func(tx *db.Tx) error {
			return db.Each(ctx, tx, "SELECT "+sourceColumns+" FROM sensor_source WHERE revoked_at IS NULL", nil, func(x *Source) error {
				known[x.TokenDigest] = *x
				return nil
			})
		}); err != nil {
			return Source{}, false, err
		}
		c.known, c.checked = known, now
	}
	x, ok := c.known[digest(token)]
	return x, ok, nil
}
