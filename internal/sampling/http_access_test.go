package sampling_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"yiwang/internal/sampling"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
	"yiwang/internal/testkit/routes"
)

// Every operation of this module, as the district may use it and as another district is answered: frames and drawn addresses are of
// the district that made them.
func TestRoutes_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	x := newHouse(t, testkit.SQLite(t), 1)
	other := surveytest.As("320102", append(sampling.Permissions(), append(survey.Permissions(), "fieldwork.manage")...)...)
	people := map[string]context.Context{"lead": lead(), "other": other, "anybody": surveytest.As(surveytest.Area)}
	w := x.Wave(t, "2026H2", x.Plan(t), survey.Draft)
	d, err := json.Marshal(design(x.frame(t, sampling.Households, x.blocks(50)), nil, map[survey.Group]int{survey.Adult: 30}))
	check(t, err)
	freeze := func() {
		now, err := x.Surveys.Wave(x.Ctx, w.ID)
		check(t, err)
		x.Advance(t, x.Advance(t, now, "pilot"), "freeze")
	}
	const frames, wave, foreign, hidden = "/api/v1/sampling/frames", "/api/v1/waves/{id}", "auth.outside_area", "survey.wave_not_found"
	file := func(name string) string {
		return routes.Form(map[string]string{"area": surveytest.Area, "kind": "household", "name": name}, "名册.csv", "社区编码,地址,60岁及以上人数\n320106001001,1幢101室,1\n")
	}
	routes.Open(x.samples.Routes, func(who string) context.Context { return people[who] }).Check(t, routes.Table{Own: "lead", Other: "other", Without: "anybody", Lines: []routes.Line{
		{Rule: "GET " + frames, Status: 200, Other: 200, Code: "empty", Keep: "frames"},
		{Rule: "GET " + frames + "/{id}", Values: "{{frames.items.0.id}}", Status: 200, Other: 403, Code: foreign},
		{Rule: "GET " + frames + "/{id}/members", Values: "{{frames.items.0.id}}", Status: 200, Other: 403, Code: foreign},
		{Rule: "POST " + frames, Body: `{"area":"320106","name":"网格登记"}`, Status: 422, Other: 403, Code: foreign}, // nothing is registered in these grids
		{Rule: "POST /api/v1/sampling/frame-files", Body: file("住户"), Status: 200, Other: 403, Code: foreign, Keep: "made"},
		{Rule: "POST " + frames + "/{id}/actions/close", Values: "{{made.frame.id}}", Body: `{"version":{{made.frame.version}}}`, Status: 200, Other: 403, Code: foreign, Keep: "closed"},
		{Rule: "POST " + frames + "/{id}/actions/drop", Values: "{{made.frame.id}}", Body: `{"version":{{closed.version}},"reason":"重复导入"}`, Status: 200, Other: 403, Code: foreign},
		{Rule: "GET /api/v1/sampling/frame-template", Values: "?format=csv", Status: 200, Other: 200},
		{Rule: "GET /api/v1/sampling/size", Status: 200, Other: 200},
		{Rule: "POST " + wave + "/sample/try", Values: w.ID, Body: string(d), Status: 200, Other: 404, Code: hidden},
		{Rule: "POST " + wave + "/sample/seal", Values: w.ID, Body: fmt.Sprintf(`{"version":%d,"design":%s}`, w.Version, d), Status: 201, Other: 404, Code: hidden},
		{Rule: "POST " + wave + "/sample/draw", Values: w.ID, Body: `{}`, First: freeze, Status: 200, Other: 403, Code: foreign},
		{Rule: "GET " + wave + "/sample", Values: w.ID, Status: 200, Other: 403, Code: foreign},
		{Rule: "GET " + wave + "/sample/verification", Values: w.ID, Status: 200, Other: 403, Code: foreign},
		{Rule: "GET /api/v1/public/samples/{wave}", Values: w.Code, Status: 200},
		{Rule: "GET " + wave + "/invitations", Values: w.ID + "?state=open", Status: 200, Other: 403, Code: foreign, Keep: "drawn"},
		{Rule: "GET " + wave + "/invitations.file", Values: w.ID + "?format=csv", Status: 200, Other: 403, Code: foreign},
		{Rule: "POST " + wave + "/letters", Values: w.ID, Body: `{"office":"考评办","base":"https://x.cn","format":"csv"}`, Status: 200, Other: 403, Code: foreign},
		{Rule: "POST /api/v1/invitations/{id}/actions/replace", Values: "{{drawn.items.0.id}}", Body: `{"reason":"房屋已拆"}`, Status: 200, Other: 403, Code: foreign},
	}})
}
