package backup

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Source is the installation to copy.
type Source struct {
	DB       *db.DB
	Files    blob.Store
	KeyPath  string // the key file; "" if there is none
	WithKeys bool   // put the keys into the backup: whoever has it can then read everything
}

// Summary tells what was copied. Damaged names attachments whose bytes no longer hash to their name; they are copied
// as they are and not restored.
type Summary struct {
	Header
	Files       int
	Bytes       int64 // of all parts before compression
	Damaged     []string
	KeysMissing bool // Restore only: the key file with the fingerprint Header.Keys must still be put in place
}

// ErrPostgres tells what to do on PostgreSQL instead.
var ErrPostgres = errors.New("the database is PostgreSQL: run pg_dump --format=custom, then copy the attachment directory or bucket (docs/operations.md)")

// Create copies the installation into the file path, which appears only when it is complete; an existing file is not
// replaced. The installation may serve meanwhile, from this process or another.
func Create(ctx context.Context, src Source, path string) (s Summary, err error) {
	if src.DB.Dialect() != db.SQLite {
		return s, ErrPostgres
	}
	if _, err := os.Stat(path); err == nil {
		return s, fmt.Errorf("%s exists already: choose another name", path)
	}
	work, err := os.MkdirTemp(filepath.Dir(path), ".backup-*")
	if err != nil {
		return s, fmt.Errorf("backup: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	snapshot := filepath.Join(work, databaseName)
	if s.Schema, err = copyDatabase(ctx, src.DB.Path(), snapshot); err != nil {
		return s, fmt.Errorf("copy the database: %w", err)
	}
	s.Format, s.CreatedAt, s.HasKeys = format, src.DB.Clock().Now().UTC(), src.WithKeys
	if src.KeyPath != "" {
		keys, err := crypto.Load(src.KeyPath)
		if err != nil {
			return s, err
		}
		s.Keys = keys.Fingerprint()
	}
	if err := s.write(ctx, src, snapshot, filepath.Join(work, "partial")); err != nil {
		return s, fmt.Errorf("backup: %w", err)
	}
	// Link, unlike Rename, never replaces what another run has put there meanwhile; some network disks know no links.
	partial := filepath.Join(work, "partial")
	if err := os.Link(partial, path); errors.Is(err, fs.ErrExist) {
		return s, fmt.Errorf("backup: %w", err)
	} else if err != nil {
		if err := os.Rename(partial, path); err != nil {
			return s, fmt.Errorf("backup: %w", err)
		}
	}
	return s, syncDir(filepath.Dir(path))
}

func (s *Summary) write(ctx context.Context, src Source, snapshot, partial string) error {
	out, err := os.OpenFile(partial, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	a, err := newArchiver(out, s.CreatedAt)
	if err == nil {
		err = s.parts(ctx, src, a, snapshot)
	}
	if err == nil {
		err = a.close()
	}
	if err == nil {
		err = out.Sync()
	}
	for _, p := range a.parts {
		s.Bytes += p.Size
	}
	return errors.Join(err, out.Close())
}

func (s *Summary) parts(ctx context.Context, src Source, a *archiver, snapshot string) error {
	if err := a.addJSON(headerName, s.Header); err != nil {
		return err
	}
	if err := a.addFile(databaseName, snapshot); err != nil {
		return err
	}
	if src.WithKeys {
		if src.KeyPath == "" {
			return errors.New("there is no key file to put into the backup")
		}
		if err := a.addFile(keysName, src.KeyPath); err != nil {
			return err
		}
	}
	return src.Files.Walk(ctx, func(key string, size int64) error {
		r, err := src.Files.Open(ctx, key)
		if errs.KindOf(err) == errs.KindNotFound {
			return nil // deleted since it was listed, so no row names it
		}
		if err != nil {
			return err
		}
		sum, err := a.add(filesPrefix+key, r, size)
		if err == nil && sum != key {
			s.Damaged = append(s.Damaged, key)
		}
		s.Files++
		return errors.Join(err, r.Close(), ctx.Err())
	})
}

func (a *archiver) addFile(name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		_, err = a.add(name, f, info.Size())
	}
	return errors.Join(err, f.Close())
}

// copyDatabase lets SQLite write a compact copy from one read transaction, checks it and returns its schema version.
func copyDatabase(ctx context.Context, from, to string) (int64, error) {
	if _, err := os.Stat(from); err != nil {
		return 0, err // opening would create an empty database
	}
	err := withDatabase(from, "", func(pool *sql.DB) error {
		_, err := pool.ExecContext(ctx, "VACUUM INTO $1", to)
		return err
	})
	if err != nil {
		return 0, err
	}
	if err := os.Chmod(to, 0o600); err != nil {
		return 0, err
	}
	return inspect(ctx, to, "quick_check")
}

// inspect runs an integrity check on a database file nobody else uses, and returns its schema version.
func inspect(ctx context.Context, path, check string) (schema int64, err error) {
	err = withDatabase(path, "&immutable=1", func(pool *sql.DB) error {
		var verdict string
		if err := pool.QueryRowContext(ctx, "PRAGMA "+check).Scan(&verdict); err != nil {
			return err
		}
		if verdict != "ok" {
			return fmt.Errorf("SQLite finds the copy inconsistent: %s", verdict)
		}
		return pool.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version WHERE is_applied").Scan(&schema)
	})
	return schema, err
}

func withDatabase(path, options string, use func(*sql.DB) error) error {
	pool, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_pragma=busy_timeout(10000)"+options)
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(1)
	return errors.Join(use(pool), pool.Close())
}

func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// copyTo writes r to a new private file and brings it to disk.
func copyTo(path string, r io.Reader) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
