package rectify

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/picture"
	"yiwang/internal/testkit"
)

// snap is a photo: stripes in a shade, so that what is made unrecognisable can be told from what is not.
func snap(t *testing.T, shade uint8) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 160, 80))
	for y := range 80 {
		for x := range 160 {
			m.SetRGBA(x, y, color.RGBA{shade, uint8(x%2) * 255, 0, 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// page writes, decides and submits the public page of an item as the editor, showing no photo.
func (w *world) page(i *Item) *PageView {
	w.t.Helper()
	v := w.view(w.PageOf(w.as("editor"), i.ID))
	if v.State == PageSubmitted {
		return v
	}
	v = w.view(w.WritePage(w.as("editor"), i.ID, v.PageTexts, v.Version))
	for _, shot := range v.Shots {
		if !shot.Decided {
			v = w.view(w.DecideShot(w.as("editor"), i.ID, shot.EvidenceID, ShotChoice{Version: v.Version}))
		}
	}
	return w.view(w.SubmitPage(w.as("editor"), i.ID, v.Version))
}

// colleague is a second person of the office.
func (w *world) colleague() context.Context {
	p := person("u-office", "320106", all...)
	p.UserID, p.Name = "user-colleague", "colleague"
	return auth.With(context.Background(), &p)
}

func (w *world) view(v *PageView, err error) *PageView {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// snapped leads an item to told with real photos before and after.
func (w *world) snapped(comment string) *Item {
	w.t.Helper()
	i := w.item(Doing, comment)
	for n, phase := range []string{Before, After} {
		if _, err := w.AddEvidence(w.as("housing"), i.ID, phase, "王主任拍的", bytes.NewReader(snap(w.t, uint8(90+n)))); err != nil {
			w.t.Fatal(err)
		}
	}
	for _, a := range []Action{ActDone, ActVerify, ActTell} {
		i = w.ok(w.act(i, a))
	}
	return i
}

func TestPage_IsWrittenDecidedSubmittedAndPublishedByAnotherPerson(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp, "楼道灯坏了，找张建国主任没用，打13812345678")
		free := w.free("04", 2)
		i := w.item(Doing, free...)
		before := snap(t, 90)
		for n, phase := range []string{Before, After} {
			if _, err := w.AddEvidence(w.as("housing"), i.ID, phase, "王主任拍的", bytes.NewReader(snap(t, uint8(90+n)))); err != nil {
				t.Fatal(err)
			}
		}
		for _, a := range []Action{ActDone, ActVerify, ActTell} {
			i = w.ok(w.act(i, a))
		}
		v := w.view(w.PageOf(w.as("editor"), i.ID))
		if v.Version != 0 || v.Edition != 1 || len(v.Shots) != 2 || v.Shots[0].Decided || len(v.Quotes) != 2 || strings.Contains(strings.Join(v.Quotes, ""), "建国") || v.Said == "" {
			t.Fatalf("%+v", v)
		}
		texts := v.PageTexts
		texts.Outcome = "李四师傅13900001111换了灯，车停在苏A12345旁，301室可见"
		v = w.view(w.WritePage(w.as("editor"), i.ID, texts, 0))
		for _, hidden := range []string{"李四", "139", "苏A", "301"} {
			if strings.Contains(v.Outcome, hidden) {
				t.Errorf("%s stands on the page: %s", hidden, v.Outcome)
			}
		}
		_, err := w.WritePage(w.as("editor"), i.ID, texts, 0)
		wantCode(t, err, "rectify.page_changed")
		_, err = w.SubmitPage(w.as("editor"), i.ID, v.Version)
		wantCode(t, err, "rectify.undecided_photos")

		_, err = w.DecideShot(w.as("editor"), i.ID, v.Shots[0].EvidenceID, ShotChoice{Version: v.Version, Shown: true, Areas: []picture.Area{{X: 0.5, Y: 0, W: 0.6, H: 1}}})
		wantCode(t, err, "rectify.bad_area")
		v = w.view(w.DecideShot(w.as("editor"), i.ID, v.Shots[0].EvidenceID, ShotChoice{Version: v.Version, Shown: true, Areas: []picture.Area{{X: 0.5, Y: 0, W: 0.5, H: 1}}, Caption: "王主任拍的"}))
		v = w.view(w.DecideShot(w.as("editor"), i.ID, v.Shots[1].EvidenceID, ShotChoice{Version: v.Version}))
		if !v.Shots[0].Shown || v.Shots[1].Shown || !v.Shots[1].Decided || strings.Contains(v.Shots[0].Caption, "王") {
			t.Fatalf("%+v", v.Shots)
		}
		_, r, err := w.OpenShot(w.as("office"), i.ID, v.Shots[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		hiddenRight(t, r, before)
		if _, _, err := w.OpenShot(w.as("housing"), i.ID, v.Shots[0].ID); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("a handler sees the page in work: %v", err)
		}

		v = w.view(w.SubmitPage(w.as("editor"), i.ID, v.Version))
		_, err = w.WritePage(w.as("editor"), i.ID, texts, v.Version)
		wantCode(t, err, "rectify.page_waits")
		if _, _, err := w.OpenPublic(context.Background(), i.ID, v.Shots[0].ID); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("a picture before publication: %v", err)
		}
		_, err = w.Act(w.as("office"), i.ID, ActPublish, Move{Version: i.Version + 1, PageVersion: v.Version - 1})
		wantCode(t, err, "rectify.changed")
		i = w.ok(w.load2(i.ID))
		_, err = w.Act(w.as("office"), i.ID, ActPublish, Move{Version: i.Version, PageVersion: v.Version - 1})
		wantCode(t, err, "rectify.page_changed")
		i = w.ok(w.Act(w.as("office"), i.ID, ActPublish, Move{Version: i.Version, PageVersion: v.Version}))
		p, err := w.PublicOne(context.Background(), i.ID)
		if err != nil || len(p.Photos) != 1 || p.Photos[0].Phase != Before || p.Lead != "区房产局" || len(p.Steps) != 7 {
			t.Fatalf("%+v, %v", p, err)
		}
	})
}

// hiddenRight checks that the right half of a picture holds no stripes any more, and that the file is not the original.
func hiddenRight(t *testing.T, r io.Reader, original []byte) {
	t.Helper()
	data, err := io.ReadAll(r)
	if err != nil || bytes.Equal(data, original) {
		t.Fatalf("the original is served (%v)", err)
	}
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for x := 90; x < 158; x++ {
		_, g1, _, _ := m.At(x, 40).RGBA()
		_, g2, _, _ := m.At(x+1, 40).RGBA()
		if max(g1, g2)-min(g1, g2) > 40<<8 {
			t.Fatalf("a stripe can be seen at %d", x)
		}
	}
}

func TestPage_WhoWroteItDoesNotPublishIt(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp)
		i := w.item(Told, w.free("04", 1)...)
		_, err := w.Act(w.as("office"), i.ID, ActPublish, Move{Version: i.Version})
		wantCode(t, err, "rectify.no_page")
		v := w.view(w.PageOf(w.as("office"), i.ID))
		v = w.view(w.WritePage(w.as("office"), i.ID, v.PageTexts, 0)) // the office writes first
		for _, shot := range v.Shots {
			v = w.view(w.DecideShot(w.as("editor"), i.ID, shot.EvidenceID, ShotChoice{Version: v.Version}))
		}
		v = w.view(w.SubmitPage(w.as("editor"), i.ID, v.Version))
		i = w.ok(w.load2(i.ID))
		_, err = w.Act(w.as("office"), i.ID, ActPublish, Move{Version: i.Version})
		wantCode(t, err, "rectify.same_person")
		if o := w.view(w.PageOf(w.as("office"), i.ID)); !o.Same || strings.Join(o.May, " ") != "take_back" {
			t.Errorf("the office may %v, same person %v", o.May, o.Same)
		}
		_, err = w.Act(w.as("editor"), i.ID, ActPublish, Move{Version: i.Version})
		wantCode(t, err, "auth.no_permission")
		w.ok(w.Act(w.colleague(), i.ID, ActPublish, Move{Version: i.Version, PageVersion: v.Version}))
	})
}

func TestPage_ATakenBackOrWithdrawnPageIsNotServed(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp)
		nobody := context.Background()
		i := w.snapped(w.free("04", 1)[0])
		v := w.view(w.PageOf(w.as("editor"), i.ID))
		v = w.view(w.WritePage(w.as("editor"), i.ID, v.PageTexts, 0))
		for _, shot := range v.Shots {
			v = w.view(w.DecideShot(w.as("editor"), i.ID, shot.EvidenceID, ShotChoice{Version: v.Version, Shown: true}))
		}
		v = w.view(w.SubmitPage(w.as("editor"), i.ID, v.Version))
		v = w.view(w.TakeBackPage(w.as("office"), i.ID, "第二张照片里有人脸", v.Version))
		if v.State != PageDraft || v.Note != "第二张照片里有人脸" {
			t.Fatalf("%+v", v.Page)
		}
		i = w.ok(w.load2(i.ID))
		_, err := w.Act(w.as("office"), i.ID, ActPublish, Move{Version: i.Version})
		wantCode(t, err, "rectify.no_page")
		v = w.view(w.SubmitPage(w.as("editor"), i.ID, v.Version))
		i = w.ok(w.load2(i.ID))
		i = w.ok(w.Act(w.as("office"), i.ID, ActPublish, Move{Version: i.Version, PageVersion: v.Version}))
		shown := v.Shots[0].ID
		if _, r, err := w.OpenPublic(nobody, i.ID, shown); err != nil || r.Close() != nil {
			t.Fatal(err)
		}
		_, err = w.WritePage(w.as("editor"), i.ID, v.PageTexts, v.Version+1)
		wantCode(t, err, "rectify.page_closed")

		_, err = w.Act(w.as("office"), i.ID, ActRetract, Move{Version: i.Version})
		wantCode(t, err, "rectify.need_note")
		i = w.ok(w.Act(w.as("office"), i.ID, ActRetract, Move{Version: i.Version, Note: "照片里看得见门牌"}))
		if i.State != Told || i.PublishedAt != nil {
			t.Errorf("state %s, published %v", i.State, i.PublishedAt)
		}
		if _, err := w.PublicOne(nobody, i.ID); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("a withdrawn page: %v", err)
		}
		if _, _, err := w.OpenPublic(nobody, i.ID, shown); errs.KindOf(err) != errs.KindNotFound {
			t.Errorf("a picture of a withdrawn page: %v", err)
		}
		if list, err := w.Public(nobody, PublicFilter{}, page(10, "")); err != nil || list.Total != 0 {
			t.Errorf("%+v, %v", list, err)
		}
		// Anew: the second edition begins with the texts and pictures of the first.
		v = w.view(w.PageOf(w.as("editor"), i.ID))
		if v.Edition != 2 || v.Version != 0 || !v.Shots[0].Decided || len(v.Earlier) != 1 || v.Earlier[0].Note != "照片里看得见门牌" {
			t.Fatalf("%+v", v)
		}
		i = w.ok(w.load2(i.ID))
		i = w.ok(w.act(i, ActPublish))
		p, err := w.PublicOne(nobody, i.ID)
		if err != nil || p.Edition != 2 || len(p.Photos) != 2 || p.Photos[0].ID == shown {
			t.Errorf("%+v, %v", p, err)
		}
	})
}

func TestPage_IsClosedToOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.SQLite(t), lamp)
	i := w.item(Told, w.free("04", 1)...)
	for who, kind := range map[string]errs.Kind{"reader": errs.KindForbidden, "housing": errs.KindForbidden, "check": errs.KindForbidden, "street2": errs.KindNotFound, "editor2": errs.KindNotFound, "nobody": errs.KindNotFound} {
		if _, err := w.PageOf(w.as(who), i.ID); errs.KindOf(err) != kind {
			t.Errorf("%s reads the page: %v", who, err)
		}
		if _, err := w.WritePage(w.as(who), i.ID, PageTexts{Title: "x", Outcome: "y"}, 0); errs.KindOf(err) != kind {
			t.Errorf("%s writes the page: %v", who, err)
		}
		if _, err := w.SubmitPage(w.as(who), i.ID, 1); errs.KindOf(err) != kind {
			t.Errorf("%s submits the page: %v", who, err)
		}
	}
}

func TestPublic_FiltersSearchesAndPages(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, lamp, lamp, lamp, lamp)
		nobody := context.Background()
		free := w.free("04", 4)
		for _, id := range free[:3] {
			w.item(Published, id)
		}
		w.item(Told, free[3])
		var seen []string
		cursor := ""
		for {
			list, err := w.Public(nobody, PublicFilter{WaveID: "w1"}, httpx.PageIn{Limit: 2, Cursor: cursor})
			if err != nil || list.Total != 3 {
				t.Fatalf("%+v, %v", list, err)
			}
			for _, i := range list.Items {
				seen = append(seen, i.ID)
			}
			if cursor = list.NextCursor; cursor == "" {
				break
			}
		}
		if len(seen) != 3 || seen[0] == seen[1] || seen[1] == seen[2] {
			t.Errorf("pages hold %v", seen)
		}
		for _, k := range []struct {
			f    PublicFilter
			want int
		}{{PublicFilter{Query: "楼道灯"}, 3}, {PublicFilter{Query: "%"}, 0}, {PublicFilter{Query: "电梯"}, 0}, {PublicFilter{Street: "320106002"}, 0}, {PublicFilter{Field: "04", Kind: "done"}, 3},
			{PublicFilter{Kind: "cannot"}, 0}, {PublicFilter{Result: Partly}, 0}, {PublicFilter{WaveID: "w2"}, 0}} {
			if list, err := w.Public(nobody, k.f, page(10, "")); err != nil || list.Total != k.want {
				t.Errorf("%+v: %d items (%v), want %d", k.f, list.Total, err, k.want)
			}
		}
		c, err := w.PublicCounts(nobody, PublicFilter{WaveID: "w1"})
		if err != nil || c != (PublicCounts{Voices: 4, Items: 4, Done: 3, Doing: 1}) {
			t.Errorf("counts %+v, %v", c, err)
		}
		x, err := w.PublicIndex(nobody, PublicFilter{WaveID: "w1"})
		if err != nil || len(x.Waves) != 1 || x.Waves[0].Items != 3 || len(x.Streets) != 1 || x.Streets[0].Name != "宁海路街道" || x.Fields[0].Name != "物业保洁" {
			t.Errorf("index %+v, %v", x, err)
		}
		if _, err := w.Public(nobody, PublicFilter{}, httpx.PageIn{Limit: 2, Cursor: httpx.EncodeCursor("x", "y")}); errs.KindOf(err) != errs.KindInvalid {
			t.Errorf("a forged cursor: %v", err)
		}
	})
}
