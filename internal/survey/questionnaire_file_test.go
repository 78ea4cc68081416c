package survey_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"yiwang/internal/form"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

func TestQuestionnaireFiles_ExportedVersionsAreReadBackTheSame(t *testing.T) {
	t.Parallel()
	x := surveytest.New(t, testkit.SQLite(t), 1)
	for _, g := range survey.Groups {
		before, err := x.Surveys.Questionnaire(x.Ctx, x.Questionnaires[g])
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range []string{"xlsx", "json"} {
			var file bytes.Buffer
			if err := x.Surveys.ExportQuestionnaire(x.Ctx, before.ID, format, &file); err != nil {
				t.Fatal(err)
			}
			after, err := x.Surveys.ImportQuestionnaire(x.Ctx, survey.NewQuestionnaire{Version: "读回-" + format}, &file)
			if err != nil || after.Group != g || after.State != survey.QuestionnaireDraft {
				t.Fatalf("%s %s: %+v, %v", g, format, after, err)
			}
			for _, c := range form.Diff(&before.Form.V, &after.Form.V) {
				// The source of categories is a remark of the shipped file; a workbook does not carry it.
				if c.Field != "source" {
					t.Errorf("%s %s: %+v", g, format, c)
				}
			}
		}
	}
}

func TestQuestionnaireFiles_RefusedFilesSayWhere(t *testing.T) {
	t.Parallel()
	x := surveytest.New(t, testkit.SQLite(t), 1)
	for name, c := range map[string]struct{ file, code string }{
		"unknown key":    {`{"group":"adult","version":"x","form":{"name":"n","questions":[{"code":"a","colour":1}]}}`, "survey.bad_questionnaire"},
		"broken":         {`{"group":`, "survey.bad_questionnaire"},
		"no group":       {`{"version":"x","form":{"name":"n","questions":[]}}`, "survey.bad_questionnaire"},
		"no workbook":    {"a,b,c", "sheet.not_a_table"},
		"nothing at all": {"", "sheet.not_a_table"},
	} {
		if _, err := x.Surveys.ImportQuestionnaire(x.Ctx, survey.NewQuestionnaire{}, strings.NewReader(c.file)); errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}

func TestQuestionnaireFileRoutes_DownloadPrintAndUpload(t *testing.T) {
	t.Parallel()
	x := surveytest.New(t, testkit.SQLite(t), 1)
	w := x.Wave(t, "2026H2", x.Plan(t), survey.Draft)
	mux := http.NewServeMux()
	x.Surveys.Routes(httpx.NewAPI(mux, "test"))
	reader, lead := surveytest.As(surveytest.Area, survey.PermRead), surveytest.As(surveytest.Area, survey.Permissions()...)
	base := "/api/v1/questionnaires/" + x.Questionnaires[survey.Elder]
	for path, head := range map[string]string{"/export": "PK", "/export?format=json": "{", "/paper": "%PDF-", "/paper?large=true&wave=" + w.ID: "%PDF-", "/paper?codes=true": "%PDF-", "/paper?format=html": "<!doctype html>"} {
		r := call(t, mux, reader, "GET", base+path, "", nil, nil)
		if r.Code != http.StatusOK || !strings.HasPrefix(r.Body.String(), head) || r.Header().Get("Content-Disposition") == "" {
			t.Errorf("%s: %d %.60q", path, r.Code, r.Body)
		}
	}
	if r := call(t, mux, surveytest.As("320102", survey.PermRead), "GET", base+"/paper?wave="+w.ID, "", nil, nil); r.Code != http.StatusNotFound {
		t.Errorf("paper with a wave of another district: %d, want 404", r.Code)
	}
	exported := call(t, mux, reader, "GET", base+"/export", "", nil, nil)
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	file, err := parts.CreateFormFile("file", "问卷.xlsx")
	if err == nil {
		_, err = file.Write(exported.Body.Bytes())
	}
	if err == nil {
		err = parts.WriteField("version", "2027.1")
	}
	if err == nil {
		err = parts.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if r := call(t, mux, reader, "POST", "/api/v1/questionnaires/imports", parts.FormDataContentType(), body.Bytes(), nil); r.Code != http.StatusForbidden {
		t.Errorf("a reader imports: %d", r.Code)
	}
	var draft survey.Questionnaire
	if r := call(t, mux, lead, "POST", "/api/v1/questionnaires/imports", parts.FormDataContentType(), body.Bytes(), &draft); r.Code != http.StatusCreated || draft.Version != "2027.1" {
		t.Errorf("import: %d %s", r.Code, r.Body)
	}
	if _, err := json.Marshal(draft); err != nil {
		t.Error(err)
	}
}
