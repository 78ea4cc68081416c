package testkit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"yiwang/internal/platform/db"
	"yiwang/migrations"
)

var pg struct {
	once  sync.Once
	url   string // of the maintenance database
	err   error
	count atomic.Int64
}

// newPostgresDatabase returns the URL of an empty migrated database on the server named by
// YIWANG_TEST_POSTGRES, or on a private instance that ends with this process.
func newPostgresDatabase(t testing.TB) string {
	t.Helper()
	pg.once.Do(func() { pg.url, pg.err = preparePostgres() })
	if pg.err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("PostgreSQL is required in CI: %v", pg.err)
		}
		t.Skipf("SKIPPED ON POSTGRESQL: %v", pg.err)
	}
	name := fmt.Sprintf("yw_%d_%d", os.Getpid(), pg.count.Add(1))
	exec1(t, "CREATE DATABASE "+name+" TEMPLATE "+templateName())
	t.Cleanup(func() { exec1(t, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return withDatabase(pg.url, name)
}

func templateName() string { return "yw_template_" + strconv.Itoa(os.Getpid()) }

func exec1(t testing.TB, query string) {
	t.Helper()
	if err := run(pg.url, query); err != nil {
		t.Fatal(err)
	}
}

func run(url, query string) error {
	p, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }()
	_, err = p.ExecContext(context.Background(), query)
	return err
}

func withDatabase(raw, name string) string {
	u, err := url.Parse(raw)
	if err != nil {
		panic(err) // our own URL, or one that preparePostgres already used
	}
	u.Path = "/" + name
	return u.String()
}

func preparePostgres() (string, error) {
	maintenance := os.Getenv("YIWANG_TEST_POSTGRES")
	if maintenance == "" {
		var err error
		if maintenance, err = startPostgres(); err != nil {
			return "", err
		}
	}
	if err := run(maintenance, "CREATE DATABASE "+templateName()); err != nil {
		return "", err
	}
	ctx := context.Background()
	d, err := db.Open(ctx, db.Config{URL: withDatabase(maintenance, templateName()), MaxConns: 2})
	if err != nil {
		return "", err
	}
	if err := d.Migrate(ctx, migrations.Files); err != nil {
		return "", err
	}
	return maintenance, d.Close()
}

// startPostgres runs a throw-away instance on a Unix socket. The kernel ends it with this process.
func startPostgres() (string, error) {
	bin, err := serverPrograms()
	if err != nil {
		return "", err
	}
	sweep()
	dir, err := os.MkdirTemp("", "yiwang-pg-")
	if err != nil {
		return "", err
	}
	attr, err := unprivileged(dir)
	if err != nil {
		return "", err
	}
	data := filepath.Join(dir, "data")
	if err := initialise(bin, data, attr); err != nil {
		return "", err
	}
	u := socketURL(dir)
	if _, err := startServer(bin, data, dir, attr, "fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200", "shared_buffers=32MB"); err != nil {
		return "", err
	}
	return u, waitFor(u)
}

// initialise makes the directory of an instance.
func initialise(bin, data string, attr *syscall.SysProcAttr, more ...string) error {
	initdb := exec.Command(filepath.Join(bin, "initdb"), append([]string{"-D", data, "-U", "yiwang", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"}, more...)...)
	initdb.SysProcAttr, initdb.Dir = attr, filepath.Dir(data)
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return nil
}

// startServer runs an instance whose socket is in a directory.
func startServer(bin, data, socket string, attr *syscall.SysProcAttr, settings ...string) (*exec.Cmd, error) {
	args := []string{"-D", data, "-k", socket, "-c", "listen_addresses="}
	for _, one := range settings {
		args = append(args, "-c", one)
	}
	server := exec.Command(filepath.Join(bin, "postgres"), args...)
	server.SysProcAttr, server.Dir = attr, filepath.Dir(data)
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // the death signal follows the thread that started the child
		started <- server.Start()
		select {}
	}()
	return server, <-started
}

func socketURL(dir string) string {
	return (&url.URL{Scheme: "postgres", User: url.User("yiwang"), Path: "/postgres", RawQuery: url.Values{"host": {dir}}.Encode()}).String()
}

// sweep removes what earlier instances left: the kernel ends a server with its test program, which then cannot clean up.
func sweep() {
	dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), "yiwang-pg-*"))
	for _, dir := range dirs {
		made, err := os.Stat(dir)
		if err != nil || time.Since(made.ModTime()) < time.Hour {
			continue // maybe being made: initdb starts and ends servers too
		}
		pid, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
		if err != nil {
			continue
		}
		number, _, _ := strings.Cut(string(pid), "\n")
		if _, err := os.Stat("/proc/" + number); errors.Is(err, os.ErrNotExist) {
			_ = os.RemoveAll(dir) // somebody else's directory stays
		}
	}
}

func waitFor(u string) (err error) {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if err = run(u, "SELECT 1"); err == nil {
			return nil
		}
	}
	return fmt.Errorf("PostgreSQL did not answer within 30 s: %w", err)
}

// serverPrograms finds initdb and postgres; Debian keeps them outside PATH.
func serverPrograms() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(dirs) == 0 {
		return "", fmt.Errorf("no PostgreSQL server programs: set YIWANG_TEST_POSTGRES or install the Debian package postgresql")
	}
	slices.SortFunc(dirs, func(a, b string) int { return strings.Compare(b, a) })
	return filepath.Dir(dirs[0]), nil
}

// unprivileged lets root run the server as "nobody", since PostgreSQL refuses root.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if os.Geteuid() != 0 {
		return attr, nil
	}
	const nobody = 65534
	attr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	return attr, os.Chown(dir, nobody, nobody)
}
