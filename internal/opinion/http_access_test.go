package opinion

import (
	"testing"

	"yiwang/internal/testkit"
	"yiwang/internal/testkit/routes"
)

// Every operation of this module, as the office of the area may use it, and as the office of another street is answered: refused, or with
// nothing of this area in it. The order is that of the work.
func TestHTTP_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	texts := make([]string, 38)
	for i := range texts {
		texts[i] = lamp
	}
	w := newWorld(t, testkit.SQLite(t), texts...)
	w.free("04", 33)
	if _, err := w.Skip(w.as("office"), "c038", true, "", 1); err != nil {
		t.Fatal(err)
	}
	round, err := w.Draw(w.as("third"), Sample{WaveID: "w1", Title: "抽检", Size: 30})
	if err != nil {
		t.Fatal(err)
	}
	const outside = "auth.outside_area"
	opinion := `{"wave_id":"w1","source":"meeting","number":"M-1","day":"2026-11-10T00:00:00Z","area":"320106001003","text":"北门路灯不亮"}`
	file := routes.Form(map[string]string{"wave": "w1", "source": "meeting", "area": "320106"}, "意见.csv", "意见内容,日期\n路灯坏了,2026-11-10\n")
	// The office coded the pairs of the round first, so that a second person codes them blind and a third settles.
	routes.Open(w.Routes, w.as).Check(t, routes.Table{Own: "office", Other: "code2", Without: "reader", Lines: []routes.Line{
		{Rule: "GET /api/v1/comments", Values: "?wave=w1", Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET /api/v1/comments/desk", Values: "?wave=w1", Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET /api/v1/comments/progress", Values: "?wave=w1", Status: 200, Other: 200},
		{Rule: "GET /api/v1/comments/proposals", Values: "?wave=w1", Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET /api/v1/comments/quality", Values: "?wave=w1", Status: 200, Other: 200},
		{Rule: "POST /api/v1/waves/{id}/comments/load", Values: "w1", Status: 200, Other: 200},
		{Rule: "POST /api/v1/waves/{id}/comments/group", Values: "w1", Status: 200, Other: 200},
		{Rule: "GET /api/v1/comments/matters", Values: "?wave=w1", Status: 200, Other: 200, Code: "empty"},
		{Rule: "POST /api/v1/comments/confirm", Body: `{"items":[{"id":"c034","fields":["04"],"version":1}]}`, Status: 200, Other: 200, Code: outside},
		{Rule: "POST /api/v1/comments/judgements", Body: `{"wave":"w1","verb":"confirm","fields":["04"],"items":[{"id":"c035","version":1}]}`, Status: 200, Other: 200, Code: outside},
		{Rule: "POST /api/v1/comments/judgements/undo", Body: `{"wave":"w1"}`, Status: 200, Other: 409, Code: "opinion.nothing_to_undo"},
		{Rule: "POST /api/v1/comments/{id}/confirm", Values: "c036", Body: `{"fields":["04"],"version":1}`, Status: 200, Other: 403, Code: outside},
		{Rule: "POST /api/v1/comments/{id}/skip", Values: "c037", Body: `{"reason":"没有内容","version":1}`, Status: 200, Other: 403, Code: outside},
		{Rule: "POST /api/v1/comments/{id}/undo", Values: "c037", Body: `{"version":2}`, Status: 200, Other: 403, Code: outside},
		{Rule: "GET /api/v1/opinions/praise", Values: "?wave=w1", Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET /api/v1/opinions/praise/targets", Values: "?wave=w1", Status: 200, Other: 200, Code: "empty"},
		{Rule: "POST /api/v1/comments/{id}/thanks", Values: "c038", Body: `{"target":"社区"}`, Status: 200, Other: 403, Code: outside},
		{Rule: "GET /api/v1/opinions/leaves", Status: 200, Other: 200},
		{Rule: "GET /api/v1/opinions/models", Status: 200, Other: 200},
		{Rule: "POST /api/v1/opinions/models", Status: 200, Other: 200}, // learns from every decided comment, shows only figures
		{Rule: "POST /api/v1/opinions/models/active", Body: `{"version":"no such","reason":"试"}`, Status: 404, Other: 404, Code: "opinion.no_model"},
		{Rule: "POST /api/v1/waves/{id}/comments/resuggest", Values: "w1", Status: 200, Other: 200},
		{Rule: "POST /api/v1/opinions/doubles", Body: `{"wave_id":"w1","title":"抽检","size":10}`, Status: 201, Other: 409, Code: "opinion.few_decided"},
		{Rule: "GET /api/v1/opinions/doubles", Values: "?wave=w1", Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET /api/v1/opinions/doubles/{id}/blind", Values: round.ID, By: "second", Status: 200, Other: 403, Code: outside},
		{Rule: "POST /api/v1/opinions/doubles/{id}/pairs/{pos}/second", Values: round.ID + "/1", Body: `{"code":"06"}`, By: "second", Status: 200, Other: 403, Code: outside},
		{Rule: "POST /api/v1/opinions/doubles/{id}/pairs/{pos}/final", Values: round.ID + "/1", Body: `{"code":"04","reason":"原话"}`, By: "third", Status: 200, Other: 403, Code: outside},
		{Rule: "GET /api/v1/opinions/doubles/{id}/report", Values: round.ID, Status: 200, Other: 403, Code: outside},
		{Rule: "POST /api/v1/opinions", Body: opinion, Status: 201, Other: 403, Code: outside},
		{Rule: "POST /api/v1/opinions/imports", Body: file, Status: 201, Other: 403, Code: outside},
		{Rule: "GET /api/v1/opinions/imports", Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET /api/v1/opinions", Values: "?wave=w1", Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET /api/v1/opinions/sources", Values: "?wave=w1", Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET /api/v1/opinions/template", Values: "?format=csv", Status: 200, Other: 200},
	}})
}
