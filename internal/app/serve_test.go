package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"yiwang/internal/identity"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/config"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

// serve runs a whole server on a free loopback port; stop ends it and returns what Serve returned.
func serve(t *testing.T, cfg config.Config) (a *App, base string, stop func() error) {
	t.Helper()
	cfg.Data, cfg.Addr, cfg.JobWorkers, cfg.Cipher = t.TempDir(), "127.0.0.1:0", 1, "aes"
	a, err := Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	address, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- errors.Join(a.Serve(ctx, func(addr string) { address <- addr }), a.Close()) }()
	select {
	case err := <-ended:
		t.Fatalf("did not start: %v", err)
	case addr := <-address:
		base = "http://" + addr
	}
	stopped := false
	stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		select {
		case err := <-ended:
			return err
		case <-time.After(30 * time.Second):
			return errors.New("the server did not stop within 30 s")
		}
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return a, base, stop
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func TestServe_AnswersOnBothEnginesAndStopsGracefully(t *testing.T) {
	testkit.EachURL(t, func(t *testing.T, url string) {
		a, base, stop := serve(t, config.Config{DB: url})
		for path, says := range map[string]string{"/healthz": "alive", "/readyz": "ready", "/metrics": "go_goroutines", "/api/openapi.json": `"openapi":"3.1.0"`, "/api/docs": "一网接口"} {
			if status, b := get(t, base+path); status != http.StatusOK || !strings.Contains(b, says) {
				t.Errorf("%s: %d %.200s", path, status, b)
			}
		}
		ctx := auth.System(context.Background(), "test")
		if _, err := a.Identity.AddUserFromShell(ctx, identity.ShellUser{Username: "sysadmin", Name: "张三", Password: "A-long-Pass-2026", Role: "system_admin"}); err != nil {
			t.Fatal(err)
		}
		if status, b := signIn(t, base, "sysadmin", "wrong"); status != http.StatusUnauthorized {
			t.Errorf("a wrong password: %d %s", status, b)
		}
		status, b := signIn(t, base, "sysadmin", "A-long-Pass-2026")
		var me struct {
			CSRF string   `json:"csrf_token"`
			Due  []string `json:"due"`
		}
		if err := json.Unmarshal([]byte(b), &me); err != nil || status != http.StatusOK || me.CSRF == "" || len(me.Due) == 0 {
			t.Errorf("%d %v %s", status, err, b)
		}
		if rep, err := a.Trail.Verify(context.Background()); err != nil || !rep.Intact || rep.Entries == 0 {
			t.Errorf("audit %+v %v", rep, err)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		if _, err := http.Get(base + "/healthz"); err == nil {
			t.Error("it still answers")
		}
	})
}

func signIn(t *testing.T, base, user, password string) (int, string) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"username": user, "password": password})
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Post(base+"/api/v1/session", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode == http.StatusOK {
		c := res.Cookies()
		if len(c) != 1 || c[0].Name != httpx.CookieName || !c[0].HttpOnly || c[0].SameSite != http.SameSiteLaxMode {
			t.Errorf("the cookie is not locked down: %+v", c)
		}
	}
	return res.StatusCode, string(b)
}

func TestServe_FirstStartHasNoAccountToGuess(t *testing.T) {
	_, base, _ := serve(t, config.Config{})
	for _, name := range []string{"admin", "root", "lead", "security", "auditor"} {
		for _, password := range []string{"admin", "123456", "password", identity.DemoPassword} {
			if status, _ := signIn(t, base, name, password); status == http.StatusOK {
				t.Errorf("%s signed in with %s", name, password)
			}
		}
	}
}

func TestServe_PortInUseSaysWhatToDo(t *testing.T) {
	_, base, _ := serve(t, config.Config{})
	second, err := Open(context.Background(), config.Config{Data: t.TempDir(), Cipher: "aes", Addr: strings.TrimPrefix(base, "http://")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = second.Close() }()
	if err := second.Serve(context.Background(), func(string) {}); err == nil || !strings.Contains(err.Error(), "--addr") {
		t.Fatalf("got %v", err)
	}
}
