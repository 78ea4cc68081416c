package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"yiwang/internal/platform/clock"
)

// line is the PostgreSQL connection of one transaction. What nobody waits for travels with the next statement that is
// waited for: BEGIN, the queued writes, and COMMIT where nothing has to be judged before it.
type line struct {
	conn    *pgx.Conn
	pending []write
	begun   bool // BEGIN has arrived
	wrote   bool // a statement that changes rows was waited for
	looks   bool // there is no transaction, see DB.Look
	failed  error
	gate    *gate
}

var errLooks = errors.New("nothing is written under DB.Look")

type write struct {
	query string
	args  []any
	check func(n int64) error
}

// The control statements.
const (
	beginWrite = "begin"
	beginRead  = "begin isolation level repeatable read read only"
	commit     = "commit"
)

// onLine runs fn in a transaction, again after a serialization failure or if the connection turns out to be dead before
// anything was done.
func (d *DB) onLine(ctx context.Context, pool *sql.DB, begin string, fn func(tx *Tx) error) (*Tx, error) {
	for attempt := 0; ; attempt++ {
		tx, begun, err := d.once(ctx, pool, begin, fn)
		if err == nil || attempt == 4 || !retryable(err) && (begun || !pgconn.SafeToRetry(err)) {
			return tx, err
		}
	}
}

func (d *DB) once(ctx context.Context, pool *sql.DB, begin string, fn func(tx *Tx) error) (tx *Tx, begun bool, err error) {
	if pool != d.aside {
		leave, err := d.gate.pass(ctx)
		if err != nil {
			return nil, true, fmt.Errorf("begin: %w", err)
		}
		defer leave()
	}
	held, err := pool.Conn(ctx)
	if err != nil {
		return nil, true, fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = held.Close() }() // back to the pool; the transaction has ended by then
	l := &line{looks: begin == "", gate: d.gate}
	if !l.looks {
		l.pending = []write{{query: begin}}
	}
	if err := held.Raw(func(raw any) error {
		c, ok := raw.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the connection is a %T", raw)
		}
		l.conn = c.Conn() // ours alone until held is closed
		return nil
	}); err != nil {
		return nil, true, fmt.Errorf("begin: %w", err)
	}
	defer l.rollback(ctx)
	tx = &Tx{d: d, now: d.clock.Now(), line: l}
	if err := fn(tx); err != nil {
		return nil, l.begun, err
	}
	return tx, l.begun, l.commit(ctx)
}

// rollback ends what was not committed; a connection that cannot do that is given up.
func (l *line) rollback(ctx context.Context) {
	if l.conn.IsClosed() || l.conn.PgConn().TxStatus() == 'I' {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if _, err := l.conn.Exec(ctx, "rollback"); err != nil {
		_ = l.conn.Close(ctx)
	}
}

// commit sends what is left. Checks are judged before COMMIT goes out; without any it goes out with the rest.
func (l *line) commit(ctx context.Context) error {
	if l.looks || l.failed == nil && !l.begun && len(l.pending) == 1 {
		return l.failed // no transaction, or nothing was asked
	}
	if slices.ContainsFunc(l.pending, func(w write) bool { return w.check != nil }) {
		if err := l.flush(ctx); err != nil {
			return err
		}
	}
	alone := len(l.pending) == 0
	l.pending = append(l.pending, write{query: commit})
	start := clock.System.Now()
	err := l.flush(ctx)
	if alone && l.wrote && err == nil {
		l.gate.took(clock.System.Now().Sub(start))
	}
	return err
}

// flush sends what is queued in one message and judges the answers in order. A failure stays: nothing after it counts.
func (l *line) flush(ctx context.Context) error {
	if l.failed != nil || len(l.pending) == 0 {
		return l.failed
	}
	answers, sent := l.send(ctx)
	l.failed = l.judge(answers, sent)
	l.failed = errors.Join(l.failed, answers.Close())
	return l.failed
}

// send sends what is pending, and more behind it.
func (l *line) send(ctx context.Context, more ...write) (answers pgx.BatchResults, sent []write) {
	batch := &pgx.Batch{}
	for _, w := range l.pending {
		batch.Queue(w.query, w.args...)
	}
	for _, w := range more {
		batch.Queue(w.query, w.args...)
	}
	sent, l.pending = l.pending, nil
	return l.conn.SendBatch(ctx, batch), sent
}

// judge reads the answers to what was pending.
func (l *line) judge(answers pgx.BatchResults, sent []write) error {
	for _, w := range sent {
		done, err := answers.Exec()
		switch {
		case err != nil:
			return err
		case w.query == commit && done.String() == "ROLLBACK":
			return pgx.ErrTxCommitRollback // a statement before had failed, and somebody passed over it
		case w.check != nil:
			if err := w.check(done.RowsAffected()); err != nil {
				return err
			}
		}
		l.begun = true
	}
	return nil
}

func (l *line) exec(ctx context.Context, query string, args []any) (int64, error) {
	if len(args) == 0 || len(l.pending) == 0 { // a text without arguments may hold several statements
		if err := l.flush(ctx); err != nil {
			return 0, err
		}
		done, err := l.conn.Exec(ctx, query, args...)
		l.wrote = l.wrote || done.RowsAffected() > 0 && !done.Select()
		return done.RowsAffected(), err
	}
	if l.failed != nil {
		return 0, l.failed
	}
	answers, sent := l.send(ctx, write{query: query, args: args})
	if l.failed = l.judge(answers, sent); l.failed != nil {
		return 0, errors.Join(l.failed, answers.Close())
	}
	done, err := answers.Exec()
	if closed := answers.Close(); err == nil {
		err = closed
	}
	l.wrote = l.wrote || done.RowsAffected() > 0 && !done.Select()
	return done.RowsAffected(), err
}

// query returns rows and what to call after the last of them was read.
func (l *line) query(ctx context.Context, query string, args []any) (rows pgx.Rows, done func() error, err error) {
	switch {
	case l.failed != nil:
		return nil, nil, l.failed
	case len(l.pending) == 0:
		rows, err = l.conn.Query(ctx, query, args...)
		return rows, func() error { return nil }, err
	}
	answers, sent := l.send(ctx, write{query: query, args: args})
	if l.failed = l.judge(answers, sent); l.failed != nil {
		return nil, nil, errors.Join(l.failed, answers.Close())
	}
	rows, err = answers.Query()
	if err != nil {
		rows.Close()
		_ = answers.Close() // says the same
		return nil, nil, err
	}
	return rows, answers.Close, nil
}

// plain turns arguments into what every driver takes, as they are now; what it does not know is left to the driver.
func plain(args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		out[i] = a
		switch a.(type) {
		case string, int64, bool, nil:
			continue
		}
		if v, err := driver.DefaultParameterConverter.ConvertValue(a); err == nil {
			out[i] = v
		}
	}
	return out
}
