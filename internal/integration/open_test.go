package integration_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"yiwang/internal/cases"
	"yiwang/internal/cases/casetest"
	"yiwang/internal/integration"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

// desk is a district with the interface to other systems.
type desk struct {
	*casetest.District
	s     *integration.Service
	admin context.Context
	open  http.Handler
}

func newDesk(t *testing.T, d *db.DB) *desk {
	t.Helper()
	x := &desk{District: casetest.New(t, d)}
	x.s = integration.New(integration.Deps{DB: d, Cases: x.Cases, Duties: x.Duties, Regions: x.Regions, Box: x.Box, Private: loopback})
	x.admin = x.As("admin", "", casetest.Area, integration.PermManage)
	x.open = x.s.Open311()
	return x
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (x *desk) partner(t *testing.T, code string, write bool) *integration.Partner {
	t.Helper()
	p, err := x.s.AddPartner(x.admin, integration.Partner{Code: code, Name: "热线平台", Channel: cases.FromHotline, AreaCode: casetest.Area, MayWrite: write})
	check(t, err)
	return p
}

// get asks and decodes JSON; the text comes too.
func (x *desk) get(t *testing.T, path string, into any) (int, string) {
	t.Helper()
	rec := httptest.NewRecorder()
	x.open.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/open311/v2/"+path, nil))
	if into != nil {
		if err := json.Unmarshal(rec.Body.Bytes(), into); err != nil {
			t.Fatalf("%s: %v in %s", path, err, rec.Body)
		}
	}
	return rec.Code, rec.Body.String()
}

func (x *desk) post(t *testing.T, path string, form url.Values, into any) int {
	t.Helper()
	req := httptest.NewRequest(http.MethodPost, "/open311/v2/"+path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	x.open.ServeHTTP(rec, req)
	if into != nil {
		if err := json.Unmarshal(rec.Body.Bytes(), into); err != nil {
			t.Fatalf("%s: %v in %s", path, err, rec.Body)
		}
	}
	return rec.Code
}

type request struct {
	ID          string  `json:"service_request_id"`
	Token       string  `json:"token"`
	Status      string  `json:"status"`
	Notes       *string `json:"status_notes"`
	Description *string `json:"description"`
	Requested   string  `json:"requested_datetime"`
}

func TestRequests_ShowWhatEverybodyMaySeeAndNothingOfThePerson(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newDesk(t, d)
		words := func(r *cases.Report) {
			r.Text, r.Title = "我叫王小明，电话13912345678，楼下路灯不亮", "王小明反映路灯"
			r.Reporter = &cases.NewReporter{Name: "王小明", Phone: "13912345678"}
		}
		seen := x.Act(t, x.Ctx, x.Register(t, words), "file", cases.Move{Category: casetest.Lamp})
		waiting := x.Register(t, words)
		secret := x.Act(t, x.Ctx, x.Register(t, words), "file", cases.Move{Category: casetest.Lamp})
		check(t, d.Tx(x.Ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(x.Ctx, "UPDATE case_file SET sensitive = TRUE WHERE id = $1", secret.ID)
			return err
		}))
		var list []request
		code, text := x.get(t, "requests.json?extensions=true", &list)
		if code != 200 || len(list) != 1 || list[0].ID != seen.Number || list[0].Status != "open" {
			t.Fatalf("%d %s", code, text)
		}
		for _, word := range []string{"王小明", "1391234", "楼下"} {
			if strings.Contains(text, word) {
				t.Errorf("%q is public: %s", word, text)
			}
		}
		for _, hidden := range []*cases.Case{waiting, secret} {
			if code, _ := x.get(t, "requests/"+hidden.Number+".json", nil); code != 404 {
				t.Errorf("%s: %d", hidden.State, code)
			}
		}
		if _, err := time.Parse(time.RFC3339, list[0].Requested); err != nil {
			t.Errorf("date %q", list[0].Requested)
		}
	})
}

func TestRequests_BothFormatsSayTheSame(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newDesk(t, d)
		c := x.Act(t, x.Ctx, x.Register(t), "file", cases.Move{Category: casetest.Lamp})
		for _, path := range []string{"discovery", "services", "services/" + casetest.Lamp, "requests", "requests/" + c.Number, "servicerequestupdates"} {
			code, text := x.get(t, path+".xml", nil)
			var any struct {
				XMLName xml.Name
				Inner   string `xml:",innerxml"`
			}
			if err := xml.Unmarshal([]byte(text), &any); code != 200 || err != nil || any.Inner == "" {
				t.Errorf("%s.xml: %d %v %s", path, code, err, text)
			}
			if code, _ := x.get(t, path+".json", nil); code != 200 {
				t.Errorf("%s.json: %d", path, code)
			}
		}
		var fault []struct {
			Code        int
			Description string
		}
		if code, _ := x.get(t, "requests/20260101-001-9999.json", &fault); code != 404 || fault[0].Code != 404 || fault[0].Description == "" {
			t.Errorf("fault %d %+v", code, fault)
		}
		if code, text := x.get(t, "requests/20260101-001-9999.xml", nil); code != 404 || !strings.Contains(text, "<errors><error><code>404</code>") {
			t.Errorf("fault %d %s", code, text)
		}
	})
}

func TestRequests_FiltersAndWindowFollowTheStandard(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := newDesk(t, d)
		file := func() *cases.Case {
			return x.Act(t, x.Ctx, x.Register(t), "file", cases.Move{Category: casetest.Lamp})
		}
		old := file()
		now.Advance(100 * 24 * time.Hour)
		young := file()
		ended := x.Act(t, x.Command(), file(), "force_close", cases.Move{Result: cases.Explained, Note: "结束", Reply: "已解释"})
		for query, want := range map[string]int{
			"":                                     2, // the last 90 days
			"service_request_id=" + old.Number:     1, // ids overrule
			"status=open":                          1,
			"status=closed":                        1,
			"status=open,closed":                   2,
			"service_code=" + casetest.Lamp:        2,
			"page=2&page_size=1":                   1,
			"page=3&page_size=1":                   0,
			"jurisdiction_id=320106002":            0,
			"start_date=2000-01-01T00:00:00Z":      0,
			"updated_after=2000-01-01T00:00:00Z":   3,
			"end_date=" + stamp(old.ReportedAt):    1,
			"start_date=" + stamp(young.ChangedAt): 2,
		} {
			var list []request
			if code, text := x.get(t, "requests.json?"+query, &list); code != 200 || len(list) != want {
				t.Errorf("%s: %d, %d requests, want %d: %s", query, code, len(list), want, text)
			}
		}
		for query, want := range map[string]int{"status=done": 400, "start_date=yesterday": 400, "start_date=2026-01-01T00:00:00Z&end_date=2026-12-01T00:00:00Z": 400, "page_size=5000": 400,
			"service_code=999999": 404, "jurisdiction_id=999999": 404, "api_key=wrong": 403} {
			if code, _ := x.get(t, "requests.json?"+query, nil); code != want {
				t.Errorf("%s: %d, want %d", query, code, want)
			}
		}
		var one []request
		if x.get(t, "requests/"+ended.Number+".json", &one); one[0].Status != "closed" || *one[0].Notes != "已解释" {
			t.Errorf("%+v", one)
		}
	})
}

func TestRequests_TheLinkOfAPageLeadsThroughAllWithoutGapOrRepetition(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		x := newDesk(t, d)
		p := x.partner(t, "hotline", true)
		var want []string
		for i := range 7 {
			if i%3 > 0 { // some at the same moment
				now.Advance(time.Minute)
			}
			want = append(want, x.Act(t, x.Ctx, x.Register(t), "file", cases.Move{Category: casetest.Lamp}).Number)
		}
		var got []string
		path := "requests.json?page_size=3&page=1&api_key=" + p.Key
		for pages := 0; path != ""; pages++ {
			rec := httptest.NewRecorder()
			x.open.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/open311/v2/"+path, nil))
			var list []request
			check(t, json.Unmarshal(rec.Body.Bytes(), &list))
			for _, r := range list {
				got = append(got, r.ID)
			}
			link := rec.Header().Get("Link")
			if strings.Contains(link, p.Key) || pages > 3 {
				t.Fatalf("page %d: %s", pages, link)
			}
			_, path, _ = strings.Cut(link, "/open311/v2/")
			path, _, _ = strings.Cut(path, ">")
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		for query, code := range map[string]int{"page=11&page_size=1000": 200, "page=12&page_size=1000": 400, "cursor=x": 400, "cursor=" + httpx.EncodeCursor("x", "y"): 400} {
			if got, text := x.get(t, "requests.json?"+query, nil); got != code {
				t.Errorf("%s: %d, want %d: %s", query, got, code, text)
			}
		}
		var steps []struct {
			ID string `json:"update_id"`
		}
		if _, text := x.get(t, "servicerequestupdates.json", &steps); len(steps) != 14 {
			t.Fatalf("%d steps: %s", len(steps), text)
		}
		all := slices.Clone(steps)
		if x.get(t, "servicerequestupdates.json?cursor="+httpx.EncodeCursor(all[4].ID), &steps); len(steps) != 9 || steps[0] != all[5] {
			t.Errorf("behind the fifth: %v, want %v", steps, all[5:])
		}
	})
}

func stamp(t clock.Time) string { return url.QueryEscape(t.UTC().Format(time.RFC3339Nano)) }

func TestTake_RegistersForAPartnerInsideItsAreaAndOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newDesk(t, d)
		writer, reader := x.partner(t, "hotline", true), x.partner(t, "viewer", false)
		form := func(key string) url.Values {
			return url.Values{"api_key": {key}, "service_code": {casetest.Lamp}, "address_id": {casetest.Grid}, "description": {"路灯不亮，电话13912345678"}, "phone": {"13912345678"}, "client_request_id": {"H-1"}}
		}
		for name, key := range map[string]string{"nobody": "", "a wrong key": "yw311_x", "a reader": reader.Key} {
			if code := x.post(t, "requests.json", form(key), nil); code != 403 {
				t.Errorf("%s: %d", name, code)
			}
		}
		var first, again []request
		if code := x.post(t, "requests.json", form(writer.Key), &first); code != 200 || first[0].ID == "" {
			t.Fatalf("%d %+v", code, first)
		}
		if code := x.post(t, "requests.json", form(writer.Key), &again); code != 200 || again[0].ID != first[0].ID {
			t.Errorf("the same request again: %d %+v", code, again)
		}
		var own []request
		if code, text := x.get(t, "requests/"+first[0].ID+".json?api_key="+writer.Key, &own); code != 200 || strings.Contains(text, "13912345678") || !strings.Contains(*own[0].Description, "路灯不亮") {
			t.Errorf("its own: %d %s", code, text)
		}
		if code, _ := x.get(t, "requests/"+first[0].ID+".json", nil); code != 404 {
			t.Errorf("everybody sees it before it is accepted: %d", code)
		}
		for name, change := range map[string]func(url.Values){
			"no place":          func(v url.Values) { v.Del("address_id") },
			"no service":        func(v url.Values) { v.Del("service_code") },
			"half a position":   func(v url.Values) { v.Set("lat", "32.06") },
			"a strange degree":  func(v url.Values) { v.Set("lat", "NaN"); v.Set("long", "118") },
			"a strange answer":  func(v url.Values) { v.Set("attribute[urgent]", "perhaps") },
			"an unknown area":   func(v url.Values) { v.Set("address_id", "999999") },
			"far too many text": func(v url.Values) { v.Set("description", strings.Repeat("长", 6000)) },
		} {
			v := form(writer.Key)
			v.Set("client_request_id", name)
			if change(v); x.post(t, "requests.json", v, nil) != 400 {
				t.Errorf("%s is not refused as a bad request", name)
			}
		}
		elsewhere, err := x.s.AddPartner(x.As("admin", "", casetest.Area, integration.PermManage), integration.Partner{Code: "west", Name: "西", Channel: cases.FromHotline, AreaCode: "320106002", MayWrite: true})
		check(t, err)
		if code := x.post(t, "requests.json", form(elsewhere.Key), nil); code != 403 {
			t.Errorf("outside its area: %d", code)
		}
	})
}

func TestTake_AMatterToBeJudgedFirstGivesATokenAndLaterTheNumber(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newDesk(t, d)
		p := x.partner(t, "hotline", true)
		code := ""
		for _, l := range x.Duties.Catalog().Leaves() {
			if (l.Legal || l.Joint) && !l.Sensitive && !l.Emergency {
				code = l.Code
			}
		}
		var got []request
		if status := x.post(t, "requests.json", url.Values{"api_key": {p.Key}, "service_code": {code}, "address_id": {casetest.Grid}}, &got); status != 200 || got[0].Token == "" || got[0].ID != "" {
			t.Fatalf("%d %+v", status, got)
		}
		var asked []request
		if x.get(t, "tokens/"+got[0].Token+".json?api_key="+p.Key, &asked); asked[0].ID != "" {
			t.Errorf("before it is accepted: %+v", asked)
		}
		c := find(t, x)
		x.Act(t, x.Ctx, c, "accept", cases.Move{})
		if x.get(t, "tokens/"+got[0].Token+".json?api_key="+p.Key, &asked); asked[0].ID != c.Number {
			t.Errorf("after: %+v", asked)
		}
		other := x.partner(t, "other", true)
		if status, _ := x.get(t, "tokens/"+got[0].Token+".json?api_key="+other.Key, nil); status != 404 {
			t.Errorf("somebody else's token: %d", status)
		}
	})
}

func find(t *testing.T, x *desk) (c *cases.Case) {
	t.Helper()
	check(t, x.DB.Read(x.Ctx, func(tx *db.Tx) error {
		id, err := db.Get[string](x.Ctx, tx, "SELECT id FROM case_file ORDER BY id DESC LIMIT 1")
		if err == nil {
			c, err = x.Cases.GetTx(x.Ctx, tx, id)
		}
		return err
	}))
	return c
}

func TestUpdates_TellWhatHappenedWithoutNotesOfTheAdministration(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newDesk(t, d)
		p := x.partner(t, "hotline", true)
		var got []request
		x.post(t, "requests.json", url.Values{"api_key": {p.Key}, "service_code": {casetest.Lamp}, "address_id": {casetest.Grid}}, &got)
		if code := x.post(t, "servicerequestupdates.json", url.Values{"api_key": {p.Key}, "service_request_id": {got[0].ID}, "description": {"市民又来电，内部话"}}, nil); code != 200 {
			t.Errorf("its own case: %d", code)
		}
		other := x.partner(t, "other", true)
		if code := x.post(t, "servicerequestupdates.json", url.Values{"api_key": {other.Key}, "service_request_id": {got[0].ID}, "description": {"x"}}, nil); code != 404 {
			t.Errorf("another's case: %d", code)
		}
		c := x.Act(t, x.Ctx, find(t, x), "file", cases.Move{Category: casetest.Lamp, Note: "内部话"})
		var steps []struct {
			ID     string `json:"service_request_id"`
			Status string `json:"status"`
			Code   string `json:"status_code"`
		}
		_, text := x.get(t, "servicerequestupdates.json", &steps)
		if len(steps) != 2 || steps[1].ID != c.Number || steps[1].Code != "filed" || strings.Contains(text, "内部话") {
			t.Errorf("%s", text)
		}
	})
}

func TestPartners_OnlyWhoManagesKeepsThemAndAKeyEndsWhenItIsRenewed(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newDesk(t, d)
		p := x.partner(t, "hotline", true)
		for name, ctx := range map[string]context.Context{"a desk": x.Desk(), "another street's": x.As("w", "", "320106002", integration.PermManage), "nobody": context.Background()} {
			if _, err := x.s.AddPartner(ctx, integration.Partner{Code: "new", Name: "新", Channel: cases.FromHotline, AreaCode: casetest.Area}); errs.KindOf(err) != errs.KindForbidden && errs.KindOf(err) != errs.KindUnauthorized {
				t.Errorf("%s: %v", name, err)
			}
		}
		renewed, err := x.s.RenewKey(x.admin, p.ID, p.Version)
		check(t, err)
		for key, want := range map[string]int{p.Key: 403, renewed.Key: 200} {
			if code, _ := x.get(t, "requests.json?api_key="+key, nil); code != want {
				t.Errorf("%d, want %d", code, want)
			}
		}
		if _, err := x.s.RenewKey(x.admin, p.ID, p.Version); errs.KindOf(err) != errs.KindConflict {
			t.Errorf("an old version: %v", err)
		}
		off := *renewed
		off.Active = false
		_, err = x.s.ChangePartner(x.admin, p.ID, off)
		check(t, err)
		if code, _ := x.get(t, "requests.json?api_key="+renewed.Key, nil); code != 403 {
			t.Errorf("switched off: %d", code)
		}
		list, err := x.s.Partners(x.admin)
		check(t, err)
		b, _ := json.Marshal(list)
		if strings.Contains(string(b), renewed.Key) || strings.Contains(string(b), "digest") {
			t.Error("the list shows the key")
		}
		if list, err := x.s.Partners(x.As("w", "", "320106002", integration.PermManage)); err != nil || len(list) != 0 {
			t.Errorf("another street's: %v %v", list, err)
		}
	})
}

func TestTake_LeavesNoFilesOfAFormBehind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	x := newDesk(t, testkit.SQLite(t))
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("media", "large.jpg")
	check(t, err)
	_, err = part.Write(make([]byte, 12<<20))
	check(t, err)
	check(t, w.Close())
	req := httptest.NewRequest(http.MethodPost, "/open311/v2/requests.json", &form) // by somebody without a key
	req.Header.Set("Content-Type", w.FormDataContentType())
	rec := httptest.NewRecorder()
	x.open.ServeHTTP(rec, req)
	if rec.Code != http.StatusForbidden {
		t.Errorf("answered %d", rec.Code)
	}
	left, err := filepath.Glob(filepath.Join(dir, "multipart-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left %v: %v", left, err)
	}
}
