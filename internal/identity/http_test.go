package identity

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/httpx"
)

// serve puts the module's routes behind its own sign-in, as the program does.
func serve(h *house) http.Handler {
	mux := http.NewServeMux()
	h.s.Routes(httpx.NewAPI(mux, "test"))
	next := httpx.Idempotent(h.d, mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, err := h.s.FromRequest(r)
		if err != nil {
			httpx.WriteProblem(w, r, err)
			return
		}
		if p != nil {
			r = r.WithContext(auth.With(r.Context(), p))
		}
		next.ServeHTTP(w, r)
	})
}

type browser struct {
	h      *house
	server http.Handler
	cookie *http.Cookie
}

// send returns the status and the decoded body, and keeps the cookie.
func (b *browser) send(method, path, body string) (int, map[string]any) {
	b.h.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if method == http.MethodPost {
		r.Header.Set("Idempotency-Key", newSecret(""))
	}
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	if strings.Contains(w.Body.String(), `"csrf_token"`) && w.Header().Get("Cache-Control") != "no-store" {
		b.h.t.Errorf("%s %s may be cached", method, path)
	}
	for _, c := range w.Result().Cookies() {
		b.cookie = c
	}
	var out map[string]any
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			b.h.t.Fatalf("%s %s: %v: %s", method, path, err, w.Body)
		}
	}
	return w.Code, out
}

func (b *browser) expect(method, path, body string, status int, code string) map[string]any {
	b.h.t.Helper()
	got, out := b.send(method, path, body)
	if got != status || code != "" && out["code"] != code {
		b.h.t.Fatalf("%s %s: %d %v, want %d %s", method, path, got, out, status, code)
	}
	return out
}

func TestABrowserSignsInWorksAndSignsOut(t *testing.T) {
	eachHouse(t, func(h *house) {
		b := &browser{h: h, server: serve(h)}
		b.expect("GET", "/api/v1/session", "", 401, "auth.sign_in")
		b.expect("POST", "/api/v1/session", `{"username":"lead","password":"wrong"}`, 401, "identity.bad_credentials")
		me := b.expect("POST", "/api/v1/session", `{"username":"lead","password":"`+DemoPassword+`"}`, 200, "")
		if b.cookie == nil || !b.cookie.HttpOnly || b.cookie.SameSite != http.SameSiteLaxMode || b.cookie.Secure || me["csrf_token"] == "" {
			h.t.Fatalf("cookie %+v, me %v", b.cookie, me)
		}
		again := b.expect("GET", "/api/v1/session", "", 200, "")
		if again["csrf_token"] != me["csrf_token"] || again["demo"] != true {
			h.t.Errorf("session = %v", again)
		}
		b.expect("GET", "/api/v1/users?limit=3", "", 200, "")
		b.expect("POST", "/api/v1/users", `{"username":"x1","name":"某","unit_id":"u","password":"p"}`, 403, "auth.no_permission")
		b.expect("GET", "/api/v1/sign-ins", "", 403, "auth.no_permission")
		b.expect("GET", "/api/v1/notices", "", 200, "")
		b.expect("POST", "/api/v1/notices/read", "", 204, "")
		token := b.expect("POST", "/api/v1/tokens", `{"name":"报表"}`, 201, "")
		if !strings.HasPrefix(token["secret"].(string), tokenPrefix) {
			h.t.Errorf("token = %v", token)
		}
		b.expect("POST", "/api/v1/account/totp", "", 200, "")
		b.expect("POST", "/api/v1/account/totp/confirm", `{"code":"000000"}`, 422, "identity.bad_code")
		b.expect("POST", "/api/v1/account/password", `{"current":"`+DemoPassword+`","next":"short"}`, 422, "identity.weak_password")
		if n := h.count(`SELECT COUNT(*) FROM idempotency`); n != 1 { // of the notices
			h.t.Errorf("%d requests are remembered, some with secrets", n)
		}
		b.expect("DELETE", "/api/v1/session", "", 204, "")
		if b.cookie.MaxAge >= 0 || b.cookie.Value != "" {
			h.t.Errorf("the cookie stays: %+v", b.cookie)
		}
	})
}

func TestWhoMustChangeThePasswordReachesNothingElse(t *testing.T) {
	eachHouse(t, func(h *house) {
		_, err := h.s.AddUserFromShell(program, ShellUser{Username: "newbie", Name: "新同事", Password: "Tulip-rain-42", Area: "320106", Unit: "housing", Role: "department_clerk"})
		h.must(err)
		b := &browser{h: h, server: serve(h)}
		b.expect("POST", "/api/v1/session", `{"username":"newbie","password":"Tulip-rain-42"}`, 200, "")
		b.expect("GET", "/api/v1/session", "", 200, "")
		b.expect("GET", "/api/v1/units", "", 403, "identity.something_due")
		b.expect("GET", "/api/v1/notices", "", 403, "identity.something_due")
		b.expect("POST", "/api/v1/account/password", `{"current":"Tulip-rain-42","next":"Maple-wind-43"}`, 204, "")
		b.expect("GET", "/api/v1/units", "", 200, "")
	})
}

func TestTheThreeAdministratorsWorkThroughTheAPI(t *testing.T) {
	eachHouse(t, func(h *house) {
		server := serve(h)
		admin, security, auditor := &browser{h: h, server: server}, &browser{h: h, server: server}, &browser{h: h, server: server}
		for name, b := range map[string]*browser{"admin": admin, "security": security, "auditor": auditor} {
			b.expect("POST", "/api/v1/session", `{"username":"`+name+`","password":"`+DemoPassword+`"}`, 200, "")
		}
		unit := admin.expect("POST", "/api/v1/units", `{"area_code":"320106","code":"new_office","name":"新设机构","kind":"department","level":"district","on_duty":false,"active":true,"version":0}`, 201, "")
		user := admin.expect("POST", "/api/v1/users", `{"username":"newbie","name":"新同事","unit_id":"`+unit["id"].(string)+`","password":"Tulip-rain-42"}`, 201, "")
		post := admin.expect("POST", "/api/v1/users/"+user["id"].(string)+"/posts",
			`{"unit_id":"`+unit["id"].(string)+`","role_code":"verifier","title":"核查员","areas":["320106"]}`, 201, "")
		path := "/api/v1/posts/" + post["id"].(string) + "/actions/"
		admin.expect("POST", path+"grant", `{"version":1}`, 403, "auth.no_permission")
		security.expect("POST", path+"grant", `{"version":9}`, 409, "identity.version")
		granted := security.expect("POST", path+"grant", `{"version":1}`, 200, "")
		if granted["state"] != Active {
			h.t.Errorf("granted = %v", granted)
		}
		roles := security.expect("GET", "/api/v1/roles", "", 200, "")["items"].([]any)
		body, err := json.Marshal(roles[0])
		h.must(err)
		security.expect("PUT", "/api/v1/roles/"+roles[0].(map[string]any)["code"].(string), string(body), 200, "")
		policy := security.expect("GET", "/api/v1/security/policy", "", 200, "")
		body, err = json.Marshal(policy)
		h.must(err)
		security.expect("PUT", "/api/v1/security/policy", string(body), 200, "")
		auditor.expect("GET", "/api/v1/sign-ins?limit=2", "", 200, "")
		auditor.expect("POST", "/api/v1/users/"+user["id"].(string)+"/actions/lock", `{}`, 403, "auth.no_permission")
		security.expect("POST", "/api/v1/users/"+user["id"].(string)+"/actions/lock", `{"reason":"核查"}`, 200, "")
	})
}

func TestEveryRouteHasARule(t *testing.T) {
	eachHouse(t, func(h *house) {
		api := httpx.NewAPI(http.NewServeMux(), "test")
		h.s.Routes(api)
		for _, r := range httpx.ACL(api) {
			if r.Access.Kind == "" || r.Access.Kind == "public" && r.ID != "sign-in" {
				h.t.Errorf("%s %s: %+v", r.Method, r.Path, r.Access)
			}
		}
	})
}
