package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
)

// OnBatch registers what happens in another module when any of the topics is emitted, for reactions that are cheaper for
// many facts than for one: fn gets what has gathered of the topics in the order of emission, in one transaction, and each
// fact once. If it fails, the facts are given to it one by one, so that a bad one holds up no other. The rules of On hold.
func OnBatch[T any](b *Bus, topics []string, name string, fn func(ctx context.Context, tx *db.Tx, events []T) error) {
	all := func(ctx context.Context, tx *db.Tx, messages []*Message) (err error) {
		events := make([]T, len(messages))
		for i, m := range messages {
			if events[i], err = factOf[T](m); err != nil {
				return err
			}
		}
		return fn(ctx, tx, events)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, topic := range topics {
		b.reactions[topic] = append(b.reactions[topic], reaction{name: name, all: all})
	}
}

// relayTimeout bounds how long one copy may take.
const relayTimeout = 2 * time.Second

// deliver runs the reactions of a batch before anything is copied, and gives the copies up for this time at the second
// failure in a row: a cluster that does not answer must not hold up the work, nor one refused message the others.
func (b *Bus) deliver(ctx context.Context, batch []Message) error {
	failures := make([]error, len(batch))
	fail := func(i int, name string, err error) {
		if err != nil {
			failures[i] = errors.Join(failures[i], fmt.Errorf("%s: %w", name, err))
		}
	}
	var together []gathered
	for i := range batch {
		for _, r := range b.reactionsTo(batch[i].Topic) {
			if r.all != nil {
				together = gather(together, r, i)
				continue
			}
			fail(i, r.name, b.react(ctx, batch[i:i+1], r))
		}
	}
	for _, g := range together {
		b.reactTogether(ctx, batch, g, fail)
	}
	b.copyAll(ctx, batch, failures)
	return b.settle(ctx, batch, failures)
}

func (b *Bus) reactionsTo(topic string) []reaction {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.reactions[topic]
}

// gathered are the messages of a batch that one reaction takes together.
type gathered struct {
	reaction reaction
	messages []int
}

func gather(list []gathered, r reaction, message int) []gathered {
	at := slices.IndexFunc(list, func(g gathered) bool { return g.reaction.name == r.name })
	if at < 0 {
		return append(list, gathered{r, []int{message}})
	}
	list[at].messages = append(list[at].messages, message)
	return list
}

// reactTogether gives all messages to the reaction, and if that fails one after the other.
func (b *Bus) reactTogether(ctx context.Context, batch []Message, g gathered, fail func(int, string, error)) {
	all := make([]Message, len(g.messages))
	for i, at := range g.messages {
		all[i] = batch[at]
	}
	err := b.react(ctx, all, g.reaction)
	if err == nil {
		return
	}
	if len(all) == 1 {
		fail(g.messages[0], g.reaction.name, err)
		return
	}
	slog.WarnContext(ctx, "reaction to a batch failed, the facts follow one by one", "reaction", g.reaction.name, "facts", len(all), "error", err)
	for i, at := range g.messages {
		fail(at, g.reaction.name, b.react(ctx, all[i:i+1], g.reaction))
	}
}

// react runs one reaction for the messages it has not run for. A panic is a failure of this reaction, not the end of the
// program.
func (b *Bus) react(ctx context.Context, messages []Message, r reaction) (err error) {
	defer failed(&err)
	ctx = auth.System(ctx, r.name)
	return b.db.Tx(ctx, func(tx *db.Tx) error {
		fresh, err := mark(ctx, tx, messages, r.name)
		if err != nil || len(fresh) == 0 {
			return err
		}
		if r.all == nil {
			return r.run(ctx, tx, fresh[0])
		}
		return r.all(ctx, tx, fresh)
	})
}

// failed turns a panic into a failure.
func failed(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	}
}

// wide rounds up to a power of two: lists of ids are filled up with their last one, so that a few texts of a statement
// serve every length and stay prepared.
func wide(n int) int {
	w := 1
	for w < n {
		w *= 2
	}
	return w
}

// mark notes that the reaction runs for the messages and returns those it has not run for, in order.
func mark(ctx context.Context, tx *db.Tx, messages []Message, name string) ([]*Message, error) {
	args := []any{name, tx.Time()}
	var rows []string
	for i := range wide(len(messages)) {
		args = append(args, messages[min(i, len(messages)-1)].ID)
		rows = append(rows, fmt.Sprintf("($%d, $1, $2)", len(args)))
	}
	marked, err := db.All[string](ctx, tx, "INSERT INTO outbox_done (message_id, reaction, done_at) VALUES "+strings.Join(rows, ", ")+
		" ON CONFLICT DO NOTHING RETURNING message_id", args...)
	if err != nil {
		return nil, err
	}
	fresh := make([]*Message, 0, len(marked))
	for i := range messages {
		if slices.Contains(marked, messages[i].ID) {
			fresh = append(fresh, &messages[i])
		}
	}
	return fresh, nil
}

// copyAll passes what went well on to the relay.
func (b *Bus) copyAll(ctx context.Context, batch []Message, failures []error) {
	misses, last := 0, error(nil)
	for i := range batch {
		if failures[i] != nil || b.relay == nil {
			continue
		}
		if misses < 2 {
			last = b.copyOut(ctx, &batch[i])
		}
		if failures[i] = last; last != nil {
			misses++
		} else {
			misses = 0
		}
	}
}

func (b *Bus) copyOut(ctx context.Context, m *Message) error {
	ctx, cancel := context.WithTimeout(ctx, relayTimeout)
	defer cancel()
	return b.relay.Publish(ctx, m.Topic, m.ID, []byte(m.Payload))
}

// settle closes what went well in one statement, messages nobody reacts to included, and puts off what failed.
func (b *Bus) settle(ctx context.Context, batch []Message, failures []error) error {
	return b.db.Tx(ctx, func(tx *db.Tx) error {
		var done []string
		for i := range batch {
			if failures[i] == nil {
				done = append(done, batch[i].ID)
			} else if err := putOff(ctx, tx, &batch[i], failures[i]); err != nil {
				return err
			}
		}
		return finish(ctx, tx, done)
	})
}

// finish closes messages.
func finish(ctx context.Context, tx *db.Tx, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	args := []any{Done}
	var marks []string
	for i := range wide(len(ids)) {
		args = append(args, ids[min(i, len(ids)-1)])
		marks = append(marks, fmt.Sprintf("$%d", len(args)))
	}
	return tx.Queue(ctx, nil, "UPDATE outbox SET state = $1, error = '' WHERE id IN ("+strings.Join(marks, ", ")+")", args...)
}

func putOff(ctx context.Context, tx *db.Tx, m *Message, failed error) error {
	state := Pending
	if m.Attempts >= maxAttempts {
		state = Failed
	}
	slog.WarnContext(ctx, "reaction failed", "topic", m.Topic, "message", m.ID, "attempt", m.Attempts, "error", failed)
	_, err := tx.Exec(ctx, "UPDATE outbox SET state = $1, error = $2, due_at = $3 WHERE id = $4", state, failed.Error(), tx.Now().Add(backoff(m.Attempts)).UnixMilli(), m.ID)
	return err
}
