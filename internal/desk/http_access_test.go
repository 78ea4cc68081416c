package desk_test

import (
	"context"
	"strconv"
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/desk"
	"yiwang/internal/testkit"
	"yiwang/internal/testkit/routes"
)

// Every operation of this module, as a dispatcher of the first street may use it, and as one of another street is answered: views, texts
// and drafts are one's own or shared inside a unit or area, and no case of another area is shown by them.
func TestRoutes_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	x, s := serve(t, testkit.SQLite(t))
	const second = "320106002"
	people := map[string]context.Context{
		"me": dispatcher(x, "me"), "colleague": dispatcher(x, "colleague", desk.PermApprove), "nobody": x.As("nobody", casetest.Street+".street_command", casetest.Street),
		"other": x.As("other", second+".street_command", second, append(desk.Permissions(), cases.Permissions()...)...),
	}
	c := x.Register(t)
	const views, texts, exports, noView, noText, noCase, noExport = "/api/v1/desk/views", "/api/v1/desk/templates", "/api/v1/desk/exports", "desk.no_view", "desk.no_template", "cases.not_found", "export.none"
	bulk := `{"action":"file","cases":[{"id":"` + c.ID + `","version":` + strconv.FormatInt(c.Version, 10) + `}],"move":{"version":0,"category":"` + casetest.Lamp + `"},"dry_run":true}`
	ask := `{"purpose":"月度分析","filter":{},"format":"csv"}`
	text := `"name":"已修","scope":"unit","field":"reply","body":"{编号}已处理完毕"`
	routes.Open(s.Routes, func(who string) context.Context { return people[who] }).Check(t, routes.Table{Own: "me", Other: "other", Without: "nobody", Lines: []routes.Line{
		{Rule: "GET " + views, Status: 200, Other: 200},
		{Rule: "POST " + views, Body: `{"name":"本周","scope":"unit","filter":{"open":true}}`, Status: 201, Shared: true, Keep: "view"},
		{Rule: "PUT " + views + "/{id}", Values: "{{view.id}}", Body: `{"name":"本月","scope":"unit","filter":{"open":true},"version":{{view.version}}}`, Status: 200, Other: 404, Code: noView},
		{Rule: "PUT " + views + "/{id}/subscription", Values: "{{view.id}}", By: "colleague", Status: 204, Other: 404, Code: noView},
		{Rule: "DELETE " + views + "/{id}/subscription", Values: "{{view.id}}", By: "colleague", Status: 204, Other: 404, Code: noView},
		{Rule: "DELETE " + views + "/{id}", Values: "{{view.id}}", From: "colleague", Status: 204, Other: 404, Code: noView},
		{Rule: "POST /api/v1/desk/bulk", Body: bulk, Status: 200, Other: 200, Code: noCase},
		{Rule: "PUT /api/v1/desk/presence/{id}", Values: c.ID, Body: `{"editing":false}`, By: "colleague", Status: 200, Empty: true, Other: 404, Code: noCase},
		{Rule: "DELETE /api/v1/desk/presence/{id}", Values: c.ID, By: "colleague", Status: 204, Other: 204},
		{Rule: "PUT /api/v1/desk/drafts/{id}/{action}", Values: c.ID + "/file", Body: `{"content":{"note":"先写着"},"version":1}`, Status: 204, Other: 404, Code: noCase},
		{Rule: "GET /api/v1/desk/drafts/{id}", Values: c.ID, Status: 200, Other: 200, Code: "empty"},
		{Rule: "DELETE /api/v1/desk/drafts/{id}/{action}", Values: c.ID + "/file", Status: 204, Other: 204}, // one's own, of which there is none
		{Rule: "POST " + texts, Body: `{` + text + `}`, Status: 201, Shared: true, Keep: "text"},
		{Rule: "GET " + texts, Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET /api/v1/desk/template-places", Status: 200, Other: 200},
		{Rule: "PUT " + texts + "/{id}", Values: "{{text.id}}", Body: `{` + text + `,"version":{{text.version}}}`, Status: 200, Other: 404, Code: noText},
		{Rule: "POST " + texts + "/{id}/fill", Values: "{{text.id}}", Body: `{"case":"` + c.ID + `"}`, Status: 200, Other: 404, Code: noText},
		{Rule: "DELETE " + texts + "/{id}", Values: "{{text.id}}", Status: 204, Other: 404, Code: noText},
		{Rule: "POST " + exports, Body: ask, Status: 201, Shared: true, Keep: "export"},
		{Rule: "GET " + exports, Status: 200, Bare: 403, Other: 200, Code: "empty"},
		{Rule: "POST " + exports + "/{id}/decision", Values: "{{export.id}}", Body: `{"approve":true,"version":{{export.version}}}`, By: "colleague", Status: 200, Other: 403, Code: "auth.outside_area"},
		{Rule: "GET " + exports + "/{id}/file", Values: "{{export.id}}", Status: 200, Other: 404, Code: noExport},
		{Rule: "DELETE " + exports + "/{id}", Values: "{{export.id}}", Status: 200, Other: 404, Code: noExport},
	}})
}
