package intake_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/intake"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
	"yiwang/internal/testkit/routes"
)

// Every operation of this module, as a resident and as the office of a street may use it, and as another street is answered.
func TestRoutes_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	x, s := newIntake(t, testkit.SQLite(t))
	all := append(intake.Permissions(), cases.Permissions()...)
	const second, foreign, public = "320106002", "auth.outside_area", "/api/v1/public"
	people := map[string]context.Context{"clerk": x.As("clerk", casetest.Street+".street_command", casetest.Street, all...), "other": x.As("other", second+".street_command", second, all...),
		"anybody": x.As("anybody", casetest.Street+".street_command", casetest.Street)}
	photo, err := io.ReadAll(picture(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	ticket := routes.Form(map[string]string{"area": casetest.Street}, "工单.csv", "工单编号,诉求内容,街道\nNJ-1,门口路灯不亮三天了,第1街道\n")
	report := func(id, photos string) string {
		return `{"submission_id":"0123456789abcdef` + id + `","text":"小区门口路灯不亮","category":"` + casetest.Lamp + `","area_code":"` + casetest.Grid + `","address":"四平路18号","photos":[` + photos + `]}`
	}
	code := `"code":"{{mine.code}}"`
	alarm := func(id string) string {
		return `{"source":"water","device":"d1","kind":"manhole","text":"井盖位移","alarm":"` + id + `","area_code":"` + casetest.Grid + `","address":"四平路18号"}`
	}
	since := "?format=csv&since=" + testkit.Epoch.AddDate(0, 0, -1).UTC().Format(time.RFC3339)
	closeIt := func() {
		list, err := x.Cases.List(x.Ctx, cases.Filter{}, httpx.PageIn{Limit: 1})
		if err != nil || len(list.Items) == 0 {
			t.Fatalf("%+v, %v", list, err)
		}
		closed(t, x, list.Items[0].Number)
	}
	routes.Open(s.Routes, func(who string) context.Context { return people[who] }).Check(t, routes.Table{Own: "clerk", Other: "other", Without: "anybody", Lines: []routes.Line{
		{Rule: "POST " + public + "/report-photos", Body: routes.Upload(nil, "photo", "a.jpg", "image/jpeg", string(photo)), Status: 201, Keep: "photo"},
		{Rule: "POST " + public + "/reports", Body: report("1", `"{{photo.ref}}"`), Status: 201, Keep: "mine"},
		{Rule: "POST " + public + "/follow", Body: `{` + code + `}`, Status: 200},
		{Rule: "GET " + public + "/report-photos/{link}", Values: "no-such-address", Status: 404}, // TestReport_ReachesTheDeskAndIsFollowedByItsCode opens one
		{Rule: "POST " + public + "/follow/comment", Body: `{` + code + `,"words":"晚上更黑"}`, Status: 200},
		{Rule: "POST " + public + "/reports/support", Body: `{"number":"{{mine.number}}","submission_id":"0123456789abcdef2"}`, Status: 201},
		{Rule: "POST " + public + "/reports/suggest", Body: `{"text":"小区门口路灯不亮"}`, Status: 200},
		{Rule: "POST " + public + "/follow/answer", Body: `{` + code + `,"solved":"no","satisfaction":"dissatisfied"}`, First: closeIt, Status: 200},
		{Rule: "POST " + public + "/reports", Body: report("3", ""), Status: 201, Keep: "mine"},
		{Rule: "POST " + public + "/follow/appeal", Body: `{` + code + `,"words":"还是不亮"}`, First: closeIt, Status: 200},
		{Rule: "POST /api/v1/cases/suggest", Body: `{"text":"小区门口路灯不亮"}`, Status: 200, Other: 200},
		{Rule: "POST /api/v1/intake/imports", Body: ticket, Status: 201, Other: 403, Code: foreign},
		{Rule: "GET /api/v1/intake/imports", Status: 200, Other: 200, Code: "empty"},
		{Rule: "POST /api/v1/intake/tickets", Body: `{"area":"` + casetest.Street + `","tickets":[{"number":"A1","text":"门口路灯不亮","street":"第1街道"}]}`, Status: 200, Other: 403, Code: foreign},
		{Rule: "GET /api/v1/intake/template", Values: "?format=csv", Status: 200, Other: 200},
		{Rule: "GET /api/v1/intake/replies", Values: since, Status: 200, Other: 200},
		{Rule: "POST /api/v1/intake/alarms", Body: alarm("w1"), Status: 201, Other: 403, Code: foreign},
		{Rule: "POST /api/v1/intake/alarms", Body: alarm("w2"), Status: 201, Other: 403, Code: foreign}, // would join an open case
	}})
}

// What an office is shown with a conflict, the case as it is, is not for whoever has the code of a report.
func TestFollow_ARefusalShowsNothingOfTheCase(t *testing.T) {
	t.Parallel()
	x, s := newIntake(t, testkit.SQLite(t))
	got, err := s.Report(context.Background(), home, report("1"))
	if err != nil {
		t.Fatal(err)
	}
	house := routes.Open(s.Routes, nil)
	appeal := routes.Line{Rule: "POST /api/v1/public/follow/appeal", Body: `{"code":"` + got.Code + `","words":"还是不亮"}`}
	if status, code, body := house.Ask(t, "", appeal); status != 409 || code != "cases.bad_transition" || strings.Contains(body, "current") || strings.Contains(body, got.Number) {
		t.Errorf("%d %s: %s", status, code, body)
	}
	closed(t, x, got.Number)
	if status, _, body := house.Ask(t, "", appeal); status != 200 {
		t.Errorf("%d: %s", status, body)
	}
}
