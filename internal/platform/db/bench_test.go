package db_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

const benchWriters = 64

// BenchmarkTx_GroupCommit measures small durable transactions from 64 concurrent writers on SQLite
// (write-ahead log, synchronous=FULL) beside the raw driver doing the same, one commit each.
func BenchmarkTx_GroupCommit(b *testing.B) {
	d := testkit.SQLite(b)
	ctx := context.Background()
	var n atomic.Int64
	b.Run("yiwang", func(b *testing.B) {
		concurrently(b, func() error {
			name := fmt.Sprintf("g%d", n.Add(1))
			return d.Tx(ctx, func(tx *db.Tx) error { return put(ctx, tx, name, "x") })
		})
	})
	b.Run("raw driver", func(b *testing.B) {
		raw, err := sql.Open("sqlite3", "file:"+filepath.Join(b.TempDir(), "raw.db")+
			"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = raw.Close() }()
		raw.SetMaxOpenConns(1)
		if _, err := raw.ExecContext(ctx, "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at BIGINT NOT NULL)"); err != nil {
			b.Fatal(err)
		}
		insert, err := raw.PrepareContext(ctx, "INSERT INTO setting (name, value, updated_at) VALUES (?, ?, ?)")
		if err != nil {
			b.Fatal(err)
		}
		b.ResetTimer()
		concurrently(b, func() error {
			_, err := insert.ExecContext(ctx, fmt.Sprintf("r%d", n.Add(1)), "x", 1)
			return err
		})
	})
}

func concurrently(b *testing.B, do func() error) {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(b.N))
	var wg sync.WaitGroup
	for range benchWriters {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := do(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
}
