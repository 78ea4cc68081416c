package messages

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
)

// How messages go out: in batches, several at a time; a claim is given back by time if the program ends in between.
const (
	batchSize   = 64
	parallel    = 8
	claimFor    = 3 * time.Minute
	maxAttempts = 7
)

// backoff is the pause after a failed try: half a minute, then four times as long, at most six hours.
func backoff(attempt int) time.Duration {
	return min(30*time.Second<<(2*min(attempt-1, 8)), 6*time.Hour)
}

// Ways are the channels that go through a provider.
var Ways = []Channel{SMS, Email}

// Deliver sends every message that is due, whatever the channel, and returns when none is left.
func (s *Service) Deliver(ctx context.Context) error {
	failed := make([]error, len(Ways))
	var wg sync.WaitGroup
	for i, way := range Ways {
		wg.Go(func() { failed[i] = s.DeliverBy(ctx, way) })
	}
	wg.Wait()
	return errors.Join(failed...)
}

// DeliverBy sends what is due by a channel and returns when nothing is left. The server calls it every second for each by
// itself, so that a mail server that hangs keeps no text message waiting; several nodes may.
func (s *Service) DeliverBy(ctx context.Context, way Channel) error {
	for ctx.Err() == nil {
		batch, err := s.claim(ctx, way)
		if err != nil || len(batch) == 0 {
			return err
		}
		if err := s.sendAll(ctx, batch); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (s *Service) claim(ctx context.Context, way Channel) (batch []Message, err error) {
	const due = "FROM message WHERE state IN ('queued', 'sending') AND due_at <= $1 AND channel = $2"
	waiting := 0
	if err := s.DB.Read(ctx, func(tx *db.Tx) error {
		waiting, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM (SELECT 1 "+due+" LIMIT 1) x", tx.Time(), way)
		return err
	}); err != nil || waiting == 0 {
		return nil, err
	}
	lock := ""
	if s.DB.Dialect() == db.Postgres {
		lock = " FOR UPDATE SKIP LOCKED"
	}
	err = s.DB.Tx(ctx, func(tx *db.Tx) error {
		batch, err = db.All[Message](ctx, tx, `UPDATE message SET state = 'sending', due_at = $3, attempts = attempts + 1
			WHERE id IN (SELECT id `+due+` ORDER BY due_at, id LIMIT $4`+lock+`)
			RETURNING `+messageColumns, tx.Time(), way, tx.Now().Add(claimFor).UnixMilli(), batchSize)
		return err
	})
	slices.SortFunc(batch, func(a, b Message) int { return strings.Compare(a.ID, b.ID) })
	return batch, err
}

// outcome is how one try ended.
type outcome struct {
	provider, receipt string
	err               error
	took              time.Duration
}

func (s *Service) sendAll(ctx context.Context, batch []Message) error {
	results := make([]outcome, len(batch))
	var wg sync.WaitGroup
	slots := make(chan struct{}, parallel)
	for i := range batch {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			results[i] = s.try(ctx, &batch[i])
		})
	}
	wg.Wait()
	ctx = context.WithoutCancel(ctx) // what was sent is recorded even while stopping
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		for i := range batch {
			if err := settle(ctx, tx, &batch[i], results[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// try hands one message to its provider. A panic of a provider is a failed try.
func (s *Service) try(ctx context.Context, m *Message) (o outcome) {
	start := s.DB.Clock().Now()
	defer func() {
		if p := recover(); p != nil {
			o.err = fmt.Errorf("panic: %v", p)
			slog.ErrorContext(ctx, "provider panicked", "provider", o.provider, "panic", p, "stack", string(debug.Stack()))
		}
		o.took = s.DB.Clock().Now().Sub(start)
	}()
	provider := s.providers[m.Channel]
	if provider == nil {
		return outcome{err: &Refusal{"no provider for " + string(m.Channel)}}
	}
	o.provider = provider.Name()
	address, err := s.Box.Open(m.Address, "message.address")
	if err != nil {
		return outcome{provider: o.provider, err: &Refusal{"the address cannot be unsealed"}}
	}
	text, err := s.Box.Open(m.Body, "message.body")
	if err != nil {
		return outcome{provider: o.provider, err: &Refusal{"the text cannot be unsealed"}}
	}
	o.receipt, o.err = provider.Send(ctx, Outgoing{ID: m.ID, Channel: m.Channel, To: string(address), Subject: m.Subject, Text: string(text), At: clock.At(start)})
	return o
}

// settle records a try: sent, to be tried again, or failed.
func settle(ctx context.Context, tx *db.Tx, m *Message, o outcome) error {
	now := tx.Time()
	state, due, word, detail := Sent, now, "sent", ""
	var done *clock.Time
	var refusal *Refusal
	switch {
	case o.err == nil:
	case errors.As(o.err, &refusal):
		state, word, detail, done = Failed, "refused", refusal.Reason, &now
	case m.Attempts >= maxAttempts:
		state, word, detail, done = Failed, "failed", o.err.Error(), &now
	default:
		state, word, detail, due = Queued, "failed", o.err.Error(), clock.At(tx.Now().Add(backoff(m.Attempts)))
	}
	detail = clip(detail, 300)
	var sent *clock.Time
	if state == Sent {
		sent = &now
	}
	// A receipt may have come before the answer: what is delivered stays delivered.
	_, err := tx.Exec(ctx, `UPDATE message SET state = $1, due_at = $2, provider = $3, receipt = $4, error = $5, sent_at = COALESCE($6, sent_at), done_at = $7
		WHERE id = $8 AND state = 'sending'`, state, due, o.provider, o.receipt, detail, sent, done, m.ID)
	if err != nil {
		return err
	}
	return addAttempt(ctx, tx, m.ID, Attempt{Provider: o.provider, Outcome: word, Detail: detail, TookMS: o.took.Milliseconds()})
}

func addAttempt(ctx context.Context, tx *db.Tx, message string, a Attempt) error {
	_, err := tx.Exec(ctx, `INSERT INTO message_attempt (id, message_id, at, provider, outcome, detail, took_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		db.NewID(tx), message, tx.Time(), a.Provider, a.Outcome, a.Detail, a.TookMS)
	return err
}
