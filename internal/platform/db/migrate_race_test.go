package db_test

import (
	"context"
	"fmt"
	"io/fs"
	"sync"
	"testing"
	"testing/fstest"

	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
	"yiwang/migrations"
)

// Several nodes, or a server and a shell command, start at once after an upgrade.
func TestMigrate_ManyAtOnceApplyEachStepOnce(t *testing.T) {
	newer := fstest.MapFS{}
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		b, err := fs.ReadFile(migrations.Files, n)
		if err != nil {
			t.Fatal(err)
		}
		newer[n] = &fstest.MapFile{Data: b}
	}
	for i := range 5 {
		newer[fmt.Sprintf("900%d_step.sql", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "-- +goose Up\nCREATE TABLE step%d (id TEXT PRIMARY KEY);\n", i)}
	}
	testkit.EachURL(t, func(t *testing.T, url string) {
		ctx := context.Background()
		var wg sync.WaitGroup
		for range 4 {
			d, err := db.Open(ctx, db.Config{URL: url, MaxConns: 2})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = d.Close() }()
			wg.Go(func() {
				if err := d.Migrate(ctx, newer); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}
