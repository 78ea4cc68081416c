package db

import (
	"context"
	"database/sql"
	"errors"
)

// RawInserter is the peer of the write benchmark: the driver alone, one commit per row, with the same pragmas.
// Call done at the end.
func RawInserter(ctx context.Context, path string) (insert func(name string) error, done func() error, err error) {
	raw, err := sql.Open("sqlite3", "file:"+path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return nil, nil, err
	}
	raw.SetMaxOpenConns(1)
	if _, err := raw.ExecContext(ctx, "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at BIGINT NOT NULL)"); err != nil {
		return nil, nil, errors.Join(err, raw.Close())
	}
	stmt, err := raw.PrepareContext(ctx, "INSERT INTO setting (name, value, updated_at) VALUES (?, 'x', ?)")
	if err != nil {
		return nil, nil, errors.Join(err, raw.Close())
	}
	insert = func(name string) error {
		_, err := stmt.ExecContext(ctx, name, 1)
		return err
	}
	return insert, func() error { return errors.Join(stmt.Close(), raw.Close()) }, nil
}
