package survey_test

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/jobs"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
	"yiwang/internal/testkit/routes"
)

// Every operation of this module, as the district may use it and as another district is answered. Questionnaires are of no area:
// who manages surveys writes them, everybody signed in reads them.
func TestRoutes_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	d := testkit.SQLite(t)
	x := surveytest.New(t, d, 2)
	runner := jobs.NewRunner(d)
	x.Surveys.Work(runner)
	people := map[string]context.Context{"lead": surveytest.As(surveytest.Area, survey.Permissions()...), "other": surveytest.As("320102", survey.Permissions()...), "anybody": surveytest.As(surveytest.Area)}
	table := routes.Table{Own: "lead", Other: "other", Without: "anybody"}
	table.Lines = append(table.Lines, questionnaireLines(t, x)...)
	table.Lines = append(table.Lines, waveLines(t, x)...)
	table.Lines = append(table.Lines, answerLines(t, x, runner, people["lead"])...)
	routes.Open(x.Surveys.Routes, func(who string) context.Context { return people[who] }).Check(t, table)
}

const (
	foreign = "auth.outside_area"
	hidden  = "survey.wave_not_found"
)

func questionnaireLines(t *testing.T, x *surveytest.District) []routes.Line {
	const path = "/api/v1/questionnaires"
	adult := x.Questionnaires[survey.Adult]
	var exported bytes.Buffer
	if err := x.Surveys.ExportQuestionnaire(x.Ctx, adult, "json", &exported); err != nil {
		t.Fatal(err)
	}
	return []routes.Line{
		{Rule: "GET " + path, Status: 200, Bare: 200, Other: 200},
		{Rule: "GET " + path + "/{id}", Values: adult, Status: 200, Bare: 200, Other: 200},
		{Rule: "POST " + path + "/check", Body: `{"form":{"name":"问卷","target":"居民","intro":"您好","questions":[]}}`, Status: 200, Other: 200},
		{Rule: "POST " + path, Body: `{"from":"` + adult + `","version":"2027.1"}`, Status: 201, Shared: true, Keep: "draft"},
		{Rule: "POST " + path + "/{id}/issue", Values: "{{draft.id}}", Body: `{"revision":{{draft.revision}}}`, Status: 200, Shared: true},
		{Rule: "GET " + path + "/{id}/diff", Values: x.Questionnaires[survey.Elder] + "?from=" + adult, Status: 200, Bare: 200, Shared: true},
		{Rule: "GET " + path + "/{id}/export", Values: adult, Status: 200, Bare: 200, Other: 200},
		{Rule: "GET " + path + "/{id}/paper", Values: adult + "?format=html", Status: 200, Bare: 200, Other: 200},
		{Rule: "POST " + path + "/imports", Body: routes.Form(map[string]string{"version": "2027.2"}, "q.json", exported.String()), Status: 201, Shared: true, Keep: "draft"},
		{Rule: "PUT " + path + "/{id}", Values: "{{draft.id}}", Body: `{"revision":{{draft.revision}},"form":{"name":"问卷","target":"居民","intro":"您好","questions":[]}}`, Status: 200, Shared: true, Keep: "draft"},
		{Rule: "DELETE " + path + "/{id}", Values: "{{draft.id}}?revision={{draft.revision}}", Status: 204, Shared: true},
	}
}

func waveLines(t *testing.T, x *surveytest.District) []routes.Line {
	plan, err := json.Marshal(x.Plan(t))
	if err != nil {
		t.Fatal(err)
	}
	const path = "/api/v1/waves"
	return []routes.Line{
		{Rule: "POST " + path, Body: `{"area":"320106","code":"2026H1","name":"上半年测评","period":"2026H1"}`, Status: 201, Other: 403, Code: foreign, Keep: "wave"},
		{Rule: "PUT " + path + "/{id}/plan", Values: "{{wave.id}}", Body: `{"version":{{wave.version}},"plan":` + string(plan) + `}`, Status: 200, Other: 403, Code: foreign, Keep: "wave"},
		{Rule: "POST " + path + "/{id}/actions/{action}", Values: "{{wave.id}}/pilot", Body: `{"version":{{wave.version}}}`, Status: 200, Other: 403, Code: foreign},
		{Rule: "GET " + path, Status: 200, Bare: 403, Other: 200, Code: "empty"},
		{Rule: "GET " + path + "/{id}", Values: "{{wave.id}}", Status: 200, Bare: 403, Other: 404, Code: hidden},
		{Rule: "GET " + path + "/{id}/history", Values: "{{wave.id}}", Status: 200, Bare: 403, Other: 404, Code: hidden},
	}
}

func answerLines(t *testing.T, x *surveytest.District, runner *jobs.Runner, lead context.Context) []routes.Line {
	w := x.Wave(t, "2026H2", x.Plan(t), survey.Fieldwork)
	importText(t, x, w, header+goodRows, survey.ImportOptions{})
	tried, err := x.Surveys.StartImport(lead, w.ID, "答卷.csv", bytes.NewReader([]byte(header+goodRows)), survey.ImportOptions{DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := runner.Drain(x.Ctx); err != nil {
		t.Fatal(err)
	}
	var comment string
	if err := x.DB.Read(x.Ctx, func(tx *db.Tx) (err error) {
		comment, err = db.Get[string](x.Ctx, tx, "SELECT comment_id FROM comment_contact")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return []routes.Line{
		{Rule: "POST /api/v1/comments/{id}/contact", Values: comment, Body: `{"reason":"回访"}`, Status: 200, Other: 403, Code: foreign},
		{Rule: "GET /api/v1/waves/{id}/progress", Values: w.ID, Status: 200, Bare: 403, Other: 404, Code: hidden},
		{Rule: "GET /api/v1/waves/{id}/import-template", Values: w.ID + "?format=csv", Status: 200, Other: 404, Code: hidden},
		{Rule: "POST /api/v1/waves/{id}/imports", Values: w.ID, Body: routes.Form(nil, "答卷.csv", header+goodRows), Status: 202, Other: 403, Code: foreign},
		{Rule: "GET /api/v1/waves/{id}/imports", Values: w.ID, Status: 200, Other: 403, Code: foreign},
		{Rule: "GET /api/v1/imports/{id}", Values: tried.ID, Status: 200, Other: 403, Code: foreign},
		{Rule: "POST /api/v1/imports/{id}/commit", Values: tried.ID, Body: `{"policy":"commit_good"}`, Status: 202, Other: 403, Code: foreign},
	}
}
