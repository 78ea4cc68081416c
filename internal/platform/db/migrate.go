package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// MigrationState is one line of `migrate --status`.
type MigrationState struct {
	Version int64
	File    string
	Applied bool
}

// Migrate brings the schema to the newest version of files. It refuses a schema that is newer than the
// program, because an old program would write rows the new one does not expect.
func (d *DB) Migrate(ctx context.Context, files fs.FS) error {
	return d.withProvider(files, func(p *goose.Provider) error {
		if err := refuseNewer(ctx, p); err != nil {
			return err
		}
		pending, err := p.HasPending(ctx)
		if err != nil || !pending {
			return err
		}
		return up(ctx, p)
	})
}

// up applies what is pending. On SQLite another process may apply the same steps meanwhile; what fails because a step is
// there already goes on behind that step.
func up(ctx context.Context, p *goose.Provider) error {
	for before := int64(-1); ; {
		_, err := p.Up(ctx)
		if err == nil {
			return nil
		}
		now, _, state := p.GetVersions(ctx)
		if state != nil || now == before {
			return fmt.Errorf("migrate: %w", err)
		}
		before = now
	}
}

// CheckSchema fails if the schema is not exactly the one the program knows.
func (d *DB) CheckSchema(ctx context.Context, files fs.FS) error {
	return d.withProvider(files, func(p *goose.Provider) error { return refuseNewer(ctx, p) })
}

// MigrationStatus lists every migration and whether it is applied.
func (d *DB) MigrationStatus(ctx context.Context, files fs.FS) (out []MigrationState, err error) {
	err = d.withProvider(files, func(p *goose.Provider) error {
		states, err := p.Status(ctx)
		for _, s := range states {
			out = append(out, MigrationState{s.Source.Version, s.Source.Path, s.State == goose.StateApplied})
		}
		return err
	})
	return out, err
}

// SchemaVersion returns the newest version the program knows.
func SchemaVersion(files fs.FS) (int64, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return 0, err
	}
	var newest int64
	for _, n := range names {
		v, err := goose.NumericComponent(n)
		if err != nil {
			return 0, err
		}
		newest = max(newest, v)
	}
	return newest, nil
}

func refuseNewer(ctx context.Context, p *goose.Provider) error {
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema version: %w", err)
	}
	if current > target {
		return fmt.Errorf("the database has schema %d, this program knows %d: run the newer program, or restore a backup made before the upgrade", current, target)
	}
	return nil
}

func (d *DB) withProvider(files fs.FS, fn func(*goose.Provider) error) (err error) {
	dialect, pool, options := goose.DialectPostgres, d.write, []goose.ProviderOption{goose.WithVerbose(false)}
	if d.dialect == Postgres { // nodes that start at the same time take turns, for at most five minutes
		turn, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(turn))
	} else {
		dialect = goose.DialectSQLite3
		// The writer's connection is taken; migrations run on one of their own, before anybody writes.
		pool, err = sql.Open("sqlite3", "file:"+(&url.URL{Path: d.path}).EscapedPath()+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_txlock=immediate")
		if err != nil {
			return err
		}
		pool.SetMaxOpenConns(1)
		defer func() { err = errors.Join(err, pool.Close()) }()
	}
	p, err := goose.NewProvider(dialect, pool, files, options...)
	if err != nil {
		return err
	}
	return fn(p)
}
