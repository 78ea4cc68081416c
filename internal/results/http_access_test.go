package results_test

import (
	"context"
	"testing"

	"yiwang/internal/appraisal"
	"yiwang/internal/results"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
	"yiwang/internal/testkit/routes"
)

// Every operation of this module, as the district and its streets may use it, and as another district or another street's unit is
// answered.
func TestRoutes_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	x := open(t, testkit.SQLite(t))
	x.published(t, "2026H1", survey.DefaultAward())
	waves, err := x.Surveys.Waves(x.Ctx, survey.WaveFilter{})
	must(t, err)
	all := append(append(results.Permissions(), survey.PermRead), appraisal.Permissions()...)
	people := map[string]context.Context{
		"lead": x.person(t, "lead", surveytest.Area, "evaluation_office", all...), "leader": x.person(t, "leader", surveytest.Area, "government", results.PermRead, results.PermSign),
		"street": x.street(t, 2), "street1": x.street(t, 1), "other": surveytest.As("320102", all...), "anybody": surveytest.As(surveytest.Area),
	}
	const path, unseen, foreign = "/api/v1/settlements", "results.not_found", "auth.outside_area"
	const noAppeal, claim = "results.appeal_not_found", `{"ground":"data","claim":"第2街道有三份问卷被记到第3街道，见附件名单"}`
	routes.Open(x.results.Routes, func(who string) context.Context { return people[who] }).Check(t, routes.Table{Own: "lead", Other: "other", Without: "anybody", Lines: []routes.Line{
		{Rule: "POST " + path, Body: `{"area":"320106","year":2026}`, Status: 201, Other: 403, Code: foreign, Keep: "made"},
		{Rule: "POST " + path + "/{id}/drop", Values: "{{made.id}}", Body: `{"version":{{made.version}},"note":"参数有误"}`, Status: 200, Other: 403, Code: foreign},
		{Rule: "POST " + path, Body: `{"area":"320106","year":2026}`, Status: 201, Other: 403, Code: foreign, Keep: "made"},
		{Rule: "GET " + path + "/{id}", Values: "{{made.id}}", From: "street", Status: 200, Bare: 404, Other: 404, Code: unseen},
		{Rule: "POST " + path + "/{id}/sign", Values: "{{made.id}}", Body: `{"version":{{made.version}}}`, Status: 200, Other: 403, Code: foreign, Keep: "made"},
		{Rule: "POST " + path + "/{id}/sign", Values: "{{made.id}}", Body: `{"version":{{made.version}}}`, By: "leader", From: "street", Status: 200, Other: 403, Code: "auth.no_permission", Keep: "made"},
		{Rule: "GET " + path, Status: 200, Bare: 200, Other: 200, Code: "empty"},
		{Rule: "GET " + path + "/{id}", Values: "{{made.id}}", By: "street", Status: 200, Bare: 404, Other: 404, Code: unseen},
		{Rule: "GET " + path + "/{id}/verification", Values: "{{made.id}}", By: "street", Status: 200, Bare: 404, Other: 404, Code: unseen},
		{Rule: "GET " + path + "/{id}/export", Values: "{{made.id}}", By: "street", Status: 200, Bare: 404, Other: 404, Code: unseen},
		{Rule: "POST " + path + "/{id}/appeals", Values: "{{made.id}}", Body: claim, By: "street", Status: 201, Other: 404, Code: unseen, Keep: "appeal"},
		{Rule: "GET " + path + "/{id}/appeals", Values: "{{made.id}}", By: "street", From: "street1", Status: 200, Bare: 404, Other: 200, Code: "empty"},
		{Rule: "GET " + path + "/{id}/appeals", Values: "{{made.id}}", Status: 200, Bare: 404, Other: 404, Code: unseen},
		{Rule: "POST /api/v1/appeals/{id}/withdraw", Values: "{{appeal.id}}", Body: `{"version":{{appeal.version}}}`, By: "street", From: "street1", Status: 200, Other: 404, Code: noAppeal},
		{Rule: "POST " + path + "/{id}/appeals", Values: "{{made.id}}", Body: claim, By: "street", Status: 201, Other: 404, Code: unseen, Keep: "appeal"},
		{Rule: "POST /api/v1/appeals/{id}/decide", Values: "{{appeal.id}}", Body: `{"version":{{appeal.version}},"uphold":false,"answer":"核对过名单，三份问卷记得没有错"}`, Status: 200, Other: 403, Code: foreign},
		{Rule: "GET /api/v1/waves/{id}/streets/{street}/why", Values: waves[0].ID + "/" + surveytest.Street(2), Status: 200, Bare: 403, Other: 404, Code: "survey.wave_not_found"},
	}})
}
