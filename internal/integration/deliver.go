package integration

import (
	"cmp"
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
	"sync/atomic"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// How deliveries go out.
const (
	batchSize   = 16 // of one webhook
	parallel    = 4
	claimFor    = 2 * time.Minute
	patience    = 10 * time.Second
	maxAttempts = 15
	haltAfter   = 100 // failures in a row
	longestRest = 10 * time.Minute
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
//
// Each address has a lane of its own, so that one that hangs holds up no other: a lane that is done begins again as soon as
// something is due for it, whatever the others wait for.
func (s *Service) Deliver(ctx context.Context) error {
	ended, running := make(chan laneEnd), map[string]bool{}
	look := time.NewTicker(time.Second)
	defer look.Stop()
	var failed error
	for {
		if failed == nil && ctx.Err() == nil {
			var due []string
			if due, failed = s.due(ctx); failed == nil {
				for _, id := range due {
					if !running[id] {
						running[id] = true
						go func() { ended <- laneEnd{id, s.lane(ctx, id)} }()
					}
				}
			}
		}
		if len(running) == 0 {
			return cmp.Or(failed, ctx.Err())
		}
		select {
		case end := <-ended:
			delete(running, end.webhook)
			failed = cmp.Or(failed, end.err)
		case <-look.C:
		}
	}
}

// laneEnd says that a lane has nothing more to do, or why it gave up.
type laneEnd struct {
	webhook string
	err     error
}

// due lists the webhooks for which something is due, but not those that rest.
func (s *Service) due(ctx context.Context) (ids []string, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		ids, err = db.All[string](ctx, tx, `SELECT id FROM webhook w WHERE rest_until <= $1 AND EXISTS
			(SELECT 1 FROM webhook_delivery d WHERE d.webhook_id = w.id AND d.state IN ('queued', 'sending') AND d.due_at <= $1)`, tx.Time())
		return err
	})
	return ids, err
}

// lane sends what is due for one webhook until nothing is, or nobody answers there.
func (s *Service) lane(ctx context.Context, webhook string) error {
	for ctx.Err() == nil {
		w, batch, err := s.claim(ctx, webhook)
		if err != nil || len(batch) == 0 {
			return err
		}
		silent, err := s.sendAll(ctx, w, batch)
		if err != nil || silent {
			return err
		}
	}
	return nil
}

// claim takes what is due for a webhook: one delivery where the last one failed, to see how it stands.
func (s *Service) claim(ctx context.Context, webhook string) (w *Webhook, batch []Delivery, err error) {
	lock := ""
	if s.DB.Dialect() == db.Postgres {
		lock = " FOR UPDATE SKIP LOCKED"
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		hook, err := db.Get[Webhook](ctx, tx, "SELECT "+webhookColumns+" FROM webhook WHERE id = $1", webhook)
		if err != nil {
			return err
		}
		n := batchSize
		if hook.Failures > 0 && hook.Active && hook.HaltedAt == nil {
			n = 1
		}
		w = &hook
		batch, err = db.All[Delivery](ctx, tx, `UPDATE webhook_delivery SET state = 'sending', due_at = $2, attempts = attempts + 1
			WHERE id IN (SELECT id FROM webhook_delivery WHERE webhook_id = $4 AND state IN ('queued', 'sending') AND due_at <= $1 ORDER BY due_at, id LIMIT $3`+lock+`)
			RETURNING `+deliveryColumns, tx.Time(), tx.Now().Add(claimFor).UnixMilli(), n, webhook)
		return err
	})
	slices.SortFunc(batch, func(a, b Delivery) int { return strings.Compare(a.ID, b.ID) })
	return w, batch, err
}

type outcome struct {
	status int
	err    error
	took   time.Duration
	echo   bool // a try beside another that found nobody either: one failure, not two
}

// sendAll sends a batch, a few at a time, and reports whether nobody answered: then what has not been sent yet waits.
func (s *Service) sendAll(ctx context.Context, w *Webhook, batch []Delivery) (silent bool, err error) {
	results := make([]outcome, len(batch))
	var wg sync.WaitGroup
	var quiet atomic.Bool
	slots := make(chan struct{}, parallel)
	for i := range batch {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if quiet.Load() {
				results[i] = outcome{err: errWaits}
				return
			}
			if results[i] = s.try(ctx, w, &batch[i]); errors.Is(results[i].err, errSilent) {
				results[i].echo = quiet.Swap(true)
			}
		})
	}
	wg.Wait()
	ctx = context.WithoutCancel(ctx) // what was sent is recorded even while stopping
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		for i := range batch {
			if err := s.settle(ctx, tx, &batch[i], results[i]); err != nil {
				return err
			}
		}
		if !quiet.Load() {
			return nil
		}
		failures, err := db.Get[int](ctx, tx, "SELECT failures FROM webhook WHERE id = $1", w.ID)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE webhook SET rest_until = $1 WHERE id = $2", clock.At(tx.Now().Add(min(backoff(max(failures, 1)), longestRest))), w.ID)
		return err
	})
	return quiet.Load(), err
}

// Outcomes of a try that are no answer of the other side.
var (
	errOff    = errors.New("the webhook is switched off")
	errSilent = errors.New("no answer")                     // what the network says about the inside is not shown
	errWaits  = errors.New("nobody answers there just now") // not tried
)

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
		return outcome{err: errSilent}
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
	if errors.Is(o.err, errWaits) {
		_, err := tx.Exec(ctx, "UPDATE webhook_delivery SET state = $1, due_at = $2, attempts = attempts - 1 WHERE id = $3", Queued, now, d.ID)
		return err
	}
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
		_, err := tx.Exec(ctx, "UPDATE webhook SET failures = 0, rest_until = 0 WHERE id = $1 AND failures > 0", d.WebhookID)
		return err
	}
	if o.echo || errors.Is(o.err, errOff) {
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
