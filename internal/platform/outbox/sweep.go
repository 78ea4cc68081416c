package outbox

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
)

// sweep is the ordinary way: what is due for the first time is taken, reacted to and closed in one transaction, so that no
// mark is needed to know who ran. It returns how many messages it closed. A failure undoes all of it and the same messages
// go the careful way: claimed, each reaction in a transaction of its own with its mark. So does everything where copies go
// to other programs, whose answer no transaction should wait for.
func (b *Bus) sweep(ctx context.Context) (n int, err error) {
	if b.relay != nil {
		return 0, nil
	}
	if idle, err := b.idle(ctx); err != nil || idle {
		return 0, err
	}
	err = b.db.Tx(ctx, func(tx *db.Tx) (err error) {
		defer failed(&err)
		if err := tx.Turn(ctx, ours); err != nil {
			return err
		}
		batch, err := db.All[Message](ctx, tx, `SELECT id, topic, subject, payload, actor, attempts FROM outbox
			WHERE state = 'pending' AND due_at <= $1 AND attempts = 0 ORDER BY due_at, id LIMIT $2`, tx.Time(), b.taken())
		if err != nil {
			return err
		}
		slices.SortFunc(batch, func(a, b Message) int { return strings.Compare(a.ID, b.ID) })
		if err := b.reactAll(ctx, tx, batch); err != nil {
			return err
		}
		ids := make([]string, len(batch))
		for i := range batch {
			ids[i] = batch[i].ID
		}
		n = len(ids)
		return finish(ctx, tx, ids)
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// reactAll runs every reaction to the messages.
func (b *Bus) reactAll(ctx context.Context, tx *db.Tx, batch []Message) error {
	var together []gathered
	for i := range batch {
		for _, r := range b.reactionsTo(batch[i].Topic) {
			if r.all != nil {
				together = gather(together, r, i)
			} else if err := r.run(auth.System(ctx, r.name), tx, &batch[i]); err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
		}
	}
	for _, g := range together {
		all := make([]*Message, len(g.messages))
		for i, at := range g.messages {
			all[i] = &batch[at]
		}
		if err := g.reaction.all(auth.System(ctx, g.reaction.name), tx, all); err != nil {
			return fmt.Errorf("%s: %w", g.reaction.name, err)
		}
	}
	return nil
}
