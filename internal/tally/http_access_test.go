package tally_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/tally"
	"yiwang/internal/testkit"
	"yiwang/internal/testkit/routes"
)

// Every operation of this module, as the district and a street may use it, and as another district is answered: counted is what lies in
// one's own areas.
func TestRoutes_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	c := testkit.NewClock()
	x, s, f := stage(t, testkit.SQLiteAt(t, c), c)
	all := append(tally.Permissions(), cases.PermRead)
	people := map[string]context.Context{
		"centre": x.As("centre", casetest.Area+".district_command", casetest.Area, all...), "decider": x.As("decider", casetest.Area+".district_command", casetest.Area, all...),
		"other": x.As("other", "", "320102", all...), "anybody": x.As("anybody", "", casetest.Area),
	}
	period := "since=" + url.QueryEscape(f.Since.Format(time.RFC3339)) + "&until=" + url.QueryEscape(f.Until.Format(time.RFC3339))
	rows, err := s.List(people["centre"], "reported", "num", f, httpx.PageIn{Limit: 1})
	if err != nil || len(rows.Items) == 0 {
		t.Fatalf("%+v, %v", rows, err)
	}
	const stats, briefs, foreign, noBrief = "/api/v1/case-stats", "/api/v1/briefs", "auth.outside_area", "tally.no_brief"
	routes.Open(s.Routes, func(who string) context.Context { return people[who] }).Check(t, routes.Table{Own: "centre", Other: "other", Without: "anybody", Lines: []routes.Line{
		{Rule: "GET " + stats + "/metrics", Status: 200, Other: 200},
		{Rule: "GET " + stats, Values: "?metric=reported&by=area&" + period, Status: 200, Other: 200},
		{Rule: "GET " + stats, Values: "?metric=reported&area=320106&" + period, Status: 200, Other: 200},
		{Rule: "GET " + stats + "/list", Values: "?metric=reported&" + period, Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET " + stats + "/list", Values: "?metric=reported&area=320106&" + period, Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET " + stats + "/dwells", Values: "?" + period, Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET " + stats + "/scores/{scheme}", Values: "street?" + period, Status: 200, Other: 200, Code: "empty"},
		{Rule: "POST " + stats + "/exclusions", Body: `{"case_id":"` + rows.Items[0].CaseID + `","ground":"malicious","note":"同一人反复来电"}`, Status: 201, Other: 404, Code: "cases.not_found", Keep: "asked"},
		{Rule: "GET " + stats + "/exclusions", Status: 200, Other: 200, Code: "empty"},
		{Rule: "POST " + stats + "/exclusions/{id}/decision", Values: "{{asked.id}}", Body: `{"approve":true}`, By: "decider", Status: 200, Other: 403, Code: foreign},
		{Rule: "POST " + stats + "/periods", Body: `{"area":"320106","month":"2026-10"}`, Status: 201, Other: 403, Code: foreign},
		{Rule: "GET " + stats + "/periods", Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET " + stats + "/periods/{area}/{month}", Values: "320106/2026-10", Status: 200, Other: 403, Code: foreign},
		{Rule: "POST " + briefs, Body: `{"kind":"monthly","area":"320106","day":"2026-10"}`, Status: 201, Other: 403, Code: foreign, Keep: "brief"},
		{Rule: "GET " + briefs, Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET " + briefs + "/{id}", Values: "{{brief.id}}", Status: 200, Other: 404, Code: noBrief},
		{Rule: "POST " + briefs + "/{id}/issue", Values: "{{brief.id}}", Body: `{"version":{{brief.version}}}`, Status: 200, Other: 404, Code: noBrief},
		{Rule: "GET " + briefs + "/{id}/file", Values: "{{brief.id}}?format=html", Status: 200, Other: 404, Code: noBrief},
	}})
}
