// Package outbox carries facts from the module where they happened to those that react. Emit writes the fact
// in the transaction of the change; after the commit every reaction registered for its topic runs in a
// transaction of its own, at least once, and its mark is part of that transaction, so its effects on the
// database happen exactly once. A reaction that fails is tried again with growing pauses, then set aside as
// "failed" where an administrator sees it; the other reactions go on. OnBatch does the same for many facts at once.
package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
)

// States of a message.
const (
	Pending = "pending"
	Done    = "done"
	Failed  = "failed"
)

// maxAttempts spreads over about two hours with the pauses of backoff.
const maxAttempts = 12

// Message is a fact in the outbox.
type Message struct {
	ID       string `db:"id"`
	Topic    string `db:"topic"`
	Subject  string `db:"subject"`
	Payload  string `db:"payload"`
	Actor    string `db:"actor"`
	Attempts int    `db:"attempts"`

	fact any // of the payload, once read
}

// Emit records that something happened to subject. It stands exactly if the caller's transaction stands.
func Emit(ctx context.Context, tx *db.Tx, topic, subject string, payload any) error {
	b, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("emit %s: %w", topic, err)
	}
	actor := ""
	if p := auth.From(ctx); p != nil {
		actor = p.UserID
	}
	err = tx.Queue(ctx, nil, `INSERT INTO outbox (id, topic, subject, payload, actor, state, due_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, db.NewID(tx), topic, subject, string(b), actor, Pending, tx.Time(), tx.Time())
	if err != nil {
		return fmt.Errorf("emit %s: %w", topic, err)
	}
	tx.AfterCommit(wake)
	return nil
}

// Bus delivers messages to reactions and live listeners.
type Bus struct {
	db        *db.DB
	mu        sync.Mutex
	reactions map[string][]reaction
	relay     Relay
	stop      context.CancelFunc
	done      chan struct{}
}

// Relay passes delivered messages on to other programs, such as a NATS cluster. Publish may be called more
// than once for a message.
type Relay interface {
	Publish(ctx context.Context, topic, id string, payload []byte) error
}

type reaction struct {
	name string
	run  func(context.Context, *db.Tx, *Message) error
	all  func(context.Context, *db.Tx, []*Message) error // of OnBatch; run is nil then
}

// New returns a bus without reactions. relay may be nil.
func New(d *db.DB, relay Relay) *Bus {
	return &Bus{db: d, reactions: map[string][]reaction{}, relay: relay}
}

// On registers what happens in another module when topic is emitted. The name is part of the mark and must
// not change; fn runs at least once and should be idempotent beyond the database. Call it only in
// app/reactions.go.
func On[T any](b *Bus, topic, name string, fn func(ctx context.Context, tx *db.Tx, event T) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reactions[topic] = append(b.reactions[topic], reaction{name: name, run: func(ctx context.Context, tx *db.Tx, m *Message) error {
		e, err := factOf[T](m)
		if err != nil {
			return err
		}
		return fn(ctx, tx, e)
	}})
}

// factOf reads the payload, once for all reactions that take it as the same type; they must not change what it points to.
func factOf[T any](m *Message) (T, error) {
	if e, ok := m.fact.(T); ok {
		return e, nil
	}
	var e T
	if err := json.Unmarshal([]byte(m.Payload), &e); err != nil {
		return e, fmt.Errorf("%s: %w", m.Topic, err)
	}
	m.fact = e
	return e, nil
}

// signal wakes every running bus of the process; messages of other nodes are found by polling.
var signal = struct {
	mu    sync.Mutex
	chans map[chan struct{}]bool
}{chans: map[chan struct{}]bool{}}

func wake() {
	signal.mu.Lock()
	defer signal.mu.Unlock()
	for c := range signal.chans {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// pollInterval is how long a message of another node may wait.
const pollInterval = time.Second

// gatherFor is how long a round waits after the last one: what happens meanwhile is reacted to together, which costs a
// fraction.
const gatherFor = 200 * time.Millisecond

// Start delivers until Stop.
func (b *Bus) Start(ctx context.Context) {
	ctx, b.stop = context.WithCancel(ctx)
	b.done = make(chan struct{})
	woken := make(chan struct{}, 1)
	signal.mu.Lock()
	signal.chans[woken] = true
	signal.mu.Unlock()
	go func() {
		defer close(b.done)
		defer func() {
			signal.mu.Lock()
			delete(signal.chans, woken)
			signal.mu.Unlock()
		}()
		tick := time.NewTicker(pollInterval)
		defer tick.Stop()
		for {
			if err := b.Drain(ctx); err != nil && ctx.Err() == nil {
				slog.ErrorContext(ctx, "outbox drain failed", "error", err)
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(gatherFor):
			}
			select {
			case <-ctx.Done():
				return
			case <-woken:
			case <-tick.C:
			}
		}
	}()
}

// Stop ends delivery after the reaction in progress.
func (b *Bus) Stop() {
	if b.stop != nil {
		b.stop()
		<-b.done
	}
}

// Drain delivers every message that is due and returns when none is left. Tests call it directly.
func (b *Bus) Drain(ctx context.Context) error {
	for ctx.Err() == nil {
		if n, err := b.sweep(ctx); err == nil && n > 0 {
			continue
		} else if err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "reactions to a batch failed, each follows by itself", "error", err)
		}
		batch, err := b.claim(ctx)
		if err != nil || len(batch) == 0 {
			return err
		}
		if err := b.deliver(ctx, batch); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// claimFor is how long a claimed message is hidden from other nodes; a crash gives it back after that.
const claimFor = 30 * time.Second

// taken is how many messages are taken at once: on SQLite fewer, because everybody else waits for the transaction.
func (b *Bus) taken() int {
	if b.db.Dialect() == db.Postgres {
		return 500
	}
	return 100
}

// ours is the turn of whoever takes messages, so that no two nodes take the same: one lock for all of them costs less than
// one for each.
const ours = "outbox"

// idle reports that nothing is due.
func (b *Bus) idle(ctx context.Context) (idle bool, err error) {
	err = b.db.Look(ctx, func(tx *db.Tx) error {
		n, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE state = 'pending' AND due_at <= $1 LIMIT 1) x", tx.Time())
		idle = n == 0
		return err
	})
	return idle, err
}

func (b *Bus) claim(ctx context.Context) (batch []Message, err error) {
	if idle, err := b.idle(ctx); err != nil || idle {
		return nil, err
	}
	err = b.db.Tx(ctx, func(tx *db.Tx) error {
		if err := tx.Turn(ctx, ours); err != nil {
			return err
		}
		batch, err = db.All[Message](ctx, tx, `UPDATE outbox SET due_at = $1, attempts = attempts + 1
			WHERE state = 'pending' AND id IN (SELECT id FROM outbox WHERE state = 'pending' AND due_at <= $2 ORDER BY due_at, id LIMIT $3)
			RETURNING id, topic, subject, payload, actor, attempts`, tx.Now().Add(claimFor).UnixMilli(), tx.Time(), b.taken())
		return err
	})
	slices.SortFunc(batch, func(a, b Message) int { return strings.Compare(a.ID, b.ID) }) // RETURNING has no order
	return batch, err
}

// backoff doubles from one second to half an hour.
func backoff(attempt int) time.Duration {
	return min(time.Second<<min(attempt-1, 12), 30*time.Minute)
}
