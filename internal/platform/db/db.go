// Package db gives one transaction type over SQLite and PostgreSQL. A service writes inside DB.Tx and reads
// inside DB.Read; both hand out a *Tx with a fixed clock. SQL is one text for both engines with $n
// placeholders; the few statements that must differ stand side by side and are chosen by Dialect.
//
// On SQLite one connection writes and concurrent writers share a commit (group commit, synchronous=FULL):
// DB.Tx returns only after the shared commit is on disk. Never call DB.Tx inside DB.Tx; use XTx variants.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx/reflectx"
	"github.com/ncruces/go-sqlite3"
	_ "github.com/ncruces/go-sqlite3/driver" // database/sql driver "sqlite3"

	"yiwang/internal/platform/clock"
)

// Dialect is the engine behind a DB.
type Dialect string

// The two engines.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// ErrNoRows is returned by Get when nothing matches; map it to errs.NotFound.
var ErrNoRows = sql.ErrNoRows

// Config says which database to open.
type Config struct {
	URL   string // sqlite:PATH or postgres://…
	Clock clock.Clock
	// MaxConns bounds PostgreSQL connections, one for ReadAside not counted; 0 means 10 per core, at most 40. A gate
	// lets fewer of them work at once, as many as the cores and the disk carry.
	MaxConns int
}

// DB is an open database.
type DB struct {
	dialect Dialect
	clock   clock.Clock
	read    *sql.DB
	write   *sql.DB
	aside   *sql.DB // one connection, see ReadAside
	writer  *writer // SQLite only
	gate    *gate   // PostgreSQL only
	path    string
	ids     idSource
}

var mapper = reflectx.NewMapperFunc("db", strings.ToLower)

// Open connects and checks that the database answers. It does not migrate.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	if cfg.Clock == nil {
		cfg.Clock = clock.System
	}
	switch {
	case strings.HasPrefix(cfg.URL, "sqlite:"):
		return openSQLite(ctx, cfg)
	case strings.HasPrefix(cfg.URL, "postgres://"), strings.HasPrefix(cfg.URL, "postgresql://"):
		return openPostgres(ctx, cfg)
	}
	return nil, fmt.Errorf("database %q: use sqlite:PATH or postgres://USER@HOST/NAME", redact(cfg.URL))
}

func openSQLite(ctx context.Context, cfg Config) (*DB, error) {
	path := strings.TrimPrefix(cfg.URL, "sqlite:")
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("create the database directory: %w", err)
	}
	// SQLite would create the file readable for all; the log beside it inherits its mode.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	dsn := func(extra string) string {
		return "file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
			"&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=temp_store(MEMORY)" + extra
	}
	// A transaction that changes more pages than the cache holds writes them out early and reads them again; 2 MB is the default.
	w, err := sql.Open("sqlite3", dsn("&_pragma=cache_size(-16384)&_txlock=immediate"))
	if err != nil {
		return nil, err
	}
	w.SetMaxOpenConns(1)
	conn, err := w.Conn(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), w.Close())
	}
	r, err := sql.Open("sqlite3", dsn("&_pragma=query_only(1)"))
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	n := max(4, runtime.GOMAXPROCS(0))
	r.SetMaxOpenConns(n)
	r.SetMaxIdleConns(n)
	aside, err := sql.Open("sqlite3", dsn("&_pragma=query_only(1)"))
	if err != nil {
		return nil, errors.Join(err, r.Close(), w.Close())
	}
	aside.SetMaxOpenConns(1)
	return &DB{dialect: SQLite, clock: cfg.Clock, read: r, write: w, aside: aside, writer: newWriter(conn), path: path}, nil
}

func openPostgres(ctx context.Context, cfg Config) (*DB, error) {
	p, err := postgresPool(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", redact(cfg.URL), err)
	}
	n := cfg.MaxConns
	if n <= 0 {
		n = min(10*runtime.GOMAXPROCS(0), 40)
	}
	p.SetMaxOpenConns(n)
	p.SetMaxIdleConns(n)
	if err := p.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", redact(cfg.URL), err), p.Close())
	}
	aside, err := postgresPool(cfg.URL)
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	aside.SetMaxOpenConns(1)
	return &DB{dialect: Postgres, clock: cfg.Clock, read: p, write: p, aside: aside, gate: newGate(runtime.GOMAXPROCS(0), n)}, nil
}

// postgresPool opens connections that compile no plan to machine code: PostgreSQL would spend more time on that than any statement of the
// program takes. A database that knows no such setting keeps its way.
func postgresPool(address string) (*sql.DB, error) {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, err
	}
	return stdlib.OpenDB(*cfg, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		if _, err := c.Exec(ctx, "SET jit = off"); err != nil && c.IsClosed() {
			return err
		}
		return nil
	})), nil
}

// Close waits for a commit in flight and releases the connections.
func (d *DB) Close() error {
	if d.writer != nil {
		return errors.Join(d.writer.close(), d.aside.Close(), d.read.Close(), d.write.Close())
	}
	return errors.Join(d.aside.Close(), d.read.Close())
}

// Dialect returns the engine.
func (d *DB) Dialect() Dialect { return d.dialect }

// Clock returns the clock that transactions take their time from.
func (d *DB) Clock() clock.Clock { return d.clock }

// Path returns the SQLite file, or "" on PostgreSQL.
func (d *DB) Path() string { return d.path }

// Reader returns the pool for readers, for the few tools that need database/sql itself (backup, migrations).
func (d *DB) Reader() *sql.DB { return d.read }

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	var one int
	return d.read.QueryRowContext(ctx, "SELECT 1").Scan(&one)
}

// IsUnique reports whether err is a violation of a unique or primary key on either engine.
func IsUnique(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	return errors.Is(err, sqlite3.CONSTRAINT_UNIQUE) || errors.Is(err, sqlite3.CONSTRAINT_PRIMARYKEY)
}

func retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

func redact(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "(unreadable URL)"
	}
	return u.Redacted()
}
