package report_test

import (
	"context"
	"encoding/json"
	"testing"

	"yiwang/internal/appraisal"
	"yiwang/internal/report"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
	"yiwang/internal/testkit/routes"
)

// Every operation of this module, before and after publication, as the district may use it and as another district or a street is
// answered. The template is of no area.
func TestRoutes_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	x := open(t, testkit.SQLite(t), 2)
	w := x.scored(t, x.closed(t, x.plan(t), 300, 100))
	all := append(append(report.Permissions(), appraisal.Permissions()...), survey.Permissions()...)
	people := map[string]context.Context{"lead": surveytest.As(surveytest.Area, all...), "other": surveytest.As("320102", all...), "anybody": surveytest.As(surveytest.Area),
		"street": surveytest.As(surveytest.Street(1), report.PermRead, appraisal.PermRead, survey.PermRead)}
	list, err := x.reports.Templates(x.Ctx)
	if err != nil {
		t.Fatal(err)
	}
	template, err := json.Marshal(list[0].Body.V)
	if err != nil {
		t.Fatal(err)
	}
	const wave, unseen, early = "/api/v1/waves/{id}", "survey.wave_not_found", "report.not_published"
	frozen := w.ID + "/{{frozen.id}}"
	routes.Open(x.reports.Routes, func(who string) context.Context { return people[who] }).Check(t, routes.Table{Own: "lead", Other: "other", Without: "anybody", Lines: []routes.Line{
		{Rule: "GET /api/v1/report-templates", Status: 200, Bare: 403, Other: 200},
		{Rule: "POST /api/v1/report-templates", Body: `{"base":0,"template":` + string(template) + `}`, Status: 200, Shared: true},
		{Rule: "GET /api/v1/report-kinds", Values: "?wave=" + w.ID, Status: 200, Bare: 403, Other: 200}, // names of sections; of another district's wave no figures,
		{Rule: "GET " + wave + "/report-draft", Values: w.ID, Status: 200, Bare: 403, Other: 404, Code: unseen},
		{Rule: "GET " + wave + "/report-draft", Values: w.ID, From: "street", Status: 200, Bare: 403, Other: 403, Code: "appraisal.not_published"},
		{Rule: "GET " + wave + "/report", Values: w.ID + "?format=html", Status: 200, Bare: 403, Other: 404, Code: unseen},
		{Rule: "GET " + wave + "/report", Values: w.ID + "?format=html", From: "street", Status: 200, Bare: 403, Other: 403, Code: "appraisal.not_published"},
		{Rule: "GET " + wave + "/data", Values: w.ID, Status: 200, Other: 404, Code: unseen},
		{Rule: "POST " + wave + "/reports", Values: w.ID, Body: `{"note":"存档"}`, Status: 200, Other: 404, Code: unseen, Keep: "frozen"},
		{Rule: "GET " + wave + "/reports", Values: w.ID, Status: 200, Bare: 403, Other: 404, Code: unseen},
		{Rule: "GET " + wave + "/reports", Values: w.ID, From: "street", Status: 200, Bare: 403, Other: 403, Code: early},
		{Rule: "GET " + wave + "/reports/{report}/file", Values: frozen, From: "street", Status: 200, Bare: 403, Other: 403, Code: early},
		{Rule: "GET " + wave + "/reports/{report}/verification", Values: frozen, Status: 200, Bare: 403, Other: 404, Code: unseen},
		{Rule: "GET " + wave + "/reports/{report}/file", Values: frozen + "?kind=letter&street=" + surveytest.Street(2), First: func() { x.published(t, w) }, From: "street", Status: 200, Bare: 403, Other: 404, Code: "report.file_not_found"},
		{Rule: "GET " + wave + "/reports/{report}/file", Values: frozen + "?kind=letter&street=" + surveytest.Street(1), By: "street", Status: 200, Bare: 403, Other: 404, Code: unseen},
		{Rule: "GET " + wave + "/reports/{report}/file", Values: frozen + "?kind=content&format=json", From: "street", Status: 200, Bare: 403, Other: 404, Code: "report.file_not_found"},
		{Rule: "GET /api/v1/public/waves/{id}/report", Values: w.ID, Status: 200},
		{Rule: "GET /api/v1/public/waves/{id}/report.html", Values: w.ID, Status: 200},
	}})
}
