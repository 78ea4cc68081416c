package integration

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// How deliveries go out.
const (
	batchSize   = 64
	parallel    = 8
	claimFor    = 2 * time.Minute
	patience    = 10 * time.Second
	maxAttempts = 15
	haltAfter   = 100 // failures in a row
)

// backoff is the pause after a failed try: ten seconds, doubled each time, at most six hours: a day in all.
func backoff(attempt int) time.Duration {
	return min(10*time.Second<<min(attempt-1, 12), 6*time.Hour)
}

// Signature signs a body for the headers webhook-id and webhook-timestamp, as the Standard Webhooks specification does:
// "v1," and HMAC-SHA256 over "ID.SECONDS.BODY" in base64. The key is what the secret holds in base64 behind "whsec_".
func Signature(secret, id string, at int64, body []byte) string {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		key = []byte(secret)
	}
	mac := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(mac, "%s.%d.", id, at) // a hash never fails to write
	_, _ = mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Deliver sends every delivery that is due and returns when none is left. The server calls it every second; several nodes
// may.
func (s *Service) Deliver(ctx context.Context) error {
	for ctx.Err() == nil {
		batch, err := s.claim(ctx)
		if err != nil || len(batch) == 0 {
			return err
		}
		if err := s.sendAll(ctx, batch); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (s *Service) claim(ctx context.Context) (batch []Delivery, err error) {
	const due = "FROM webhook_delivery WHERE state IN ('queued', 'sending') AND due_at <= $1"
	waiting := 0
	if err := s.DB.Read(ctx, func(tx *db.Tx) error {
		waiting, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM (SELECT 1 "+due+" LIMIT 1) x", tx.Time())
		return err
	}); err != nil || waiting == 0 {
		return nil, err
	}
	lock := ""
	if s.DB.Dialect() == db.Postgres {
		lock = " FOR UPDATE SKIP LOCKED"
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		batch, err = db.All[Delivery](ctx, tx, `UPDATE webhook_delivery SET state = 'sending', due_at = $2, attempts = attempts + 1
			WHERE id IN (SELECT id `+due+` ORDER BY due_at, id LIMIT $3`+lock+`)
			RETURNING `+deliveryColumns, tx.Time(), tx.Now().Add(claimFor).UnixMilli(), batchSize)
		return err
	})
	slices.SortFunc(batch, func(a, b Delivery) int { return strings.Compare(a.ID, b.ID) })
	return batch, err
}

type outcome struct {
	status int
	err    error
	took   time.Duration
}

func (s *Service) sendAll(ctx context.Context, batch []Delivery) error {
	hooks, err := s.hooksOf(ctx)
	if err != nil {
		return err
	}
	results := make([]outcome, len(batch))
	var wg sync.WaitGroup
	slots := make(chan struct{}, parallel)
	for i := range batch {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			results[i] = s.try(ctx, hooks[batch[i].WebhookID], &batch[i])
		})
	}
	wg.Wait()
	ctx = context.WithoutCancel(ctx) // what was sent is recorded even while stopping
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		for i := range batch {
			if err := s.settle(ctx, tx, &batch[i], results[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) hooksOf(ctx context.Context) (map[string]*Webhook, error) {
	out := map[string]*Webhook{}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := db.All[Webhook](ctx, tx, "SELECT "+webhookColumns+" FROM webhook LIMIT 1000")
		for i := range all {
			out[all[i].ID] = &all[i]
		}
		return err
	})
	return out, err
}

// errOff is the outcome of a delivery whose webhook was switched off in between.
var errOff = errors.New("the webhook is switched off")

// try sends one delivery. What the other side answers is read a little and not kept: it is no channel back to us.
func (s *Service) try(ctx context.Context, w *Webhook, d *Delivery) (o outcome) {
	start := s.DB.Clock().Now()
	defer func() { o.took = s.DB.Clock().Now().Sub(start) }()
	if w == nil || !w.Active || w.HaltedAt != nil {
		return outcome{err: errOff}
	}
	secret, err := s.Box.Open(w.Sealed, "webhook.secret")
	if err != nil {
		return outcome{err: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, strings.NewReader(d.Payload))
	if err != nil {
		return outcome{err: err}
	}
	at := start.Unix()
	req.Header.Set("Content-Type", "application/cloudevents+json; charset=utf-8")
	req.Header.Set("User-Agent", "yiwang-webhook/1")
	req.Header.Set("Webhook-Id", d.ID)
	req.Header.Set("Webhook-Timestamp", strconv.FormatInt(at, 10))
	req.Header.Set("Webhook-Signature", Signature(string(secret), d.ID, at, []byte(d.Payload)))
	res, err := s.client.Do(req)
	if err != nil {
		if errors.Is(err, errPrivate) {
			return outcome{err: errPrivate}
		}
		return outcome{err: errors.New("no answer")} // what the network says about the inside is not shown
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.CopyN(io.Discard, res.Body, 4<<10)
	o.status = res.StatusCode
	if res.StatusCode < 200 || res.StatusCode > 299 {
		o.err = fmt.Errorf("status %d", res.StatusCode)
	}
	return o
}

// settle records a try. After many failures in a row the webhook is halted: what is queued for it fails and can be
// replayed.
func (s *Service) settle(ctx context.Context, tx *db.Tx, d *Delivery, o outcome) error {
	now := tx.Time()
	state, due, text := Delivered, now, ""
	done := &now
	if o.err != nil {
		text = o.err.Error()
		if state = Failed; d.Attempts < maxAttempts && !errors.Is(o.err, errOff) {
			state, due, done = Queued, clock.At(tx.Now().Add(backoff(d.Attempts))), nil
		}
	}
	if _, err := tx.Exec(ctx, "UPDATE webhook_delivery SET state = $1, due_at = $2, status = $3, error = $4, took_ms = $5, done_at = $6 WHERE id = $7",
		state, due, o.status, text, o.took.Milliseconds(), done, d.ID); err != nil {
		return err
	}
	if o.err == nil {
		_, err := tx.Exec(ctx, "UPDATE webhook SET failures = 0 WHERE id = $1 AND failures > 0", d.WebhookID)
		return err
	}
	if errors.Is(o.err, errOff) {
		return nil
	}
	n, err := db.Get[int](ctx, tx, "UPDATE webhook SET failures = failures + 1 WHERE id = $1 RETURNING failures", d.WebhookID)
	if err != nil || n != haltAfter {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE webhook SET halted_at = $1, version = version + 1 WHERE id = $2", now, d.WebhookID); err != nil {
		return err
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "integration.halt", Object: "webhook", ObjectID: d.WebhookID, Detail: map[string]any{"failures": n}})
}
