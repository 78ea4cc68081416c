package db_test

import (
	"context"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

func TestOpen_PostgresCompilesNoPlanToMachineCode(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		if d.Dialect() != db.Postgres {
			t.Skip("SQLite has nothing of the kind")
		}
		ctx := context.Background()
		for name, look := range map[string]func(context.Context, func(*db.Tx) error) error{"read": d.Read, "aside": d.ReadAside, "write": d.Tx} {
			if err := look(ctx, func(tx *db.Tx) error {
				jit, err := db.Get[string](ctx, tx, "SHOW jit")
				if jit != "off" {
					t.Errorf("%s: jit is %s", name, jit)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
