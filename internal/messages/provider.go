package messages

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	"yiwang/internal/platform/clock"
)

// Outgoing is a message as a provider gets it.
type Outgoing struct {
	ID      string     `json:"id"`
	Channel Channel    `json:"channel"`
	To      string     `json:"to"`
	Subject string     `json:"subject,omitempty"`
	Text    string     `json:"text"`
	At      clock.Time `json:"at"`
}

// Provider carries messages of a channel to people. Send returns the provider's number of the message; a Refusal says
// that trying again is of no use. A message may be handed over more than once after a crash, with the same id.
type Provider interface {
	Name() string
	Send(ctx context.Context, m Outgoing) (receipt string, err error)
}

// Refusal is the answer of a provider that will not send this message, ever.
type Refusal struct{ Reason string }

func (r *Refusal) Error() string { return "refused: " + r.Reason }

// providersOf returns the provider of each channel and the secret of the gateway, from the settings.
func providersOf(d Deps) (map[Channel]Provider, string) {
	files := newFiles(filepath.Join(d.Dir, "messages"))
	out := map[Channel]Provider{SMS: files, Email: files}
	if d.Mail != "" {
		m, err := newSMTP(d.Mail)
		out[Email] = m
		if err != nil {
			out[Email] = broken{"smtp", err}
		}
	}
	if d.SMS == "" {
		return out, ""
	}
	g, err := newGateway(d.SMS)
	if err != nil {
		out[SMS] = broken{"gateway", err}
		return out, ""
	}
	out[SMS] = g
	return out, g.secret
}

// broken stands where a setting cannot be read: every message says so instead of vanishing.
type broken struct {
	name string
	err  error
}

func (b broken) Name() string { return b.name }

func (b broken) Send(context.Context, Outgoing) (string, error) { return "", b.err }

// errSetting is a setting that cannot be read; it is not shown with its secret.
var errSetting = errors.New("the setting cannot be read")

func parseSetting(text string, schemes ...string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return nil, errSetting
	}
	for _, s := range schemes {
		if u.Scheme == s {
			return u, nil
		}
	}
	return nil, fmt.Errorf("%w: begin with one of %v", errSetting, schemes)
}
