package command_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"yiwang/internal/testkit"
)

// small mounts a disk of some megabytes; without the right to mount the test is skipped aloud.
func small(t *testing.T, megabytes string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "yiwang-disk-") // t.TempDir lies where a database that runs without rights does not come
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(dir) })
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+megabytes+"m"); err != nil {
		t.Skipf("SKIPPED: a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

// fill writes a file until the disk is full and returns its path.
func fill(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "ballast")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // what could not be written is what the test wants
	for block := make([]byte, 64<<10); err == nil; _, err = f.Write(block) {
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	return path
}

func TestFullDisk_PhonesAreToldToSendAgainTheServerStaysUpAndNothingAcknowledgedIsLost(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: a server in a process of its own takes some seconds")
	}
	t.Run("sqlite", func(t *testing.T) {
		dir := small(t, "48")
		fillUp(t, newPost(t, "sqlite:"+filepath.Join(dir, "yiwang.db"), dir), dir, nil)
	})
	t.Run("postgres", func(t *testing.T) {
		dir := small(t, "160")
		pg := testkit.PostgresIn(t, dir)
		fillUp(t, newPost(t, pg.URL, t.TempDir()), dir, pg)
	})
}

// fillUp runs an installation whose database lies below dir until the disk is full, and then with room again.
func fillUp(t *testing.T, p *post, dir string, pg *testkit.Instance) {
	t.Helper()
	p.start()
	for n := range officers {
		if status := p.send(n); status != http.StatusOK {
			t.Fatalf("with room: %d", status)
		}
	}
	ballast := fill(t, dir)
	refused := p.refuse(20)
	if pg != nil { // the log of changes fills up too: PostgreSQL ends
		for err := error(nil); err == nil; {
			err = pg.Do("SELECT pg_logical_emit_message(false, 'ballast', repeat('x', 500000))")
		}
		refused += p.refuse(5)
	}
	answer, err := http.Post(p.base+"/ingest/osmand/"+p.tokens[0], "application/x-www-form-urlencoded", strings.NewReader("lat=32.06&lon=118.77"))
	if err != nil {
		t.Fatal(err)
	}
	said, _ := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(said), "patrol.not_stored") || answer.Header.Get("Retry-After") == "" {
		t.Errorf("on a full disk: %d %s", answer.StatusCode, said)
	}
	if alive, err := http.Get(p.base + "/healthz"); err != nil || alive.StatusCode != http.StatusOK {
		t.Errorf("alive: %v", err)
	} else {
		_ = alive.Body.Close()
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if pg != nil {
		pg.Start(t)
	}
	before := p.acknowledged()
	for n := range officers {
		if status := p.send(n); status != http.StatusOK {
			t.Errorf("with room again: %d", status)
		}
	}
	if p.acknowledged() != before+officers {
		t.Error("not everybody was answered")
	}
	if err := p.server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.server.Wait() // it was killed
	p.check()
	t.Logf("%d positions were acknowledged, %d sent back", p.acknowledged(), refused)
}

// refuse sends until so many positions were sent back.
func (p *post) refuse(want int) (refused int) {
	p.t.Helper()
	for n := 0; n < 5000 && refused < want; n++ { // what lies in the log of changes or on a page already may be written over
		switch status := p.send(n % officers); status {
		case http.StatusOK:
		case http.StatusServiceUnavailable:
			refused++
		default:
			p.t.Fatalf("on a full disk: %d", status)
		}
	}
	if refused < want {
		p.t.Fatal("the disk did not fill up")
	}
	return refused
}
