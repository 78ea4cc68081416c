package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/jmoiron/sqlx"

	"yiwang/internal/platform/clock"
)

// Tx is a transaction with a clock that stands still. It is not safe for concurrent use and must not be
// kept after the function that received it returns.
type Tx struct {
	d     *DB
	now   time.Time
	w     *writer // SQLite writer
	tx    *sql.Tx // SQLite reader
	line  *line   // PostgreSQL
	hooks []func()
}

type hookKey struct{}

// WithHook returns a context whose next write transaction runs hook first, in the same commit. The HTTP
// layer records an idempotency key this way: key and effect are durable together or not at all.
func WithHook(ctx context.Context, run func(context.Context, *Tx) error) context.Context {
	return context.WithValue(ctx, hookKey{}, &hook{run: run})
}

// hook is run by every transaction under its context until one that ran it has committed: what a rollback or a
// serialization failure undid is done again.
type hook struct {
	run     func(context.Context, *Tx) error
	durable atomic.Bool
}

func (h *hook) before(ctx context.Context, tx *Tx) error {
	if h.durable.Load() {
		return nil
	}
	if err := h.run(ctx, tx); err != nil {
		return err
	}
	tx.AfterCommit(func() { h.durable.Store(true) })
	return nil
}

// Tx runs fn in a write transaction and returns after its commit is durable. If fn returns an error or
// panics nothing of it remains. On PostgreSQL fn may run again after a serialization failure, so it must
// not have effects outside tx; use AfterCommit for those.
func (d *DB) Tx(ctx context.Context, fn func(tx *Tx) error) error {
	if h, ok := ctx.Value(hookKey{}).(*hook); ok {
		inner := fn
		fn = func(tx *Tx) error {
			if err := h.before(ctx, tx); err != nil {
				return err
			}
			return inner(tx)
		}
	}
	var tx *Tx
	var err error
	if d.dialect == SQLite {
		err = d.writer.run(ctx, func(context.Context) error {
			tx = &Tx{d: d, now: d.clock.Now(), w: d.writer}
			return fn(tx)
		})
	} else {
		tx, err = d.onLine(ctx, d.write, beginWrite, fn)
	}
	if err != nil {
		return err
	}
	for _, h := range tx.hooks {
		h()
	}
	return nil
}

// Read runs fn on a consistent snapshot that cannot write.
func (d *DB) Read(ctx context.Context, fn func(tx *Tx) error) error {
	return d.readOn(ctx, d.read, fn)
}

// Look is Read without a common snapshot: on PostgreSQL each statement sees what is committed when it runs, and nothing is
// spent on BEGIN and COMMIT. It is for lists and single rows, where a later statement only adds to what the first found.
func (d *DB) Look(ctx context.Context, fn func(tx *Tx) error) error {
	if d.dialect == SQLite {
		return d.readOn(ctx, d.read, fn)
	}
	_, err := d.onLine(ctx, d.read, "", fn)
	return err
}

// ReadAside is Read on a connection kept for this alone, for caches that are refreshed from inside somebody's
// transaction: a second connection of the shared pool could be waited for by all who hold the first. It sees what is
// committed, not what the surrounding transaction wrote. fn must not begin another transaction.
func (d *DB) ReadAside(ctx context.Context, fn func(tx *Tx) error) error {
	return d.readOn(ctx, d.aside, fn)
}

func (d *DB) readOn(ctx context.Context, pool *sql.DB, fn func(tx *Tx) error) error {
	if d.dialect == Postgres {
		_, err := d.onLine(ctx, pool, beginRead, fn)
		return err
	}
	st, err := pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("begin read: %w", err)
	}
	defer func() { _ = st.Rollback() }()
	return fn(&Tx{d: d, now: d.clock.Now(), tx: st})
}

// Now is the time of the transaction: UTC, milliseconds, the same for its whole length.
func (tx *Tx) Now() time.Time { return tx.now }

// Time is Now in the form that columns take.
func (tx *Tx) Time() clock.Time { return clock.At(tx.now) }

// At returns the same transaction with its clock set to another time, for loading what happened earlier. Hooks added to
// it are lost.
func (tx *Tx) At(t time.Time) *Tx {
	other := *tx
	other.now, other.hooks = t, nil
	return &other
}

// Dialect returns the engine.
func (tx *Tx) Dialect() Dialect { return tx.d.dialect }

// AfterCommit runs fn once the transaction is durable; never if it is rolled back.
func (tx *Tx) AfterCommit(fn func()) { tx.hooks = append(tx.hooks, fn) }

// Exec runs a statement and returns the number of rows it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := storable(args); err != nil {
		return 0, err
	}
	switch {
	case tx.line == nil:
	case tx.line.looks:
		return 0, errLooks
	default:
		return tx.line.exec(ctx, query, plain(args))
	}
	var res sql.Result
	var err error
	if tx.w != nil {
		var s *sql.Stmt
		ctx = context.WithoutCancel(ctx)
		if s, err = tx.w.prepared(ctx, numbered(query)); err == nil {
			res, err = s.ExecContext(ctx, args...)
		}
	} else {
		res, err = tx.tx.ExecContext(ctx, numbered(query), args...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Get returns the first row, or ErrNoRows. T is a struct with `db` tags, or a type that scans one column.
func Get[T any](ctx context.Context, tx *Tx, query string, args ...any) (T, error) {
	var out T
	found := false
	err := Each(ctx, tx, query, args, func(v *T) error {
		out, found = *v, true
		return errStop
	})
	if err == nil && !found {
		err = ErrNoRows
	}
	return out, err
}

// All returns every row; nil never, an empty slice when there is none.
func All[T any](ctx context.Context, tx *Tx, query string, args ...any) ([]T, error) {
	out := []T{}
	err := Each(ctx, tx, query, args, func(v *T) error {
		out = append(out, *v)
		return nil
	})
	return out, err
}

var errStop = errors.New("stop")

// Each streams rows to fn, which must not keep the pointer it is given.
func Each[T any](ctx context.Context, tx *Tx, query string, args []any, fn func(*T) error) (err error) {
	if err := storable(args); err != nil {
		return err
	}
	if tx.line != nil {
		err = eachOnLine(ctx, tx.line, query, args, fn)
	} else {
		err = eachOnSQLite(ctx, tx, numbered(query), args, fn)
	}
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}

func eachOnLine[T any](ctx context.Context, l *line, query string, args []any, fn func(*T) error) (err error) {
	rows, done, err := l.query(ctx, query, plain(args))
	if err != nil {
		return err
	}
	defer func() {
		rows.Close()
		if e := errors.Join(rows.Err(), done()); err == nil {
			err = e
		}
	}()
	fields := rows.FieldDescriptions()
	if len(fields) == 0 { // no answer: the error is with the rows
		return nil
	}
	l.begun = true
	plan, err := planOf(reflect.TypeFor[T](), query, fields)
	if err != nil {
		return err
	}
	columns := make([]column, len(fields))
	for i := range fields {
		columns[i] = column{&fields[i], l.conn.TypeMap()}
	}
	for rows.Next() {
		v := new(T)
		if err := scanRow(reflect.ValueOf(v).Elem(), plan, columns, rows); err != nil {
			return err
		}
		if err := fn(v); err != nil {
			return err
		}
	}
	return nil
}

func eachOnSQLite[T any](ctx context.Context, tx *Tx, query string, args []any, fn func(*T) error) (err error) {
	var rows *sql.Rows
	if tx.w != nil {
		rows, err = tx.w.query(context.WithoutCancel(ctx), query, args)
	} else {
		rows, err = tx.tx.QueryContext(ctx, query, args...)
	}
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, rows.Close())
		if tx.w != nil {
			tx.w.reading[query]--
		}
	}()
	scan := scanner[T](rows)
	for rows.Next() {
		var v T
		if err := scan(&v); err != nil {
			return err
		}
		if err := fn(&v); err != nil {
			return err
		}
	}
	return rows.Err()
}

func scanner[T any](rows *sql.Rows) func(*T) error {
	t := reflect.TypeFor[T]()
	_, scans := any(new(T)).(sql.Scanner)
	if t.Kind() == reflect.Struct && !scans && t != reflect.TypeFor[time.Time]() {
		r := &sqlx.Rows{Rows: rows, Mapper: mapper}
		return func(v *T) error { return r.StructScan(v) }
	}
	return func(v *T) error { return rows.Scan(v) }
}

// ErrText says that a text holds a zero character or is not UTF-8. PostgreSQL cannot take it; SQLite is kept the same.
var ErrText = errors.New("text with a zero character or not in UTF-8")

func storable(args []any) error {
	for _, a := range args {
		if s, ok := a.(string); ok && (strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s)) {
			return ErrText
		}
	}
	return nil
}

var numberedTexts sync.Map

// numbered turns $n into ?n. SQLite takes $n for a name and numbers it by first appearance, which is wrong
// as soon as $2 stands before $1.
func numbered(query string) string {
	if s, ok := numberedTexts.Load(query); ok {
		return s.(string)
	}
	var b strings.Builder
	quoted := false
	for i := 0; i < len(query); i++ {
		c := query[i]
		if c == '\'' {
			quoted = !quoted
		}
		if c == '$' && !quoted && i+1 < len(query) && query[i+1] >= '1' && query[i+1] <= '9' {
			c = '?'
		}
		b.WriteByte(c)
	}
	s := b.String()
	numberedTexts.Store(query, s)
	return s
}

// compile-time proof that stored values are driver values.
var _ driver.Valuer = clock.Time{}
