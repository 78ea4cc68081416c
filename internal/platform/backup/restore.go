package backup

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/crypto"
)

// Target is the installation to restore into. No server may run on it.
type Target struct {
	DBPath  string // file of the SQLite database
	Files   blob.Store
	KeyPath string
	Schema  int64 // newest that this program knows; a newer backup is refused
	// Force restores over existing data. The database and keys that were there stay beside the new ones under a name
	// that ends in ".before-TIME"; attachments are added to those that are there.
	Force bool
	Clock clock.Clock
}

// Verify reads a backup without writing anything and reports what is in it; ErrDamaged if it is not whole.
func Verify(ctx context.Context, path string) (s Summary, err error) {
	f, err := os.Open(path)
	if err != nil {
		return s, fmt.Errorf("backup: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	database := false
	err = scan(f, func(h Header) error { s.Header = h; return nil }, func(name string, size int64, _ io.Reader) error {
		s.Bytes += size
		switch key, attached := strings.CutPrefix(name, filesPrefix); {
		case attached && len(key) == 64 && !strings.ContainsAny(key, `/\.`):
			s.Files++
		case name == databaseName && !database:
			database = true
		case name != keysName || !s.HasKeys:
			return damaged(fmt.Errorf("unexpected part %q", name))
		}
		return ctx.Err()
	})
	if err == nil && !database {
		err = damaged(errors.New("there is no database in it"))
	}
	return s, err
}

// Restore puts a backup in place. The whole file is verified before anything is written, and the database appears last,
// so an interrupted restore leaves no database that could be taken for a good one.
func Restore(ctx context.Context, path string, to Target) (s Summary, err error) {
	if s, err = Verify(ctx, path); err != nil {
		return s, err
	}
	if s.Schema > to.Schema {
		return s, fmt.Errorf("the backup has schema %d, this program knows %d: restore it with the newer program", s.Schema, to.Schema)
	}
	if err := to.check(ctx, s.Header); err != nil {
		return s, err
	}
	if err := os.MkdirAll(filepath.Dir(to.DBPath), 0o750); err != nil {
		return s, fmt.Errorf("restore: %w", err)
	}
	work, err := os.MkdirTemp(filepath.Dir(to.DBPath), ".restore-*")
	if err != nil {
		return s, fmt.Errorf("restore: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	r := restoring{Target: to, work: work}
	f, err := os.Open(path)
	if err != nil {
		return s, fmt.Errorf("restore: %w", err)
	}
	err = scan(f, func(Header) error { return nil }, func(name string, _ int64, body io.Reader) error { return r.part(ctx, name, body) })
	if err = errors.Join(err, f.Close()); err != nil {
		return s, fmt.Errorf("restore: %w", err)
	}
	if err := r.place(ctx, s.Header); err != nil {
		return s, fmt.Errorf("restore: %w", err)
	}
	s.Damaged = r.damaged
	s.KeysMissing = s.Keys != "" && !exists(to.KeyPath)
	return s, nil
}

// check refuses a target that holds something, has other keys, or is in use.
func (to Target) check(ctx context.Context, h Header) error {
	if !to.Force {
		for _, path := range []string{to.DBPath, to.DBPath + "-wal"} {
			if exists(path) {
				return fmt.Errorf("%s exists already: restore into an empty directory, or use --force to set it aside", path)
			}
		}
		found := errors.New("found")
		err := to.Files.Walk(ctx, func(string, int64) error { return found })
		if errors.Is(err, found) {
			return errors.New("the attachment store is not empty: restore into an empty one, or use --force to add to it")
		}
		if err != nil {
			return fmt.Errorf("attachments: %w", err)
		}
	}
	if keys, err := crypto.Load(to.KeyPath); err == nil {
		if !to.Force && keys.Fingerprint() != h.Keys && h.Keys != "" {
			return fmt.Errorf("the keys in %s are not those of the backup (fingerprint %s): put the right key file there first, or use --force", to.KeyPath, h.Keys)
		}
	} else if !errors.Is(err, crypto.ErrNoKeys) {
		return err
	}
	return to.idle(ctx)
}

// idle fails while any process has the database open: SQLite then cannot get it for itself.
func (to Target) idle(ctx context.Context) error {
	if !exists(to.DBPath) {
		return nil
	}
	err := withDatabase(to.DBPath, "&_pragma=busy_timeout(500)&_pragma=locking_mode(EXCLUSIVE)", func(pool *sql.DB) error {
		conn, err := pool.Conn(ctx)
		if err != nil {
			return err
		}
		for _, text := range []string{"BEGIN EXCLUSIVE", "ROLLBACK"} {
			if _, err := conn.ExecContext(ctx, text); err != nil {
				return errors.Join(err, conn.Close())
			}
		}
		return conn.Close()
	})
	if err != nil && strings.Contains(err.Error(), "locked") {
		return fmt.Errorf("%s is in use: stop the server first", to.DBPath)
	}
	return nil // a damaged database may be what is to be replaced
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

type restoring struct {
	Target
	work    string
	damaged []string
}

// part stages one part of the archive; attachments go straight to the store, which checks their hash.
func (r *restoring) part(ctx context.Context, name string, body io.Reader) error {
	key, attached := strings.CutPrefix(name, filesPrefix)
	if !attached {
		return copyTo(filepath.Join(r.work, filepath.Base(name)), body)
	}
	staged := filepath.Join(r.work, "file")
	if err := copyTo(staged, body); err != nil {
		return err
	}
	f, err := os.Open(staged)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		err = r.store(ctx, key, f, info.Size())
	}
	return errors.Join(err, f.Close(), os.Remove(staged))
}

func (r *restoring) store(ctx context.Context, key string, f *os.File, size int64) error {
	sum := &summing{r: f, h: sha256.New()}
	if _, err := io.Copy(io.Discard, sum); err != nil {
		return err
	}
	if hex.EncodeToString(sum.h.Sum(nil)) != key {
		r.damaged = append(r.damaged, key) // was damaged when it was backed up
		return nil
	}
	return r.Files.Put(ctx, key, f, size)
}

// place moves keys and database to where the server looks for them.
func (r *restoring) place(ctx context.Context, h Header) error {
	staged := filepath.Join(r.work, databaseName)
	schema, err := inspect(ctx, staged, "integrity_check")
	if err != nil {
		return err
	}
	if schema != h.Schema {
		return damaged(fmt.Errorf("the database has schema %d, the header says %d", schema, h.Schema))
	}
	suffix := ".before-" + r.Clock.Now().UTC().Format("20060102T150405.000")
	if h.HasKeys {
		if err := r.placeKeys(suffix); err != nil {
			return err
		}
	}
	// The log files belong to the old database and would corrupt the new one.
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(r.DBPath+end, r.DBPath+suffix+end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if err := os.Rename(staged, r.DBPath); err != nil {
		return err
	}
	return syncDir(filepath.Dir(r.DBPath))
}

func (r *restoring) placeKeys(suffix string) error {
	text, err := os.ReadFile(filepath.Join(r.work, keysName))
	if err != nil {
		return err
	}
	keys, err := crypto.Parse(text)
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(r.KeyPath); err == nil {
		if bytes.Equal(old, text) {
			return nil
		}
		if err := os.Rename(r.KeyPath, r.KeyPath+suffix); err != nil {
			return err
		}
	}
	return keys.Save(r.KeyPath)
}
