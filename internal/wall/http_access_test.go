package wall

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/httpx"
)

// visitors are who calls, by the header As: of the district, of another street, somebody without the permission.
var visitors = map[string]*auth.Principal{
	"hall":   {UserID: "u1", Name: "值班员", Areas: []string{"320106"}, Permissions: map[string]bool{PermShow: true}},
	"street": {UserID: "u2", Name: "二街道", Areas: []string{"320106002"}, Permissions: map[string]bool{PermShow: true}},
	"clerk":  {UserID: "u3", Name: "科员", Areas: []string{"320106"}, Permissions: map[string]bool{"x.read": true}},
}

func (h *hall) server() (http.Handler, []httpx.Rule) {
	mux := http.NewServeMux()
	api := httpx.NewAPI(mux, "test")
	h.Routes(api)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if p := visitors[r.Header.Get("As")]; p != nil {
			r = r.WithContext(auth.With(r.Context(), p))
		}
		mux.ServeHTTP(rw, r)
	}), httpx.ACL(api)
}

func ask(h http.Handler, who, method, path, body string) (int, string) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("As", who)
	r.Header.Set("Content-Type", "application/json")
	rw := httptest.NewRecorder()
	h.ServeHTTP(rw, r)
	var p struct {
		Code string `json:"code"`
	}
	_ = json.Unmarshal(rw.Body.Bytes(), &p) // an answer without a body has no code
	return rw.Code, p.Code
}

// Every operation of the wall, as the hall of the district may use it, and as everybody else is answered.
func TestHTTP_TheWallServesItsAreaAndKeepsOthersOut(t *testing.T) {
	eachHall(t, func(t *testing.T, w *hall) {
		h, rules := w.server()
		x, token, err := w.AddScreen(as(PermShow, "320106"), NewScreen{Label: "大厅", AreaCode: "320106", Days: 2})
		if err != nil {
			t.Fatal(err)
		}
		done := map[string]bool{}
		for _, c := range []struct {
			rule, path, body            string
			hall, street, clerk, nobody int
			streetCode                  string
		}{
			{"GET /api/v1/wall/picture", "?area=320106001", "", 200, 403, 403, 401, "auth.outside_area"},
			{"GET /api/v1/wall/themes", "", "", 200, 200, 200, 401, ""},
			{"POST /api/v1/wall/screens", "", `{"label":"大厅","area_code":"320106001","days":3}`, 201, 403, 403, 401, "auth.outside_area"},
			{"GET /api/v1/wall/screens", "", "", 200, 200, 403, 401, ""},
			{"POST /api/v1/wall/opening", "", `{"token":"` + token + `"}`, 200, 200, 200, 200, ""},
			{"POST /api/v1/wall/opening", "", `{"token":"` + strings.Repeat("x", 32) + `"}`, 401, 401, 401, 401, "wall.link_ended"},
			{"DELETE /api/v1/wall/screens/{id}", x.ID, "", 204, 404, 403, 401, "wall.no_screen"},
		} {
			done[c.rule] = true
			method, path, _ := strings.Cut(c.rule, " ")
			if strings.Contains(path, "{id}") {
				path = strings.Replace(path, "{id}", c.path, 1)
			} else {
				path += c.path
			}
			for who, want := range map[string]int{"": c.nobody, "clerk": c.clerk} {
				if got, code := ask(h, who, method, path, c.body); got != want {
					t.Errorf("%q %s: %d %s, want %d", who, c.rule, got, code, want)
				}
			}
			if got, code := ask(h, "street", method, path, c.body); got != c.street || code != c.streetCode {
				t.Errorf("other street, %s: %d %s, want %d %s", c.rule, got, code, c.street, c.streetCode)
			}
			if got, code := ask(h, "hall", method, path, c.body); got != c.hall {
				t.Errorf("own area, %s: %d %s, want %d", c.rule, got, code, c.hall)
			}
		}
		for _, r := range rules {
			if !done[r.Method+" "+r.Path] {
				t.Errorf("%s %s is not in the table", r.Method, r.Path)
			}
		}
	})
}
