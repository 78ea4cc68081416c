package appraisal_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"yiwang/internal/appraisal"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
	"yiwang/internal/testkit/routes"
)

const (
	foreign  = "auth.outside_area"
	hidden   = "survey.wave_not_found"
	wavePath = "/api/v1/waves/{id}"
)

// Every operation of this module, before and after publication, as the district may use it and as another district or a street is
// answered. Indicator systems and their drafts are of no area.
func TestRoutes_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	x := open(t, testkit.SQLite(t), 3, nil)
	earlier := x.Wave(t, "2026H1", x.plan(t), survey.Fieldwork)
	x.answer(t, earlier, 300, 0)
	x.publish(t, x.Advance(t, x.again(t, earlier), "close"))
	w := x.closed(t, 400, 200)
	trial := x.Plan(t)
	trial.Pilot = []string{surveytest.Street(1)}
	pilot := x.Wave(t, "2027H1", trial, survey.Piloting)
	answer(t, x.District, pilot, 1, 40, 10, "2344", 300)
	all := append(appraisal.Permissions(), survey.Permissions()...)
	people := map[string]context.Context{"lead": surveytest.As(surveytest.Area, all...), "other": surveytest.As("320102", all...), "anybody": surveytest.As(surveytest.Area),
		"street": surveytest.As(surveytest.Street(1), appraisal.PermRead, survey.PermRead)}
	table := routes.Table{Own: "lead", Other: "other", Without: "anybody"}
	table.Lines = append(table.Lines, systemLines(t, x)...)
	table.Lines = append(table.Lines, stepLines(w, pilot)...)
	table.Lines = append(table.Lines, resultLines(w)...)
	routes.Open(x.appraisals.Routes, func(who string) context.Context { return people[who] }).Check(t, table)
}

func systemLines(t *testing.T, x *desk) []routes.Line {
	const systems, drafts, v = "/api/v1/indicator-systems", "/api/v1/indicator-drafts", "2026.11"
	stored, err := x.appraisals.System(x.Ctx, v)
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(stored.Body.V)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := x.appraisals.ExportSystem(x.Ctx, v, "yaml", &file); err != nil {
		t.Fatal(err)
	}
	return []routes.Line{
		{Rule: "GET " + systems, Status: 200, Bare: 200, Other: 200},
		{Rule: "GET " + systems + "/{version}", Values: v, Status: 200, Bare: 200, Other: 200},
		{Rule: "GET " + systems + "/{version}/plan", Values: v, Status: 200, Bare: 200, Other: 200},
		{Rule: "GET " + systems + "/{version}/export", Values: v + "?format=yaml", Status: 200, Bare: 200, Other: 200},
		{Rule: "POST " + drafts, Body: `{"from":"` + v + `","version":"2027.1"}`, Status: 201, Shared: true, Keep: "draft"},
		{Rule: "GET " + drafts, Status: 200, Bare: 403, Other: 200},
		{Rule: "GET " + drafts + "/{version}", Values: "2027.1", Status: 200, Bare: 403, Other: 200},
		{Rule: "PUT " + drafts + "/{version}", Values: "2027.1", Body: `{"revision":{{draft.revision}},"body":` + strings.Replace(string(body), `"name":"`, `"name":"新`, 1) + `}`, Status: 200, Shared: true, Keep: "draft"},
		{Rule: "GET " + systems + "/{version}/changes", Values: "2027.1?from=" + v, Status: 200, Bare: 404, Shared: true},
		{Rule: "POST " + drafts + "/{version}/issue", Values: "2027.1", Body: `{"revision":{{draft.revision}}}`, Status: 200, Shared: true},
		{Rule: "POST " + drafts + "/import", Body: routes.Form(map[string]string{"version": "2027.2"}, "s.yaml", file.String()), Status: 201, Shared: true},
		{Rule: "DELETE " + drafts + "/{version}", Values: "2027.2", Status: 204, Shared: true},
	}
}

// stepLines lead a closed wave to its publication, with a return on the way; every step is one version.
func stepLines(w, pilot *survey.Wave) []routes.Line {
	version := func(steps int) string { return fmt.Sprintf(`{"version":%d,"note":"已核对"}`, w.Version+steps) }
	const early = "appraisal.not_published"
	score := routes.Line{Rule: "POST " + wavePath + "/score", Values: w.ID, Status: 200, Other: 404, Code: hidden}
	return []routes.Line{
		{Rule: "GET " + wavePath + "/pilot", Values: pilot.ID, Status: 200, Bare: 403, Other: 404, Code: hidden},
		{Rule: "POST " + wavePath + "/pilot/rounds", Values: pilot.ID, Body: `{"note":"第一题太绕"}`, Status: 201, Other: 404, Code: hidden},
		{Rule: "PUT " + wavePath + "/special", Values: w.ID, Body: `{"items":[{"street":"320106001","score":90,"basis":"台账"}]}`, Status: 204, Other: 404, Code: hidden},
		{Rule: "PUT " + wavePath + "/special", Values: w.ID, Body: `{"items":[{"street":"320106001","score":90,"basis":"台账"}]}`, From: "street", Status: 204, Other: 403, Code: "auth.no_permission"},
		{Rule: "GET " + wavePath + "/special", Values: w.ID, Status: 200, Bare: 403, Other: 404, Code: hidden},
		{Rule: "PUT " + wavePath + "/costs", Values: w.ID, Body: `{"items":[{"street":"320106001","amount":900000,"staff":12,"residents":40000,"basis":"决算"}]}`, Status: 204, Other: 404, Code: hidden},
		score,
		{Rule: "GET " + wavePath + "/scores", Values: w.ID, From: "street", Status: 200, Bare: 403, Other: 403, Code: early},
		{Rule: "GET " + wavePath + "/slice", Values: w.ID + "?by=sex", From: "street", Status: 200, Bare: 403, Other: 403, Code: "auth.no_permission"},
		{Rule: "POST " + wavePath + "/review", Values: w.ID, Body: version(1), Status: 200, Other: 404, Code: hidden},
		{Rule: "POST " + wavePath + "/return", Values: w.ID, Body: version(2), Status: 200, Other: 404, Code: hidden},
		score,
		{Rule: "POST " + wavePath + "/review", Values: w.ID, Body: version(4), Status: 200, Other: 404, Code: hidden},
		{Rule: "POST " + wavePath + "/publish", Values: w.ID, Body: version(5), Status: 200, Other: 404, Code: hidden},
		{Rule: "GET " + wavePath + "/runs", Values: w.ID, Status: 200, Bare: 403, Other: 404, Code: hidden},
		{Rule: "GET " + wavePath + "/runs", Values: w.ID, From: "street", Status: 200, Bare: 403, Other: 403, Code: "auth.no_permission"},
		{Rule: "GET " + wavePath + "/verification", Values: w.ID, Status: 200, Bare: 403, Other: 404, Code: hidden},
		{Rule: "GET /api/v1/public/waves", Status: 200},
		{Rule: "GET /api/v1/public/waves/{id}", Values: w.ID, Status: 200},
	}
}

// resultLines read a published result: whoever reads results inside the district.
func resultLines(w *survey.Wave) (lines []routes.Line) {
	for _, path := range []string{"scores", "ranks", "change", "drivers", "reliability", "communities", "slice", "merits", "reverse", "online-adjustment", "costs"} {
		lines = append(lines, routes.Line{Rule: "GET " + wavePath + "/" + path, Values: w.ID, By: "street", Status: 200, Bare: 403, Other: 404, Code: hidden})
	}
	return append(lines, routes.Line{Rule: "GET " + wavePath + "/sensitivity", Values: w.ID, From: "street", Status: 200, Bare: 403, Other: 403, Code: "auth.no_permission"},
		routes.Line{Rule: "GET " + wavePath + "/recommendations", Values: w.ID, By: "street", Status: 200, Empty: true, Bare: 403, Other: 404, Code: hidden})
}
