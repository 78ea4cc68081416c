package db

import (
	"context"
	"hash/fnv"
)

// Turn waits until nobody else who asked for the turn of this name is in a transaction, and holds it until the end of this
// one: what is read and counted up after it cannot be counted up twice. On SQLite writers take turns anyway.
func (tx *Tx) Turn(ctx context.Context, name string) error {
	if tx.d.dialect == SQLite {
		return nil
	}
	_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", lockKey(name))
	return err
}

// lockKey is the number by which PostgreSQL knows a name.
func lockKey(name string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // a hash never fails to write
	return int64(h.Sum64())
}
