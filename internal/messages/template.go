package messages

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Template is the wording of one event for one audience on one channel.
type Template struct {
	Event     string      `db:"event" json:"event"`
	Audience  Audience    `db:"audience" json:"audience" enum:"reporter,unit,desk,superior,officer"`
	Channel   Channel     `db:"channel" json:"channel" enum:"notice,sms,email"`
	Name      string      `db:"-" json:"name"`
	Version   int         `db:"version" json:"version" doc:"0 is the shipped wording"`
	Subject   string      `db:"subject" json:"subject,omitempty"`
	Body      string      `db:"body" json:"text"`
	Enabled   bool        `db:"enabled" json:"enabled"`
	CreatedAt *clock.Time `db:"created_at" json:"created_at,omitempty"`
	CreatedBy string      `db:"created_by" json:"created_by,omitempty"`
}

type templateKey struct {
	event    string
	audience Audience
	channel  Channel
}

func (t *Template) key() templateKey { return templateKey{t.Event, t.Audience, t.Channel} }

// Placeholders are what a template may name.
var Placeholders = []string{"number", "title", "unit", "due", "reply", "note", "stage", "link"}

var placeholder = regexp.MustCompile(`\{(\w*)\}`)

// Limits of a template, in characters.
const (
	maxSubject = 100
	maxSMS     = 200
	maxBody    = 2000
)

// Validate returns Invalid with one field per fault.
func (t *Template) Validate() error {
	var fields []errs.Field
	limit := maxBody
	if t.Channel != Email {
		limit = maxSMS
	}
	if n := utf8.RuneCountInString(t.Body); n == 0 || n > limit {
		fields = append(fields, errs.Field{Location: "body.text", Message: fmt.Sprintf("needs 1 to %d characters", limit), Value: n})
	}
	if utf8.RuneCountInString(t.Subject) > maxSubject || t.Channel == Email && t.Subject == "" || strings.ContainsAny(t.Subject, "\r\n") {
		fields = append(fields, errs.Field{Location: "body.subject", Message: "one line of at most 100 characters, for an e-mail at least one"})
	}
	for _, m := range placeholder.FindAllStringSubmatch(t.Subject+t.Body, -1) {
		if !slices.Contains(Placeholders, m[1]) {
			fields = append(fields, errs.Field{Location: "body.text", Message: "no such placeholder", Value: m[0]})
		}
	}
	if fields == nil {
		return nil
	}
	return errs.Invalid("messages.bad_template", "The wording does not fit; see the fields.", fields...)
}

// render fills the placeholders in.
func (t *Template) render(text string, values map[string]string) string {
	return strings.TrimSpace(placeholder.ReplaceAllStringFunc(text, func(p string) string { return values[p[1:len(p)-1]] }))
}

func parseTemplates(source []byte) ([]Template, error) {
	var y struct {
		Templates []struct{ Event, Name, Audience, Channel, Subject, Body string }
	}
	if err := yaml.Unmarshal(source, &y); err != nil {
		return nil, fmt.Errorf("read templates: %w", err)
	}
	seen := map[templateKey]bool{}
	var out []Template
	for _, e := range y.Templates {
		t := Template{Event: e.Event, Name: e.Name, Audience: Audience(e.Audience), Channel: Channel(e.Channel), Subject: e.Subject, Body: e.Body, Enabled: true}
		if err := t.Validate(); err != nil || seen[t.key()] {
			return nil, fmt.Errorf("template %s for %s by %s: stands twice or %w", t.Event, t.Audience, t.Channel, err)
		}
		seen[t.key()] = true
		out = append(out, t)
	}
	return out, nil
}

const templateColumns = "event, audience, channel, version, subject, body, enabled, created_at, created_by"

// wordings returns what is in force: the newest version, or the shipped wording.
func (s *Service) wordings(ctx context.Context, tx *db.Tx) ([]Template, error) {
	own, err := db.All[Template](ctx, tx, "SELECT "+templateColumns+` FROM message_template t
		WHERE version = (SELECT MAX(version) FROM message_template n WHERE n.event = t.event AND n.audience = t.audience AND n.channel = t.channel)
		LIMIT 1000`)
	if err != nil || len(own) == 0 {
		return s.shipped, err
	}
	out := slices.Clone(s.shipped)
	for i := range out {
		if at := slices.IndexFunc(own, func(o Template) bool { return o.key() == out[i].key() }); at >= 0 {
			own[at].Name = out[i].Name
			out[i] = own[at]
		}
	}
	return out, nil
}

// Templates lists the wording in force of every event, audience and channel. Needs messages.read.
func (s *Service) Templates(ctx context.Context) (out []Template, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = s.wordings(ctx, tx)
		return err
	})
	return out, err
}

// TemplateVersions lists the wordings of one event, audience and channel, newest first, the shipped one last. Needs
// messages.read.
func (s *Service) TemplateVersions(ctx context.Context, event string, audience Audience, channel Channel) (out []Template, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	shipped, err := s.shippedOf(event, audience, channel)
	if err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = db.All[Template](ctx, tx, "SELECT "+templateColumns+` FROM message_template
			WHERE event = $1 AND audience = $2 AND channel = $3 ORDER BY version DESC LIMIT 100`, event, audience, channel)
		return err
	})
	for i := range out {
		out[i].Name = shipped.Name
	}
	return append(out, shipped), err
}

func (s *Service) shippedOf(event string, audience Audience, channel Channel) (Template, error) {
	at := slices.IndexFunc(s.shipped, func(t Template) bool { return t.key() == templateKey{event, audience, channel} })
	if at < 0 {
		return Template{}, errs.NotFound("messages.no_template", "Nobody is told of this on this channel.")
	}
	return s.shipped[at], nil
}

// Wording is what an administrator changes of a template.
type Wording struct {
	Version int    `json:"version" minimum:"0" doc:"Version last seen"`
	Subject string `json:"subject,omitempty" maxLength:"400"`
	Text    string `json:"text" maxLength:"8000"`
	Enabled bool   `json:"enabled" doc:"Without it nobody is told on this channel"`
}

// Reword puts a new version of a template in force; earlier ones stay. Needs messages.manage. Returns Invalid for unknown
// placeholders and lengths, Conflict if there is a newer version than the one seen.
func (s *Service) Reword(ctx context.Context, event string, audience Audience, channel Channel, w Wording) (*Template, error) {
	if err := auth.Require(ctx, PermManage); err != nil {
		return nil, err
	}
	t, err := s.shippedOf(event, audience, channel)
	if err != nil {
		return nil, err
	}
	t.Subject, t.Body, t.Enabled, t.CreatedBy = strings.TrimSpace(w.Subject), strings.TrimSpace(w.Text), w.Enabled, auth.From(ctx).Name
	if err := t.Validate(); err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		now := tx.Time()
		t.Version, t.CreatedAt = w.Version+1, &now
		n, err := tx.Exec(ctx, "INSERT INTO message_template ("+templateColumns+`)
			SELECT $1, $2, $3, CAST($4 AS INTEGER), $5, $6, CAST($7 AS BOOLEAN), CAST($8 AS BIGINT), $9
			WHERE CAST($10 AS INTEGER) = (SELECT COALESCE(MAX(version), 0) FROM message_template WHERE event = $1 AND audience = $2 AND channel = $3)`,
			t.Event, t.Audience, t.Channel, t.Version, t.Subject, t.Body, t.Enabled, t.CreatedAt, t.CreatedBy, w.Version)
		if err == nil && n == 0 || db.IsUnique(err) {
			return errs.Conflict("messages.template_changed", "Somebody has changed this wording in between; look at it again.")
		}
		if err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "messages.reword", Object: "message_template", ObjectID: event + "/" + string(audience) + "/" + string(channel),
			Detail: map[string]any{"version": t.Version, "enabled": t.Enabled}})
	})
	return &t, err
}

// sample are the values a preview is filled with.
var sample = map[string]string{"number": "20261120-007-0042", "title": "路灯不亮", "unit": "街道城管办", "due": "11月23日17:00", "reply": "已更换灯具，恢复照明。",
	"note": "延期申请", "stage": "处置", "link": "https://example.invalid/p/follow"}

// Preview fills a wording with sample values. Needs messages.read; returns Invalid like Reword.
func (s *Service) Preview(ctx context.Context, channel Channel, w Wording) (subject, text string, err error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return "", "", err
	}
	t := Template{Channel: channel, Subject: w.Subject, Body: w.Text}
	if err := t.Validate(); err != nil {
		return "", "", err
	}
	return t.render(t.Subject, sample), t.render(t.Body, sample), nil
}
