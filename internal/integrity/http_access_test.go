package integrity_test

import (
	"context"
	"testing"

	"yiwang/internal/integrity"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
	"yiwang/internal/testkit/routes"
)

// Every operation of this module, as the district may use it and as another district or a street of this one is answered: an answer is
// judged by the district alone.
func TestRoutes_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	x := open(t, testkit.SQLite(t))
	x.check(t)
	all := append(integrity.Permissions(), survey.PermRead)
	people := map[string]context.Context{"lead": x.lead, "other": surveytest.As("320102", all...), "street": surveytest.As(surveytest.Street(1), all...), "anybody": surveytest.As(surveytest.Area)}
	const base, hidden, outside = "/api/v1/waves/{id}/integrity", "survey.wave_not_found", "auth.outside_area"
	id := x.wave.ID
	var lines []routes.Line
	for _, l := range []routes.Line{
		{Rule: "GET " + base, Values: id, Status: 200},
		{Rule: "GET " + base + "/findings", Values: id, Status: 200},
		{Rule: "GET " + base + "/answers", Values: id, Status: 200, Keep: "rows"},
		{Rule: "GET " + base + "/answers/{answer}", Values: id + "/{{rows.items.0.id}}", Status: 200},
		{Rule: "GET " + base + "/export", Values: id + "?format=csv", Status: 200},
		{Rule: "POST " + base + "/checks", Values: id, Status: 202},
		{Rule: "POST " + base + "/decisions", Values: id, Body: `{"verdict":"set_aside","answers":["{{rows.items.0.id}}"],"reason":"同一设备一小时内填写三十份"}`, Status: 201},
		{Rule: "GET " + base + "/decisions", Values: id, Status: 200},
	} {
		street := l
		street.From, street.Other, street.Code = "street", 403, outside
		l.Other, l.Code = 404, hidden
		if l.Keep == "" && l.Status == 200 || l.Status == 202 {
			lines = append(lines, street)
		}
		lines = append(lines, l)
	}
	routes.Open(x.checks.Routes, func(who string) context.Context { return people[who] }).Check(t, routes.Table{Own: "lead", Other: "other", Without: "anybody", Lines: lines})
}
