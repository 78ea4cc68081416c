package rectify

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"

	"yiwang/internal/export"
	"yiwang/internal/opinion"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

// server answers as whoever the header As names.
func (w *world) server() http.Handler {
	mux := http.NewServeMux()
	api := httpx.NewAPI(mux, "test")
	w.opinions.Routes(api)
	w.Routes(api)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if who := r.Header.Get("As"); who != "" {
			r = r.WithContext(auth.With(r.Context(), auth.From(w.as(who))))
		}
		mux.ServeHTTP(rw, r)
	})
}

type answer struct {
	*httptest.ResponseRecorder
	t *testing.T
}

func (a answer) into(v any) {
	a.t.Helper()
	if err := json.Unmarshal(a.Body.Bytes(), v); err != nil {
		a.t.Fatalf("%d %s: %v", a.Code, a.Body, err)
	}
}

func call(t *testing.T, h http.Handler, who, method, path, body string) answer {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("As", who)
	r.Header.Set("Content-Type", "application/json")
	rw := httptest.NewRecorder()
	h.ServeHTTP(rw, r)
	return answer{rw, t}
}

func TestHTTP_CarriesOneItemFromCommentToPublicPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	h := w.server()
	var comments struct {
		Items []opinion.Comment
		Total int
	}
	call(t, h, "office", "GET", "/api/v1/comments?wave=w1&state=open&field=04", "").into(&comments)
	if comments.Total != 1 || comments.Items[0].Suggestions.V[0].Name != "物业保洁" {
		t.Fatalf("%+v", comments)
	}
	if a := call(t, h, "office", "POST", "/api/v1/comments/c001/confirm", `{"fields":["04"],"version":1}`); a.Code != 200 {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	var i Item
	a := call(t, h, "office", "POST", "/api/v1/rectifications", `{"comments":["c001"],"title":"楼道灯","field":"04","area_code":"320106001003","lead_unit":"u-housing"}`)
	if a.into(&i); a.Code != 201 || a.Header().Get("ETag") != `"1"` || i.Lead.Name != "区房产局" {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	step := func(who, action, body string) {
		t.Helper()
		a := call(t, h, who, "POST", "/api/v1/rectifications/"+i.ID+"/actions/"+action, strings.Replace(body, "{", `{"version":`+itoa(i.Version)+sep(body), 1))
		if a.Code != 200 {
			t.Fatalf("%s: %d %s", action, a.Code, a.Body)
		}
		a.into(&i)
	}
	step("office", "confirm", `{}`)
	step("office", "issue", `{}`)
	step("housing", "answer", `{"measure":"换灯","promised_at":"2026-12-01T00:00:00Z"}`)
	step("housing", "start", `{}`)
	for _, phase := range []string{"before", "after"} {
		if a := upload(t, h, "housing", i.ID, phase, []byte("\x89PNG\r\n\x1a\n"+phase)); a.Code != 201 {
			t.Fatalf("upload: %d %s", a.Code, a.Body)
		}
	}
	step("housing", "done", `{"result":"resolved","outcome":"已换"}`)
	step("check", "verify", `{"note":"已亮"}`)
	step("office", "tell", `{"reply":"修好了"}`)
	w.page(&i)
	i = *w.ok(w.load2(i.ID))
	step("office", "publish", `{}`)
	var public struct{ Items []PublicItem }
	call(t, h, "", "GET", "/api/v1/public/rectifications?wave=w1&street=320106001", "").into(&public)
	if len(public.Items) != 1 || public.Items[0].Lead != "区房产局" {
		t.Fatalf("%+v", public)
	}
	if strings.Contains(call(t, h, "", "GET", "/api/v1/public/rectifications", "").Body.String(), "housing") {
		t.Error("the public list tells who worked")
	}
	var l Loop
	call(t, h, "reader", "GET", "/api/v1/rectifications/loop?wave=w1", "").into(&l)
	if l.ByState[Published] != 1 {
		t.Errorf("loop %+v", l)
	}
}

func itoa(n int64) string { b, _ := json.Marshal(n); return string(b) }

func sep(body string) string {
	if body == "{}" {
		return ""
	}
	return ","
}

func upload(t *testing.T, h http.Handler, who, item, phase string, data []byte) answer {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	if err := form.WriteField("phase", phase); err != nil {
		t.Fatal(err)
	}
	part, err := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="photo"; filename="a.png"`}, "Content-Type": {"image/png"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/api/v1/rectifications/"+item+"/evidence", &b)
	r.Header.Set("As", who)
	r.Header.Set("Content-Type", form.FormDataContentType())
	rw := httptest.NewRecorder()
	h.ServeHTTP(rw, r)
	return answer{rw, t}
}

func TestHTTP_RefusesClearly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	h := w.server()
	i := w.item(Issued, w.free("04", 1)...)
	act := "/api/v1/rectifications/" + i.ID + "/actions/"
	for name, c := range map[string]struct {
		who, method, path, body string
		status                  int
		code                    string
	}{
		"not signed in":    {"", "GET", "/api/v1/rectifications", "", 401, "auth.sign_in"},
		"no permission":    {"nobody", "GET", "/api/v1/rectifications", "", 403, "auth.no_permission"},
		"unseen":           {"street2", "GET", "/api/v1/rectifications/" + i.ID, "", 404, "rectify.not_found"},
		"unknown action":   {"office", "POST", act + "delete", `{"version":1}`, 404, "rectify.no_action"},
		"no version":       {"housing", "POST", act + "start", `{"version":0}`, 422, "request.version_missing"},
		"old version":      {"housing", "POST", act + "answer", `{"version":1,"measure":"x"}`, 409, "rectify.changed"},
		"wrong state":      {"housing", "POST", act + "start", `{"version":` + itoa(i.Version) + `}`, 409, "rectify.bad_transition"},
		"wrong party":      {"office", "POST", act + "answer", `{"version":` + itoa(i.Version) + `,"measure":"x"}`, 403, "rectify.not_lead"},
		"unknown state":    {"office", "GET", "/api/v1/rectifications?state=lost", "", 422, "request.invalid"},
		"comments of mine": {"street1", "GET", "/api/v1/comments", "", 403, "auth.no_permission"},
		"malformed":        {"housing", "POST", act + "answer", `{"version":`, 400, "request.malformed"},
		"unknown field":    {"office", "POST", "/api/v1/comments/c001/confirm", `{"fields":["4"],"version":1}`, 422, "opinion.bad_fields"},
		"photo of others":  {"street2", "GET", "/api/v1/rectifications/" + i.ID + "/evidence/x", "", 404, "rectify.photo_not_found"},
		"private photo":    {"", "GET", "/api/v1/public/rectifications/" + i.ID + "/photos/x", "", 404, "rectify.photo_not_found"},
	} {
		var p httpx.Problem
		a := call(t, h, c.who, c.method, c.path, c.body)
		a.into(&p)
		if a.Code != c.status || p.Code != c.code || a.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s, want %d %s: %s", name, a.Code, p.Code, c.status, c.code, a.Body)
		}
		if c.status == 409 && p.Current == nil {
			t.Errorf("%s: the conflict does not carry the current item", name)
		}
	}
}

func TestHTTP_EveryOperationHasARule(t *testing.T) {
	t.Parallel()
	api := httpx.NewAPI(http.NewServeMux(), "test")
	s := &Service{}
	s.Exports = export.New(nil, s.listsAsFiles())
	s.Routes(api)
	for _, r := range httpx.ACL(api) {
		if r.Path == s.Exports.Base {
			continue // one of two permissions, judged inside
		}
		public := strings.HasPrefix(r.Path, "/api/v1/public/")
		if public != (r.Access.Kind == "public") || !public && r.Access.Permission == "" {
			t.Errorf("%s %s: %+v", r.Method, r.Path, r.Access)
		}
	}
}
