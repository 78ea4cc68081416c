package report_test

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
	"yiwang/internal/report"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

func TestRoutes_FromDraftToPublicPage(t *testing.T) {
	t.Parallel()
	x := open(t, testkit.SQLite(t), 2)
	w := x.scored(t, x.closed(t, x.plan(t), 300, 100))
	mux := http.NewServeMux()
	x.reports.Routes(httpx.NewAPI(mux, "test"))
	lead := surveytest.As(surveytest.Area, append(append(report.Permissions(), appraisal.Permissions()...), survey.Permissions()...)...)
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
	for path, want := range map[string]string{at + "/report-draft": `"pictures":{`, "/api/v1/report-templates": `"version":0`, "/api/v1/report-kinds?wave=" + w.ID: `"value":"鼓楼区"`,
		at + "/report?format=json": `"result":`, at + "/report?format=csv": "渠道", at + "/data": "PK"} {
		if r := send(lead, "GET", path, nil); r.Code != http.StatusOK || !strings.Contains(r.Body.String(), want) {
			t.Errorf("%s: %d, %s is missing in %.200s", path, r.Code, want, r.Body)
		}
	}
	made := send(lead, "POST", at+"/reports", map[string]any{"note": "存档"})
	var frozen report.Frozen
	if err := json.Unmarshal(made.Body.Bytes(), &frozen); err != nil || made.Code != http.StatusOK {
		t.Fatalf("freeze: %d %s %v", made.Code, made.Body, err)
	}
	file := send(lead, "GET", at+"/reports/"+frozen.ID+"/file?kind=report&format=docx", nil)
	if name := file.Header().Get("Content-Disposition"); file.Code != http.StatusOK || !strings.HasPrefix(file.Body.String(), "PK") || !strings.Contains(name, "2026H2-1") {
		t.Errorf("file: %d, %s", file.Code, name)
	}
	if live := send(lead, "GET", at+"/report?format=docx", nil); !bytes.Equal(live.Body.Bytes(), file.Body.Bytes()) {
		t.Error("the report of the wave is not the frozen one")
	}
	if r := send(lead, "GET", at+"/reports/"+frozen.ID+"/verification", nil); !strings.Contains(r.Body.String(), `"good":true`) {
		t.Errorf("verification: %s", r.Body)
	}
	if r := send(lead, "GET", at+"/reports/"+frozen.ID+"/file?kind=letter&street=999&format=docx", nil); r.Code != http.StatusNotFound {
		t.Errorf("a letter of no street: %d", r.Code)
	}
	public := "/api/v1/public/waves/" + w.ID + "/report"
	if r := send(context.Background(), "GET", public, nil); r.Code != http.StatusNotFound {
		t.Errorf("public before publication: %d", r.Code)
	}
	x.published(t, w)
	for path, want := range map[string]string{public: `"mark":"2026H2-1"`, public + ".html": "不是名次"} {
		if r := send(context.Background(), "GET", path, nil); r.Code != http.StatusOK || !strings.Contains(r.Body.String(), want) {
			t.Errorf("%s: %d %.200s", path, r.Code, r.Body)
		}
	}
	bad := map[string]any{"base": 0, "template": map[string]any{"name": "x", "title": "{没有}", "issuer": "", "sections": []any{map[string]any{"kind": "nothing", "title": "t", "text": "", "after": "", "hidden": false}}}}
	if r := send(lead, "POST", "/api/v1/report-templates", bad); r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), "sections[0].kind") {
		t.Errorf("bad template: %d %s", r.Code, r.Body)
	}
}
