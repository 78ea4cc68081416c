package roster

import (
	"testing"

	"yiwang/internal/testkit/routes"
)

// Every operation of this module, as those of the area may use it, and as those of another street are answered. The order is that of the work.
func TestHTTP_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		const outside = "auth.outside_area"
		x := h.plan("b", grid2, "2026-11-25", 510, 180)
		file := routes.Form(map[string]string{"dry_run": "false"}, "排班.csv", "日期,姓名,网格编码,班次,开始,结束\n2026-11-26,冯明霞,"+grid1+",早班,08:30,11:30\n")
		swap := `{"shift_id":"{{shift.id}}","to":"b","reason":"家里有事"}`
		routes.Open(h.Routes, h.as).Check(t, routes.Table{Own: "planner", Other: "street2", Without: "clerk", Lines: []routes.Line{
			{Rule: "GET /api/v1/roster/week", Values: "?area=320106001&day=2026-11-24", Status: 200, Other: 403, Code: outside},
			{Rule: "POST /api/v1/roster/shifts", Body: `{"officer_id":"a","area_code":"` + grid1 + `","day":"2026-11-24","name":"早班","from_min":510,"minutes":180}`, Status: 201, Other: 403, Code: outside, Keep: "shift"},
			{Rule: "DELETE /api/v1/roster/shifts/{id}", Values: x.ID + "?version=1", Status: 204, Other: 404, Code: "roster.no_shift"},
			{Rule: "GET /api/v1/roster/mine", By: "a", Status: 200, Shared: true},
			{Rule: "GET /api/v1/roster/colleagues", By: "a", Status: 200, Shared: true},
			{Rule: "POST /api/v1/roster/swaps", Body: swap, By: "a", From: "b", Status: 201, Other: 404, Code: "roster.no_shift", Keep: "first"},
			{Rule: "POST /api/v1/roster/swaps/{id}/withdraw", Values: "{{first.id}}", By: "a", From: "b", Status: 200, Other: 404, Code: "roster.no_swap"},
			{Rule: "POST /api/v1/roster/swaps", Body: swap, By: "a", From: "b", Status: 201, Other: 404, Code: "roster.no_shift", Keep: "second"},
			{Rule: "GET /api/v1/roster/swaps", Status: 200, Other: 200, Code: "empty"},
			{Rule: "POST /api/v1/roster/swaps/{id}/decide", Values: "{{second.id}}", Body: `{"approve":true}`, Status: 200, Other: 404, Code: "roster.no_swap"},
			{Rule: "POST /api/v1/roster/kinds", Body: `{"area_code":"320106001","name":"巡逻班","from_min":1200,"minutes":120}`, Status: 201, Other: 403, Code: outside, Keep: "kind"},
			{Rule: "GET /api/v1/roster/kinds", Values: "?area=320106001", Status: 200, Other: 403, Code: outside},
			{Rule: "PUT /api/v1/roster/kinds/{id}", Values: "{{kind.id}}", Body: `{"name":"夜巡","from_min":1260,"minutes":120,"version":1}`, Status: 200, Other: 404, Code: "roster.no_kind"},
			{Rule: "DELETE /api/v1/roster/kinds/{id}", Values: "{{kind.id}}?version=2", Status: 204, Other: 404, Code: "roster.no_kind"},
			{Rule: "PUT /api/v1/roster/officers/{id}/terms", Values: "a", Body: `{"full_time":true}`, Status: 204, Other: 404, Code: "roster.no_officer"},
			{Rule: "POST /api/v1/roster/copies", Body: `{"area_code":"320106001","from":"2026-11-24","to":"2026-12-01"}`, Status: 200, Other: 403, Code: outside},
			{Rule: "GET /api/v1/roster/export", Values: "?area=320106001&day=2026-11-24&format=csv", Status: 200, Other: 403, Code: outside},
			{Rule: "POST /api/v1/roster/import", Body: file, Status: 200, Other: 200, Code: outside},
		}})
	})
}
