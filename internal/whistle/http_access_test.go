package whistle_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
	"yiwang/internal/testkit/routes"
	"yiwang/internal/whistle"
)

// Every operation of this module, as the street that blows, its leading group, the called department and the district may use it, and as
// another street is answered.
func TestRoutes_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t))
	const second = "320106002"
	all := append(whistle.Permissions(), cases.Permissions()...)
	people := map[string]context.Context{
		"desk": w.desk(), "leader": w.leader("secretary"), "clerk": w.clerk(water), "centre": w.centre(), "command": w.As("command", casetest.Area+".district_command", casetest.Area, all...),
		"other": w.As("other", second+".street_command", second, all...), "nobody": w.As("nobody", casetest.Street+".street_command", casetest.Street),
	}
	const path, unseen = "/api/v1/whistles", "whistle.not_found"
	calls := `"calls":[{"unit":"` + w.Units[water].ID + `","task":"到场核定责任"}]`
	file := w.filed()
	said := `"kind":"push","title":"积水","matter":"积水三年未解决","reason":"涉及两个部门的设施",` + calls
	rules, err := json.Marshal(whistle.DefaultLimits().Rules)
	w.ok(err)
	first := func(word string) string { return `{"version":{{w.version}},"note":"` + word + `"}` }
	step := func(action, body, by string) routes.Line {
		return routes.Line{Rule: "POST " + path + "/{id}/calls/{call}/actions/{action}", Values: "{{w.id}}/{{w.calls.0.id}}/" + action, Body: `{"version":{{w.calls.0.version}}` + body + `}`, By: by, Status: 200, Other: 404, Code: unseen, Keep: "w"}
	}
	met := func() { // the session has begun
		w.ok(w.DB.Tx(w.Ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(w.Ctx, "UPDATE whistle_session SET at = $1", tx.Time())
			return err
		}))
	}
	session := `{"at":"` + testkit.Epoch.Add(48*time.Hour).Format(time.RFC3339) + `","place":"四平路18号"}`
	routes.Open(w.s.Routes, func(who string) context.Context { return people[who] }).Check(t, routes.Table{Own: "desk", Other: "other", Without: "nobody", Lines: []routes.Line{
		{Rule: "GET /api/v1/whistle-findings", Values: "?case=" + file.ID, Status: 200, Other: 404, Code: "cases.not_found"},
		{Rule: "POST " + path, Body: `{"case_id":"` + file.ID + `",` + said + `}`, Status: 201, Other: 404, Code: "cases.not_found", Keep: "w"},
		{Rule: "PUT " + path + "/{id}", Values: "{{w.id}}", Body: `{"version":{{w.version}},` + said + `}`, Status: 200, Other: 404, Code: unseen, Keep: "w"},
		{Rule: "POST " + path + "/{id}/actions/check", Values: "{{w.id}}", Body: first("清单内无单一牵头"), Status: 200, Other: 404, Code: unseen, Keep: "w"},
		{Rule: "POST " + path + "/{id}/actions/approve", Values: "{{w.id}}", Body: first(""), By: "leader", Status: 200, Other: 404, Code: unseen, Keep: "w"},
		{Rule: "POST " + path + "/{id}/actions/blow", Values: "{{w.id}}", Body: first(""), Status: 200, Other: 404, Code: unseen, Keep: "w"},
		{Rule: "POST " + path + "/{id}/sessions", Values: "{{w.id}}", Body: session, Status: 201, Other: 404, Code: unseen, Keep: "session"},
		{Rule: "PUT " + path + "/{id}/sessions/{session}", Values: "{{w.id}}/{{session.id}}", Body: `{"version":1,"minutes":"核定责任","attendance":[]}`, First: met, Status: 200, Other: 404, Code: unseen},
		{Rule: "GET " + path, Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET " + path + "/{id}", Values: "{{w.id}}", Status: 200, Other: 404, Code: unseen, Keep: "w"},
		step("sign", "", "clerk"), step("contact", `,"note":"已与街道城管办联系"`, "clerk"), step("report", `,"came":"分管副局长"`, "clerk"),
		step("commit", `,"commitments":[{"task":"更换泵站","due":"`+testkit.Epoch.AddDate(0, 0, 7).Format(time.RFC3339)+`"}]`, "clerk"), step("done", `,"outcome":"泵站已更换"`, "clerk"), step("accept", `,"note":"现场看过"`, "desk"),
		{Rule: "POST " + path + "/{id}/actions/close", Values: "{{w.id}}", Body: first("已办结"), Status: 200, Other: 404, Code: unseen, Keep: "w"},
		{Rule: "POST " + path + "/{id}/calls/{call}/ratings", Values: "{{w.id}}/{{w.calls.0.id}}", Body: `{"speed":4,"attitude":4,"result":5}`, By: "clerk", Status: 201, Other: 404, Code: unseen},
		{Rule: "POST " + path, Body: `{"case_id":"` + w.filed().ID + `",` + said + `}`, Status: 201, Other: 404, Code: "cases.not_found", Keep: "w"},
		{Rule: "POST " + path + "/{id}/actions/withdraw", Values: "{{w.id}}", Body: first("街道自己解决了"), Status: 200, Other: 404, Code: unseen},
		{Rule: "GET /api/v1/whistle-scores", Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET /api/v1/whistle-file", Values: "?format=csv", Status: 200, Other: 200},
		{Rule: "GET /api/v1/whistle-rules", Status: 200, Other: 200},
		{Rule: "GET /api/v1/whistle-limits", Status: 200, Other: 200},
		{Rule: "POST /api/v1/whistle-limits", Body: `{"version":1,"rules":` + string(rules) + `,"note":"试行"}`, By: "command", Status: 201, Other: 403, Code: "whistle.too_low"},
	}})
}
