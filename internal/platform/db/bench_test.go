package db_test

import (
	"context"
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
		insert, done, err := db.RawInserter(ctx, filepath.Join(b.TempDir(), "raw.db"))
		if err != nil {
			b.Fatal(err)
		}
		b.ResetTimer()
		concurrently(b, func() error { return insert(fmt.Sprintf("r%d", n.Add(1))) })
		if err := done(); err != nil {
			b.Fatal(err)
		}
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
