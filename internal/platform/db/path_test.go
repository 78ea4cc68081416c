package db_test

import (
	"context"
	"path/filepath"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/migrations"
)

func TestMigrate_FindsTheFileWhateverItsDirectoryIsCalled(t *testing.T) {
	ctx := context.Background()
	d, err := db.Open(ctx, db.Config{URL: "sqlite:" + filepath.Join(t.TempDir(), "数据 50%20 #1?x", "a.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Migrate(ctx, migrations.Files); err != nil {
		t.Fatal(err)
	}
	if rows := readAll(t, d); len(rows) != 0 {
		t.Fatalf("got %v", rows)
	}
}
