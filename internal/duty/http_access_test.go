package duty_test

import (
	"bytes"
	"context"
	"testing"

	"yiwang/internal/duty"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/testkit"
	"yiwang/internal/testkit/routes"
)

// Every operation of this module, as the district that keeps the list and its streets may use it, and as another district is answered.
func TestRoutes_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t))
	w.Replay(archive{{ID: "1", Category: paving, Area: grid, At: testkit.Epoch, LeadUnit: w.units[area+".water"].ID, Dispatches: 1}})
	people := map[string]context.Context{"chief": w.chief(), "street": w.street(), "other": w.as("other", "", "320102", duty.Permissions()...), "anybody": w.as("anybody", street+".street_office", street)}
	w.ok(w.db.Tx(w.ctx, func(tx *db.Tx) error {
		for range 2 {
			if _, err := w.PrecedentTx(w.ctx, tx, w.precedent("", "water", "滨河步道由水务先修")); err != nil {
				return err
			}
		}
		return nil
	}))
	var tasks bytes.Buffer
	w.ok(w.ExportTasks(w.chief(), sheet.CSV, &tasks))
	const hidden, foreign = "duty.version_not_found", "auth.outside_area"
	table := routes.Table{Own: "chief", Other: "other", Without: "anybody", Lines: append(versionLines(w), []routes.Line{
		{Rule: "GET /api/v1/duty/precedents", Status: 200, Other: 200, Code: "empty"},
		{Rule: "POST /api/v1/duty/precedents/{number}/actions/take", Values: "1", Body: `{"draft":"{{draft.id}}"}`, Status: 200, Other: 404, Code: hidden},
		{Rule: "POST /api/v1/duty/versions", Body: `{"area":"320102","name":"邻区"}`, By: "other", From: "chief", Status: 201, Other: 403, Code: foreign, Keep: "next"},
		{Rule: "POST /api/v1/duty/precedents/{number}/actions/take", Values: "2", Body: `{"draft":"{{next.id}}","area":"320102"}`, Status: 404, Other: 404, Code: "duty.precedent_not_found"}, // into a draft of their own
		{Rule: "POST /api/v1/duty/precedents/{number}/actions/take", Values: "2", Body: `{"draft":"{{draft.id}}"}`, Status: 200, Other: 404, Code: hidden},
		{Rule: "POST /api/v1/duty/precedents/{number}/actions/withdraw", Values: "2", Body: `{"version":2,"note":"设施已移交"}`, Status: 200, Other: 403, Code: foreign},
		{Rule: "GET /api/v1/duty/tasks", Status: 200, Other: 200},
		{Rule: "PUT /api/v1/duty/tasks/{category}", Values: paving, Body: `{"kind":"basic","version":1}`, From: "street", Status: 200, Other: 403, Code: "auth.no_permission"},
		{Rule: "GET /api/v1/duty/tasks/file", Values: "?format=csv", Status: 200, Other: 200},
		{Rule: "POST /api/v1/duty/tasks/file", Body: routes.Form(nil, "清单.csv", tasks.String()), From: "street", Status: 200, Other: 403, Code: "auth.no_permission"},
		{Rule: "POST /api/v1/duty/admissions", Body: `{"title":"代征清单外费用","reason":"不在清单上","category":"` + paving + `"}`, By: "street", Status: 201, Other: 403, Code: "duty.not_street", Keep: "asked"},
		{Rule: "GET /api/v1/duty/admissions", By: "street", Status: 200, Other: 200, Code: "empty"},
		{Rule: "POST /api/v1/duty/admissions/{id}/actions/decide", Values: "{{asked.id}}", Body: `{"admit":false,"answer":"清单外不接","version":{{asked.version}}}`, Status: 200, Other: 404, Code: "duty.admission_not_found"},
	}...)}
	routes.Open(w.Routes, func(who string) context.Context { return people[who] }).Check(t, table)
}

// versionLines draft, try out and publish a list; another draft is dropped.
func versionLines(w *world) []routes.Line {
	const path, hidden, foreign = "/api/v1/duty/versions", "duty.version_not_found", "auth.outside_area"
	const rule = `"category":"` + paving + `","lead":"water","assists":[]`
	var file bytes.Buffer
	_, err := w.Export(w.ctx, w.draft("样表").ID, sheet.CSV, &file)
	w.ok(err)
	return []routes.Line{
		{Rule: "GET /api/v1/duty/categories", Status: 200, Bare: 200, Other: 200},
		{Rule: "GET /api/v1/duty/decision", Values: "?category=" + paving + "&area=" + grid, By: "street", Status: 200, Other: 200}, // the list is public inside the office
		{Rule: "GET /api/v1/duty/bodies", Status: 200, Other: 200},
		{Rule: "GET /api/v1/duty/accuracy", Status: 200, Other: 200},
		{Rule: "POST " + path, Body: `{"area":"320106","name":"新版"}`, Status: 201, Other: 403, Code: foreign, Keep: "draft"},
		{Rule: "GET " + path, Status: 200, Other: 200}, // the shipped one
		{Rule: "GET " + path + "/{id}", Values: "{{draft.id}}", By: "street", Status: 200, Other: 404, Code: hidden},
		{Rule: "GET " + path + "/{id}/review", Values: "{{draft.id}}", Status: 200, Other: 404, Code: hidden},
		{Rule: "POST " + path + "/{id}/rules", Values: "{{draft.id}}", Body: `{` + rule + `,"source":"hotline"}`, Status: 201, Other: 404, Code: hidden, Keep: "rule"},
		{Rule: "GET " + path + "/{id}/diff", Values: "{{draft.id}}", Status: 200, Other: 404, Code: hidden},
		{Rule: "PUT /api/v1/duty/rules/{id}", Values: "{{rule.id}}", Body: `{` + rule + `,"source":"officer"}`, Status: 200, Other: 404, Code: hidden},
		{Rule: "DELETE /api/v1/duty/rules/{id}", Values: "{{rule.id}}", Status: 204, Other: 404, Code: hidden},
		{Rule: "GET " + path + "/{id}/simulation", Values: "{{draft.id}}", Status: 200, Other: 404, Code: hidden},
		{Rule: "GET " + path + "/{id}/file", Values: "{{draft.id}}?format=csv", Status: 200, Other: 404, Code: hidden},
		{Rule: "POST " + path + "/{id}/file", Values: "{{draft.id}}", Body: routes.Form(nil, "清单.csv", file.String()), Status: 200, Other: 404, Code: hidden},
		{Rule: "DELETE " + path + "/{id}", Values: "{{draft.id}}", Status: 204, Other: 404, Code: hidden},
		{Rule: "POST " + path, Body: `{"area":"320106","name":"再版"}`, Status: 201, Other: 403, Code: foreign, Keep: "draft"},
		{Rule: "POST " + path + "/{id}/actions/publish", Values: "{{draft.id}}", Body: `{"version":{{draft.version}}}`, Status: 200, Other: 404, Code: hidden},
		{Rule: "POST " + path, Body: `{"area":"320106","name":"三版"}`, Status: 201, Other: 403, Code: foreign, Keep: "draft"},
	}
}
