package appraisal_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	shipped "yiwang/data/appraisal"
	"yiwang/internal/appraisal"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

// library is the indicator systems of an installation.
func library(t *testing.T, d *db.DB) (*surveytest.District, *appraisal.Service) {
	t.Helper()
	x := surveytest.New(t, d, 2)
	s := appraisal.New(d, x.Surveys, nil, nil)
	if _, err := s.LoadSystem(x.Ctx, shipped.Indicators); err != nil {
		t.Fatal(err)
	}
	return x, s
}

const first = "2026.11"

func TestSystemDraft_FromCopyToVersionThatWavesUse(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, s := library(t, d)
		lead := surveytest.As(surveytest.Area, survey.PermManage)
		draft, err := s.CopySystem(lead, first, "2027.1")
		if err != nil || draft.Revision != 1 || len(draft.Faults) != 0 || len(draft.Forms) != 0 || draft.Base != first {
			t.Fatalf("copy: %+v, %v", draft, err)
		}
		body := draft.Body.V
		body.Dimensions[0].KeyPoints[0].Indicators[0].Weight += 2
		if draft, err = s.SaveDraft(lead, "2027.1", 1, body); err != nil || draft.Revision != 2 || len(draft.Faults) != 1 || !strings.Contains(draft.Faults[0].Text, "下级权重合计") {
			t.Fatalf("saved with a fault: %+v, %v", draft.Faults, err)
		}
		if _, err := s.IssueSystem(lead, "2027.1", 2); errs.CodeOf(err) != "appraisal.bad_system" {
			t.Errorf("issued with a fault: %v", err)
		}
		if _, err := s.SaveDraft(lead, "2027.1", 1, body); errs.CodeOf(err) != "appraisal.draft_changed" {
			t.Errorf("an old revision: %v", err)
		}
		body.Dimensions[0].KeyPoints[0].Indicators[1].Weight -= 2
		body.Dimensions[0].Name = "党建与作风"
		if draft, err = s.SaveDraft(lead, "2027.1", 2, body); err != nil || len(draft.Faults) != 0 {
			t.Fatalf("mended: %+v, %v", draft.Faults, err)
		}
		changes, err := s.CompareSystems(lead, first, "2027.1")
		if err != nil || len(changes) != 3 || changes[0].Field != "name" || changes[0].After != "党建与作风" || changes[1].Field != "weight" {
			t.Errorf("changes: %+v, %v", changes, err)
		}
		stored, err := s.IssueSystem(lead, "2027.1", 3)
		if err != nil || stored.Version != "2027.1" || stored.Hash == "" {
			t.Fatalf("issue: %+v, %v", stored, err)
		}
		if list, err := s.SystemDrafts(lead); err != nil || len(list) != 0 {
			t.Errorf("the draft is still there: %v, %v", list, err)
		}
		plan, err := s.DraftPlan(x.Ctx, "2027.1")
		if err != nil || plan.SystemHash != stored.Hash || len(plan.Questionnaires) != 3 {
			t.Errorf("a plan with it: %v", err)
		}
		if _, err := s.CopySystem(lead, first, "2027.1"); errs.CodeOf(err) != "appraisal.version_exists" {
			t.Errorf("the same version again: %v", err)
		}
	})
}

func TestSystemFiles_ComeBackAsTheyWent(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, s := library(t, d)
		for _, format := range []string{"yaml", "xlsx"} {
			var file bytes.Buffer
			if err := s.ExportSystem(x.Ctx, first, format, &file); err != nil {
				t.Fatal(format, err)
			}
			draft, err := s.ImportSystem(x.Ctx, "from-"+format, &file)
			if err != nil || len(draft.Faults) != 0 || len(draft.Forms) != 0 {
				t.Fatalf("%s: %+v, %v", format, draft, err)
			}
			changes, err := s.CompareSystems(x.Ctx, first, "from-"+format)
			if err != nil || len(changes) != 0 {
				t.Errorf("%s: %+v, %v", format, changes, err)
			}
			original, err := s.System(x.Ctx, first)
			if err != nil {
				t.Fatal(err)
			}
			draft.Body.V.Version = first
			if format == "yaml" && !reflect.DeepEqual(draft.Body.V, original.Body.V) {
				t.Error("YAML loses something")
			}
		}
	})
}

func TestImportSystem_NamesThePlaceOfAMistake(t *testing.T) {
	t.Parallel()
	_, s := library(t, testkit.SQLite(t))
	lead := surveytest.As(surveytest.Area, survey.PermManage)
	for src, code := range map[string]string{"meta: [": "appraisal.bad_system", "meta:\n  version: x\n": "appraisal.bad_system", strings.Repeat(" ", 3<<20): "appraisal.system_too_large",
		"meta: {version: 'a b'}\ndimensions: [{code: A}]": "appraisal.bad_version"} {
		if _, err := s.ImportSystem(lead, "", strings.NewReader(src)); errs.CodeOf(err) != code {
			t.Errorf("%.30q: got %v, want %s", src, err, code)
		}
	}
}

func TestSystemDrafts_PermissionMatrix(t *testing.T) {
	t.Parallel()
	x, s := library(t, testkit.SQLite(t))
	if _, err := s.CopySystem(x.Ctx, first, "2027.1"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		ctx         context.Context
		see, change bool
	}{
		"planner": {surveytest.As(surveytest.Area, survey.PermManage), true, true},
		"scorer":  {surveytest.As(surveytest.Area, appraisal.PermScore), true, false},
		"street":  {surveytest.As(surveytest.Street(1), appraisal.PermRead, survey.PermRead), false, false},
		"nobody":  {context.Background(), false, false},
	} {
		if _, err := s.SystemDraft(c.ctx, "2027.1"); (err == nil) != c.see {
			t.Errorf("%s sees: %v", name, err)
		}
		if err := s.ExportSystem(c.ctx, "2027.1", "yaml", &bytes.Buffer{}); (err == nil) != c.see {
			t.Errorf("%s exports: %v", name, err)
		}
		d, err := s.SaveDraft(c.ctx, "2027.1", 1, appraisal.System{})
		if (err == nil) != c.change {
			t.Errorf("%s changes: %+v, %v", name, d, err)
		}
		if _, err := s.CopySystem(c.ctx, first, "copy-"+name); (err == nil) != c.change {
			t.Errorf("%s copies: %v", name, err)
		}
		if err := s.DropDraft(c.ctx, "copy-"+name); (err == nil) != c.change {
			t.Errorf("%s drops: %v", name, err)
		}
	}
}

func TestRoutes_DraftsOfTheIndicatorSystem(t *testing.T) {
	t.Parallel()
	_, s := library(t, testkit.SQLite(t))
	mux := http.NewServeMux()
	s.Routes(httpx.NewAPI(mux, "test"))
	lead := surveytest.As(surveytest.Area, survey.PermManage)
	send := func(ctx context.Context, method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return w
	}
	if r := send(lead, "POST", "/api/v1/indicator-drafts", `{"from":"2026.11","version":"2027.1"}`); r.Code != http.StatusCreated || !strings.Contains(r.Body.String(), `"faults":[]`) {
		t.Fatalf("copy: %d %.300s", r.Code, r.Body)
	}
	for path, want := range map[string]string{"/api/v1/indicator-drafts": `"total":1`, "/api/v1/indicator-drafts/2027.1": `"revision":1`,
		"/api/v1/indicator-systems/2027.1/changes?from=2026.11": `"items":[]`, "/api/v1/indicator-systems/2026.11/export?format=yaml": "respondent_weight"} {
		if r := send(lead, "GET", path, ""); r.Code != 200 || !strings.Contains(r.Body.String(), want) {
			t.Errorf("%s: %d %.200s", path, r.Code, r.Body)
		}
	}
	if r := send(surveytest.As(surveytest.Area, appraisal.PermScore), "POST", "/api/v1/indicator-drafts/2027.1/issue", `{"revision":1}`); r.Code != http.StatusForbidden {
		t.Errorf("a scorer issues: %d", r.Code)
	}
	if r := send(lead, "POST", "/api/v1/indicator-drafts/2027.1/issue", `{"revision":1}`); r.Code != 200 || !strings.Contains(r.Body.String(), `"hash":`) {
		t.Errorf("issue: %d %.200s", r.Code, r.Body)
	}
	if r := send(lead, "DELETE", "/api/v1/indicator-drafts/2027.1", ""); r.Code != 404 {
		t.Errorf("drop what was issued: %d", r.Code)
	}
}
