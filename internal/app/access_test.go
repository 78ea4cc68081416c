package app

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/config"
	"yiwang/internal/platform/httpx"
)

var update = flag.Bool("update", false, "write the golden files")

// newApp opens an installation in an empty directory.
func newApp(t *testing.T) *App {
	t.Helper()
	a, err := Open(context.Background(), config.Config{Data: t.TempDir(), Cipher: "aes", Demo: true, JobWorkers: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := a.Prepare(context.Background()); err != nil {
		t.Fatal(err)
	}
	return a
}

// The access list is a golden file: a new way in, or a wider one, shows up in review.
func TestAccess_EveryOperationIsOnTheList(t *testing.T) {
	a := newApp(t)
	known := Permissions()
	var b strings.Builder
	for _, r := range httpx.ACL(a.API(http.NewServeMux())) {
		rule := r.Access.Kind
		if r.Access.Permission != "" {
			rule = r.Access.Permission
			if !slices.Contains(known, rule) {
				t.Errorf("%s asks for %q, which no module declares", r.ID, rule)
			}
		}
		if rule == "" {
			t.Errorf("%s %s has no access rule", r.Method, r.Path)
		}
		fmt.Fprintf(&b, "%-7s %-62s %-28s %s\n", r.Method, r.Path, rule, r.ID)
	}
	golden(t, "testdata/access.txt", b.String())
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; if the change is meant, run go test ./internal/app -update and review it:\n%s", path, got)
	}
}

var pathParameter = regexp.MustCompile(`\{[^}]+\}`)

// Through the real handler: nobody gets past a rule without signing in, and nobody signed in without the permission.
func TestAccess_MatrixThroughTheHandler(t *testing.T) {
	a := newApp(t)
	mux := http.NewServeMux()
	api := a.API(mux)
	who := map[string]*auth.Principal{
		"nobody": nil,
		"guest":  {UserID: "guest", Name: "guest", Permissions: map[string]bool{}},
	}
	for name, p := range who {
		for _, r := range httpx.ACL(api) {
			req := httptest.NewRequest(r.Method, pathParameter.ReplaceAllString(r.Path, "x"), strings.NewReader(`{}`))
			req.Header.Set("Content-Type", "application/json")
			if p != nil {
				req = req.WithContext(auth.With(req.Context(), p))
			}
			rec := httptest.NewRecorder()
			mux.ServeHTTP(rec, req)
			want := map[string]int{"public": 0, "signed_in": http.StatusUnauthorized, "permission": http.StatusUnauthorized}[r.Access.Kind]
			if p != nil {
				want = map[string]int{"permission": http.StatusForbidden}[r.Access.Kind]
			}
			if want != 0 && rec.Code != want {
				t.Errorf("%s: %s %s: %d, want %d", name, r.Method, r.Path, rec.Code, want)
			}
			if want == 0 && rec.Code >= 500 {
				t.Errorf("%s: %s %s: %d %s", name, r.Method, r.Path, rec.Code, rec.Body)
			}
		}
	}
}

// Roles are data; this is what the shipped ones open, as a table for review.
func TestAccess_RolesOpenWhatTheListSays(t *testing.T) {
	a := newApp(t)
	roles, err := a.Identity.Roles(auth.System(context.Background(), "test"))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, r := range roles {
		var open []string
		for _, rule := range httpx.ACL(a.API(http.NewServeMux())) {
			if rule.Access.Kind == "permission" && slices.Contains(r.Permissions.V, rule.Access.Permission) {
				open = append(open, rule.ID)
			}
		}
		fmt.Fprintf(&b, "%s (%s)\n  permissions: %s\n  operations: %s\n", r.Code, r.Name, strings.Join(r.Permissions.V, " "), strings.Join(open, " "))
	}
	golden(t, "testdata/roles.txt", b.String())
}

func TestPermissions_AreUniqueAndWellFormed(t *testing.T) {
	form := regexp.MustCompile(`^[a-z]+\.[a-z_]+$`)
	seen := map[string]bool{}
	for _, p := range Permissions() {
		if !form.MatchString(p) || seen[p] {
			t.Errorf("%q is malformed or declared twice", p)
		}
		seen[p] = true
	}
}

// A path parameter that the input does not declare arrives empty: every call would miss its object.
func TestAPI_BindsEveryPathParameter(t *testing.T) {
	a := newApp(t)
	name := regexp.MustCompile(`\{(\w+)\}`)
	for path, item := range a.API(http.NewServeMux()).OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			for _, m := range name.FindAllStringSubmatch(path, -1) {
				if op != nil && !slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.In == "path" && p.Name == m[1] }) {
					t.Errorf("%s %s does not read {%s}: embed an exported struct", op.Method, path, m[1])
				}
			}
		}
	}
}
