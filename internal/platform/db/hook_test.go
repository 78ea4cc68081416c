package db_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

// marked returns a context whose hook writes the key "mark".
func marked() context.Context {
	return db.WithHook(context.Background(), func(ctx context.Context, tx *db.Tx) error { return put(ctx, tx, "mark", "1") })
}

func TestWithHook_WhatARollbackUndidIsWrittenByTheNextTransaction(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx := marked()
		boom := errors.New("boom")
		if err := d.Tx(ctx, func(*db.Tx) error { return boom }); !errors.Is(err, boom) {
			t.Fatal(err)
		}
		for _, name := range []string{"a", "b"} {
			if err := d.Tx(ctx, func(tx *db.Tx) error { return put(ctx, tx, name, "1") }); err != nil {
				t.Fatal(err)
			}
		}
		if rows := readAll(t, d); len(rows) != 3 {
			t.Fatalf("got %v, want a, b and the mark", rows)
		}
	})
}

// A serialization failure runs the transaction again, and with it what the hook wrote.
func TestWithHook_SurvivesARetry(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		if d.Dialect() != db.Postgres {
			t.Skip("SQLite has one writer and nothing to retry")
		}
		ctx, tries := marked(), 0
		err := d.Tx(ctx, func(tx *db.Tx) error {
			if tries++; tries == 1 {
				return &pgconn.PgError{Code: "40001"}
			}
			return put(ctx, tx, "effect", "1")
		})
		if err != nil || tries != 2 {
			t.Fatalf("%d tries, %v", tries, err)
		}
		if rows := readAll(t, d); len(rows) != 2 {
			t.Fatalf("got %v, want the effect and the mark", rows)
		}
	})
}

func TestReadAside_AnswersWhenEveryReaderHoldsItsConnection(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var nested func(depth int) error
		nested = func(depth int) error { // takes every connection of the pool
			return d.Read(ctx, func(*db.Tx) error {
				if depth < d.Reader().Stats().MaxOpenConnections {
					return nested(depth + 1)
				}
				return d.ReadAside(ctx, func(tx *db.Tx) error {
					_, err := db.Get[int](ctx, tx, "SELECT COUNT(*) FROM setting")
					return err
				})
			})
		}
		if err := nested(1); err != nil {
			t.Fatal(err)
		}
	})
}
