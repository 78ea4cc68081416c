package cases_test

import (
	"context"
	"encoding/json"
	"io"
	"testing"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/testkit"
	operations "yiwang/internal/testkit/routes"
)

const (
	noCase  = "cases.not_found"
	foreign = "auth.outside_area"
	file    = "/api/v1/cases/{id}"
)

// Every operation of this module, as the district and its units may use it, and as the command of another street, or of another
// district where the matter is one of districts, is answered.
func TestRoutes_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	x := casetest.New(t, testkit.SQLite(t))
	const second = casetest.Area + "002"
	people := map[string]context.Context{
		"command": x.Command(), "desk": x.Desk(), "builder": x.Unit(casetest.Area + ".construction"), "helper": x.Unit(casetest.Area + ".water"),
		"other": x.As("other", second+".street_command", second, cases.Permissions()...), "away": x.As("away", "", "320102", cases.Permissions()...),
		"anybody": x.As("anybody", casetest.Street+".street_command", casetest.Street),
	}
	table := operations.Table{Own: "command", Other: "other", Without: "anybody"}
	table.Lines = append(table.Lines, lifeLines(t, x)...)
	table.Lines = append(table.Lines, photoLines(t, x)...)
	table.Lines = append(table.Lines, clockLines(t, x)...)
	operations.Open(x.Cases.Routes, func(who string) context.Context { return people[who] }).Check(t, table)
}

// lifeLines register a case and lead it to the units that work.
func lifeLines(t *testing.T, x *casetest.District) []operations.Line {
	water := x.Units[casetest.Area+".water"].ID
	x.Register(t, func(r *cases.Report) { // lies where the map is looked at
		lat, lon := 32.05, 118.75
		r.Lat, r.Lon = &lat, &lon
	})
	step := func(action, move string) operations.Line {
		return operations.Line{Rule: "POST " + file + "/actions/{action}", Values: "{{case.id}}/" + action, Body: `{"version":{{case.version}}` + move + `}`, Status: 200, Other: 404, Code: noCase, Keep: "case"}
	}
	return []operations.Line{
		{Rule: "POST /api/v1/cases", Body: `{"channel":"hotline","text":"路灯不亮","category":"` + casetest.Lamp + `","area_code":"` + casetest.Grid + `","address":"四平路18号"}`, Status: 201, Other: 403, Code: foreign, Keep: "case"},
		{Rule: "GET /api/v1/cases", Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET /api/v1/case-groups", Values: "?by=street", Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET /api/v1/case-map", Values: "?west=118&south=31&east=119&north=33&zoom=16", Status: 200, Other: 200},
		{Rule: "GET /api/v1/case-hotspots", Status: 200, Empty: true, Other: 200, Code: "empty"},
		{Rule: "GET /api/v1/case-workflow", Status: 200, Other: 200},
		step("file", `,"category":"`+casetest.Lamp+`"`),
		step("dispatch", `,"lead_unit":"`+x.Units[casetest.Area+".construction"].ID+`","co_units":[{"unit":"`+water+`","task":"配合"}]`),
		{Rule: "GET " + file, Values: "{{case.id}}", Status: 200, Other: 404, Code: noCase, Keep: "detail"},
		{Rule: "POST " + file + "/parts/{part}/actions/{action}", Values: "{{case.id}}/{{detail.parts.0.id}}/sign", Body: `{"version":{{detail.parts.0.version}}}`, By: "helper", Status: 200, Other: 404, Code: noCase},
		{Rule: "GET " + file + "/around", Values: "{{case.id}}", Status: 200, Other: 404, Code: noCase},
		{Rule: "GET " + file + "/officers", Values: "{{case.id}}", Status: 200, Empty: true, Other: 404, Code: noCase},
		{Rule: "PUT " + file + "/watch", Values: "{{case.id}}", Status: 204, Other: 404, Code: noCase},
		{Rule: "DELETE " + file + "/watch", Values: "{{case.id}}", Status: 204, Other: 204}, // one's own, of which there is none
		{Rule: "GET " + file + "/duplicates", Values: "{{case.id}}", Status: 200, Empty: true, Other: 404, Code: noCase},
		{Rule: "GET " + file + "/merges", Values: "{{case.id}}", Status: 200, Empty: true, Other: 404, Code: noCase},
	}
}

// photoLines show what cameras and residents told.
func photoLines(t *testing.T, x *casetest.District) []operations.Line {
	c := x.Register(t, resident("李小明", "13812345678"))
	shot := func(seed int) string {
		b, err := io.ReadAll(shotOf(t, seed, 2, 80))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	const reason = `{"reason":"核对现场"}`
	photo := c.ID + "/{{photo.id}}"
	return []operations.Line{
		{Rule: "POST /api/v1/cases/photos", Body: operations.Upload(nil, "photo", "a.jpg", "image/jpeg", shot(5)), Status: 201, Other: 201}, // of no case yet
		{Rule: "POST " + file + "/evidence", Values: c.ID, Body: operations.Upload(map[string]string{"phase": "check"}, "photo", "a.jpg", "image/jpeg", shot(3)), By: "desk", Status: 201, Other: 404, Code: noCase, Keep: "photo"},
		{Rule: "GET " + file + "/evidence/{photo}", Values: photo, Status: 200, Other: 404, Code: noCase},
		{Rule: "POST " + file + "/evidence/{photo}/actions/{action}", Values: photo + "/show", Status: 200, Other: 404, Code: noCase},
		{Rule: "POST " + file + "/evidence/{photo}/reveal", Values: photo, Body: reason, Status: 200, Other: 404, Code: noCase},
		{Rule: "GET " + file, Values: c.ID, Status: 200, Other: 404, Code: noCase, Keep: "detail"},
		{Rule: "POST " + file + "/reporters/{reporter}/reveal", Values: c.ID + "/{{detail.reporters.0.id}}", Body: reason, Status: 200, Other: 404, Code: noCase},
	}
}

// clockLines are about time: of a case, and of all of them.
func clockLines(t *testing.T, x *casetest.District) []operations.Line {
	c := suspended(t, x, signed(t, x))
	forced := x.Act(t, x.Command(), x.Register(t), "file", cases.Move{Category: casetest.Lamp})
	x.Act(t, x.Command(), forced, "force_close", cases.Move{Result: cases.Cannot, Note: "内部说明", Reply: "现阶段无法解决"})
	rules, err := json.Marshal(cases.DefaultLimits().Rules)
	if err != nil {
		t.Fatal(err)
	}
	const storms = "/api/v1/case-emergencies"
	storm := `{"name":"暴雨","reason":"气象台红色预警","categories":["` + casetest.Lamp + `"],"area_code":"320106"}`
	return []operations.Line{
		{Rule: "GET " + file + "/clocks", Values: c.ID, Status: 200, Other: 404, Code: noCase},
		{Rule: "GET /api/v1/case-requests", Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET /api/v1/public/suspensions", Status: 200},
		{Rule: "GET /api/v1/public/forced-closures", Status: 200},
		{Rule: "GET /api/v1/case-limits", Status: 200, Other: 200},
		{Rule: "POST /api/v1/case-limits", Body: `{"version":1,"rules":` + string(rules) + `,"note":"试行"}`, Status: 201, Other: 403, Code: "cases.too_low"},
		{Rule: "GET /api/v1/case-emergency-preview", Values: "?area=320106&category=" + casetest.Lamp, From: "away", Status: 200, Other: 403, Code: foreign},
		{Rule: "POST " + storms, Body: storm, From: "away", Status: 201, Other: 403, Code: foreign, Keep: "storm"},
		{Rule: "POST " + storms + "/{id}/end", Values: "{{storm.id}}", Body: `{"version":{{storm.version}},"note":"预警解除"}`, From: "away", Status: 200, Other: 403, Code: foreign},
		{Rule: "GET " + storms, From: "away", Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET " + storms, Status: 200, Other: 200}, // a storm over the district concerns every street of it
	}
}
