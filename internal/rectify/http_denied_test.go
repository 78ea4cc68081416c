package rectify

import (
	"strings"
	"testing"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

// Every operation of plan, progress, links, residents, lists, pages and effect refuses who is not signed in, who lacks the permission,
// and who is of another street or unit.
func TestHTTP_DeniesStrangersAndOtherAreas(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lines(lamp, 4)...)
	w.Reach(files{"k1": {Kind: LinkCase, ID: "k1", Number: "A1"}}, nil)
	h := w.server()
	l, items := w.approved(1)
	doing, done, published := w.item(Doing, w.freeOne("c002")), w.item(Done, w.freeOne("c003")), w.item(Published, w.freeOne("c004"))
	w.speak(published, voiceOf(1, false, "还黑"))
	voices, err := w.Feedback(w.as("editor"), FeedbackFilter{}, page(1, ""))
	if err != nil {
		t.Fatal(err)
	}
	id := strings.NewReplacer("{doing}", doing.ID, "{done}", done.ID, "{published}", published.ID, "{list}", l.ID, "{confirmed}", items[0].ID, "{voice}", voices.Items[0].ID)
	for _, c := range []struct {
		who, method, path, body string
		status                  int
		code                    string
	}{
		{"", "GET", "/api/v1/rectification-duties", "", 401, "auth.sign_in"},
		{"nobody", "GET", "/api/v1/rectification-duties", "", 403, "auth.no_permission"},
		{"", "PUT", "/api/v1/rectifications/{doing}/plan", `{"version":5,"responsible":"王某"}`, 401, "auth.sign_in"},
		{"reader", "PUT", "/api/v1/rectifications/{doing}/plan", `{"version":5,"responsible":"王某"}`, 403, "auth.no_permission"},
		{"street1", "PUT", "/api/v1/rectifications/{doing}/plan", `{"version":5,"responsible":"王某"}`, 403, "rectify.not_lead"},
		{"street2", "PUT", "/api/v1/rectifications/{doing}/plan", `{"version":5,"responsible":"王某"}`, 404, "rectify.not_found"},
		{"street2", "POST", "/api/v1/rectifications/{doing}/milestones/x/done", `{"version":5}`, 404, "rectify.not_found"},
		{"street2", "GET", "/api/v1/rectifications/{doing}/report-photos/x", "", 404, "rectify.not_found"},
		{"street2", "POST", "/api/v1/rectifications/{doing}/links", `{"version":5,"kind":"case","number":"A1"}`, 404, "rectify.not_found"},
		{"check", "POST", "/api/v1/rectifications/{doing}/open", `{"version":5,"kind":"case","text":"修灯"}`, 403, "auth.no_permission"},
		{"street2", "DELETE", "/api/v1/rectifications/{doing}/links/x?version=5", "", 404, "rectify.not_found"},
		{"housing", "POST", "/api/v1/rectifications/{done}/invitations", `{"version":6,"raisers":false,"residents":1}`, 403, "auth.no_permission"},
		{"check2", "POST", "/api/v1/rectifications/{done}/invitations", `{"version":6,"raisers":false,"residents":1}`, 404, "rectify.not_found"},
		{"street2", "GET", "/api/v1/rectifications/{doing}/effect", "", 404, "rectify.not_found"},
		{"housing", "PUT", "/api/v1/rectification-rules", `{"version":0,"adjudicate":"3 work_day","review":"15 calendar_day","supervise":["3 work_day","2 work_day","1 work_day"],"needed":3,"agree":2,"days":7,"required":false,"note":"x"}`, 403, "auth.no_permission"},
		{"reader", "GET", "/api/v1/rectifications/{published}/page", "", 403, "auth.no_permission"},
		{"editor2", "GET", "/api/v1/rectifications/{published}/page", "", 404, "rectify.not_found"},
		{"housing", "GET", "/api/v1/rectification-feedback", "", 403, "auth.no_permission"},
		{"editor2", "POST", "/api/v1/rectification-feedback/{voice}/judge", `{"version":1,"show":true}`, 404, "rectify.no_voice"},
		{"housing", "POST", "/api/v1/reverse-lists", `{"wave_id":"w1"}`, 403, "auth.no_permission"},
		{"code2", "POST", "/api/v1/reverse-lists", `{"wave_id":"w1","area":"320106001"}`, 403, "auth.outside_area"},
		{"housing", "GET", "/api/v1/reverse-lists/{list}", "", 404, "rectify.no_list"},
		{"code2", "GET", "/api/v1/reverse-lists/{list}", "", 404, "rectify.no_list"},
		{"code2", "GET", "/api/v1/reverse-lists/{list}/file", "", 404, "rectify.no_list"},
		{"code2", "POST", "/api/v1/reverse-lists/{list}/exports", `{"format":"xlsx","purpose":"看"}`, 404, "rectify.no_list"},
		{"housing", "POST", "/api/v1/reverse-lists/{list}/issue", `{"version":3}`, 403, "auth.no_permission"},
		{"code2", "POST", "/api/v1/reverse-lists/{list}/issue", `{"version":3}`, 403, "auth.outside_area"},
		{"housing", "GET", "/api/v1/rectifications/{confirmed}", "", 404, "rectify.not_found"},
		{"housing", "POST", "/api/v1/waves/w1/returns", "", 403, "auth.no_permission"},
		{"reader", "POST", "/api/v1/waves/w1/asked-again", `{}`, 403, "auth.no_permission"},
		{"", "POST", "/api/v1/public/judgements", `{"code":"AAAA-AAAAA-AAAA","verdict":"solved"}`, 404, "rectify.no_code"},
		{"", "POST", "/api/v1/public/rectifications/{doing}/voices", `{"device":"browser-00000000001","solved":true}`, 404, "rectify.not_found"},
		{"", "GET", "/api/v1/public/rectifications/{doing}", "", 404, "rectify.not_public"},
		{"", "GET", "/api/v1/public/rectifications/{doing}/plain", "", 404, "rectify.not_public"},
	} {
		var p httpx.Problem
		a := call(t, h, c.who, c.method, id.Replace(c.path), c.body)
		a.into(&p)
		if a.Code != c.status || p.Code != c.code {
			t.Errorf("%s %s %s: %d %s, want %d %s: %s", c.who, c.method, c.path, a.Code, p.Code, c.status, c.code, a.Body)
		}
	}
}
