package region

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

// served answers requests as the principal p.
func served(t *testing.T, s *Service, p *auth.Principal) func(method, path, contentType string, body io.Reader, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	mux := http.NewServeMux()
	s.Routes(httpx.NewAPI(mux, "test"))
	return func(method, path, contentType string, body io.Reader, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, body)
		if contentType != "" {
			r.Header.Set("Content-Type", contentType)
		}
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		if p != nil {
			r = r.WithContext(auth.With(r.Context(), p))
		}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return w
	}
}

func upload(t *testing.T, content string) (string, io.Reader) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("file", "areas.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(part, content); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return m.FormDataContentType(), &b
}

func TestHTTP_ReadingNeedsASignIn(t *testing.T) {
	s := planted(t, testkit.SQLite(t))
	reader := &auth.Principal{UserID: "u"}
	paths := map[string]int{
		"/api/v1/regions": 200, "/api/v1/regions?parent=320106": 200, "/api/v1/regions?parent=999999": 404, "/api/v1/regions?level=planet": 422,
		"/api/v1/regions/320106001": 200, "/api/v1/regions/320106999": 404, "/api/v1/regions/locate?lat=32.0505&lon=118.7505": 200,
		"/api/v1/regions/locate?lat=91&lon=0": 422, "/api/v1/regions/locate?lat=NaN&lon=0": 422, "/api/v1/regions/locate?lat=1&lon=0&crs=mars": 422,
		"/api/v1/regions/locate?lat=1": 422, "/api/v1/regions/resolve?code=320106001": 200, "/api/v1/regions.geojson?level=grid&within=320106001": 200,
		"/api/v1/regions/validation": 403, "/api/v1/regions?cursor=zzz": 422, "/api/v1/regions?limit=5000": 422,
	}
	for path, want := range paths {
		if w := served(t, s, reader)("GET", path, "", nil); w.Code != want {
			t.Errorf("%s: %d, want %d: %.200s", path, w.Code, want, w.Body)
		}
		if w := served(t, s, nil)("GET", path, "", nil); w.Code != 401 {
			t.Errorf("%s without a sign-in: %d", path, w.Code)
		}
	}
}

func TestHTTP_ListPagesThroughAll(t *testing.T) {
	s := planted(t, testkit.SQLite(t))
	get := served(t, s, &auth.Principal{UserID: "u"})
	seen, cursor := map[string]bool{}, ""
	for range 10 {
		w := get("GET", "/api/v1/regions?within=320106&limit=7&cursor="+cursor, "", nil)
		var page httpx.Page[Area]
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || page.Total != 23 {
			t.Fatalf("%v, %s", err, w.Body)
		}
		for _, a := range page.Items {
			if seen[a.Code] {
				t.Errorf("%s twice", a.Code)
			}
			seen[a.Code] = true
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	if len(seen) != 23 {
		t.Errorf("%d areas", len(seen))
	}
	w := get("GET", "/api/v1/regions?parent=320106001", "", nil)
	for _, want := range []string{`"parent_code":"320106001"`, `"children_count":4`, `"area_km2":`, `"centroid":[118.`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s is missing in %s", want, w.Body)
		}
	}
}

func TestHTTP_GeoJSONIsCachedByTag(t *testing.T) {
	s := planted(t, testkit.SQLite(t))
	get := served(t, s, &auth.Principal{UserID: "u"})
	w := get("GET", "/api/v1/regions.geojson?level=community", "", nil)
	tag := w.Header().Get("ETag")
	if w.Header().Get("Content-Type") != "application/geo+json" || tag == "" || !json.Valid(w.Body.Bytes()) {
		t.Fatalf("%v %.100s", w.Header(), w.Body)
	}
	if w := get("GET", "/api/v1/regions.geojson?level=community", "", nil, "If-None-Match", tag); w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("%d, %d bytes", w.Code, w.Body.Len())
	}
	if w := get("GET", "/api/v1/regions.geojson?level=grid", "", nil, "If-None-Match", tag); w.Code != 200 {
		t.Errorf("another selection has another tag: %d", w.Code)
	}
}

func TestHTTP_ImportChangeSplitMerge(t *testing.T) {
	s := planted(t, testkit.SQLite(t))
	keeper := &auth.Principal{UserID: "k", Areas: []string{"320106"}, Permissions: map[string]bool{PermManage: true, PermRead: true}}
	do := served(t, s, keeper)
	step := func(name string, w *httptest.ResponseRecorder, status int, contains string) {
		t.Helper()
		if w.Code != status || !strings.Contains(w.Body.String(), contains) {
			t.Errorf("%s: %d, want %d with %s: %.400s", name, w.Code, status, contains, w.Body)
		}
	}
	ct, body := upload(t, "code,name\n320106003,新街道\n")
	step("dry run", do("POST", "/api/v1/regions/imports?dry_run=true", ct, body), 200, `"created":1`)
	ct, body = upload(t, "code,name\n320106003,新街道\n")
	step("import", do("POST", "/api/v1/regions/imports", ct, body), 200, `"saved":true`)
	ct, body = upload(t, "%PDF-1.7")
	step("a PDF", do("POST", "/api/v1/regions/imports", ct, body), 422, `sheet.not_a_table`)
	ct, body = upload(t, collection(feature2("320106003", box(20, 0, 5, 5))))
	step("outside the district", do("POST", "/api/v1/regions/geometry?crs=wgs84", ct, body), 200, `region.wrong_parent`)
	step("change", do("PATCH", "/api/v1/regions/320106003", "application/json", strings.NewReader(`{"name":"别名街道"}`), "If-Match", `"1"`), 200, `"version":2`)
	step("conflict", do("PATCH", "/api/v1/regions/320106003", "application/json", strings.NewReader(`{"name":"x","version":1}`)), 409, `region.version`)
	step("no version", do("PATCH", "/api/v1/regions/320106003", "application/json", strings.NewReader(`{"name":"x"}`)), 422, `request.version_missing`)
	step("alias", do("PUT", "/api/v1/regions/320106003/aliases", "application/json", strings.NewReader(`{"scheme":"12345","alias":"B-3"}`)), 204, ``)
	step("resolve", do("GET", "/api/v1/regions/resolve?scheme=12345&code=B-3", "", nil), 200, `别名街道`)
	step("drop", do("DELETE", "/api/v1/regions/320106003/aliases?scheme=12345&alias=B-3", "", nil), 204, ``)

	part := func(code string, y, h int32) string {
		m := feature2(code, box(0, y, 5, h))
		return `{"code":"` + code + `","name":"` + code + `","households":300,"geometry":` + m[strings.Index(m, `"geometry":`)+11:len(m)-1] + `}`
	}
	split := `{"version":1,"parts":[` + part("320106001001G003", 0, 4) + `,` + part("320106001001G004", 4, 6) + `]}`
	step("split", do("POST", "/api/v1/regions/320106001001G001/actions/split", "application/json", strings.NewReader(split)), 200, `320106001001G004`)
	merge := `{"areas":[{"code":"320106001001G003","version":1},{"code":"320106001001G004","version":1}],"into":{"code":"320106001001G005","name":"又合并"}}`
	step("the same millisecond", do("POST", "/api/v1/regions/actions/merge", "application/json", strings.NewReader(merge)), 422, `region.bad_time`)
	step("validation", do("GET", "/api/v1/regions/validation?within=320106001", "", nil), 200, `"findings":[]`)
}

func TestHTTP_GeometryIsTriedFirstAndKeepsTheGoodWhereAsked(t *testing.T) {
	do := served(t, planted(t, testkit.SQLite(t)), &auth.Principal{UserID: "u", Areas: []string{"320106"}, Permissions: map[string]bool{PermManage: true}})
	send := func(query string) *httptest.ResponseRecorder {
		ct, body := upload(t, collection(feature2("320106001001G001", box(0, 0, 4, 10)), feature2("320106999", box(20, 0, 5, 5))))
		return do("POST", "/api/v1/regions/geometry"+query, ct, body)
	}
	version := func() string {
		body := do("GET", "/api/v1/regions/320106001001G001", "", nil).Body.String()
		return body[strings.Index(body, `"version":`):]
	}
	before := version()
	for _, query := range []string{"?dry_run=true&keep_good=true", "", "?dry_run=true"} {
		if w := send(query); w.Code != 200 || strings.Contains(w.Body.String(), `"saved":true`) || version() != before {
			t.Errorf("%q saved: %d %.300s", query, w.Code, w.Body)
		}
	}
	if w := send("?keep_good=true"); w.Code != 200 || !strings.Contains(w.Body.String(), `"saved":true`) || version() == before {
		t.Errorf("keep_good: %d %.300s", w.Code, w.Body)
	}
}

func TestHTTP_EverybodySeesStreetsAndCommunitiesButNoGrids(t *testing.T) {
	get := served(t, planted(t, testkit.SQLite(t)), nil)
	w := get("GET", "/api/v1/public/areas", "", nil)
	if body := w.Body.String(); w.Code != 200 || !strings.Contains(body, `"code":"320106001"`) || !strings.Contains(body, `"code":"320106001001"`) || strings.Contains(body, "G001") {
		t.Errorf("%d %.300s", w.Code, body)
	}
	for path, want := range map[string]int{"?level=community&within=320106001": 200, "?level=subdistrict": 200, "?level=grid": 422, "": 422, "?level=community&within=999": 404} {
		w := get("GET", "/api/v1/public/areas.geojson"+path, "", nil)
		if w.Code != want || strings.Contains(w.Body.String(), "G001") {
			t.Errorf("%s: %d, want %d: %.200s", path, w.Code, want, w.Body)
		}
	}
}
