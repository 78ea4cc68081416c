package survey_test

import (
	"bytes"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/jobs"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

// call sends a request as whoever acts in ctx and decodes the answer into out.
func call(t *testing.T, h http.Handler, ctx context.Context, method, path, contentType string, body []byte, out any) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(ctx, method, path, bytes.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if out != nil && w.Code < 300 {
		if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, w.Body)
		}
	}
	return w
}

func upload(t *testing.T, fields map[string]string, content string) (contentType string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for k, v := range fields {
		if err := form.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("file", "答卷.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return form.FormDataContentType(), b.Bytes()
}

func TestRoutes_AWaveFromDraftToImportedAnswers(t *testing.T) {
	t.Parallel()
	d := testkit.SQLite(t)
	x := surveytest.New(t, d, 2)
	mux := http.NewServeMux()
	x.Surveys.Routes(httpx.NewAPI(mux, "test"))
	runner := jobs.NewRunner(d)
	x.Surveys.Work(runner)
	lead := surveytest.As(surveytest.Area, survey.Permissions()...)
	post := func(path string, in, out any) *httptest.ResponseRecorder {
		body, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		return call(t, mux, lead, "POST", path, "application/json", body, out)
	}
	var w survey.Wave
	if r := post("/api/v1/waves", survey.NewWave{Area: surveytest.Area, Code: "2026H2", Name: "下半年测评", Period: "2026H2"}, &w); r.Code != http.StatusCreated || r.Header().Get("ETag") != `"1"` {
		t.Fatalf("create: %d %s", r.Code, r.Body)
	}
	if r := post("/api/v1/waves", survey.NewWave{Area: surveytest.Area, Code: "2026H2", Name: "又一次", Period: "2026H2"}, nil); r.Code != http.StatusConflict {
		t.Errorf("same code: %d", r.Code)
	}
	if r := post("/api/v1/waves/"+w.ID+"/actions/pilot", map[string]any{"version": 1}, &w); r.Code != http.StatusOK {
		t.Fatalf("pilot: %d %s", r.Code, r.Body)
	}
	if r := post("/api/v1/waves/"+w.ID+"/actions/freeze", map[string]any{"version": 2}, nil); r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), "plan.tie_rule") {
		t.Errorf("freezing without a plan: %d %s", r.Code, r.Body)
	}
	plan, err := json.Marshal(map[string]any{"version": 2, "plan": x.Plan(t)})
	if err != nil {
		t.Fatal(err)
	}
	if r := call(t, mux, lead, "PUT", "/api/v1/waves/"+w.ID+"/plan", "application/json", plan, &w); r.Code != http.StatusOK || w.Version != 3 {
		t.Fatalf("plan: %d %s", r.Code, r.Body)
	}
	for _, action := range []string{"freeze", "open"} {
		if r := post("/api/v1/waves/"+w.ID+"/actions/"+action, map[string]any{"version": w.Version}, &w); r.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", action, r.Code, r.Body)
		}
	}
	if w.PlanHash == "" || w.State != survey.Fieldwork {
		t.Errorf("frozen wave: %+v", w)
	}
	if r := call(t, mux, lead, "PUT", "/api/v1/waves/"+w.ID+"/plan", "application/json", bytes.Replace(plan, []byte(`"version":2`), []byte(`"version":5`), 1), nil); r.Code != http.StatusConflict {
		t.Errorf("changing a frozen plan: %d", r.Code)
	}
	contentType, body := upload(t, map[string]string{"dry_run": "false", "policy": "commit_good"}, header+goodRows)
	var started survey.FileImport
	if r := call(t, mux, lead, "POST", "/api/v1/waves/"+w.ID+"/imports", contentType, body, &started); r.Code != http.StatusAccepted {
		t.Fatalf("upload: %d %s", r.Code, r.Body)
	}
	if err := runner.Drain(x.Ctx); err != nil {
		t.Fatal(err)
	}
	var seen struct {
		State    string `json:"state"`
		Total    int    `json:"total"`
		Accepted int    `json:"accepted"`
		Errors   []any  `json:"errors"`
	}
	if r := call(t, mux, lead, "GET", "/api/v1/imports/"+started.ID, "", nil, &seen); seen.State != "done" || seen.Total != 3 || seen.Accepted != 3 || seen.Errors == nil {
		t.Errorf("report: %s", r.Body)
	}
	for path, want := range map[string]string{
		"/api/v1/waves":                       `"total":1`,
		"/api/v1/waves/" + w.ID + "/history":  `"action":"freeze"`,
		"/api/v1/waves/" + w.ID + "/progress": `"street_name":"第1街道"`,
		"/api/v1/waves/" + w.ID + "/imports":  `"file_name":"答卷.csv"`,
		"/api/v1/questionnaires":              `"version":"2026.12"`,
	} {
		if r := call(t, mux, lead, "GET", path, "", nil, nil); r.Code != http.StatusOK || !strings.Contains(r.Body.String(), want) {
			t.Errorf("%s: %d, %s is missing", path, r.Code, want)
		}
	}
	if r := call(t, mux, lead, "GET", "/api/v1/waves/"+w.ID+"/import-template?format=csv", "", nil, nil); r.Code != http.StatusOK || !strings.Contains(r.Body.String(), "受访编号,渠道") {
		t.Errorf("template: %d %.80s", r.Code, r.Body)
	}
}

func TestRoutes_RefuseWhoMayNot(t *testing.T) {
	t.Parallel()
	d := testkit.SQLite(t)
	x := surveytest.New(t, d, 2)
	w := x.Wave(t, "2026H2", x.Plan(t), survey.Fieldwork)
	mux := http.NewServeMux()
	x.Surveys.Routes(httpx.NewAPI(mux, "test"))
	contentType, body := upload(t, nil, header+goodRows)
	street := surveytest.As(surveytest.Street(1), survey.PermRead)
	for name, c := range map[string]struct {
		ctx  context.Context
		want int
	}{"nobody": {context.Background(), 401}, "street": {street, 403}, "importer elsewhere": {surveytest.As("320102", survey.PermImport), 403}} {
		if r := call(t, mux, c.ctx, "POST", "/api/v1/waves/"+w.ID+"/imports", contentType, body, nil); r.Code != c.want {
			t.Errorf("%s uploads: %d, want %d", name, r.Code, c.want)
		}
	}
	if r := call(t, mux, surveytest.As("320102", survey.PermRead), "GET", "/api/v1/waves/"+w.ID, "", nil, nil); r.Code != http.StatusNotFound {
		t.Errorf("a wave of another district: %d, want 404", r.Code)
	}
	if r := call(t, mux, street, "GET", "/api/v1/waves/"+w.ID, "", nil, nil); r.Code != http.StatusOK {
		t.Errorf("a street looks at its wave: %d, want 200", r.Code)
	}
}
