package httpx_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

type server struct {
	*httptest.Server
	db       *db.DB
	refusals *audit.Refusals
}

type body struct {
	Name string `json:"name" minLength:"1" maxLength:"20"`
}

// newServer registers one operation for every way to fail.
func newServer(t *testing.T, d *db.DB, limiter *httpx.Limiter) *server {
	t.Helper()
	mux := http.NewServeMux()
	api := httpx.NewAPI(mux, "test")
	fail := func(id, path string, access httpx.Access, err error) {
		httpx.Handle(api, httpx.Op{ID: id, Method: "GET", Path: path, Tag: "t", Summary: id, Access: access},
			func(context.Context, *struct{}) (*struct{}, error) { return nil, err })
	}
	fail("open", "/api/open", httpx.Public, nil)
	fail("own", "/api/own", httpx.SignedIn, nil)
	fail("secret", "/api/secret", httpx.Permission("secret.read"), nil)
	fail("unruled", "/api/unruled", httpx.Access{}, nil)
	fail("missing", "/api/missing", httpx.Public, errs.NotFound("jobs.not_found", "No such task of yours."))
	fail("late", "/api/late", httpx.Public, errs.Conflict("t.late", "Somebody was faster.").With(map[string]int{"version": 7}))
	fail("full", "/api/full", httpx.Public, errs.Unavailable("t.full", "Come back in a moment."))
	fail("bug", "/api/bug", httpx.Public, errors.New("table user_secret has no column x"))
	httpx.Handle(api, httpx.Op{ID: "panics", Method: "GET", Path: "/api/panics", Tag: "t", Access: httpx.Public},
		func(context.Context, *struct{}) (*struct{}, error) { panic("secret detail") })
	httpx.Handle(api, httpx.Op{ID: "create", Method: "POST", Path: "/api/things", Tag: "t", Access: httpx.Public, Status: 201},
		func(ctx context.Context, in *struct{ Body body }) (*struct{ Body body }, error) {
			err := d.Tx(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, "INSERT INTO setting (name, value, updated_at) VALUES ($1, $2, $3)", db.NewID(tx), in.Body.Name, tx.Time())
				return err
			})
			return &struct{ Body body }{in.Body}, err
		})
	httpx.ServeDocs(mux, api)
	mux.Handle("/", httpx.Static(fstest.MapFS{
		"index.html": {Data: []byte("console")}, "p/index.html": {Data: []byte("public")}, "m/index.html": {Data: []byte("officer")}, "assets/a-1.js": {Data: []byte("1")},
	}))
	outer := &httpx.Outer{Clock: clock.System, Limiter: limiter, TrustProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Authenticate: func(r *http.Request) (*auth.Principal, error) {
			switch r.Header.Get("Authorization") {
			case "":
				return nil, nil
			case "Bearer good":
				return &auth.Principal{UserID: "u1", Permissions: map[string]bool{"secret.read": true}}, nil
			case "Bearer weak":
				return &auth.Principal{UserID: "u2"}, nil
			}
			return nil, errs.Unauthorized("auth.sign_in", "Sign in first.")
		}}
	refusals := audit.NewRefusals(d)
	outer.Refused = refusals.Add
	s := httptest.NewServer(outer.Wrap(httpx.Idempotent(d, mux)))
	t.Cleanup(s.Close)
	return &server{s, d, refusals}
}

func (s *server) do(t *testing.T, method, path, content string, headers ...string) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequest(method, s.URL+path, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	if content != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(b)
}

func plain(t *testing.T) *server { return newServer(t, testkit.SQLite(t), httpx.NewLimiter(0, 0)) }

func TestGuard_DeniesByDefault(t *testing.T) {
	s := plain(t)
	for path, want := range map[string][3]int{ // nobody, signed in without the permission, with it
		"/api/open":    {204, 204, 204},
		"/api/own":     {401, 204, 204},
		"/api/secret":  {401, 403, 204},
		"/api/unruled": {403, 403, 403},
	} {
		for i, token := range []string{"", "Bearer weak", "Bearer good"} {
			if got, _, b := s.do(t, "GET", path, "", "Authorization", token); got != want[i] {
				t.Errorf("%s as %q: %d, want %d: %s", path, token, got, want[i], b)
			}
		}
	}
	if got, _, _ := s.do(t, "GET", "/api/open", "", "Authorization", "Bearer forged"); got != 401 {
		t.Errorf("a forged token on a public operation: %d", got)
	}
}

func TestWrap_WhatSignedInPeopleAreRefusedIsNotedByRoute(t *testing.T) {
	s := plain(t)
	for range 3 {
		s.do(t, "GET", "/api/secret", "", "Authorization", "Bearer weak")
	}
	s.do(t, "GET", "/api/secret", "", "Authorization", "Bearer good")
	s.do(t, "GET", "/api/secret", "")
	s.do(t, "GET", "/api/unruled", "")
	if err := s.refusals.NoteAll(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := s.db.Read(context.Background(), func(tx *db.Tx) error {
		rows, err := audit.List(context.Background(), tx, audit.Filter{Action: "access.refused", Limit: 10})
		if len(rows) != 1 || rows[0].ActorID != "u2" || rows[0].ObjectID != "GET /api/secret" || !strings.Contains(rows[0].Detail, `"times":3`) || rows[0].Address == "" {
			t.Errorf("noted are %+v", rows)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestProblem_SaysWhatHappenedAndNeverWhatIsInside(t *testing.T) {
	s := plain(t)
	for path, want := range map[string]struct {
		status       int
		code, detail string
	}{
		"/api/missing": {404, "jobs.not_found", "没有找到您的这个任务。"},
		"/api/late":    {409, "t.late", "Somebody was faster."},
		"/api/bug":     {500, "internal", "系统出错了，已记录。请稍后再试，并把请求编号告诉管理员。"},
		"/api/panics":  {500, "internal", "系统出错了，已记录。请稍后再试，并把请求编号告诉管理员。"},
	} {
		status, h, b := s.do(t, "GET", path, "")
		var p httpx.Problem
		if err := json.Unmarshal([]byte(b), &p); err != nil {
			t.Fatalf("%s: %v in %s", path, err, b)
		}
		if status != want.status || p.Code != want.code || p.Detail != want.detail || h.Get("Content-Type") != "application/problem+json" || p.RequestID == "" {
			t.Errorf("%s: %d %+v %s", path, status, p, h.Get("Content-Type"))
		}
		if strings.Contains(b, "secret") {
			t.Errorf("%s leaks: %s", path, b)
		}
	}
	if _, _, b := s.do(t, "GET", "/api/missing", "", "Accept-Language", "en-GB,zh;q=0.5"); !strings.Contains(b, "No such task") {
		t.Errorf("English was asked for: %s", b)
	}
	if _, _, b := s.do(t, "GET", "/api/late", ""); !strings.Contains(b, `"current":{"version":7}`) {
		t.Errorf("a conflict does not say what it is now: %s", b)
	}
}

func TestHandle_RefusesBadInputByPlace(t *testing.T) {
	s := plain(t)
	for name, c := range map[string]struct {
		body, want string
		status     int
	}{
		"malformed": {`{"name":`, "request.malformed", 400},
		"too long":  {`{"name":"` + strings.Repeat("x", 500) + `"}`, `"location":"body.name"`, 422},
		"missing":   {`{}`, `expected required property name`, 422},
		"unknown":   {`{"name":"a","admin":true}`, `"location":"body.admin"`, 422},
		"too large": {`{"name":"` + strings.Repeat("x", 2<<20) + `"}`, "request.too_large", 413},
	} {
		status, _, b := s.do(t, "POST", "/api/things", c.body)
		if status != c.status || !strings.Contains(b, c.want) {
			t.Errorf("%s: %d %.300s", name, status, b)
		}
		if len(b) > 2000 {
			t.Errorf("%s: the answer echoes %d bytes", name, len(b))
		}
	}
	if status, _, _ := s.do(t, "POST", "/api/things", `{"name":"a"}`, "Content-Encoding", "gzip"); status != 422 {
		t.Errorf("a compressed body: %d", status)
	}
}

func TestWrap_RefusesOtherSitesAndSetsHeaders(t *testing.T) {
	s := plain(t)
	status, h, _ := s.do(t, "POST", "/api/things", `{"name":"a"}`, "Sec-Fetch-Site", "cross-site")
	if status != 403 {
		t.Errorf("a cross-site POST: %d", status)
	}
	for name, want := range map[string]string{"Content-Security-Policy": "script-src 'self'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"} {
		if !strings.Contains(h.Get(name), want) {
			t.Errorf("%s: %q", name, h.Get(name))
		}
	}
	if strings.Contains(h.Get("Content-Security-Policy"), "unsafe-eval") || strings.Contains(h.Get("Content-Security-Policy"), "script-src 'self' 'unsafe") {
		t.Errorf("the policy admits inline code: %s", h.Get("Content-Security-Policy"))
	}
}

func TestLimiter_SlowsOneCallerDownAndNotTheOther(t *testing.T) {
	s := newServer(t, testkit.SQLite(t), httpx.NewLimiter(0.001, 5))
	refused := 0
	for range 8 {
		if status, h, _ := s.do(t, "GET", "/api/open", "", "X-Forwarded-For", "198.51.100.7"); status == 429 && h.Get("Retry-After") != "" {
			refused++
		}
	}
	if refused != 3 {
		t.Errorf("refused %d of 8, want 3", refused)
	}
	if status, _, _ := s.do(t, "GET", "/api/open", "", "X-Forwarded-For", "198.51.100.8"); status != 204 {
		t.Errorf("another address: %d", status)
	}
}

func TestIdempotent_RepeatsTheAnswerNotTheEffect(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := newServer(t, d, httpx.NewLimiter(0, 0))
		var first string
		for i := range 3 {
			status, h, b := s.do(t, "POST", "/api/things", `{"name":"lamp"}`, "Idempotency-Key", "k1")
			if i == 0 {
				first = b
			}
			if status != 201 || b != first || (h.Get("Idempotent-Replay") == "true") != (i > 0) {
				t.Fatalf("try %d: %d %s", i, status, b)
			}
		}
		if status, _, b := s.do(t, "POST", "/api/things", `{"name":"other"}`, "Idempotency-Key", "k1"); status != 422 {
			t.Errorf("the key for another request: %d %s", status, b)
		}
		if n := count(t, d); n != 1 {
			t.Errorf("%d effects", n)
		}
	})
}

func TestIdempotent_ConcurrentRepetitionsHaveOneEffect(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := newServer(t, d, httpx.NewLimiter(0, 0))
		var wg sync.WaitGroup
		for range 12 {
			wg.Go(func() {
				if status, _, b := s.do(t, "POST", "/api/things", `{"name":"lamp"}`, "Idempotency-Key", "k2"); status != 201 && status != 409 {
					t.Errorf("%d %s", status, b)
				}
			})
		}
		wg.Wait()
		if n := count(t, d); n != 1 {
			t.Errorf("%d effects", n)
		}
	})
}

func count(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	ctx := context.Background()
	if err := d.Read(ctx, func(tx *db.Tx) (err error) {
		n, err = db.Get[int](ctx, tx, "SELECT COUNT(*) FROM setting")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestStatic_ServesFacesAndNeverAnAPIAddress(t *testing.T) {
	s := plain(t)
	for path, want := range map[string]string{"/": "console", "/waves/1": "console", "/p/": "public", "/p/street/1": "public", "/m": "officer", "/m/cases/1": "officer", "/map": "console", "/assets/a-1.js": "1"} {
		if status, _, b := s.do(t, "GET", path, ""); status != 200 || b != want {
			t.Errorf("%s: %d %s", path, status, b)
		}
	}
	for _, path := range []string{"/api/v1/nothing", "/assets/none.js", "/../../etc/passwd.txt", "/favicon.ico"} {
		if status, _, b := s.do(t, "GET", path, ""); status != 404 {
			t.Errorf("%s: %d %s", path, status, b)
		}
	}
	if _, h, _ := s.do(t, "GET", "/assets/a-1.js", ""); !strings.Contains(h.Get("Cache-Control"), "immutable") {
		t.Errorf("hashed files are not cached: %q", h.Get("Cache-Control"))
	}
}

func TestDocs_ListEveryOperationWithoutScripts(t *testing.T) {
	s := plain(t)
	_, _, b := s.do(t, "GET", "/api/docs", "")
	if !strings.Contains(b, "POST /api/things") || strings.Contains(b, "<script") {
		t.Errorf("got %.400s", b)
	}
	_, _, b = s.do(t, "GET", "/api/openapi.json", "")
	var doc struct {
		Paths map[string]map[string]struct{ Responses map[string]any }
	}
	if err := json.Unmarshal([]byte(b), &doc); err != nil || doc.Paths["/api/secret"]["get"].Responses["403"] == nil {
		t.Errorf("%v %.300s", err, b)
	}
}

func TestCursor_ForgedIsRefusedByName(t *testing.T) {
	if parts, err := httpx.DecodeCursor(httpx.EncodeCursor("a", "b"), 2); err != nil || parts[1] != "b" {
		t.Fatalf("%v %v", parts, err)
	}
	for _, bad := range []string{"x", "!!", httpx.EncodeCursor("one")} {
		if _, err := httpx.DecodeCursor(bad, 2); errs.CodeOf(err) != "request.bad_cursor" {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestOrigin_BelievesOnlyTrustedProxies(t *testing.T) {
	var got audit.Origin
	o := &httpx.Outer{Clock: clock.System, Limiter: httpx.NewLimiter(0, 0), Authenticate: func(*http.Request) (*auth.Principal, error) { return nil, nil },
		TrustProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	h := o.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = audit.OriginFrom(r.Context()) }))
	for _, c := range []struct{ remote, forwarded, want string }{
		{"10.0.0.1:1", "203.0.113.9", "203.0.113.9"},
		{"10.0.0.1:1", "203.0.113.9, 10.0.0.2", "203.0.113.9"},
		{"192.0.2.1:1", "203.0.113.9", "192.0.2.1"},
		{"10.0.0.1:1", "not an address", "10.0.0.1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		r.Header.Set("X-Forwarded-For", c.forwarded)
		h.ServeHTTP(httptest.NewRecorder(), r)
		if got.Address != c.want {
			t.Errorf("%+v: %s", c, got.Address)
		}
	}
}

func TestHandle_WhoIsTurnedAwayForAMomentIsToldWhenToComeBack(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s := newServer(t, d, httpx.NewLimiter(0, 0))
		if status, h, _ := s.do(t, "GET", "/api/full", ""); status != 503 || h.Get("Retry-After") != "1" || h.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%d, %v", status, h)
		}
		if status, h, _ := s.do(t, "GET", "/api/missing", ""); status != 404 || h.Get("Retry-After") != "" {
			t.Errorf("%d, %v", status, h)
		}
	})
}
