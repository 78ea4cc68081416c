package appraisal_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"yiwang/internal/appraisal"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

func TestRoutes_FromClosedToPublic(t *testing.T) {
	t.Parallel()
	d := testkit.SQLite(t)
	x := open(t, d, 3, nil)
	w := x.closed(t, 400, 200)
	mux := http.NewServeMux()
	x.appraisals.Routes(httpx.NewAPI(mux, "test"))
	lead := surveytest.As(surveytest.Area, append(appraisal.Permissions(), survey.Permissions()...)...)
	send := func(ctx context.Context, method, path string, in any) *httptest.ResponseRecorder {
		t.Helper()
		var body []byte
		if in != nil {
			var err error
			if body, err = json.Marshal(in); err != nil {
				t.Fatal(err)
			}
		}
		r := httptest.NewRequestWithContext(ctx, method, path, bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, r)
		return answer
	}
	at := "/api/v1/waves/" + w.ID
	if r := send(lead, "GET", at+"/scores", nil); r.Code != http.StatusNotFound || !strings.Contains(r.Body.String(), "appraisal.not_scored") {
		t.Errorf("before scoring: %d %s", r.Code, r.Body)
	}
	for _, step := range []string{"score", "review", "publish"} {
		now, err := x.Surveys.Wave(x.Ctx, w.ID)
		if err != nil {
			t.Fatal(err)
		}
		if r := send(lead, "POST", at+"/"+step, map[string]any{"version": now.Version}); r.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", step, r.Code, r.Body)
		}
	}
	street := surveytest.As(surveytest.Street(2), appraisal.PermRead)
	for path, want := range map[string][]string{
		"/scores": {`"district":{`, `"n_eff":`, `"rate":`, `"method":{`}, "/scores?by=community": {surveytest.Community(2, 1)}, "/scores?by=indicator&street=" + surveytest.Street(1) + "&channel=online": {`"bias":`},
		"/ranks": {`"p_top":`, `"tie_rule":`, `"best":`},
	} {
		r := send(street, "GET", at+path, nil)
		for _, part := range want {
			if r.Code != http.StatusOK || !strings.Contains(r.Body.String(), part) {
				t.Errorf("%s: %d, %s is missing in %.300s", path, r.Code, part, r.Body)
			}
		}
		if strings.Contains(r.Body.String(), surveytest.Community(1, 1)) {
			t.Errorf("%s shows a street the communities of another", path)
		}
	}
	if r := send(lead, "GET", at+"/verification", nil); !strings.Contains(r.Body.String(), `"same_bytes":true`) {
		t.Errorf("verification: %s", r.Body)
	}
	for path, want := range map[string]string{"/api/v1/public/waves": `"total":1`, "/api/v1/public/waves/" + w.ID: `"ranks":{`, "/api/v1/indicator-systems": ""} {
		r := send(context.Background(), "GET", path, nil)
		if want == "" && r.Code != http.StatusUnauthorized || want != "" && (r.Code != http.StatusOK || !strings.Contains(r.Body.String(), want)) {
			t.Errorf("%s: %d %.200s", path, r.Code, r.Body)
		}
	}
	if r := send(lead, "GET", "/api/v1/indicator-systems/2026.11/plan", nil); r.Code != http.StatusOK || !strings.Contains(r.Body.String(), `"tie_rule":`) {
		t.Errorf("draft plan: %d %.200s", r.Code, r.Body)
	}
	if r := send(lead, "GET", at+"/scores?by=person", nil); r.Code != http.StatusUnprocessableEntity {
		t.Errorf("unknown table: %d", r.Code)
	}
}
