package rounds

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
)

// server answers as whoever the header As names.
func (h *house) server() (http.Handler, []httpx.Rule) {
	mux := http.NewServeMux()
	api := httpx.NewAPI(mux, "test")
	h.Routes(api)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if who := r.Header.Get("As"); who != "" {
			r = r.WithContext(auth.With(r.Context(), auth.From(h.as(who))))
		}
		mux.ServeHTTP(rw, r)
	}), httpx.ACL(api)
}

// file is a form with a file and fields, as a browser sends it.
func file(t *testing.T, field, name, kind string, content []byte, fields map[string]string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for name, value := range fields {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name=%q; filename=%q`, field, name)}, "Content-Type": {kind}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), form.FormDataContentType()
}

type row struct {
	rule, path, body string
	kind             string // of the body; JSON if empty
	own              string // who may
	status           int
	other            string // somebody of another area with the same permissions
	refused          int
	code             string
}

func (c *row) route() (method, path string) {
	method, path, _ = strings.Cut(c.rule, " ")
	parts := strings.Split(c.path, " ")
	for _, name := range []string{"{id}", "{point}", "{officer}"} {
		if strings.Contains(path, name) {
			path, parts = strings.Replace(path, name, parts[0], 1), parts[1:]
		}
	}
	return method, path + strings.Join(parts, "")
}

func (c *row) ask(t *testing.T, h http.Handler, who string) (int, string) {
	t.Helper()
	method, path := c.route()
	r := httptest.NewRequest(method, path, strings.NewReader(c.body))
	r.Header.Set("As", who)
	r.Header.Set("Content-Type", "application/json")
	if c.kind != "" {
		r.Header.Set("Content-Type", c.kind)
	}
	rw := httptest.NewRecorder()
	h.ServeHTTP(rw, r)
	var p struct {
		Code  string            `json:"code"`
		Items []json.RawMessage `json:"items"`
		Bad   int               `json:"rejected"`
	}
	if strings.Contains(rw.Header().Get("Content-Type"), "json") {
		_ = json.Unmarshal(rw.Body.Bytes(), &p) // a GeoJSON file has none of these
	}
	if rw.Code < 300 && p.Items != nil && len(p.Items) == 0 {
		return rw.Code, "empty"
	}
	if p.Bad > 0 {
		return rw.Code, "rejected"
	}
	return rw.Code, p.Code
}

// Every operation of rounds, as those of the area may use it, and as everybody else is answered: not signed in, without the permission, of
// another area. The order is that of the work.
func TestHTTP_RoundsServeTheirAreaAndKeepOthersOut(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		a, b, c := h.point("A1", 200, 100), h.point("A2", 400, 100), h.point("A3", 600, 100)
		p := h.plan(NewPlan{Photo: true})
		task := h.tasks("centre")[0].ID
		today := dayOf(h.clock.Now().UnixMilli())
		days := "&from=" + today + "&to=" + today
		h.onDuty("officer")
		h.walk("officer", 0, 400)
		var picture bytes.Buffer
		if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
			t.Fatal(err)
		}
		places, placesKind := file(t, "file", "点位.csv", "text/csv", []byte("编号,类别,名称,经度,纬度\nC1,楼栋,1幢,118.7710,32.0610\n"), map[string]string{"dry_run": "true"})
		photo, photoKind := file(t, "photo", "照片.png", "image/png", picture.Bytes(), map[string]string{"lat": fmt.Sprint(a.Lat), "lon": fmt.Sprint(a.Lon), "at": h.clock.Now().Format("2006-01-02T15:04:05Z07:00")})
		at := func(n clock.Time) string { return n.UTC().Format("2006-01-02T15:04:05Z") }
		look := "?from=" + at(clock.At(h.clock.Now().AddDate(0, 0, -1))) + "&to=" + at(clock.At(h.clock.Now())) + "&reason=核实"
		plan := fmt.Sprintf(`{"name":"日巡","area":"320106001","every":"day","starts_on":%q}`, today)
		changed := strings.Replace(plan, "{", `{"version":1,`, 1)
		point := func(p *Point, more string) string {
			return fmt.Sprintf(`{"kind":"building","name":"5幢","lat":%v,"lon":%v%s}`, p.Lat, p.Lon, more)
		}
		const outside, none = "auth.outside_area", "rounds.no_task"
		const centre, street2, officer, other = "centre", "street2", "officer", "other"
		handler, rules := h.server()
		done := map[string]bool{}
		for _, x := range []row{
			{"GET /api/v1/rounds/points", "?area=320106001", "", "", centre, 200, street2, 200, "empty"},
			{"POST /api/v1/rounds/points", "", point(&a, ""), "", centre, 201, street2, 403, outside},
			{"PUT /api/v1/rounds/points/{id}", b.ID, point(&b, `,"version":1`), "", centre, 200, street2, 403, outside},
			{"DELETE /api/v1/rounds/points/{id}", c.ID + " ?version=1", "", "", centre, 204, street2, 404, "rounds.no_point"},
			{"GET /api/v1/rounds/points/file", "?format=csv", "", "", centre, 200, street2, 200, ""}, // holds the places of the caller's areas
			{"POST /api/v1/rounds/points/file", "", places, placesKind, centre, 200, street2, 200, "rejected"},
			{"GET /api/v1/rounds/coverage", "?area=320106001" + days, "", "", centre, 200, street2, 403, outside},
			{"GET /api/v1/rounds/coverage/points", "?area=320106001001" + days, "", "", centre, 200, street2, 403, outside},
			{"GET /api/v1/rounds/tracks/{officer}", "user-officer " + look, "", "", centre, 200, street2, 404, "patrol.no_track"},
			{"GET /api/v1/rounds/walkers", "?area=320106001", "", "", centre, 200, street2, 403, outside},
			{"GET /api/v1/rounds/plans", "", "", "", centre, 200, street2, 200, "empty"},
			{"POST /api/v1/rounds/plans", "", plan, "", centre, 201, street2, 403, outside},
			{"PUT /api/v1/rounds/plans/{id}", p.ID, changed, "", centre, 200, street2, 403, outside},
			{"POST /api/v1/rounds/plans/{id}/state", p.ID, `{"state":"paused","version":2}`, "", centre, 200, street2, 404, "rounds.no_plan"},
			{"GET /api/v1/rounds/tasks", "?area=320106001" + days, "", "", centre, 200, street2, 200, "empty"},
			{"GET /api/v1/rounds/tasks/{id}", task, "", "", centre, 200, street2, 404, none},
			{"GET /api/v1/rounds/mine", "", "", "", officer, 200, other, 200, "empty"},
			{"POST /api/v1/rounds/mine/{id}/points/{point}/photo", task + " " + a.ID, photo, photoKind, officer, 200, other, 404, none},
			{"POST /api/v1/rounds/mine/{id}/points/{point}/none", task + " " + b.ID, `{"note":"围挡"}`, "", officer, 200, other, 404, none},
			{"GET /api/v1/rounds/tasks/{id}/points/{point}/photo", task + " " + a.ID, "", "", centre, 200, street2, 404, none},
			{"POST /api/v1/rounds/tasks/{id}/excuse", task, `{"reason":"大雨"}`, "", centre, 200, street2, 404, none},
		} {
			done[x.rule] = true
			for who, want := range map[string]int{"": 401, "clerk": 403} {
				if got, code := x.ask(t, handler, who); got != want {
					t.Errorf("%q %s: %d %s, want %d", who, x.rule, got, code, want)
				}
			}
			if got, code := x.ask(t, handler, x.other); got != x.refused || code != x.code {
				t.Errorf("other area, %s: %d %s, want %d %s", x.rule, got, code, x.refused, x.code)
			}
			if got, code := x.ask(t, handler, x.own); got != x.status || code == "rejected" || code == "empty" && !strings.HasSuffix(x.rule, "/walkers") {
				t.Errorf("own area, %s: %d %s, want %d", x.rule, got, code, x.status)
			}
		}
		for _, r := range rules {
			if !done[r.Method+" "+r.Path] {
				t.Errorf("%s %s is not in the table", r.Method, r.Path)
			}
		}
	})
}
