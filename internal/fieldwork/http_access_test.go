package fieldwork_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"testing"

	"yiwang/internal/fieldwork"
	"yiwang/internal/form"
	"yiwang/internal/platform/auth"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
	"yiwang/internal/survey/surveytest"
	"yiwang/internal/testkit"
	"yiwang/internal/testkit/routes"
)

const (
	foreign = "auth.outside_area"
	hidden  = "survey.wave_not_found"
	notMine = "fieldwork.not_assigned"
)

// Every operation of this module, as respondents, interviewers and the district may use it, and as another district is answered.
func TestRoutes_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	x, first, second := drawnFixture(t, testkit.SQLite(t))
	x.assign(t, first, 5)
	all := append(append(fieldwork.Permissions(), sampling.Permissions()...), survey.Permissions()...)
	people := map[string]context.Context{"lead": surveytest.As(surveytest.Area, all...), "first": first, "second": second, "keyer": surveytest.As(surveytest.Street(1), fieldwork.PermCollect),
		"other": surveytest.As("320102", all...), "anybody": surveytest.As(surveytest.Area)}
	table := routes.Table{Own: "lead", Other: "other", Without: "anybody"}
	table.Lines = append(table.Lines, respondentLines(t, x)...)
	table.Lines = append(table.Lines, interviewLines(t, x, first)...)
	table.Lines = append(table.Lines, sheetLines(t, x, first)...)
	table.Lines = append(table.Lines, boardLines(x, first)...)
	routes.Open(x.field.Routes, func(who string) context.Context { return people[who] }).Check(t, table)
}

func written(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}

func respondentLines(t *testing.T, x *fixture) []routes.Line {
	var photo bytes.Buffer
	must(t, png.Encode(&photo, image.NewGray(image.Rect(0, 0, 40, 40))))
	in := x.opened(t, survey.Adult, 1)
	return []routes.Line{
		{Rule: "GET /api/v1/public/questionnaire", Values: "?wave=2026H2&group=adult", Status: 200},
		{Rule: "POST /api/v1/public/response-photos", Body: routes.Upload(map[string]string{"token": in.Token}, "photo", "a.png", "image/png", photo.String()), Status: 201},
		{Rule: "POST /api/v1/public/responses", Body: written(t, in), Status: 201},
	}
}

func interviewLines(t *testing.T, x *fixture, first context.Context) []routes.Line {
	kit, err := x.field.Mine(first)
	must(t, err)
	try := func(i, n int, outcome fieldwork.Outcome) string {
		return written(t, fieldwork.NewAttempt{ID: fmt.Sprintf("00000000-0000-4000-9000-%012d", n), InvitationID: kit.Errands[i].InvitationID, Outcome: outcome})
	}
	const own = "/api/v1/fieldwork"
	return []routes.Line{
		{Rule: "GET " + own + "/mine", By: "first", Status: 200, Other: 200},
		{Rule: "POST " + own + "/attempts", Body: try(0, 1, fieldwork.Refusal), By: "first", From: "second", Status: 200, Other: 404, Code: notMine},
		{Rule: "POST " + own + "/attempts", Body: try(1, 2, fieldwork.Vacant), By: "first", Status: 200, Other: 404, Code: notMine},
		{Rule: "POST " + own + "/answers", Body: written(t, x.interview(t, kit, &kit.Errands[2], 9)), By: "first", Status: 201, Other: 404, Code: notMine},
		{Rule: "GET " + own + "/questionnaire", Values: "?group=elder&wave=" + x.wave.ID, By: "first", Status: 200, Other: 404, Code: hidden},
		{Rule: "POST " + own + "/invitations/{id}/replace", Values: kit.Errands[1].InvitationID, Body: `{"reason":"空房"}`, Status: 200, Other: 403, Code: foreign},
	}
}

// sheetLines key paper twice with a difference, and once with none to follow.
func sheetLines(t *testing.T, x *fixture, first context.Context) []routes.Line {
	const path = "/api/v1/fieldwork/sheets"
	sheet := func(number, mark string) string {
		in := keyed(t, x, first, number)
		in.Answers = form.Answers{"A1-1": mark}
		return written(t, in)
	}
	return []routes.Line{
		{Rule: "POST " + path, Body: sheet("E-1", "1"), By: "first", Status: 200, Other: 403, Code: foreign, Keep: "one"},
		{Rule: "GET /api/v1/waves/{id}/sheets", Values: x.wave.ID, By: "keyer", Status: 200, Bare: 403, Other: 404, Code: hidden},
		{Rule: "POST " + path, Body: sheet("E-1", "5"), By: "keyer", Status: 200, Other: 403, Code: foreign},
		{Rule: "GET " + path + "/{id}", Values: "{{one.sheet.id}}", Status: 200, Other: 403, Code: foreign},
		{Rule: "POST " + path + "/{id}/settle", Values: "{{one.sheet.id}}", Body: `{"choices":[{"question":"A1-1","right":2}]}`, Status: 200, Other: 403, Code: foreign},
		{Rule: "POST " + path, Body: sheet("E-2", "1"), By: "first", Status: 200, Other: 403, Code: foreign, Keep: "two"},
		{Rule: "POST " + path + "/{id}/discard", Values: "{{two.sheet.id}}", Body: `{"reason":"重复的一份"}`, Status: 204, Other: 403, Code: foreign},
	}
}

func boardLines(x *fixture, first context.Context) []routes.Line {
	const wave = "/api/v1/waves/{id}"
	assign := `{"interviewer":"` + auth.From(first).UserID + `","mode":"visit","street":"` + surveytest.Street(1) + `","most":2}`
	return []routes.Line{
		{Rule: "GET " + wave + "/fieldwork", Values: x.wave.ID, Status: 200, Other: 404, Code: hidden},
		{Rule: "GET " + wave + "/fieldwork/file", Values: x.wave.ID + "?format=csv", Status: 200, Other: 404, Code: hidden},
		{Rule: "GET " + wave + "/response-rates", Values: x.wave.ID, Status: 200, Other: 404, Code: hidden},
		{Rule: "GET " + wave + "/interviewers", Values: x.wave.ID, Status: 200, Other: 403, Code: foreign},
		{Rule: "POST " + wave + "/assignments", Values: x.wave.ID, Body: assign, Status: 200, Other: 403, Code: foreign},
		{Rule: "GET " + wave + "/assignments", Values: x.wave.ID, Status: 200, Other: 403, Code: foreign},
		{Rule: "POST " + wave + "/reminders", Values: x.wave.ID, Body: `{"way":"letter"}`, Status: 201, Other: 403, Code: foreign, Keep: "round"},
		{Rule: "GET " + wave + "/reminders", Values: x.wave.ID, Status: 200, Other: 403, Code: foreign},
		{Rule: "GET /api/v1/reminders/{id}/file", Values: "{{round.id}}?format=csv", Status: 200, Other: 403, Code: foreign},
		{Rule: "POST " + wave + "/comments/release", Values: x.wave.ID, Status: 200, Other: 403, Code: foreign},
	}
}
