package integration

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Webhook is an address that hears of events.
type Webhook struct {
	ID        string            `db:"id" json:"id" readOnly:"true"`
	Name      string            `db:"name" json:"name"`
	URL       string            `db:"url" json:"url" doc:"https; http only inside the networks of the settings"`
	Sealed    string            `db:"secret" json:"-"`
	Topics    db.JSON[[]string] `db:"topics" json:"topics"`
	AreaCode  string            `db:"area_code" json:"area_code" doc:"Only events inside"`
	Active    bool              `db:"active" json:"active"`
	Failures  int               `db:"failures" json:"failures" readOnly:"true" doc:"In a row"`
	HaltedAt  *clock.Time       `db:"halted_at" json:"halted_at,omitempty" readOnly:"true" doc:"Since when it is not tried any more after many failures"`
	CreatedAt clock.Time        `db:"created_at" json:"created_at" readOnly:"true"`
	CreatedBy string            `db:"created_by" json:"created_by" readOnly:"true"`
	Version   int64             `db:"version" json:"version"`
	Secret    string            `db:"-" json:"secret,omitempty" readOnly:"true" doc:"Shown once, in the answer that makes it"`
}

const webhookColumns = "id, name, url, secret, topics, area_code, active, failures, halted_at, created_at, created_by, version"

// Topics are what a webhook can hear of.
var Topics = []string{"case.registered", "case.moved", "case.closed", "clock.warned", "clock.overdue"}

// maxWebhooks bounds how many copies one event makes.
const maxWebhooks = 50

func (s *Service) checkWebhook(w *Webhook) error {
	w.Name, w.URL = strings.TrimSpace(w.Name), strings.TrimSpace(w.URL)
	var fields []errs.Field
	if n := utf8.RuneCountInString(w.Name); n == 0 || n > 40 {
		fields = append(fields, errs.Field{Location: "body.name", Message: "needs 1 to 40 characters"})
	}
	if len(w.Topics.V) == 0 || slices.ContainsFunc(w.Topics.V, func(t string) bool { return !slices.Contains(Topics, t) }) {
		fields = append(fields, errs.Field{Location: "body.topics", Message: "at least one of the list", Value: w.Topics.V})
	}
	if !s.fitURL(w.URL) {
		fields = append(fields, errs.Field{Location: "body.url", Message: "an https address without a user; http and private addresses only in networks of the settings", Value: w.URL})
	}
	if fields == nil {
		return nil
	}
	return errs.Invalid("integration.bad_webhook", "The webhook has wrong values.", fields...)
}

// fitURL refuses early what the guard of the connection would refuse later: a literal private address, other schemes.
func (s *Service) fitURL(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || len(text) > 500 {
		return false
	}
	literal, err := netip.ParseAddr(u.Hostname())
	if err == nil && !mayReach(literal, s.Private) {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && err == nil && slices.ContainsFunc(s.Private, func(p netip.Prefix) bool { return p.Contains(literal.Unmap()) })
}

// Webhooks lists the webhooks of the caller's areas. Needs integration.manage.
func (s *Service) Webhooks(ctx context.Context) (out []Webhook, err error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	var args []any
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = db.All[Webhook](ctx, tx, "SELECT "+webhookColumns+" FROM webhook WHERE "+auth.Areas(ctx, "area_code", &args)+" ORDER BY name, id LIMIT 200", args...)
		return err
	})
	return out, err
}

// AddWebhook enters an address and returns its signing secret this once. Needs integration.manage in the area.
func (s *Service) AddWebhook(ctx context.Context, w Webhook) (*Webhook, error) {
	if err := s.checkWebhook(&w); err != nil {
		return nil, err
	}
	if err := s.manages(ctx, w.AreaCode); err != nil {
		return nil, err
	}
	err := s.DB.Tx(ctx, func(tx *db.Tx) error {
		n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM webhook")
		if err != nil {
			return err
		}
		if n >= maxWebhooks {
			return errs.Conflict("integration.many_webhooks", "There are 50 webhooks already; remove one first.")
		}
		w.ID, w.CreatedAt, w.CreatedBy, w.Version, w.Active, w.Failures, w.HaltedAt = db.NewID(tx), tx.Time(), auth.From(ctx).Name, 1, true, 0, nil
		s.giveSecret(&w)
		if _, err := tx.Exec(ctx, "INSERT INTO webhook ("+webhookColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
			w.ID, w.Name, w.URL, w.Sealed, w.Topics, w.AreaCode, w.Active, w.Failures, w.HaltedAt, w.CreatedAt, w.CreatedBy, w.Version); err != nil {
			return err
		}
		return s.logWebhook(ctx, tx, "integration.add_webhook", &w)
	})
	return &w, err
}

func (s *Service) giveSecret(w *Webhook) {
	var b [24]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails on supported systems
	w.Secret = "whsec_" + base64.StdEncoding.EncodeToString(b[:])
	w.Sealed = s.Box.Seal([]byte(w.Secret), "webhook.secret")
}

func (s *Service) logWebhook(ctx context.Context, tx *db.Tx, action string, w *Webhook) error {
	return audit.Log(ctx, tx, audit.Entry{Action: action, Object: "webhook", ObjectID: w.ID, Area: w.AreaCode,
		Detail: map[string]any{"url": w.URL, "topics": w.Topics.V, "active": w.Active}})
}

// ChangeWebhook changes a webhook; switching it on again ends a halt.
func (s *Service) ChangeWebhook(ctx context.Context, id string, n Webhook) (*Webhook, error) {
	return s.editWebhook(ctx, id, n.Version, "integration.change_webhook", func(w *Webhook) error {
		if err := s.checkWebhook(&n); err != nil {
			return err
		}
		if err := s.manages(ctx, n.AreaCode); err != nil {
			return err
		}
		w.Name, w.URL, w.Topics, w.AreaCode, w.Active = n.Name, n.URL, n.Topics, n.AreaCode, n.Active
		if n.Active {
			w.Failures, w.HaltedAt = 0, nil
		}
		return nil
	})
}

// RenewSecret gives a webhook another signing secret and returns it this once.
func (s *Service) RenewSecret(ctx context.Context, id string, version int64) (*Webhook, error) {
	return s.editWebhook(ctx, id, version, "integration.renew_secret", func(w *Webhook) error { s.giveSecret(w); return nil })
}

func (s *Service) editWebhook(ctx context.Context, id string, version int64, action string, change func(*Webhook) error) (*Webhook, error) {
	var w *Webhook
	err := s.DB.Tx(ctx, func(tx *db.Tx) (err error) {
		if w, err = s.webhookOf(ctx, tx, id); err != nil {
			return err
		}
		if w.Version != version {
			return errs.Conflict("integration.webhook_changed", "Somebody has changed this in between; look at it again.").With(*w)
		}
		if err := change(w); err != nil {
			return err
		}
		w.Version++
		if _, err := tx.Exec(ctx, "UPDATE webhook SET name = $1, url = $2, secret = $3, topics = $4, area_code = $5, active = $6, failures = $7, halted_at = $8, version = $9, rest_until = 0 WHERE id = $10",
			w.Name, w.URL, w.Sealed, w.Topics, w.AreaCode, w.Active, w.Failures, w.HaltedAt, w.Version, id); err != nil {
			return err
		}
		return s.logWebhook(ctx, tx, action, w)
	})
	return w, err
}

// webhookOf reads a webhook the caller manages.
func (s *Service) webhookOf(ctx context.Context, tx *db.Tx, id string) (*Webhook, error) {
	w, err := db.Get[Webhook](ctx, tx, "SELECT "+webhookColumns+" FROM webhook WHERE id = $1", id)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.NotFound("integration.no_webhook", "There is no such webhook.")
	}
	if err != nil {
		return nil, err
	}
	return &w, auth.RequireArea(ctx, PermManage, w.AreaCode)
}
