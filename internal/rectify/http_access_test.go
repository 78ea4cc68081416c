package rectify

import (
	"context"
	"strings"
	"testing"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/survey"
	"yiwang/internal/testkit"
	"yiwang/internal/testkit/routes"
)

// among gives the people of the tests the permission to see waves and their results, which the effect is read with.
func (x *twoWaves) among(who string) context.Context {
	p := people[who]
	p.UserID, p.Permissions = "user-"+who, map[string]bool{}
	for name := range people[who].Permissions {
		p.Permissions[name], p.Permissions[survey.PermRead] = true, true
	}
	return auth.With(context.Background(), &p)
}

// effects is a house whose district has two waves, with a closed matter that may be back twice.
func effects(t *testing.T) (*routes.House, *twoWaves, []Return) {
	t.Helper()
	x := newTwoWaves(t, testkit.SQLite(t))
	for _, id := range []string{"i-one", "i-two", "i-three"} {
		x.put(id, "320106001001", "04", Published, nil)
	}
	x.answer(x.before, "320106001001", strings.Repeat("4", 40), 30)
	x.next()
	x.inTx(func(tx *db.Tx) error {
		for _, id := range []string{"i-one", "i-two"} {
			if err := x.ProposeReturnTx(x.Ctx, tx, Return{WaveID: x.after.ID, EarlierID: id, Kind: ReturnAsked, Said: 12, SaidNo: 8}); err != nil {
				return err
			}
		}
		return nil
	})
	list, err := x.Returns(x.Ctx, ReturnFilter{WaveID: x.after.ID}, httpx.PageIn{Limit: 10})
	if err != nil || len(list.Items) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	return routes.Open(x.Routes, x.among), x, list.Items
}

// Every operation of this module, as the office of the district or the unit that works may use it, and as the office of another
// street is answered. The order is that of the work.
func TestHTTP_EveryOperationServesTheOwnAreaAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lines(lamp, 14)...)
	w.Reach(files{"k1": {Kind: LinkCase, ID: "k1", Number: "A1"}}, nil)
	house := routes.Open(w.Routes, w.as)
	table := routes.Table{Own: "office", Other: "code2", Without: "nobody"}
	free := w.free("04", 14)
	table.Lines = append(table.Lines, mergeLines()...)
	table.Lines = append(table.Lines, workLines(w, free[4:])...)
	table.Lines = append(table.Lines, listLines(w, free[7:])...)
	table.Lines = append(table.Lines, pageLines(w, free[9:])...)
	again, x, returns := effects(t)
	table.Lines = append(table.Lines, effectLines(again, x, returns)...)
	house.Check(t, table)
}

const (
	outside = "auth.outside_area"
	unseen  = "rectify.not_found"
)

func mergeLines() []routes.Line {
	const plan = `"title":"楼道灯","field":"04","area_code":"320106001003","lead_unit":"u-housing"`
	return []routes.Line{
		{Rule: "GET /api/v1/rectification-fields", Status: 200, Other: 200},
		{Rule: "POST /api/v1/rectifications", Body: `{"comments":["c001","c002"],` + plan + `}`, Status: 201, Other: 403, Code: outside, Keep: "item"},
		{Rule: "POST /api/v1/rectifications/{id}/comments", Values: "{{item.id}}", Body: `{"comments":["c003"],"version":{{item.version}}}`, Status: 200, Other: 403, Code: outside, Keep: "item"},
		{Rule: "POST /api/v1/rectifications/{id}/unmerge", Values: "{{item.id}}", Body: `{"comments":["c003"],"version":{{item.version}}}`, Status: 200, Other: 403, Code: outside, Keep: "item"},
		{Rule: "PATCH /api/v1/rectifications/{id}", Values: "{{item.id}}", Body: `{` + plan + `,"place":"12幢","version":{{item.version}}}`, Status: 200, Other: 403, Code: outside, Keep: "item"},
		{Rule: "POST /api/v1/rectifications/{id}/split", Values: "{{item.id}}", Body: `{"comments":["c002"],` + plan + `,"version":{{item.version}}}`, Status: 201, Other: 403, Code: outside, Keep: "split"},
		{Rule: "POST /api/v1/rectifications/{id}/actions/{action}", Values: "{{split.id}}/confirm", Body: `{"version":{{split.version}}}`, Status: 200, Other: 404, Code: unseen},
		{Rule: "GET /api/v1/rectifications", Values: "?wave=w1", Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET /api/v1/rectifications/loop", Values: "?wave=w1", Status: 200, Other: 200},
		{Rule: "GET /api/v1/rectifications/summary", Values: "?wave=w1", Status: 200, Other: 200}, // every field, with nothing in it
		{Rule: "GET /api/v1/rectifications/{id}", Values: "{{item.id}}", Status: 200, Other: 404, Code: unseen},
	}
}

// workLines follow the lead unit, and who judges its work.
func workLines(w *world, free []string) []routes.Line {
	doing, done := w.item(Doing, free[0]), w.item(Done, free[1])
	w.ok(w.act(w.item(Adjudicating, free[2]), ActAdjudicate))
	photo := routes.Upload(map[string]string{"phase": "before"}, "photo", "a.png", "image/png", string(snap(w.t, 90)))
	report := routes.Upload(map[string]string{"text": "已量好尺寸", "percent": "30"}, "photos", "b.png", "image/png", string(snap(w.t, 91)))
	id := doing.ID
	return []routes.Line{
		{Rule: "PUT /api/v1/rectifications/{id}/plan", Values: id, Body: `{"version":` + itoa(doing.Version) + `,"responsible":"科长","milestones":[{"title":"买灯","due_at":"2026-12-02T00:00:00Z"}]}`, By: "housing", Status: 200, Other: 404, Code: unseen, Keep: "doing"},
		{Rule: "GET /api/v1/rectifications/{id}", Values: id, Status: 200, Other: 404, Code: unseen, Keep: "detail"},
		{Rule: "POST /api/v1/rectifications/{id}/milestones/{milestone}/done", Values: id + "/{{detail.milestones.0.id}}", Body: `{"version":{{doing.version}}}`, By: "housing", Status: 200, Other: 404, Code: unseen, Keep: "doing"},
		{Rule: "POST /api/v1/rectifications/{id}/reports", Values: id, Body: report, By: "housing", Status: 201, Other: 404, Code: unseen, Keep: "report"},
		{Rule: "GET /api/v1/rectifications/{id}/report-photos/{photo}", Values: id + "/{{report.photos.0.id}}", Status: 200, Other: 404, Code: unseen},
		{Rule: "POST /api/v1/rectifications/{id}/evidence", Values: id, Body: photo, By: "housing", Status: 201, Other: 404, Code: unseen, Keep: "photo"},
		{Rule: "GET /api/v1/rectifications/{id}/evidence/{photo}", Values: id + "/{{photo.id}}", Status: 200, Other: 404, Code: "rectify.photo_not_found"},
		{Rule: "GET /api/v1/rectifications/{id}", Values: id, Status: 200, Other: 404, Code: unseen, Keep: "doing"},
		{Rule: "POST /api/v1/rectifications/{id}/open", Values: id, Body: `{"version":{{doing.version}},"kind":"case","text":"修灯"}`, By: "housing", Status: 201, Other: 404, Code: unseen, Keep: "opened"},
		{Rule: "GET /api/v1/rectifications/{id}", Values: id, Status: 200, Other: 404, Code: unseen, Keep: "doing"},
		{Rule: "POST /api/v1/rectifications/{id}/links", Values: id, Body: `{"version":{{doing.version}},"kind":"case","number":"A1"}`, By: "housing", Status: 201, Other: 404, Code: unseen, Keep: "link"},
		{Rule: "GET /api/v1/rectification-links", Values: "?kind=case&ref=k1", Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET /api/v1/rectifications/{id}", Values: id, Status: 200, Other: 404, Code: unseen, Keep: "doing"},
		{Rule: "DELETE /api/v1/rectifications/{id}/links/{link}", Values: id + "/{{link.id}}?version={{doing.version}}", By: "housing", Status: 204, Other: 404, Code: unseen},
		{Rule: "GET /api/v1/rectification-duties", Status: 200, Other: 200, Code: "empty"},
		{Rule: "POST /api/v1/rectifications/{id}/invitations", Values: done.ID, Body: `{"version":` + itoa(done.Version) + `,"raisers":false,"residents":1}`, By: "check", Status: 201, Other: 404, Code: unseen, Keep: "slips"},
		{Rule: "POST /api/v1/public/judgements/show", Body: `{"code":"{{slips.codes.0}}"}`, Status: 200},
		{Rule: "POST /api/v1/public/judgements", Body: `{"code":"{{slips.codes.0}}","verdict":"solved"}`, Status: 204},
		{Rule: "GET /api/v1/rectification-precedents", Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET /api/v1/rectification-rules", Status: 200, Other: 200},
		{Rule: "PUT /api/v1/rectification-rules", Body: `{"version":0,"adjudicate":"3 work_day","review":"15 calendar_day","supervise":["3 work_day","2 work_day","1 work_day"],"needed":3,"agree":2,"days":7,"required":false,"note":"试行"}`,
			Status: 200, Other: 403, Code: outside},
	}
}

// listLines draft, approve, issue and hand out a reverse list.
func listLines(w *world, free []string) []routes.Line {
	first, second := w.item(Confirmed, free[0]), w.item(Confirmed, free[1])
	const list, seen = "/api/v1/reverse-lists/{id}", "rectify.no_list"
	people["leader"] = person("u-lead", "320106", PermRead, PermApprove)
	return []routes.Line{
		{Rule: "POST /api/v1/reverse-lists", Body: `{"wave_id":"w1","area":"320106","items":["` + first.ID + `"]}`, Status: 201, Other: 403, Code: outside, Keep: "list"},
		{Rule: "PATCH " + list, Values: "{{list.id}}", Body: `{"title":"楼道灯清单","add":["` + second.ID + `"],"version":{{list.version}}}`, Status: 200, Other: 403, Code: outside, Keep: "list"},
		{Rule: "GET /api/v1/reverse-lists", Values: "?wave=w1", Status: 200, Other: 200, Code: "empty"},
		{Rule: "POST " + list + "/submit", Values: "{{list.id}}", Body: `{"note":"请审","version":{{list.version}}}`, Status: 200, Other: 403, Code: outside, Keep: "list"},
		{Rule: "GET " + list, Values: "{{list.id}}", Status: 200, Other: 404, Code: seen, Keep: "waits"},
		{Rule: "POST " + list + "/decision", Values: "{{list.id}}", Body: `{"approve":true,"hash":"{{waits.editions.0.content_hash}}","version":{{list.version}}}`, By: "leader", Status: 200, Other: 403, Code: outside, Keep: "list"},
		{Rule: "GET " + list + "/editions/{edition}", Values: "{{list.id}}/1", Status: 200, Other: 404, Code: seen},
		{Rule: "POST " + list + "/issue", Values: "{{list.id}}", Body: `{"version":{{list.version}}}`, Status: 200, Other: 403, Code: outside, Keep: "list"},
		{Rule: "POST " + list + "/remind", Values: "{{list.id}}", Status: 200, Other: 403, Code: outside},
		{Rule: "GET " + list, Values: "{{list.id}}", By: "housing", Status: 200, Other: 404, Code: seen, Keep: "own"},
		{Rule: "POST " + list + "/receipts/{receipt}/sign", Values: "{{list.id}}/{{own.receipts.0.id}}", Body: `{}`, By: "housing", Status: 200, Other: 404, Code: "rectify.no_receipt"},
		{Rule: "GET " + list + "/file", Values: "{{list.id}}", Status: 200, Other: 404, Code: seen},
		{Rule: "POST " + list + "/exports", Values: "{{list.id}}", Body: `{"format":"xlsx","purpose":"会议审议"}`, Status: 201, Other: 404, Code: seen, Keep: "export"},
		{Rule: "POST /api/v1/reverse-list-exports/{id}/decision", Values: "{{export.id}}", Body: `{"approve":true,"version":{{export.version}}}`, By: "leader", Status: 200, Other: 403, Code: outside},
		{Rule: "GET /api/v1/reverse-list-exports/{id}/file", Values: "{{export.id}}", Status: 200, Other: 404, Code: "export.none"},
		{Rule: "GET /api/v1/reverse-list-exports", Status: 200, Other: 200, Code: "empty", Bare: 403},
		{Rule: "DELETE /api/v1/reverse-list-exports/{id}", Values: "{{export.id}}", Status: 200, Other: 404, Code: "export.none"},
		{Rule: "POST " + list + "/corrections", Values: "{{list.id}}", Body: `{"reason":"并入另一处","changes":[{"kind":"word","item_id":"` + second.ID + `","title":"楼道灯修复"}],"version":{{list.version}}}`, Status: 200, Other: 403, Code: outside},
		{Rule: "POST /api/v1/reverse-lists", Body: `{"wave_id":"w1","area":"320106"}`, Status: 201, Other: 403, Code: outside, Keep: "second"},
		{Rule: "POST " + list + "/drop", Values: "{{second.id}}", Body: `{"version":{{second.version}}}`, Status: 200, Other: 403, Code: outside},
	}
}

// pageLines make an answer public, and hear what residents say of it.
func pageLines(w *world, free []string) []routes.Line {
	i := w.snapped(free[0])
	w.item(Suspended, free[1])
	const page, one = "/api/v1/rectifications/{id}/page", "/api/v1/public/rectifications"
	shot := `{"version":{{page.version}},"shown":true,"areas":[{"x":0.5,"y":0,"w":0.5,"h":1}]}`
	const texts = `"title":"楼道灯修好了","said":"灯坏了","place":"","measure":"换灯","outcome":"已换","reply":"已修好"`
	return []routes.Line{
		{Rule: "GET " + page, Values: i.ID, By: "editor", Status: 200, Other: 404, Code: unseen, Keep: "page"},
		{Rule: "PUT " + page, Values: i.ID, Body: `{` + texts + `,"version":{{page.version}}}`, By: "editor", Status: 200, Other: 404, Code: unseen, Keep: "page"},
		{Rule: "PUT " + page + "/photos/{evidence}", Values: i.ID + "/{{page.shots.0.evidence_id}}", Body: shot, By: "editor", Status: 200, Other: 404, Code: unseen, Keep: "page"},
		{Rule: "PUT " + page + "/photos/{evidence}", Values: i.ID + "/{{page.shots.1.evidence_id}}", Body: shot, By: "editor", Status: 200, Other: 404, Code: unseen, Keep: "page"},
		{Rule: "GET " + page + "/photos/{photo}", Values: i.ID + "/{{page.shots.0.id}}", By: "editor", Status: 200, Other: 404, Code: unseen},
		{Rule: "POST " + page + "/submit", Values: i.ID, Body: `{"version":{{page.version}}}`, By: "editor", Status: 200, Other: 404, Code: unseen, Keep: "page"},
		{Rule: "POST " + page + "/take-back", Values: i.ID, Body: `{"version":{{page.version}},"note":"漏了一句"}`, By: "editor", Status: 200, Other: 404, Code: unseen, Keep: "page"},
		{Rule: "POST " + page + "/submit", Values: i.ID, Body: `{"version":{{page.version}}}`, By: "editor", Status: 200, Other: 404, Code: unseen, Keep: "page"},
		{Rule: "POST /api/v1/rectifications/{id}/actions/{action}", Values: i.ID + "/publish", Body: `{"version":{{page.item.version}},"page_version":{{page.version}}}`, Status: 200, Other: 404, Code: unseen},
		{Rule: "GET " + one, Status: 200},
		{Rule: "GET " + one + "/counts", Status: 200},
		{Rule: "GET " + one + "/index", Status: 200},
		{Rule: "GET " + one + "/feed.atom", Status: 200},
		{Rule: "GET " + one + "/feed.json", Status: 200},
		{Rule: "GET " + one + "/plain", Status: 200},
		{Rule: "GET " + one + "/{id}", Values: i.ID, Status: 200, Keep: "public"},
		{Rule: "GET " + one + "/{id}/plain", Values: i.ID, Status: 200},
		{Rule: "GET " + one + "/{id}/photos/{photo}", Values: i.ID + "/{{page.shots.0.id}}", Status: 200},
		{Rule: "POST " + one + "/{id}/voices", Values: i.ID, Body: `{"device":"browser-000000000001","solved":false,"words":"还是黑的"}`, Status: 200},
		{Rule: "GET /api/v1/public/suspended-rectifications", Status: 200},
		{Rule: "GET /api/v1/rectification-feedback", By: "editor", Status: 200, Other: 200, Code: "empty", Keep: "voices"},
		{Rule: "POST /api/v1/rectification-feedback/{id}/judge", Values: "{{voices.items.0.id}}", Body: `{"version":{{voices.items.0.version}},"show":true}`, By: "editor", Status: 200, Other: 404, Code: "rectify.no_voice"},
	}
}

// effectLines tell whether it helped, and what came back.
func effectLines(in *routes.House, x *twoWaves, returns []Return) []routes.Line {
	before, after := "?wave="+x.before.ID, x.after.ID
	list := []routes.Line{
		{Rule: "GET /api/v1/rectifications/weakest", Values: before + "&area=320106001", Status: 200, Other: 403, Code: outside},
		{Rule: "GET /api/v1/rectifications/picture", Values: before, Status: 200, Other: 200},
		{Rule: "GET /api/v1/rectifications/effect", Values: before, Status: 200, Other: 200},
		{Rule: "GET /api/v1/rectifications/effect/export", Values: before, Status: 200, Other: 200},
		{Rule: "GET /api/v1/rectifications/standings", Values: before + "&by=street", Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET /api/v1/rectifications/{id}/effect", Values: "i-one", Status: 200, Other: 404, Code: unseen},
		{Rule: "POST /api/v1/waves/{id}/asked-again", Values: after, Body: `{"items":["i-three"]}`, Status: 200, Other: 403, Code: outside},
		{Rule: "GET /api/v1/waves/{id}/asked-again", Values: after, Status: 200, Other: 200, Code: "empty"},
		{Rule: "GET /api/v1/rectification-returns", Values: "?wave=" + after, Status: 200, Other: 200, Code: "empty"},
		{Rule: "POST /api/v1/rectification-returns/{id}/confirm", Values: returns[0].ID, Body: `{"version":1}`, Status: 200, Other: 403, Code: outside},
		{Rule: "POST /api/v1/rectification-returns/{id}/dismiss", Values: returns[1].ID, Body: `{"version":1,"note":"是另一件事"}`, Status: 200, Other: 403, Code: outside},
		{Rule: "POST /api/v1/waves/{id}/returns", Values: after, Status: 200, Other: 200},
	}
	for n := range list {
		list[n].In = in
	}
	return list
}
