package db_test

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
	"yiwang/migrations"
)

func TestMigrate_RefusesANewerSchema(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		newer := fstest.MapFS{"9000_future.sql": {Data: []byte("-- +goose Up\nCREATE TABLE future (id TEXT PRIMARY KEY);\n")}}
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
		if err := d.Migrate(ctx, newer); err != nil {
			t.Fatal(err)
		}
		for _, again := range []error{d.Migrate(ctx, migrations.Files), d.CheckSchema(ctx, migrations.Files)} {
			if again == nil || !strings.Contains(again.Error(), "schema 9000") {
				t.Errorf("an old program opened a newer schema: %v", again)
			}
		}
	})
}

// Both engines must end with the same tables and columns, or one SQL text would not serve both.
func TestMigrate_BothEnginesHaveTheSameColumns(t *testing.T) {
	ctx := context.Background()
	found := map[db.Dialect][]string{}
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		query := `SELECT table_name || '.' || column_name FROM information_schema.columns
			WHERE table_schema = 'public' AND table_name <> 'goose_db_version' ORDER BY 1`
		if d.Dialect() == db.SQLite {
			query = `SELECT m.name || '.' || p.name FROM sqlite_schema m JOIN pragma_table_info(m.name) p
				WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'goose_db_version' ORDER BY 1`
		}
		if err := d.Read(ctx, func(tx *db.Tx) (err error) {
			found[d.Dialect()], err = db.All[string](ctx, tx, query)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
	if len(found) < 2 {
		t.Skip("SKIPPED: only one engine is here")
	}
	a, b := strings.Join(found[db.SQLite], "\n"), strings.Join(found[db.Postgres], "\n")
	if a != b {
		t.Errorf("SQLite:\n%s\n\nPostgreSQL:\n%s", a, b)
	}
	if len(found[db.SQLite]) < 40 {
		t.Errorf("only %d columns compared", len(found[db.SQLite]))
	}
}
