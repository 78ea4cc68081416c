package rectify

import (
	"strings"
	"testing"

	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

// What the table of all operations does not say: who is refused inside the area, for the unit, the state or a permission of the step.
func TestHTTP_DeniesOtherUnitsAndWhatIsNotYetTheirs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lines(lamp, 2)...)
	w.Reach(files{}, nil)
	h := w.server()
	l, items := w.approved(1)
	doing := w.item(Doing, w.freeOne("c002"))
	id := strings.NewReplacer("{doing}", doing.ID, "{list}", l.ID, "{confirmed}", items[0].ID)
	for _, c := range []struct {
		who, method, path, body string
		status                  int
		code                    string
	}{
		{"street1", "PUT", "/api/v1/rectifications/{doing}/plan", `{"version":5,"responsible":"王某"}`, 403, "rectify.not_lead"},
		{"street2", "PUT", "/api/v1/rectifications/{doing}/plan", `{"version":5,"responsible":"王某"}`, 404, "rectify.not_found"},
		{"check", "POST", "/api/v1/rectifications/{doing}/open", `{"version":5,"kind":"case","text":"修灯"}`, 403, "auth.no_permission"},
		{"reader", "GET", "/api/v1/rectifications/{doing}/page", "", 403, "auth.no_permission"},
		{"code2", "POST", "/api/v1/reverse-lists", `{"wave_id":"w1","area":"320106001"}`, 403, "auth.outside_area"},
		{"housing", "GET", "/api/v1/reverse-lists/{list}", "", 404, "rectify.no_list"},
		{"housing", "GET", "/api/v1/rectifications/{confirmed}", "", 404, "rectify.not_found"},
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
