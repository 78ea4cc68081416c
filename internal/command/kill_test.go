package command_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"yiwang/internal/app"
	"yiwang/internal/command"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/config"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
)

// TestMain turns the test program into the server that the tests kill when asked to.
func TestMain(m *testing.M) {
	if args := os.Getenv("YIWANG_VICTIM"); args != "" {
		os.Exit(command.Run(context.Background(), strings.Split(args, "\n"), os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// post is an installation with officers on duty, whose server is another process.
type post struct {
	t         *testing.T
	url, dir  string
	tokens    []string
	server    *exec.Cmd
	base      string
	mu        sync.Mutex
	next      int64              // milliseconds of the last position sent
	confirmed map[string][]int64 // by officer: positions that were acknowledged
}

const officers = 8

func newPost(t *testing.T, url, dir string) *post {
	t.Helper()
	p := &post{t: t, url: url, dir: dir, confirmed: map[string][]int64{}}
	p.inside(func(ctx context.Context, a *app.App) {
		for n := range officers {
			me := officer(n)
			if _, err := a.Patrol.GoOnDuty(me, 0); err != nil {
				t.Fatal(err)
			}
			_, token, err := a.Patrol.AddDevice(ctx, patrol.NewDevice{OfficerID: auth.From(me).UserID, AreaCode: "320106", Label: "手机", Kind: "osmand"})
			if err != nil {
				t.Fatal(err)
			}
			p.tokens = append(p.tokens, token)
		}
		// As if they had been on duty for half an hour, so that old positions become chunks while the server runs.
		if err := a.DB.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE duty_session SET on_at = on_at - 1800000")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		p.next = a.DB.Clock().Now().Add(-25 * time.Minute).UnixMilli()
	})
	return p
}

func officer(n int) context.Context {
	id := fmt.Sprintf("officer-%d", n)
	return auth.With(context.Background(), &auth.Principal{UserID: id, Name: id, UnitID: "u", Areas: []string{"320106"}, Permissions: map[string]bool{patrol.PermDuty: true}})
}

// inside opens the installation in this process while no server runs.
func (p *post) inside(fn func(ctx context.Context, a *app.App)) {
	p.t.Helper()
	ctx := auth.System(context.Background(), "test")
	a, err := app.Open(ctx, config.Config{DB: p.url, Data: p.dir, Cipher: "aes", JobWorkers: 1})
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			p.t.Error(err)
		}
	}()
	fn(ctx, a)
}

// start runs the server in a process of its own; it says that it is ready when it takes positions.
func (p *post) start() {
	p.t.Helper()
	p.server = exec.Command(os.Args[0])
	p.server.Env = append(os.Environ(), "YIWANG_VICTIM="+strings.Join([]string{"--data", p.dir, "--db", p.url, "--cipher", "aes", "serve", "--addr", "127.0.0.1:0", "--media", "off"}, "\n"))
	logs, err := p.server.StderrPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.server.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = p.server.Process.Kill() }) // it may have ended
	lines := bufio.NewReader(logs)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			p.t.Fatalf("the server does not become ready: %v", err)
		}
		if _, rest, ok := strings.Cut(line, "address="); ok && strings.Contains(line, "ready") {
			p.base = "http://" + strings.Fields(rest)[0]
			break
		}
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
}

// send sends the next position of an officer and notes it if it was acknowledged; it returns the status, zero without an answer.
func (p *post) send(n int) int {
	p.mu.Lock()
	p.next++
	at := p.next
	p.mu.Unlock()
	answer, err := http.Post(p.base+"/ingest/osmand/"+p.tokens[n], "application/x-www-form-urlencoded", strings.NewReader(fmt.Sprintf("lat=32.06&lon=118.77&timestamp=%d", at)))
	if err != nil {
		return 0
	}
	_ = answer.Body.Close()
	if answer.StatusCode == http.StatusOK {
		p.mu.Lock()
		defer p.mu.Unlock()
		id := fmt.Sprintf("officer-%d", n)
		p.confirmed[id] = append(p.confirmed[id], at)
	}
	return answer.StatusCode
}

// sendUntil has everybody send until enough says so; it returns when nobody waits for an answer.
func (p *post) sendUntil(enough func() bool) {
	var all sync.WaitGroup
	for n := range officers {
		all.Go(func() {
			for !enough() {
				if p.send(n) == 0 {
					return // the server is gone
				}
			}
		})
	}
	all.Wait()
}

func (p *post) acknowledged() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, list := range p.confirmed {
		n += len(list)
	}
	return n
}

// check reads everything back: what was acknowledged is there, once.
func (p *post) check() {
	p.t.Helper()
	p.inside(func(ctx context.Context, a *app.App) {
		running, stop := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- a.Patrol.Run(running) }()
		defer func() {
			stop()
			if err := <-ended; err != nil {
				p.t.Error(err)
			}
		}()
		select {
		case <-a.Patrol.Ready():
		case err := <-ended:
			ended <- err
			p.t.Fatal(err)
		}
		now := a.DB.Clock().Now()
		for n := range officers {
			me := officer(n)
			points, err := a.Patrol.Points(me, patrol.Look{Officer: auth.From(me).UserID, From: clock.At(now.Add(-time.Hour)), To: clock.At(now.Add(time.Hour))})
			if err != nil {
				p.t.Fatal(err)
			}
			times := map[int64]int{}
			for i := range points {
				times[points[i].At]++
			}
			lost, double := 0, 0
			for _, at := range p.confirmed[auth.From(me).UserID] {
				if times[at] == 0 {
					lost++
				}
			}
			for _, n := range times {
				if n > 1 {
					double++
				}
			}
			if lost+double > 0 {
				p.t.Errorf("%s: %d of %d acknowledged positions are lost, %d are there twice", auth.From(me).UserID, lost, len(p.confirmed[auth.From(me).UserID]), double)
			}
		}
	})
}

func TestKill9_WhatWasAcknowledgedOverHTTPIsThereAndThereOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: crashes take some seconds")
	}
	t.Parallel()
	testkit.EachURL(t, func(t *testing.T, url string) {
		p := newPost(t, url, t.TempDir())
		for round, want := range []int{40, 150, 400} { // between acknowledgement and sealing
			p.start()
			from := p.acknowledged()
			p.killWhen(func() bool { return p.acknowledged() >= from+want })
			if round == 0 {
				p.check()
			}
		}
		p.start() // while chunks are being written: what waits is older than ten minutes
		p.killWhen(p.sealing())
		p.check()
		t.Logf("%d positions were acknowledged and survived four kills", p.acknowledged())
	})
}

// killWhen kills the server as soon as it has done enough, with calls in their midst.
func (p *post) killWhen(enough func() bool) {
	p.t.Helper()
	var once sync.Once
	p.sendUntil(func() bool {
		if enough() {
			once.Do(func() {
				if err := p.server.Process.Kill(); err != nil {
					p.t.Error(err)
				}
			})
		}
		return false
	})
	var killed *exec.ExitError
	if err := p.server.Wait(); !errors.As(err, &killed) || killed.Exited() {
		p.t.Errorf("the server was not killed: %v", err)
	}
}

// sealing reports whether chunks have been written since it was called.
func (p *post) sealing() func() bool {
	d, err := db.Open(context.Background(), db.Config{URL: p.url})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = d.Close() }) // it only looks
	chunks := func() (n int) {
		_ = d.Read(context.Background(), func(tx *db.Tx) (err error) {
			n, err = db.Get[int](context.Background(), tx, "SELECT COALESCE(SUM(points), 0) FROM duty_session")
			return err
		})
		return n
	}
	before := chunks()
	return func() bool { return chunks() > before }
}
