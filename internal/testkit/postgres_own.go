package testkit

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Instance is a PostgreSQL server of a test's own, with the durability of a real one, whose disk the test may fill.
type Instance struct {
	URL          string
	data, socket string
	server       *exec.Cmd
	ended        chan struct{}
}

// PostgresIn makes an instance below dir and starts it; it ends with the test. Without PostgreSQL the test is skipped aloud, in CI it fails.
func PostgresIn(t testing.TB, dir string) *Instance {
	t.Helper()
	bin, err := serverPrograms()
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("PostgreSQL is required in CI: %v", err)
		}
		t.Skipf("SKIPPED ON POSTGRESQL: %v", err)
	}
	socket, err := os.MkdirTemp("", "yiwang-pg-") // a path that a socket may have
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(socket) })
	i := &Instance{URL: socketURL(socket), data: filepath.Join(dir, "pg", "data"), socket: socket}
	if err := os.Mkdir(filepath.Join(dir, "pg"), 0o700); err != nil {
		t.Fatal(err)
	}
	attr, err := unprivileged(filepath.Join(dir, "pg"))
	if err != nil {
		t.Fatal(err)
	}
	if err := initialise(bin, i.data, attr, "--wal-segsize=1"); err != nil {
		t.Fatal(err)
	}
	i.Start(t)
	t.Cleanup(i.stop)
	return i
}

// Start starts the instance unless it runs.
func (i *Instance) Start(t testing.TB) {
	t.Helper()
	if i.ended != nil {
		select {
		case <-i.ended:
		default:
			if err := waitFor(i.URL); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	bin, err := serverPrograms()
	if err != nil {
		t.Fatal(err)
	}
	attr, err := unprivileged(i.socket)
	if err != nil {
		t.Fatal(err)
	}
	server, err := startServer(bin, i.data, i.socket, attr, "min_wal_size=2MB", "max_wal_size=16MB", "shared_buffers=16MB", "max_connections=60")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = server.Wait(); close(ended) }()
	i.server, i.ended = server, ended
	if err := waitFor(i.URL); err != nil {
		t.Fatal(err)
	}
}

// Do runs a statement as an administrator would.
func (i *Instance) Do(query string) error { return run(i.URL, query) }

func (i *Instance) stop() {
	_ = i.server.Process.Signal(os.Interrupt) // fast; it may have ended
	<-i.ended
}
