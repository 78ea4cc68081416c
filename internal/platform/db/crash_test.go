package db_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/migrations"
)

// TestMain turns the test program into the victim of the crash test when asked to.
func TestMain(m *testing.M) {
	if path := os.Getenv("YIWANG_CRASH_VICTIM"); path != "" {
		if err := writeForEver(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// writeForEver writes from eight goroutines and prints each name once its commit is acknowledged.
func writeForEver(path string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, db.Config{URL: "sqlite:" + path})
	if err != nil {
		return err
	}
	failed := make(chan error)
	for w := range 8 {
		go func() {
			for i := 0; ; i++ {
				name := fmt.Sprintf("%d-%d-%d", os.Getpid(), w, i)
				if err := d.Tx(ctx, func(tx *db.Tx) error { return put(ctx, tx, name, "x") }); err != nil {
					failed <- err
					return
				}
				fmt.Println(name)
			}
		}()
	}
	return <-failed
}

func TestKill9_FiftyTimesLosesNothingAcknowledged(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: fifty crashes take some seconds")
	}
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "crash.db")
	d, err := db.Open(ctx, db.Config{URL: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Migrate(ctx, migrations.Files); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	var acknowledged []string
	for round := range 50 {
		acknowledged = append(acknowledged, crash(t, path, 5+round*7)...)
	}
	checkAll(t, path, acknowledged)
	t.Logf("%d acknowledged writes survived 50 kills", len(acknowledged))
}

// crash runs a victim, kills it after it has acknowledged n writes, and returns every name it acknowledged.
func crash(t *testing.T, path string, n int) (names []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "YIWANG_CRASH_VICTIM="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil { // the pipe ends with the victim; a line cut in the middle was not acknowledged
			break
		}
		names = append(names, strings.TrimSpace(line))
		if len(names) == n {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || len(names) < n {
		t.Fatalf("the victim ended by itself after %d writes: %v", len(names), err)
	}
	return names
}

func checkAll(t *testing.T, path string, want []string) {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, db.Config{URL: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	stored := map[string]bool{}
	for _, r := range readAll(t, d) {
		stored[r.Name] = true
	}
	for _, name := range want {
		if !stored[name] {
			t.Errorf("acknowledged write %s is gone", name)
		}
	}
	err = d.Read(ctx, func(tx *db.Tx) error {
		state, err := db.Get[string](ctx, tx, "PRAGMA integrity_check")
		if err == nil && state != "ok" {
			err = fmt.Errorf("integrity check: %s", state)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
