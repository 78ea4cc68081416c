package sampling_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

func TestRoutes_WhoMayAndWhatIsPublic(t *testing.T) {
	t.Parallel()
	x := newHouse(t, testkit.SQLite(t), 1)
	mux := http.NewServeMux()
	x.samples.Routes(httpx.NewAPI(mux, "test"))
	call := func(ctx context.Context, method, path, body string) (int, string) {
		r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	if code, _ := call(nobody(), "GET", "/api/v1/public/samples/2026H2", ""); code != http.StatusNotFound {
		t.Errorf("before anything is sealed: %d", code)
	}
	w, d := x.drawn(t, "2026H2", design(x.frame(t, sampling.Households, x.blocks(50)), nil, map[survey.Group]int{survey.Adult: 30}), seed)
	reader, leader := surveytest.As(surveytest.Area, sampling.PermRead), lead()
	street := surveytest.As(surveytest.Street(1), survey.PermRead, "fieldwork.read")
	letters := `{"office":"考评办","base":"https://x.cn"}`
	for _, step := range []struct {
		who          context.Context
		method, path string
		body         string
		code         int
		contains     string
	}{
		{nobody(), "GET", "/api/v1/public/samples/2026H2", "", 200, d.ListHash},
		{nobody(), "GET", "/api/v1/waves/" + w.ID + "/sample", "", 401, ""},
		{street, "GET", "/api/v1/waves/" + w.ID + "/sample", "", 403, ""},
		{street, "GET", "/api/v1/waves/" + w.ID + "/invitations", "", 403, ""},
		{reader, "GET", "/api/v1/waves/" + w.ID + "/sample", "", 200, `"drawn":30`},
		{reader, "GET", "/api/v1/waves/" + w.ID + "/invitations?state=reserve&limit=5", "", 200, `"total":15`},
		{reader, "GET", "/api/v1/waves/" + w.ID + "/invitations?state=open", "", 200, `"total":30`},
		{reader, "GET", "/api/v1/waves/" + w.ID + "/invitations.file", "", 403, ""},
		{reader, "POST", "/api/v1/waves/" + w.ID + "/letters", letters, 403, ""},
		{reader, "GET", "/api/v1/sampling/size?margin=2&sd=15", "", 200, `"needed":`},
		{leader, "GET", "/api/v1/waves/" + w.ID + "/invitations.file?format=csv", "", 200, "桂香苑"},
		{leader, "POST", "/api/v1/waves/" + w.ID + "/letters", letters, 200, "%PDF"},
		{leader, "POST", "/api/v1/waves/" + w.ID + "/letters", letters, 404, "sampling.no_letters"},
		{leader, "GET", "/api/v1/waves/" + w.ID + "/sample/verification", "", 200, `"good":true`},
		{leader, "POST", "/api/v1/waves/" + w.ID + "/sample/draw", `{}`, 409, "sampling.drawn_already"},
		{leader, "GET", "/api/v1/sampling/frame-template?kind=unit&format=csv", "", 200, "规模类别"},
	} {
		code, body := call(step.who, step.method, step.path, step.body)
		if code != step.code || !strings.Contains(body, step.contains) {
			t.Errorf("%s %s: %d %.300s", step.method, step.path, code, body)
		}
		if strings.Contains(step.path, "/public/") && (strings.Contains(body, seed) || strings.Contains(body, "320106001001")) {
			t.Errorf("the public record says too much: %s", body)
		}
	}
}
