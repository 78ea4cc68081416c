// Package testkit is what tests share: a fresh migrated database on both engines, a clock that stands still.
// It knows the platform only; a module's factories live beside the module.
package testkit

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/migrations"
)

// Epoch is where the test clock stands: a working Tuesday, 10:00 in Nanjing.
var Epoch = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

// NewClock returns a fake clock at Epoch.
func NewClock() *clock.Fake { return clock.NewFake(Epoch) }

// EachDB runs fn once on SQLite and once on PostgreSQL, each with an empty migrated database of its own and
// a clock at Epoch. Without PostgreSQL server programs the second run fails in CI and is skipped aloud elsewhere.
func EachDB(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	EachDBAt(t, func(t *testing.T, d *db.DB, _ *clock.Fake) { fn(t, d) })
}

// EachDBAt is EachDB for tests that move the clock.
func EachDBAt(t *testing.T, fn func(t *testing.T, d *db.DB, c *clock.Fake)) {
	t.Helper()
	for _, engine := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			c := NewClock()
			fn(t, open(t, engine, c), c)
		})
	}
}

// BenchDB is EachDB for a benchmark.
func BenchDB(b *testing.B, fn func(b *testing.B, d *db.DB)) {
	for _, engine := range []db.Dialect{db.SQLite, db.Postgres} {
		b.Run(string(engine), func(b *testing.B) { fn(b, open(b, engine, NewClock())) })
	}
}

// EachURL runs fn once per engine with the URL of an empty migrated database, for tests that open it themselves.
func EachURL(t *testing.T, fn func(t *testing.T, url string)) {
	t.Helper()
	for _, engine := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) { fn(t, location(t, engine)) })
	}
}

func location(t testing.TB, engine db.Dialect) string {
	t.Helper()
	if engine == db.SQLite {
		return "sqlite:" + copyTemplate(t)
	}
	return newPostgresDatabase(t)
}

// SQLite returns an empty migrated SQLite database, for tests of things that do not touch SQL themselves.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return open(t, db.SQLite, NewClock())
}

// SQLiteAt is SQLite with a clock of the test's own.
func SQLiteAt(t testing.TB, c clock.Clock) *db.DB {
	t.Helper()
	return open(t, db.SQLite, c)
}

func open(t testing.TB, engine db.Dialect, c clock.Clock) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), db.Config{URL: location(t, engine), Clock: c, MaxConns: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return d
}

var template struct {
	once sync.Once
	data []byte
	err  error
}

// copyTemplate migrates once per process and copies the file for each test.
func copyTemplate(t testing.TB) string {
	t.Helper()
	template.once.Do(func() { template.data, template.err = migratedFile() })
	if template.err != nil {
		t.Fatal(template.err)
	}
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, template.data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func migratedFile() ([]byte, error) {
	dir, err := os.MkdirTemp("", "yiwang-template-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctx := context.Background()
	path := filepath.Join(dir, "template.db")
	d, err := db.Open(ctx, db.Config{URL: "sqlite:" + path})
	if err != nil {
		return nil, err
	}
	if err := d.Migrate(ctx, migrations.Files); err != nil {
		return nil, err
	}
	if err := d.Close(); err != nil { // folds the write-ahead log into the file
		return nil, err
	}
	if _, err := os.Stat(path + "-wal"); err == nil {
		return nil, fmt.Errorf("the template still has a write-ahead log")
	}
	return os.ReadFile(path)
}
