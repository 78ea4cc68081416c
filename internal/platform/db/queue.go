package db

import "context"

// Queue writes like Exec, but on PostgreSQL the statement may travel later, together with others: its failure is then the
// failure of a later statement or of the commit, and the transaction is lost either way. check, if not nil, is given the
// number of rows that were changed; its error fails the transaction and is what DB.Tx returns.
func (tx *Tx) Queue(ctx context.Context, check func(n int64) error, query string, args ...any) error {
	if tx.line == nil {
		n, err := tx.Exec(ctx, query, args...)
		if err == nil && check != nil {
			err = check(n)
		}
		return err
	}
	if tx.line.looks {
		return errLooks
	}
	if err := storable(args); err != nil {
		return err
	}
	tx.line.pending = append(tx.line.pending, write{query, plain(args), check})
	if len(tx.line.pending) >= queueLength {
		return tx.line.flush(ctx)
	}
	return nil
}

// queueLength bounds what waits, so that a bulk load does not pile up in memory.
const queueLength = 32
