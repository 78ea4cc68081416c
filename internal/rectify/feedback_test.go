package rectify

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
)

func voiceOf(n int, solved bool, words string) Voiced {
	return Voiced{Device: fmt.Sprintf("browser-%012d", n), Solved: solved, Words: words}
}

func (w *world) speak(i *Item, in Voiced) *Spoken {
	w.t.Helper()
	out, err := w.Speak(context.Background(), "192.0.2.7", i.ID, in)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func TestSpeak_CountsEachBrowserOnceAndShowsWordsOnlyAfterTheyWereRead(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp)
		nobody := context.Background()
		i := w.item(Published, w.free("04", 1)...)
		w.speak(i, voiceOf(1, true, ""))
		w.speak(i, voiceOf(2, false, "还是不亮，打13812345678找我，张建国书记说的"))
		out := w.speak(i, voiceOf(1, false, "又坏了"))
		if !out.Changed || out.Solved != 0 || out.Unsolved != 2 || out.Pending != 2 || out.Doubted {
			t.Fatalf("%+v", out)
		}
		p, err := w.PublicOne(nobody, i.ID)
		if err != nil || len(p.Words) != 0 || p.Verdicts.Unsolved != 2 {
			t.Fatalf("%+v, %v", p, err)
		}
		list, err := w.Feedback(w.as("editor"), FeedbackFilter{State: "pending"}, page(10, ""))
		if err != nil || list.Total != 2 {
			t.Fatalf("%+v, %v", list, err)
		}
		for _, f := range list.Items {
			if strings.Contains(f.Words, "138") || strings.Contains(f.Words, "建国") {
				t.Errorf("not masked: %s", f.Words)
			}
			_, err := w.Judge(w.as("editor"), f.ID, Judgement{Version: f.Version, Show: true, Words: "解决了"})
			wantCode(t, err, "rectify.words_changed")
			_, err = w.Judge(w.as("editor"), f.ID, Judgement{Version: f.Version, Ground: "not_satisfied"})
			wantCode(t, err, "rectify.no_ground")
			_, err = w.Judge(w.as("editor2"), f.ID, Judgement{Version: f.Version, Show: true})
			wantCode(t, err, "rectify.no_voice")
			_, err = w.Judge(w.as("reader"), f.ID, Judgement{Version: f.Version, Show: true})
			wantCode(t, err, "auth.no_permission")
			j := Judgement{Version: f.Version, Show: f.Words == "又坏了", Ground: "personal"}
			if _, err := w.Judge(w.as("editor"), f.ID, j); err != nil {
				t.Fatal(err)
			}
			_, err = w.Judge(w.as("editor"), f.ID, j)
			wantCode(t, err, "rectify.voice_changed")
		}
		p, err = w.PublicOne(nobody, i.ID)
		if err != nil || len(p.Words) != 1 || p.Words[0].Words != "又坏了" || p.Verdicts.Hidden != 1 {
			t.Errorf("%+v, %v", p, err)
		}
		if _, err := w.Feedback(w.as("housing"), FeedbackFilter{}, page(10, "")); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("a handler reads the words: %v", err)
		}
	})
}

func TestSpeak_ThreeVoicesWithMostUnsolvedTellTheOfficeOnce(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp)
		i := w.item(Published, w.free("04", 1)...)
		for n, solved := range []bool{false, true, false, false, false} {
			if out := w.speak(i, voiceOf(n, solved, "")); out.Doubted != (n >= 2) {
				t.Errorf("after %d voices: %+v", n+1, out)
			}
		}
		if err := d.Read(context.Background(), func(tx *db.Tx) error {
			told, err := db.Get[int](context.Background(), tx, "SELECT COUNT(*) FROM outbox WHERE topic = $1", TopicDoubted)
			if err != nil || told != 1 {
				t.Errorf("%d facts (%v)", told, err)
			}
			all, err := w.VerdictsTx(context.Background(), tx, "w1")
			if v := all[i.ID]; err != nil || v.Solved != 1 || v.Unsolved != 4 || !v.Doubted {
				t.Errorf("%+v, %v", all, err)
			}
			where, err := db.Get[int](context.Background(), tx, "SELECT COUNT(*) FROM audit_entry WHERE action = 'rectify.voice' AND address <> ''")
			if err != nil || where != 0 {
				t.Errorf("the trail holds %d addresses of residents (%v)", where, err)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestSpeak_NeedsAPublishedAnswerAndIsLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	told := w.item(Told, w.free("04", 1)...)
	if _, err := w.Speak(context.Background(), "192.0.2.7", told.ID, voiceOf(1, true, "")); errs.KindOf(err) != errs.KindNotFound {
		t.Errorf("before publication: %v", err)
	}
	i := w.ok(w.act(told, ActPublish))
	var refused error
	for n := range 60 {
		if _, err := w.Speak(context.Background(), "192.0.2.8", i.ID, voiceOf(n, true, "")); err != nil {
			refused = err
			break
		}
	}
	wantCode(t, refused, "rectify.too_many_voices")
	if _, err := w.SpeakTx(w.as("office"), nil, i.ID, voiceOf(1, true, "")); errs.KindOf(err) != errs.KindForbidden {
		t.Errorf("the office speaks for residents: %v", err)
	}
}

func TestFeeds_AreWellFormedAndNotSentTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	i := w.item(Published, w.free("04", 1)...)
	h := w.server()
	a := call(t, h, "", "GET", "/api/v1/public/rectifications/feed.atom?wave=w1&street=320106001", "")
	var feed struct {
		XMLName xml.Name
		Title   string `xml:"title"`
		Entries []struct {
			ID    string `xml:"id"`
			Title string `xml:"title"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(a.Body.Bytes(), &feed); err != nil || a.Code != 200 || !strings.HasPrefix(a.Header().Get("Content-Type"), "application/atom+xml") {
		t.Fatalf("%d %s %v", a.Code, a.Body, err)
	}
	if feed.Title != "宁海路街道 w1 居民意见整改公示" || len(feed.Entries) != 1 || feed.Entries[0].ID != "urn:yiwang:item:"+i.ID {
		t.Errorf("%+v", feed)
	}
	r := httptest.NewRequest("GET", "/api/v1/public/rectifications/feed.atom?wave=w1&street=320106001", nil)
	r.Header.Set("If-None-Match", a.Header().Get("ETag"))
	again := httptest.NewRecorder()
	if h.ServeHTTP(again, r); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("again: %d with %d bytes", again.Code, again.Body.Len())
	}
	var list struct {
		Version string
		Items   []struct{ ID, Title string }
	}
	j := call(t, h, "", "GET", "/api/v1/public/rectifications/feed.json?wave=w1", "")
	if err := json.Unmarshal(j.Body.Bytes(), &list); err != nil || len(list.Items) != 1 || !strings.Contains(list.Version, "jsonfeed.org") {
		t.Errorf("%s %v", j.Body, err)
	}
	for _, path := range []string{"/plain?wave=w1", "/" + i.ID + "/plain", "/index?wave=w1", "/" + i.ID, "/counts?wave=w1"} {
		if p := call(t, h, "", "GET", "/api/v1/public/rectifications"+path, ""); p.Code != 200 || !strings.HasPrefix(p.Header().Get("Cache-Control"), "public, max-age=") {
			t.Errorf("%s: %d %s", path, p.Code, p.Header())
		}
	}
	if p := call(t, h, "", "GET", "/api/v1/public/rectifications/"+i.ID+"/plain", ""); !strings.Contains(p.Body.String(), "楼道灯两个月未修") || strings.Contains(p.Body.String(), "<script") {
		t.Errorf("%s", p.Body)
	}
	if p := call(t, h, "", "GET", "/api/v1/public/rectifications/nothing/plain", ""); p.Code != 404 {
		t.Errorf("an unknown item: %d", p.Code)
	}
}

func TestShortens_TakesPiecesOutWhereAReaderSeesIt(t *testing.T) {
	t.Parallel()
	for cut, want := range map[string]bool{"老李说的，还是不亮": true, "还是不亮": false, "〔略〕说的，还是不亮": true, "老李〔略〕还是〔略〕": true, "〔略〕还是亮": false, "解决了": false, "〔略〕": true, "老李〔略〕好了": false} {
		if got := shortens("老李说的，还是不亮", cut); got != want {
			t.Errorf("%q: %v", cut, got)
		}
	}
}
