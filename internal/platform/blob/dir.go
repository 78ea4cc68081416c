package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"yiwang/internal/platform/clock"
)

// Dir is a Store in a directory: ab/cd/abcd…, 65,536 shards, readable by the program's account alone.
type Dir struct{ root string }

// temporary is where files are written before they get their name; it is on the same file system.
const temporary = "tmp"

// NewDir creates the directory if needed and clears what was left half-written more than a day ago.
func NewDir(root string) (*Dir, error) {
	tmp := filepath.Join(root, temporary)
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return nil, fmt.Errorf("attachments: %w", err)
	}
	left, err := os.ReadDir(tmp)
	if err != nil {
		return nil, fmt.Errorf("attachments: %w", err)
	}
	for _, e := range left {
		// Younger ones may belong to another process that shares the directory.
		if info, err := e.Info(); err == nil && clock.System.Now().Sub(info.ModTime()) > 24*time.Hour {
			_ = os.Remove(filepath.Join(tmp, e.Name())) // tried again at the next start
		}
	}
	return &Dir{root}, nil
}

func (d *Dir) path(key string) string { return filepath.Join(d.root, key[:2], key[2:4], key) }

// Put implements Store: write, fsync, rename, fsync of the directory.
func (d *Dir) Put(ctx context.Context, key string, body io.ReadSeeker, size int64) (err error) {
	if err := checkKey(key); err != nil {
		return err
	}
	path := d.path(key)
	if info, err := os.Stat(path); err == nil && info.Size() == size {
		return nil
	}
	f, err := os.CreateTemp(filepath.Join(d.root, temporary), key[:8]+"-*") // 0600
	if err != nil {
		return fmt.Errorf("store file: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already after the rename
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return errors.Join(fmt.Errorf("store file: %w", err), f.Close())
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, h), &contextReader{ctx, body})
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("store file: %w", err)
	}
	if n != size || hex.EncodeToString(h.Sum(nil)) != key {
		return fmt.Errorf("store file: %d bytes do not hash to %s", n, key)
	}
	if err := d.mkdir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("store file: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("store file: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

// mkdir makes a shard whose names survive a power loss.
func (d *Dir) mkdir(shard string) error {
	if _, err := os.Stat(shard); err == nil {
		return nil
	}
	if err := os.MkdirAll(shard, 0o700); err != nil {
		return err
	}
	return errors.Join(syncDir(filepath.Dir(shard)), syncDir(d.root))
}

func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Open implements Store.
func (d *Dir) Open(_ context.Context, key string) (io.ReadCloser, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	f, err := os.Open(d.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notFound()
	}
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	return f, nil
}

// Delete implements Store.
func (d *Dir) Delete(_ context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if err := os.Remove(d.path(key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete file: %w", err)
	}
	return nil
}

// Walk implements Store.
func (d *Dir) Walk(ctx context.Context, fn func(key string, size int64) error) error {
	return filepath.WalkDir(d.root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if e.IsDir() && path == filepath.Join(d.root, temporary) {
			return fs.SkipDir
		}
		if e.IsDir() || !isKey(e.Name()) {
			return nil
		}
		info, err := e.Info()
		if err == nil {
			err = fn(e.Name(), info.Size())
		} else if errors.Is(err, fs.ErrNotExist) {
			err = nil // deleted meanwhile
		}
		return err
	})
}

// contextReader stops a copy when its context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
