package survey_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"yiwang/internal/form"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
)

func TestQuestionnaire_FromCopyToIssuedVersion(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := surveytest.New(t, d, 1)
		s, ctx := x.Surveys, surveytest.As(surveytest.Area, survey.Permissions()...)
		base := x.Questionnaires[survey.Adult]
		q, err := s.DraftQuestionnaire(ctx, survey.NewQuestionnaire{Version: "2027.春", From: base, Note: "改一题"})
		if err != nil || q.State != survey.QuestionnaireDraft || q.Group != survey.Adult || q.Revision != 1 {
			t.Fatalf("%+v, %v", q, err)
		}
		if _, err := s.DraftQuestionnaire(ctx, survey.NewQuestionnaire{Version: "2027.春", From: base}); errs.CodeOf(err) != "survey.questionnaire_exists" {
			t.Errorf("the same version again: %v", err)
		}
		f := q.Form.V
		f.Questions[0].Text = ""
		if q, err = s.SaveDraft(ctx, q.ID, q.Revision, survey.SavedDraft{Form: f}); err != nil || q.Revision != 2 {
			t.Fatalf("saving an unfinished draft: %+v, %v", q, err)
		}
		if _, err := s.SaveDraft(ctx, q.ID, 1, survey.SavedDraft{Form: f}); errs.CodeOf(err) != "survey.questionnaire_saved_meanwhile" || errs.As(err).Details == nil {
			t.Errorf("saving over a later revision: %v", err)
		}
		if _, err := s.Issue(ctx, q.ID, 2); errs.CodeOf(err) != "form.unusable" || errs.As(err).Fields[0].Location != "questions[0].text" {
			t.Errorf("issuing a question without text: %v", err)
		}
		f.Questions[0].Text = "社区党组织和党员联系您的情况"
		if q, err = s.SaveDraft(ctx, q.ID, 2, survey.SavedDraft{Form: f, Version: "2027.1"}); err != nil {
			t.Fatal(err)
		}
		checkDraftInWave(t, x, q.ID)
		if q, err = s.Issue(ctx, q.ID, q.Revision); err != nil || q.State != survey.QuestionnaireIssued || q.IssuedAt == nil {
			t.Fatalf("%+v, %v", q, err)
		}
		for name, err := range map[string]error{"save": second(s.SaveDraft(ctx, q.ID, q.Revision, survey.SavedDraft{Form: f})),
			"issue again": second(s.Issue(ctx, q.ID, q.Revision)), "discard": s.Discard(ctx, q.ID, q.Revision)} {
			if errs.CodeOf(err) != "survey.questionnaire_issued" {
				t.Errorf("%s after issuing: %v", name, err)
			}
		}
		changes, err := s.Diff(ctx, base, q.ID)
		if err != nil || len(changes) != 1 || changes[0].Field != "text" || !changes[0].Scores || changes[0].Kind != form.Changed {
			t.Errorf("diff %+v, %v", changes, err)
		}
		if seen, err := s.Questionnaire(ctx, q.ID); err != nil || seen.Hash != seen.Form.V.Hash() || len(seen.Waves) != 1 {
			t.Errorf("read back %+v, %v", seen, err)
		}
	})
}

// checkDraftInWave names the draft in a wave: it may be planned with, not asked, not discarded.
func checkDraftInWave(t *testing.T, x *surveytest.District, draft string) {
	t.Helper()
	plan := x.Plan(t)
	plan.Questionnaires = map[survey.Group]string{survey.Elder: x.Questionnaires[survey.Elder], survey.Adult: draft, survey.Unit: x.Questionnaires[survey.Unit]}
	w := x.Wave(t, "2027H1", plan, survey.Draft)
	if _, err := x.Surveys.Advance(x.Ctx, w.ID, "pilot", w.Version, ""); errs.CodeOf(err) != "survey.questionnaire_draft" {
		t.Errorf("piloting with a draft: %v", err)
	}
	if err := x.Surveys.Discard(x.Ctx, draft, 3); errs.CodeOf(err) != "survey.questionnaire_used" {
		t.Errorf("discarding a draft that a plan names: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestQuestionnaire_DiscardedDraftIsGone(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := surveytest.New(t, d, 1)
		q, err := x.Surveys.DraftQuestionnaire(x.Ctx, survey.NewQuestionnaire{Group: survey.Unit, Version: "空白"})
		if err != nil {
			t.Fatal(err)
		}
		if err := x.Surveys.Discard(x.Ctx, q.ID, q.Revision); err != nil {
			t.Fatal(err)
		}
		if _, err := x.Surveys.Questionnaire(x.Ctx, q.ID); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("after discarding: %v", err)
		}
	})
}

func TestQuestionnaireRoutes_WhoMayDoWhat(t *testing.T) {
	t.Parallel()
	x := surveytest.New(t, testkit.SQLite(t), 1)
	mux := http.NewServeMux()
	x.Surveys.Routes(httpx.NewAPI(mux, "test"))
	id := x.Questionnaires[survey.Elder]
	who := map[string]context.Context{"nobody": context.Background(), "reader": surveytest.As(surveytest.Area, survey.PermRead),
		"street": surveytest.As(surveytest.Street(1), survey.PermRead, survey.PermImport), "lead": surveytest.As(surveytest.Area, survey.PermManage)}
	for _, c := range []struct {
		method, path, body string
		want               map[string]int
	}{
		{"GET", "/api/v1/questionnaires?group=elder&state=issued", "", map[string]int{"nobody": 401, "reader": 200, "street": 200, "lead": 200}},
		{"GET", "/api/v1/questionnaires/" + id, "", map[string]int{"nobody": 401, "reader": 200, "lead": 200}},
		{"GET", "/api/v1/questionnaires/" + id + "/diff?from=" + x.Questionnaires[survey.Adult], "", map[string]int{"nobody": 401, "street": 200}},
		{"POST", "/api/v1/questionnaires/check", `{"form":{"name":"","target":"","intro":"","questions":[]}}`, map[string]int{"nobody": 401, "reader": 403, "street": 403, "lead": 200}},
		{"POST", "/api/v1/questionnaires", `{"from":"` + id + `","version":"v2"}`, map[string]int{"nobody": 401, "reader": 403, "street": 403, "lead": 201}},
		{"PUT", "/api/v1/questionnaires/" + id, `{"revision":1,"form":{"name":"x","target":"","intro":"","questions":[]}}`, map[string]int{"nobody": 401, "reader": 403, "lead": 409}},
		{"POST", "/api/v1/questionnaires/" + id + "/issue", `{"revision":1}`, map[string]int{"nobody": 401, "reader": 403, "lead": 409}},
		{"DELETE", "/api/v1/questionnaires/" + id + "?revision=1", "", map[string]int{"nobody": 401, "reader": 403, "lead": 409}},
	} {
		for name, want := range c.want {
			contentType := ""
			if c.body != "" {
				contentType = "application/json"
			}
			if r := call(t, mux, who[name], c.method, c.path, contentType, []byte(c.body), nil); r.Code != want {
				t.Errorf("%s %s as %s: %d, want %d: %s", c.method, c.path, name, r.Code, want, r.Body)
			}
		}
	}
	r := call(t, mux, who["lead"], "POST", "/api/v1/questionnaires/check", "application/json", []byte(`{"form":{"name":"","target":"","intro":"","questions":[]}}`), nil)
	if !strings.Contains(r.Body.String(), "至少要有一道量表题") {
		t.Errorf("faults are not in the caller's language: %s", r.Body)
	}
}
