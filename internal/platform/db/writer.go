package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// maxBatch bounds how many transactions share one commit, so that the first of them does not wait for ever.
const maxBatch = 128

// writer is SQLite's single writing connection with group commit. Each caller runs its function under the
// mutex inside a savepoint; whoever finds nobody waiting behind commits for all and wakes them. Callers that
// queue up during the commit's fsync form the next batch by themselves, so there is no timer.
type writer struct {
	mu      sync.Mutex
	waiting atomic.Int32
	conn    *sql.Conn
	stmts   map[string]*sql.Stmt
	reading map[string]int // open result sets by text
	batch   *batch
	closed  bool
}

type batch struct {
	done chan struct{}
	err  error
	n    int
}

var errWriterClosed = errors.New("the database is closing")

func newWriter(conn *sql.Conn) *writer {
	return &writer{conn: conn, stmts: map[string]*sql.Stmt{}, reading: map[string]int{}}
}

// run executes fn and returns once its effects are on disk, or with fn's error once they are undone.
func (w *writer) run(ctx context.Context, fn func(context.Context) error) error {
	b, err := w.join(ctx, fn)
	if err != nil {
		return err
	}
	<-b.done
	return b.err
}

// join runs fn in the open batch and commits the batch if nobody is waiting behind.
func (w *writer) join(ctx context.Context, fn func(context.Context) error) (*batch, error) {
	// An interrupted statement would roll back the whole batch, other callers' work included:
	// cancellation is honoured between transactions, not inside one.
	quiet := context.WithoutCancel(ctx)
	w.waiting.Add(1)
	w.mu.Lock()
	w.waiting.Add(-1)
	defer w.mu.Unlock()
	defer w.leave(quiet)
	b, err := w.enter(ctx, quiet)
	if err != nil {
		return nil, err
	}
	return b, w.guarded(quiet, b, fn)
}

// enter joins the open batch or begins one. Called with the mutex held.
func (w *writer) enter(ctx, quiet context.Context) (*batch, error) {
	if w.closed {
		return nil, errWriterClosed
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if w.batch == nil {
		if err := w.exec(quiet, "BEGIN IMMEDIATE"); err != nil {
			return nil, fmt.Errorf("begin: %w", err)
		}
		w.batch = &batch{done: make(chan struct{})}
	}
	return w.batch, nil
}

// guarded runs fn inside a savepoint. If the savepoint itself breaks, the batch is lost for everybody.
func (w *writer) guarded(quiet context.Context, b *batch, fn func(context.Context) error) (err error) {
	if err := w.exec(quiet, "SAVEPOINT t"); err != nil {
		w.abort(quiet, err)
		return err
	}
	defer func() {
		p := recover()
		if p != nil || err != nil {
			undo := w.exec(quiet, "ROLLBACK TO t")
			if undo == nil {
				undo = w.exec(quiet, "RELEASE t")
			}
			if undo != nil {
				w.abort(quiet, undo)
			}
		}
		if p != nil {
			panic(p)
		}
	}()
	if err := fn(quiet); err != nil {
		return err
	}
	if err := w.exec(quiet, "RELEASE t"); err != nil {
		w.abort(quiet, err)
		return err
	}
	b.n++
	return nil
}

// leave commits the batch unless somebody is waiting to join it. Called with the mutex held.
func (w *writer) leave(quiet context.Context) {
	b := w.batch
	if b == nil || (w.waiting.Load() > 0 && b.n < maxBatch) {
		return
	}
	w.commit(quiet, b)
}

func (w *writer) commit(quiet context.Context, b *batch) {
	if err := w.exec(quiet, "COMMIT"); err != nil {
		w.abort(quiet, fmt.Errorf("commit: %w", err))
		return
	}
	w.batch = nil
	close(b.done)
}

func (w *writer) abort(quiet context.Context, cause error) {
	b := w.batch
	if b == nil {
		return
	}
	// SQLite may have rolled back by itself (full disk, I/O error); then ROLLBACK fails and that is fine.
	_ = w.exec(quiet, "ROLLBACK")
	b.err = cause
	w.batch = nil
	close(b.done)
}

func (w *writer) exec(ctx context.Context, query string) error {
	s, err := w.prepared(ctx, query)
	if err == nil {
		_, err = s.ExecContext(ctx)
	}
	return err
}

// prepared returns a cached statement; the texts are literals in the code, so the cache stays small.
func (w *writer) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := w.stmts[query]; s != nil {
		return s, nil
	}
	s, err := w.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if len(w.stmts) >= 1000 {
		for k, old := range w.stmts {
			if w.reading[k] == 0 {
				_ = old.Close()
				delete(w.stmts, k)
				break
			}
		}
	}
	w.stmts[query] = s
	return s, nil
}

// query runs a cached statement. One that is being read already, in a loop over its own rows, is prepared once more:
// running it again would end the outer loop.
func (w *writer) query(ctx context.Context, query string, args []any) (rows *sql.Rows, err error) {
	if w.reading[query] > 0 {
		rows, err = w.conn.QueryContext(ctx, query, args...)
	} else {
		var s *sql.Stmt
		if s, err = w.prepared(ctx, query); err == nil {
			rows, err = s.QueryContext(ctx, args...)
		}
	}
	if err == nil {
		w.reading[query]++
	}
	return rows, err
}

func (w *writer) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	w.closed = true
	if w.batch != nil { // whoever queues behind it is turned away, so nobody else would commit it
		w.commit(context.Background(), w.batch)
	}
	for _, s := range w.stmts {
		_ = s.Close()
	}
	return w.conn.Close()
}
