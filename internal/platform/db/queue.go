package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// queue holds the writes of a PostgreSQL transaction that nobody waits for: they travel together, in order, before the
// next statement that is waited for, or before the commit.
type queue struct {
	conn    *sql.Conn
	pending []write
	failed  error
}

type write struct {
	query string
	args  []any
	check func(n int64) error
}

// Queue writes like Exec, but on PostgreSQL the statement may travel later, together with others: its failure is then the
// failure of a later statement or of the commit, and the transaction is lost either way. check, if not nil, is given the
// number of rows that were changed; its error fails the transaction and is what DB.Tx returns.
func (tx *Tx) Queue(ctx context.Context, check func(n int64) error, query string, args ...any) error {
	if tx.q == nil {
		n, err := tx.Exec(ctx, query, args...)
		if err == nil && check != nil {
			err = check(n)
		}
		return err
	}
	if err := storable(args); err != nil {
		return err
	}
	plain := make([]any, len(args))
	for i, a := range args {
		v, err := driver.DefaultParameterConverter.ConvertValue(a)
		if err != nil {
			return fmt.Errorf("argument $%d: %w", i+1, err)
		}
		plain[i] = v
	}
	tx.q.pending = append(tx.q.pending, write{query, plain, check})
	if len(tx.q.pending) >= queueLength {
		return tx.flush(ctx)
	}
	return nil
}

// queueLength bounds what waits, so that a bulk load does not pile up in memory.
const queueLength = 32

// flush sends what is queued in one message and judges the answers in order. A failure stays: nothing after it counts.
func (tx *Tx) flush(ctx context.Context) error {
	q := tx.q
	if q == nil || q.failed == nil && len(q.pending) == 0 {
		return nil
	}
	if q.failed == nil {
		q.failed = q.send(ctx)
	}
	return q.failed
}

func (q *queue) send(ctx context.Context) error {
	batch := &pgx.Batch{}
	for _, w := range q.pending {
		batch.Queue(w.query, w.args...)
	}
	sent := q.pending
	q.pending = nil
	return q.conn.Raw(func(raw any) (err error) {
		c, ok := raw.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the connection is a %T", raw)
		}
		answers := c.Conn().SendBatch(ctx, batch)
		defer func() { err = errors.Join(err, answers.Close()) }()
		for _, w := range sent {
			done, err := answers.Exec()
			if err == nil && w.check != nil {
				err = w.check(done.RowsAffected())
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
