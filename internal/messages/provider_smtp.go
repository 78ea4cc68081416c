package messages

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"net/url"
	"time"
)

func encode(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// mailer hands e-mail to an SMTP server: smtp:// with STARTTLS where the server offers it, smtps:// by TLS from the start.
type mailer struct {
	host, address, from string
	user, secret        string
	implicit            bool
}

// patience bounds one hand-over.
const patience = 20 * time.Second

func newSMTP(setting string) (*mailer, error) {
	u, err := parseSetting(setting, "smtp", "smtps")
	if err != nil {
		return nil, err
	}
	m := &mailer{host: u.Hostname(), from: u.Query().Get("from"), implicit: u.Scheme == "smtps"}
	port := u.Port()
	if port == "" {
		port = map[bool]string{true: "465", false: "587"}[m.implicit]
	}
	m.address = net.JoinHostPort(m.host, port)
	m.user, m.secret = credentials(u)
	if !reachable(m.from) {
		return nil, fmt.Errorf("%w: add ?from=ADDRESS", errSetting)
	}
	return m, nil
}

func credentials(u *url.URL) (user, secret string) {
	if u.User == nil {
		return "", ""
	}
	secret, _ = u.User.Password()
	return u.User.Username(), secret
}

func (m *mailer) Name() string { return "smtp" }

func (m *mailer) Send(ctx context.Context, out Outgoing) (string, error) {
	if !reachable(out.To) {
		return "", &Refusal{"not an address"}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := m.dial(ctx)
	if err != nil {
		return "", err
	}
	if end, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(end)
	}
	c, err := smtp.NewClient(conn, m.host)
	if err != nil {
		return "", errors.Join(err, conn.Close())
	}
	defer func() { _ = c.Close() }()
	err = m.hand(c, out)
	var answer *textproto.Error
	if errors.As(err, &answer) && answer.Code >= 500 && answer.Code != 535 {
		return "", &Refusal{answer.Msg}
	}
	return out.ID, err
}

func (m *mailer) dial(ctx context.Context) (net.Conn, error) {
	d := &net.Dialer{}
	if m.implicit {
		return (&tls.Dialer{NetDialer: d, Config: m.tls()}).DialContext(ctx, "tcp", m.address)
	}
	return d.DialContext(ctx, "tcp", m.address)
}

func (m *mailer) tls() *tls.Config {
	return &tls.Config{ServerName: m.host, MinVersion: tls.VersionTLS12}
}

// hand goes through the dialogue. Credentials are never sent without TLS to another machine: net/smtp refuses.
func (m *mailer) hand(c *smtp.Client, out Outgoing) error {
	if ok, _ := c.Extension("STARTTLS"); ok && !m.implicit {
		if err := c.StartTLS(m.tls()); err != nil {
			return err
		}
	}
	if m.user != "" {
		if err := c.Auth(smtp.PlainAuth("", m.user, m.secret, m.host)); err != nil {
			return err
		}
	}
	if err := c.Mail(m.from); err != nil {
		return err
	}
	if err := c.Rcpt(out.To); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(letter(m.from, out)); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return c.Quit()
}
