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
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // a hash never fails to write
	_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(h.Sum64()))
	return err
}
