package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"yiwang/internal/platform/backup"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
	"yiwang/migrations"
)

type house struct {
	db   *db.DB
	src  backup.Source
	dir  string
	file string
}

// newHouse is a serving installation with a table of its own, three attachments and keys.
func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{db: testkit.SQLite(t), dir: t.TempDir()}
	h.file = filepath.Join(h.dir, "copy.tar.zst")
	files, err := blob.NewDir(filepath.Join(h.dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	keys := filepath.Join(h.dir, "keys.json")
	if _, err := crypto.LoadOrCreate(keys, crypto.AES); err != nil {
		t.Fatal(err)
	}
	h.src = backup.Source{DB: h.db, Files: files, KeyPath: keys}
	h.tx(t, "CREATE TABLE note (id BIGINT PRIMARY KEY, text TEXT NOT NULL)")
	for _, text := range []string{"一", "二", ""} {
		h.put(t, text)
	}
	return h
}

func (h *house) tx(t *testing.T, query string, args ...any) {
	t.Helper()
	ctx := context.Background()
	if err := h.db.Tx(ctx, func(tx *db.Tx) error { _, err := tx.Exec(ctx, query, args...); return err }); err != nil {
		t.Error(err)
	}
}

func (h *house) put(t *testing.T, text string) {
	t.Helper()
	ref, _, err := blob.Ingest(context.Background(), h.src.Files, strings.NewReader("编号,文本\n1,"+text), blob.Rules{Types: blob.Tables})
	if err != nil || ref.Key == "" {
		t.Fatal(err)
	}
}

func (h *house) backup(t *testing.T) backup.Summary {
	t.Helper()
	s, err := backup.Create(context.Background(), h.src, h.file)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func schema(t *testing.T) int64 {
	t.Helper()
	v, err := db.SchemaVersion(migrations.Files)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func newTarget(t *testing.T) backup.Target {
	t.Helper()
	dir := t.TempDir()
	files, err := blob.NewDir(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	return backup.Target{DBPath: filepath.Join(dir, "yiwang.db"), Files: files, KeyPath: filepath.Join(dir, "keys.json"),
		Schema: schema(t), Clock: clock.System}
}

// ids opens a restored database as the server does and reads the rows of note.
func ids(t *testing.T, path string) map[int64]bool {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, db.Config{URL: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := d.CheckSchema(ctx, migrations.Files); err != nil {
		t.Fatal(err)
	}
	got := map[int64]bool{}
	err = d.Read(ctx, func(tx *db.Tx) error {
		list, err := db.All[int64](ctx, tx, "SELECT id FROM note")
		for _, id := range list {
			got[id] = true
		}
		if verdict, err := db.Get[string](ctx, tx, "PRAGMA integrity_check"); err != nil || verdict != "ok" {
			t.Errorf("integrity: %s, %v", verdict, err)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func count(t *testing.T, s blob.Store) (n int) {
	t.Helper()
	err := s.Walk(context.Background(), func(key string, _ int64) error {
		n++
		return blob.Verify(context.Background(), s, key)
	})
	if err != nil {
		t.Error(err)
	}
	return n
}

func TestCreate_WhileServingLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx, stop := context.WithCancel(context.Background())
	var next atomic.Int64
	var mu sync.Mutex
	acknowledged := map[int64]bool{}
	running := make(chan struct{}, 1)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for ctx.Err() == nil {
				id := next.Add(1)
				h.tx(t, "INSERT INTO note (id, text) VALUES ($1, $2)", id, strings.Repeat("文", 200))
				mu.Lock()
				acknowledged[id] = true
				if len(acknowledged) == 500 {
					running <- struct{}{}
				}
				mu.Unlock()
			}
		})
	}
	<-running
	for round := range 3 {
		mu.Lock()
		want := make([]int64, 0, len(acknowledged))
		for id := range acknowledged {
			want = append(want, id)
		}
		mu.Unlock()
		h.file = filepath.Join(h.dir, fmt.Sprintf("copy%d.tar.zst", round))
		s := h.backup(t)
		to := newTarget(t)
		if _, err := backup.Restore(context.Background(), h.file, to); err != nil {
			t.Fatal(err)
		}
		got := ids(t, to.DBPath)
		for _, id := range want {
			if !got[id] {
				t.Fatalf("round %d: row %d was acknowledged before the backup began and is not in it (%d rows)", round, id, len(got))
			}
		}
		if s.Files != 3 || count(t, to.Files) != 3 || s.Schema != schema(t) || len(s.Damaged) != 0 {
			t.Errorf("summary %+v", s)
		}
	}
	stop()
	wg.Wait()
	left, err := os.ReadDir(h.dir)
	if err != nil || len(left) != 5 { // blobs, keys, three copies
		t.Errorf("beside the copies lie %v (%v)", left, err)
	}
	info, err := os.Stat(h.file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy has mode %v (%v)", info.Mode(), err)
	}
}

func TestRestore_ChecksKeys(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.backup(t)
	ctx := context.Background()
	to := newTarget(t)
	s, err := backup.Restore(ctx, h.file, to)
	if err != nil || !s.KeysMissing || s.Keys == "" {
		t.Errorf("without keys: %+v, %v", s, err)
	}
	to = newTarget(t)
	if _, err := crypto.LoadOrCreate(to.KeyPath, crypto.AES); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(ctx, h.file, to); err == nil || !strings.Contains(err.Error(), s.Keys) {
		t.Errorf("other keys: %v", err)
	}
	h.src.WithKeys, h.file = true, filepath.Join(h.dir, "with-keys.tar.zst")
	h.backup(t)
	to = newTarget(t)
	s, err = backup.Restore(ctx, h.file, to)
	if err != nil || s.KeysMissing {
		t.Errorf("with keys: %+v, %v", s, err)
	}
	keys, err := crypto.Load(to.KeyPath)
	if err != nil || keys.Fingerprint() != s.Keys {
		t.Errorf("restored keys: %v", err)
	}
}

func TestRestore_RefusesWhatWouldDestroyOrNotRun(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	h.backup(t)
	if _, err := backup.Create(ctx, h.src, h.file); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("over an existing copy: %v", err)
	}
	to := newTarget(t)
	to.Schema--
	if _, err := backup.Restore(ctx, h.file, to); err == nil || !strings.Contains(err.Error(), "newer program") {
		t.Errorf("newer schema: %v", err)
	}
	to.Schema++
	if _, err := backup.Restore(ctx, h.file, to); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(ctx, h.file, to); err == nil || !strings.Contains(err.Error(), "--force") {
		t.Errorf("existing database: %v", err)
	}
	if err := os.Remove(to.DBPath); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(ctx, h.file, to); err == nil || !strings.Contains(err.Error(), "attachment store is not empty") {
		t.Errorf("existing attachments: %v", err)
	}
	to.DBPath, to.Force = h.db.Path(), true
	if _, err := backup.Restore(ctx, h.file, to); err == nil || !strings.Contains(err.Error(), "stop the server") {
		t.Errorf("a serving database: %v", err)
	}
	h.tx(t, "INSERT INTO note (id, text) VALUES (1, 'still alive')")
}

func TestRestore_WithForceSetsTheOldAside(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	h.tx(t, "INSERT INTO note (id, text) VALUES (7, 'first')")
	h.backup(t)
	to := newTarget(t)
	if _, err := backup.Restore(ctx, h.file, to); err != nil {
		t.Fatal(err)
	}
	h.tx(t, "INSERT INTO note (id, text) VALUES (8, 'second')")
	h.file = filepath.Join(h.dir, "later.tar.zst")
	h.backup(t)
	to.Force = true
	if _, err := backup.Restore(ctx, h.file, to); err != nil {
		t.Fatal(err)
	}
	if got := ids(t, to.DBPath); len(got) != 2 {
		t.Errorf("restored rows %v", got)
	}
	old, err := filepath.Glob(to.DBPath + ".before-*")
	if err != nil || len(old) != 1 || len(ids(t, old[0])) != 1 {
		t.Errorf("set aside: %v (%v)", old, err)
	}
}

func TestRestore_RefusesDamagedFilesAndWritesNothing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	h.backup(t)
	good, err := os.ReadFile(h.file)
	if err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(h.dir, "bad")
	try := func(name string, data []byte) {
		t.Helper()
		if err := os.WriteFile(bad, data, 0o600); err != nil {
			t.Fatal(err)
		}
		to := newTarget(t)
		if _, err := backup.Restore(ctx, bad, to); !errors.Is(err, backup.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := os.ReadDir(filepath.Dir(to.DBPath)); len(left) != 1 || count(t, to.Files) != 0 {
			t.Errorf("%s left %v", name, left)
		}
	}
	try("nothing", nil)
	try("something else", []byte("SQLite format 3\x00"))
	for n := 1; n < 20; n++ {
		try(fmt.Sprintf("cut to %d/20", n), good[:len(good)*n/20])
		flipped := bytes.Clone(good)
		flipped[len(good)*n/20] ^= 0x10
		try(fmt.Sprintf("a bit flipped at %d/20", n), flipped)
	}
	try("without its last bytes", good[:len(good)-5])
}

func TestCreate_ReportsDamagedAttachmentsAndCopiesTheRest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var victim string
	err := h.src.Files.Walk(context.Background(), func(key string, _ int64) error { victim = key; return nil })
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(h.dir, "blobs", victim[:2], victim[2:4], victim)
	if err := os.WriteFile(path, []byte("bit rot"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s := h.backup(t); len(s.Damaged) != 1 || s.Damaged[0] != victim {
		t.Errorf("damaged: %v", s.Damaged)
	}
	to := newTarget(t)
	s, err := backup.Restore(context.Background(), h.file, to)
	if err != nil || len(s.Damaged) != 1 || count(t, to.Files) != 2 {
		t.Errorf("restored %+v, %v", s, err)
	}
}

func TestCreate_SendsPostgreSQLToItsOwnTools(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		path := filepath.Join(t.TempDir(), "x")
		files, _ := blob.NewDir(t.TempDir())
		_, err := backup.Create(context.Background(), backup.Source{DB: d, Files: files}, path)
		if (d.Dialect() == db.Postgres) != errors.Is(err, backup.ErrPostgres) {
			t.Errorf("%s: %v", d.Dialect(), err)
		}
	})
}
