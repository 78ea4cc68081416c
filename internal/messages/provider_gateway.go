package messages

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// gateway hands text messages to an HTTP gateway: POST of the message as JSON, signed. The answer may bring the gateway's
// number as {"id": …}. The same secret signs the receipts that come back.
type gateway struct {
	url, key, secret string
	client           *http.Client
}

func newGateway(setting string) (*gateway, error) {
	u, err := parseSetting(setting, "https", "http")
	if err != nil {
		return nil, err
	}
	g := &gateway{client: &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if g.key, g.secret = credentials(u); g.secret == "" {
		return nil, fmt.Errorf("%w: write KEY:SECRET@ before the host", errSetting)
	}
	u.User = nil
	g.url = u.String()
	return g, nil
}

func (g *gateway) Name() string { return "gateway" }

// Sign returns the signature of a body that is sent to or comes from the gateway: HMAC-SHA256 over the time in seconds, a
// line break and the body, in hexadecimal.
func Sign(secret string, at int64, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "%d\n", at) // a hash never fails to write
	_, _ = mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func (g *gateway) Send(ctx context.Context, m Outgoing) (string, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	at := m.At.Unix()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Yiwang-Key", g.key)
	req.Header.Set("X-Yiwang-Timestamp", strconv.FormatInt(at, 10))
	req.Header.Set("X-Yiwang-Signature", Sign(g.secret, at, body))
	res, err := g.client.Do(req)
	if err != nil {
		return "", errors.New("the gateway does not answer") // the error of net/http would name the address
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	if err != nil {
		return "", err
	}
	switch {
	case res.StatusCode >= 200 && res.StatusCode < 300:
		var got struct {
			ID string `json:"id"`
		}
		_ = json.Unmarshal(answer, &got) // a gateway without numbers
		return clip(got.ID, 100), nil
	case res.StatusCode >= 400 && res.StatusCode < 500 && res.StatusCode != http.StatusTooManyRequests && res.StatusCode != http.StatusRequestTimeout && res.StatusCode != http.StatusUnauthorized:
		return "", &Refusal{fmt.Sprintf("status %d", res.StatusCode)}
	}
	return "", fmt.Errorf("status %d", res.StatusCode)
}

func clip(s string, n int) string {
	r := []rune(s)
	return string(r[:min(len(r), n)])
}
