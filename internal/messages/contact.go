package messages

import (
	"context"
	"errors"
	"net/mail"
	"regexp"
	"slices"
	"strings"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Contact is where a person wants to be reached beside the console.
type Contact struct {
	UserID     string                       `db:"user_id" json:"-"`
	UnitID     string                       `db:"unit_id" json:"-"`
	AreaCode   string                       `db:"area_code" json:"-"`
	Phone      string                       `db:"phone" json:"-"`
	PhoneShown string                       `db:"phone_shown" json:"phone,omitempty" doc:"Masked"`
	Email      string                       `db:"email" json:"-"`
	EmailShown string                       `db:"email_shown" json:"email,omitempty" doc:"Masked"`
	Choices    db.JSON[map[string][]string] `db:"choices" json:"choices" doc:"Channels by event; an event that is not named comes by notice only"`
	Version    int64                        `db:"version" json:"version"`
	UpdatedAt  clock.Time                   `db:"updated_at" json:"updated_at"`
}

const contactColumns = "user_id, unit_id, area_code, phone, phone_shown, email, email_shown, choices, version, updated_at"

// NewContact is what a person says about itself. Phone and email left out stay as they are; an empty text removes one.
type NewContact struct {
	Version int64               `json:"version" minimum:"0"`
	Phone   *string             `json:"phone,omitempty" maxLength:"30"`
	Email   *string             `json:"email,omitempty" maxLength:"120"`
	Choices map[string][]string `json:"choices,omitempty" doc:"Channels by event: sms, email"`
}

var (
	publicAddress = regexp.MustCompile(`^https?://[a-zA-Z0-9.:\[\]-]+$`)
	mobile        = regexp.MustCompile(`^1[3-9][0-9]{9}$`)
)

// OwnContact returns where the caller wants to be reached; empty if it never said.
func (s *Service) OwnContact(ctx context.Context) (c Contact, err error) {
	p := auth.From(ctx)
	if p == nil {
		return c, errs.Unauthorized("auth.sign_in", "Sign in first.")
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		c, err = contactOf(ctx, tx, p.UserID)
		return err
	})
	return c, err
}

func contactOf(ctx context.Context, tx *db.Tx, user string) (Contact, error) {
	c, err := db.Get[Contact](ctx, tx, "SELECT "+contactColumns+" FROM message_contact WHERE user_id = $1", user)
	if errors.Is(err, db.ErrNoRows) {
		c.UserID, err = user, nil
	}
	if c.Choices.V == nil {
		c.Choices.V = map[string][]string{}
	}
	return c, err
}

// SetContact keeps where the caller wants to be reached and about what, for the unit of its post in force. Returns Invalid
// for a number or address that cannot be reached and for an event that nobody is told of, Conflict after another change.
func (s *Service) SetContact(ctx context.Context, n NewContact) (c Contact, err error) {
	p := auth.From(ctx)
	if p == nil || p.UserID == "" {
		return c, errs.Unauthorized("auth.sign_in", "Sign in first.")
	}
	if err := s.checkContact(&n); err != nil {
		return c, err
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		if c, err = contactOf(ctx, tx, p.UserID); err != nil {
			return err
		}
		if c.Version != n.Version {
			return errs.Conflict("messages.contact_changed", "You have changed this elsewhere in between; look at it again.").With(c)
		}
		c.UnitID, c.AreaCode = p.UnitID, ""
		if len(p.Areas) > 0 {
			c.AreaCode = p.Areas[0]
		}
		if n.Phone != nil {
			c.Phone, c.PhoneShown = s.sealed(*n.Phone, "message_contact.phone"), maskPhone(*n.Phone)
		}
		if n.Email != nil {
			c.Email, c.EmailShown = s.sealed(*n.Email, "message_contact.email"), maskEmail(*n.Email)
		}
		if n.Choices != nil {
			c.Choices.V = n.Choices
		}
		c.Version, c.UpdatedAt = c.Version+1, tx.Time()
		if _, err := tx.Exec(ctx, "INSERT INTO message_contact ("+contactColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (user_id) DO UPDATE SET unit_id = excluded.unit_id, area_code = excluded.area_code, phone = excluded.phone, phone_shown = excluded.phone_shown,
				email = excluded.email, email_shown = excluded.email_shown, choices = excluded.choices, version = excluded.version, updated_at = excluded.updated_at`,
			c.UserID, c.UnitID, c.AreaCode, c.Phone, c.PhoneShown, c.Email, c.EmailShown, c.Choices, c.Version, c.UpdatedAt); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "messages.set_contact", Object: "user", ObjectID: p.UserID,
			Detail: map[string]any{"phone": n.Phone != nil, "email": n.Email != nil, "events": len(c.Choices.V)}})
	})
	return c, err
}

func (s *Service) checkContact(n *NewContact) error {
	var fields []errs.Field
	if n.Phone != nil {
		if *n.Phone = crypto.Normalise(*n.Phone); *n.Phone != "" && !mobile.MatchString(*n.Phone) {
			fields = append(fields, errs.Field{Location: "body.phone", Message: "a mobile number of 11 digits"})
		}
	}
	if n.Email != nil {
		if *n.Email = strings.TrimSpace(*n.Email); *n.Email != "" && !reachable(*n.Email) {
			fields = append(fields, errs.Field{Location: "body.email", Message: "an e-mail address"})
		}
	}
	for event, channels := range n.Choices {
		for _, channel := range channels {
			told := slices.ContainsFunc(s.shipped, func(t Template) bool {
				return t.Event == event && t.Channel == Channel(channel) && t.Audience != ToReporter && t.Channel != Notice
			})
			if !told {
				fields = append(fields, errs.Field{Location: "body.choices." + event, Message: "nobody is told of this on this channel", Value: channel})
			}
		}
	}
	if fields == nil {
		return nil
	}
	return errs.Invalid("messages.bad_contact", "This cannot be used to reach you; see the fields.", fields...)
}

func reachable(address string) bool {
	a, err := mail.ParseAddress(address)
	return err == nil && a.Address == address && !strings.ContainsAny(address, "\r\n")
}

func (s *Service) sealed(text, place string) string {
	if text == "" {
		return ""
	}
	return s.Box.Seal([]byte(text), place)
}

// maskPhone keeps the first three and last four digits.
func maskPhone(n string) string {
	if len(n) < 8 {
		return strings.Repeat("*", len(n))
	}
	return n[:3] + strings.Repeat("*", len(n)-7) + n[len(n)-4:]
}

// maskEmail keeps the first letter and the host.
func maskEmail(a string) string {
	name, host, ok := strings.Cut(a, "@")
	if !ok || name == "" {
		return ""
	}
	return string([]rune(name)[:1]) + "***@" + host
}
