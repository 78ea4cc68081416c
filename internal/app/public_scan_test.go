package app

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"yiwang/internal/opinion"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/mask"
	"yiwang/internal/rectify"
	"yiwang/internal/survey"
)

// secrets are what must never stand in a public byte: numbers, plates, documents, addresses of mail; and names planted below.
var secrets = []*regexp.Regexp{
	regexp.MustCompile(`(^|[^0-9])1[3-9][0-9]{9}([^0-9]|$)`),
	regexp.MustCompile(`[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])[0-3][0-9]{4}[0-9Xx]`),
	regexp.MustCompile(`[京沪苏浙皖鲁][A-Z][·• ]?[A-Z0-9]{5,6}`),
	regexp.MustCompile(`[A-Za-z0-9._-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}`),
}

// planted stands in the texts of an item, in what is said about it and in a photo's metadata.
var planted = []string{"张建国", "13905170001", "苏A·7K291", "320106198801017654", "zhang@example.com", "YIWANG-CAMERA-77", "2单元704室"}

// anonymous asks the whole application as a stranger.
func anonymous(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	rw := httptest.NewRecorder()
	h.ServeHTTP(rw, httptest.NewRequest(http.MethodGet, path, nil))
	return rw
}

// TestPublic_NoByteTellsWhoSomebodyIs plants names and numbers wherever people write, and reads every public list, page,
// feed and picture of the demonstration for them, for the names of accounts, for the shapes of numbers and for metadata.
func TestPublic_NoByteTellsWhoSomebodyIs(t *testing.T) {
	a := district(t)
	ctx := auth.System(context.Background(), "test")
	plant(ctx, t, a)
	names := append(accountNames(ctx, t, a), planted...)
	mux := http.NewServeMux()
	api := httpx.NewAPI(mux, "test")
	a.Rectify.Routes(api)

	const base = "/api/v1/public/rectifications"
	paths := []string{base + "?limit=200", base + "/counts", base + "/index", base + "/feed.atom", base + "/feed.json", base + "/plain?limit=200", "/api/v1/public/suspended-rectifications"}
	var list httpx.Page[rectify.PublicItem]
	if err := json.Unmarshal(anonymous(t, mux, base+"?limit=200").Body.Bytes(), &list); err != nil || len(list.Items) < 50 {
		t.Fatalf("%d items are public (%v)", len(list.Items), err)
	}
	pictures := map[string]bool{}
	for _, i := range list.Items {
		paths = append(paths, base+"/"+i.ID, base+"/"+i.ID+"/plain")
		for _, p := range i.Photos {
			pictures[p.URL] = true
		}
	}
	for _, path := range paths {
		rw := anonymous(t, mux, path)
		if rw.Code != http.StatusOK {
			t.Errorf("%s: %d", path, rw.Code)
		}
		scan(t, path, rw.Body.String(), names)
	}
	if len(pictures) < 50 {
		t.Errorf("only %d pictures were looked at", len(pictures))
	}
	for path := range pictures {
		paths = append(paths, path)
		lookAt(t, path, anonymous(t, mux, path).Body.Bytes())
	}
	everyDoorIsRead(t, httpx.ACL(api), paths)
}

// scan reads one answer. Ids and digests of our own are no numbers of persons.
func scan(t *testing.T, path, text string, names []string) {
	t.Helper()
	text = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|urn:[a-z0-9:/?=.-]+`).ReplaceAllString(text, "id")
	for _, n := range names {
		if strings.Contains(text, n) {
			t.Errorf("%s tells %s", path, n)
		}
	}
	for _, shape := range secrets {
		if found := shape.FindString(text); found != "" {
			t.Errorf("%s tells %q", path, found)
		}
	}
	for _, field := range []string{"actor", "writer", "publisher", "by_name", "device", "voter", "lead_unit", "phone", "contact"} {
		if strings.Contains(text, `"`+field) {
			t.Errorf("%s holds a field %s", path, field)
		}
	}
	if masked := mask.Public(text); strings.Count(masked, "〔") != strings.Count(text, "〔") && strings.HasPrefix(text, "{") {
		var v any
		if json.Unmarshal([]byte(text), &v) == nil {
			everyText(v, func(s string) {
				if mask.Public(s) != s {
					t.Errorf("%s: masking would still change %q", path, s)
				}
			})
		}
	}
}

func everyText(v any, see func(string)) {
	switch x := v.(type) {
	case string:
		see(x)
	case []any:
		for _, e := range x {
			everyText(e, see)
		}
	case map[string]any:
		for key, e := range x {
			if key != "no" && key != "url" && key != "next_cursor" && !strings.HasSuffix(key, "_at") {
				everyText(e, see)
			}
		}
	}
}

// lookAt checks that a picture is one, and holds no segment beside what draws it.
func lookAt(t *testing.T, path string, data []byte) {
	t.Helper()
	if _, err := jpeg.DecodeConfig(bytes.NewReader(data)); err != nil {
		t.Errorf("%s: %v", path, err)
	}
	for at := 2; at+4 < len(data) && data[at] == 0xFF && data[at+1] != 0xDA; {
		marker, size := data[at+1], int(data[at+2])<<8|int(data[at+3])
		if marker >= 0xE1 && marker <= 0xEF || marker == 0xFE {
			t.Errorf("%s holds a segment %X: %.40q", path, marker, data[at+4:at+2+size])
		}
		at += 2 + size
	}
	for _, mark := range append([]string{"Exif", "GPS", "ns.adobe.com"}, planted...) {
		if bytes.Contains(data, []byte(mark)) {
			t.Errorf("%s holds %q", path, mark)
		}
	}
}

// everyDoorIsRead fails when a public way to read rectify is added that the scan above does not read.
func everyDoorIsRead(t *testing.T, rules []httpx.Rule, paths []string) {
	t.Helper()
	for _, r := range rules {
		if r.Access != httpx.Public || r.Method != http.MethodGet {
			continue
		}
		door := regexp.MustCompile("^" + regexp.MustCompile(`\\{[a-z]+\\}`).ReplaceAllString(regexp.QuoteMeta(r.Path), "[^/]+") + `(\?|$)`)
		if !slices.ContainsFunc(paths, door.MatchString) {
			t.Errorf("%s %s is public and was not read", r.ID, r.Path)
		}
	}
}

// accountNames are the people of the demonstration.
func accountNames(ctx context.Context, t *testing.T, a *App) (out []string) {
	t.Helper()
	if err := a.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = db.All[string](ctx, tx, "SELECT DISTINCT name FROM identity_user WHERE LENGTH(name) > 1")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return slices.Compact(out)
}

// plant leads an item whose every text names somebody to the public page, and lets residents name more.
func plant(ctx context.Context, t *testing.T, a *App) {
	t.Helper()
	const all = "张建国书记电话13905170001，车牌苏A·7K291，身份证320106198801017654，邮箱zhang@example.com，住2单元704室"
	w, err := a.Survey.FindWave(ctx, "2026H2")
	if err != nil {
		t.Fatal(err)
	}
	file := "受访编号,渠道,街道,对象,A1-1,Q-ALL,Q-REVT\nR1,线上,凤凰街道,中青年,1,1,小区北门路灯坏了三个月；" + strings.ReplaceAll(all, "，", "；") + "\n"
	if _, err := a.Survey.Import(ctx, w.ID, strings.NewReader(file), survey.ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := a.Bus.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	found, err := a.Opinions.Comments(ctx, opinion.CommentFilter{WaveID: w.ID, Query: "北门路灯坏了三个月"}, httpx.PageIn{Limit: 1})
	if err != nil || len(found.Items) != 1 {
		t.Fatalf("%+v, %v", found, err)
	}
	i := issue(ctx, t, a, found.Items[0])
	act := func(action rectify.Action, m rectify.Move) {
		t.Helper()
		m.Version = i.Version
		if i, err = a.Rectify.Act(ctx, i.ID, action, m); err != nil {
			t.Fatalf("%s: %v", action, err)
		}
	}
	act(rectify.ActAnswer, rectify.Move{Measure: "更换灯头。" + all, PromisedAt: clock.Ptr(a.DB.Clock().Now().Add(72 * time.Hour))})
	act(rectify.ActStart, rectify.Move{})
	for n, phase := range []string{rectify.Before, rectify.After} {
		if _, err := a.Rectify.AddEvidence(ctx, i.ID, phase, "张建国书记拍", bytes.NewReader(shotWithMetadata(t, uint8(n)))); err != nil {
			t.Fatal(err)
		}
	}
	act(rectify.ActDone, rectify.Move{Result: rectify.Resolved, Outcome: "已更换。" + all})
	act(rectify.ActVerify, rectify.Move{Note: "现场亮灯，" + all})
	act(rectify.ActTell, rectify.Move{Reply: "修好了。" + all})
	v, err := a.Rectify.PageOf(ctx, i.ID)
	if err != nil {
		t.Fatal(err)
	}
	texts := v.PageTexts
	texts.Said, texts.Place, texts.Outcome = all, "蓝天园北门2单元704室", texts.Outcome+all
	if v, err = a.Rectify.WritePage(ctx, i.ID, texts, 0); err != nil {
		t.Fatal(err)
	}
	for _, shot := range v.Shots {
		if v, err = a.Rectify.DecideShot(ctx, i.ID, shot.EvidenceID, rectify.ShotChoice{Version: v.Version, Shown: true, Caption: "张建国书记"}); err != nil {
			t.Fatal(err)
		}
	}
	if v, err = a.Rectify.SubmitPage(ctx, i.ID, v.Version); err != nil {
		t.Fatal(err)
	}
	i = &v.Item
	act(rectify.ActPublish, rectify.Move{})
	if _, err := a.Rectify.Speak(ctx, "192.0.2.9", i.ID, rectify.Voiced{Device: "browser-0000000001", Words: all}); err != nil {
		t.Fatal(err)
	}
	said, err := a.Rectify.Feedback(ctx, rectify.FeedbackFilter{Item: i.ID}, httpx.PageIn{Limit: 10})
	if err != nil || len(said.Items) != 1 {
		t.Fatalf("%+v, %v", said, err)
	}
	if _, err := a.Rectify.Judge(ctx, said.Items[0].ID, rectify.Judgement{Version: said.Items[0].Version, Show: true}); err != nil {
		t.Fatal(err)
	}
}

// shotWithMetadata is a JPEG that says which camera took it and carries a comment.
func shotWithMetadata(t *testing.T, shade uint8) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 32, 24))
	for n := range m.Pix {
		m.Pix[n] = shade*40 + 100
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	exif := append([]byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x10\x00\x02\x00\x00\x00\x11\x00\x00\x00\x1a\x00\x00\x00\x00"), "YIWANG-CAMERA-77\x00"...)
	note := []byte("张建国 13905170001")
	out := append([]byte{}, b.Bytes()[:2]...)
	for marker, body := range map[byte][]byte{0xE1: exif, 0xFE: note} {
		out = append(out, 0xFF, marker, byte((len(body)+2)>>8), byte(len(body)+2))
		out = append(out, body...)
	}
	return append(out, b.Bytes()[2:]...)
}
