package opinion

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

// server answers as whoever the header As names.
func (w *world) server() (http.Handler, []httpx.Rule) {
	mux := http.NewServeMux()
	api := httpx.NewAPI(mux, "test")
	w.Routes(api)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if who := r.Header.Get("As"); who != "" {
			r = r.WithContext(auth.With(r.Context(), auth.From(w.as(who))))
		}
		mux.ServeHTTP(rw, r)
	}), httpx.ACL(api)
}

// ask calls an operation and returns the status with the code of the problem or, of a list, how much it holds.
func ask(t *testing.T, h http.Handler, who, route, body string) (int, string) {
	t.Helper()
	method, path, _ := strings.Cut(route, " ")
	kind := "application/json"
	var content bytes.Buffer
	if body == "file" {
		form := multipart.NewWriter(&content)
		for name, value := range map[string]string{"wave": "w1", "source": "meeting", "area": "320106"} {
			if err := form.WriteField(name, value); err != nil {
				t.Fatal(err)
			}
		}
		part, err := form.CreateFormFile("file", "意见.csv")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte("意见内容,日期\n路灯坏了,2026-11-10\n")); err != nil {
			t.Fatal(err)
		}
		if err := form.Close(); err != nil {
			t.Fatal(err)
		}
		kind = form.FormDataContentType()
	} else {
		content.WriteString(body)
	}
	r := httptest.NewRequest(method, path, &content)
	r.Header.Set("As", who)
	r.Header.Set("Content-Type", kind)
	rw := httptest.NewRecorder()
	h.ServeHTTP(rw, r)
	var p struct {
		Code  string            `json:"code"`
		Items []json.RawMessage `json:"items"`
	}
	if strings.Contains(rw.Header().Get("Content-Type"), "json") {
		if err := json.Unmarshal(rw.Body.Bytes(), &p); err != nil {
			t.Fatalf("%s: %d %s", route, rw.Code, rw.Body)
		}
	}
	switch {
	case rw.Code < 300 && p.Items != nil && len(p.Items) == 0:
		return rw.Code, "empty"
	case rw.Code < 300 && len(p.Items) > 0:
		var line struct {
			Code string `json:"code"`
		}
		if err := json.Unmarshal(p.Items[0], &line); err == nil && strings.Contains(line.Code, ".") {
			return rw.Code, line.Code // one line of a bulk action was refused
		}
		return rw.Code, ""
	}
	return rw.Code, p.Code
}

// Every operation of this module, as the office of the area may use it, and as the office of another street is answered: refused, or with
// nothing of this area in it. The order is that of the work.
func TestHTTP_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	texts := make([]string, 38)
	for i := range texts {
		texts[i] = lamp
	}
	w := newWorld(t, testkit.SQLite(t), texts...)
	h, rules := w.server()
	w.free("04", 33)
	if _, err := w.Skip(w.as("office"), "c038", true, "", 1); err != nil {
		t.Fatal(err)
	}
	round, err := w.Draw(w.as("third"), Sample{WaveID: "w1", Title: "抽检", Size: 30})
	if err != nil {
		t.Fatal(err)
	}
	const outside = "auth.outside_area"
	opinion := `{"wave_id":"w1","source":"meeting","number":"M-1","day":"2026-11-10T00:00:00Z","area":"320106001003","text":"北门路灯不亮"}`
	done := map[string]bool{}
	for _, c := range []struct {
		rule, path, body string
		status           int // for the office of the area
		other            int // for the office of another street
		code             string
	}{
		{"GET /api/v1/comments", "?wave=w1", "", 200, 200, "empty"},
		{"GET /api/v1/comments/desk", "?wave=w1", "", 200, 200, "empty"},
		{"GET /api/v1/comments/progress", "?wave=w1", "", 200, 200, ""},
		{"GET /api/v1/comments/proposals", "?wave=w1", "", 200, 200, "empty"},
		{"GET /api/v1/comments/quality", "?wave=w1", "", 200, 200, ""},
		{"POST /api/v1/waves/{id}/comments/load", "w1", "", 200, 200, ""},
		{"POST /api/v1/waves/{id}/comments/group", "w1", "", 200, 200, ""},
		{"GET /api/v1/comments/matters", "?wave=w1", "", 200, 200, "empty"},
		{"POST /api/v1/comments/confirm", "", `{"items":[{"id":"c034","fields":["04"],"version":1}]}`, 200, 200, outside},
		{"POST /api/v1/comments/judgements", "", `{"wave":"w1","verb":"confirm","fields":["04"],"items":[{"id":"c035","version":1}]}`, 200, 200, outside},
		{"POST /api/v1/comments/judgements/undo", "", `{"wave":"w1"}`, 200, 409, "opinion.nothing_to_undo"},
		{"POST /api/v1/comments/{id}/confirm", "c036", `{"fields":["04"],"version":1}`, 200, 403, outside},
		{"POST /api/v1/comments/{id}/skip", "c037", `{"reason":"没有内容","version":1}`, 200, 403, outside},
		{"POST /api/v1/comments/{id}/undo", "c037", `{"version":2}`, 200, 403, outside},
		{"GET /api/v1/opinions/praise", "?wave=w1", "", 200, 200, "empty"},
		{"GET /api/v1/opinions/praise/targets", "?wave=w1", "", 200, 200, "empty"},
		{"POST /api/v1/comments/{id}/thanks", "c038", `{"target":"社区"}`, 200, 403, outside},
		{"GET /api/v1/opinions/leaves", "", "", 200, 200, ""},
		{"GET /api/v1/opinions/models", "", "", 200, 200, ""},
		{"POST /api/v1/opinions/models", "", "", 200, 200, ""}, // learns from every decided comment, shows only figures
		{"POST /api/v1/opinions/models/active", "", `{"version":"no such","reason":"试"}`, 404, 404, "opinion.no_model"},
		{"POST /api/v1/waves/{id}/comments/resuggest", "w1", "", 200, 200, ""},
		{"POST /api/v1/opinions/doubles", "", `{"wave_id":"w1","title":"抽检","size":10}`, 201, 409, "opinion.few_decided"},
		{"GET /api/v1/opinions/doubles", "?wave=w1", "", 200, 200, "empty"},
		{"GET /api/v1/opinions/doubles/{id}/blind", round.ID, "", 200, 403, outside},
		{"POST /api/v1/opinions/doubles/{id}/pairs/{pos}/second", round.ID + "/1", `{"code":"06"}`, 200, 403, outside},
		{"POST /api/v1/opinions/doubles/{id}/pairs/{pos}/final", round.ID + "/1", `{"code":"04","reason":"原话"}`, 200, 403, outside},
		{"GET /api/v1/opinions/doubles/{id}/report", round.ID, "", 200, 403, outside},
		{"POST /api/v1/opinions", "", opinion, 201, 403, outside},
		{"POST /api/v1/opinions/imports", "", "file", 201, 403, outside},
		{"GET /api/v1/opinions/imports", "", "", 200, 200, "empty"},
		{"GET /api/v1/opinions", "?wave=w1", "", 200, 200, "empty"},
		{"GET /api/v1/opinions/sources", "?wave=w1", "", 200, 200, "empty"},
		{"GET /api/v1/opinions/template", "?format=csv", "", 200, 200, ""},
	} {
		done[c.rule] = true
		route := c.rule
		ids := strings.Split(c.path, "/")
		for _, name := range []string{"{id}", "{pos}"} {
			if strings.Contains(route, name) {
				route, ids = strings.Replace(route, name, ids[0], 1), ids[1:]
			}
		}
		if strings.HasPrefix(c.path, "?") {
			route += c.path
		}
		for who, want := range map[string]int{"": 401, "reader": 403} {
			if got, code := ask(t, h, who, route, c.body); got != want {
				t.Errorf("%q %s: %d %s, want %d", who, c.rule, got, code, want)
			}
		}
		if got, code := ask(t, h, "code2", route, c.body); got != c.other || code != c.code {
			t.Errorf("other street, %s: %d %s, want %d %s", c.rule, got, code, c.other, c.code)
		}
		who := "office"
		if strings.HasSuffix(c.rule, "/blind") || strings.HasSuffix(c.rule, "/second") {
			who = "second" // the office coded these first
		} else if strings.HasSuffix(c.rule, "/final") {
			who = "third" // and a third person settles
		}
		if got, code := ask(t, h, who, route, c.body); got != c.status || code == "empty" {
			t.Errorf("own area, %s: %d %s, want %d", c.rule, got, code, c.status)
		}
	}
	for _, r := range rules {
		if !done[r.Method+" "+r.Path] {
			t.Errorf("%s %s is not in the table", r.Method, r.Path)
		}
	}
}
