package identity

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// upload is a photograph with a width of its own.
func upload(t *testing.T, width int) io.Reader {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, 400))
	for x := range width {
		m.Set(x, 200, color.RGBA{uint8(x), 90, 40, 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return &b
}

func TestPortrait_IsASmallSquareThatIsDeletedWithTheNextOne(t *testing.T) {
	eachHouse(t, func(h *house) {
		files, err := blob.NewDir(h.t.TempDir())
		h.must(err)
		h.s.cfg.Files = files
		kept := func() (keys []string) {
			h.must(files.Walk(context.Background(), func(key string, _ int64) error { keys = append(keys, key); return nil }))
			return keys
		}
		page, err := h.s.Users(program, UserFilter{Text: "street01"})
		h.must(err)
		me := page.Items[0]
		own := auth.With(context.Background(), &auth.Principal{UserID: me.ID, Areas: []string{"320106001"}, Permissions: map[string]bool{}})
		keeper := auth.With(context.Background(), &auth.Principal{UserID: "keeper", Areas: []string{"320106"}, Permissions: map[string]bool{PermRead: true, PermManage: true}})
		elsewhere := auth.With(context.Background(), &auth.Principal{UserID: "other", Areas: []string{"320106002"}, Permissions: map[string]bool{PermRead: true, PermManage: true}})
		stranger := auth.With(context.Background(), &auth.Principal{UserID: "stranger", Areas: []string{"320106"}, Permissions: map[string]bool{}})

		u, err := h.s.SetPortrait(own, me.ID, upload(h.t, 600))
		h.must(err)
		r, err := h.s.Portrait(own, me.ID)
		h.must(err)
		m, err := jpeg.Decode(r)
		h.must(err)
		h.must(r.Close())
		if m.Bounds().Dx() != portraitEdge || m.Bounds().Dy() != portraitEdge {
			h.t.Errorf("kept as %v", m.Bounds())
		}
		first := kept()
		if len(first) != 1 || first[0] != u.Portrait {
			h.t.Errorf("files %v, portrait %s", first, u.Portrait)
		}
		if _, err = h.s.SetPortrait(keeper, me.ID, upload(h.t, 500)); err != nil {
			h.t.Error(err)
		}
		if now := kept(); len(now) != 1 || now[0] == first[0] {
			h.t.Errorf("files after the second one: %v", now)
		}
		for who, ctx := range map[string]context.Context{"elsewhere": elsewhere, "stranger": stranger} {
			if _, err := h.s.SetPortrait(ctx, me.ID, upload(h.t, 400)); errs.KindOf(err) != errs.KindNotFound && errs.KindOf(err) != errs.KindForbidden {
				h.t.Errorf("%s may set it: %v", who, err)
			}
			if _, err := h.s.Portrait(ctx, me.ID); err == nil {
				h.t.Errorf("%s sees it", who)
			}
			if err := h.s.DropPortrait(ctx, me.ID); err == nil {
				h.t.Errorf("%s may remove it", who)
			}
		}
		if _, err := h.s.SetPortrait(own, me.ID, bytes.NewReader([]byte("no picture"))); err == nil {
			h.t.Error("what is no photograph was kept")
		}
		h.must(h.s.DropPortrait(own, me.ID))
		if now := kept(); len(now) != 0 {
			h.t.Errorf("files after removal: %v", now)
		}
		_, err = h.s.Portrait(own, me.ID)
		if errs.CodeOf(err) != "identity.no_portrait" {
			h.t.Errorf("after removal: %v", err)
		}
	})
}

// leaver is a store whose user is gone as soon as the file is kept.
type leaver struct {
	blob.Store
	leave context.CancelFunc
}

func (l leaver) Put(ctx context.Context, key string, body io.ReadSeeker, size int64) error {
	defer l.leave()
	return l.Store.Put(ctx, key, body, size)
}

func TestPortrait_AChangeThatFailsLeavesNoFileBehind(t *testing.T) {
	eachHouse(t, func(h *house) {
		files, err := blob.NewDir(h.t.TempDir())
		h.must(err)
		page, err := h.s.Users(program, UserFilter{Text: "street01"})
		h.must(err)
		me := page.Items[0].ID
		ctx, leave := context.WithCancel(auth.With(context.Background(), &auth.Principal{UserID: me, Permissions: map[string]bool{}}))
		h.s.cfg.Files = leaver{files, leave}
		if _, err := h.s.SetPortrait(ctx, me, upload(h.t, 600)); err == nil {
			h.t.Fatal("a change whose asker had gone stands")
		}
		h.must(files.Walk(context.Background(), func(key string, _ int64) error {
			h.t.Errorf("%s is left behind", key)
			return nil
		}))
	})
}

func TestShowPicture_IsAskedForEachTimeAndSentOnlyWhenItChanged(t *testing.T) {
	mux := http.NewServeMux()
	api := humago.New(mux, huma.DefaultConfig("test", "1"))
	shown := "first"
	huma.Get(api, "/face", func(context.Context, *struct{}) (*huma.StreamResponse, error) {
		if shown == "" {
			return ShowPicture(Photo{}, huma.Error404NotFound("off duty"))
		}
		return ShowPicture(Photo{io.NopCloser(strings.NewReader("jpeg of " + shown)), shown}, nil)
	})
	ask := func(known string) *httptest.ResponseRecorder {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/face", nil)
		r.Header.Set("If-None-Match", known)
		mux.ServeHTTP(w, r)
		return w
	}
	w := ask("")
	first := w.Header().Get("ETag")
	if w.Code != http.StatusOK || w.Body.String() != "jpeg of first" || first == "" || w.Header().Get("Cache-Control") != "private, no-cache" {
		t.Errorf("at first: %d %q %v", w.Code, w.Body, w.Header())
	}
	if w = ask(first); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("the same again: %d %q", w.Code, w.Body)
	}
	shown = "second"
	if w = ask(first); w.Code != http.StatusOK || w.Body.String() != "jpeg of second" || w.Header().Get("ETag") == first {
		t.Errorf("a new one: %d %q %v", w.Code, w.Body, w.Header())
	}
	shown = ""
	if w = ask(first); w.Code != http.StatusNotFound {
		t.Errorf("what may not be shown any more: %d", w.Code)
	}
}

func TestCards_AreOfPeopleInServiceOnly(t *testing.T) {
	eachHouse(t, func(h *house) {
		page, err := h.s.Users(program, UserFilter{Text: "street01"})
		h.must(err)
		id, role := page.Items[0].ID, ""
		cards := func() (n int) {
			h.must(h.s.db.Read(context.Background(), func(tx *db.Tx) error {
				role, err = db.Get[string](context.Background(), tx, "SELECT role_code FROM identity_post WHERE user_id = $1 AND state = 'active' LIMIT 1", id)
				h.must(err)
				list, err := h.s.CardsTx(context.Background(), tx, role, []string{id})
				n = len(list)
				return err
			}))
			return n
		}
		if n := cards(); n != 1 {
			h.t.Fatalf("%d cards of %s", n, role)
		}
		for _, column := range []string{"disabled", "locked"} {
			set := func(value string) {
				h.must(h.s.db.Tx(context.Background(), func(tx *db.Tx) error {
					_, err := tx.Exec(context.Background(), "UPDATE identity_user SET "+column+" = "+value+" WHERE id = $1", id)
					return err
				}))
			}
			set("TRUE")
			if n := cards(); n != 0 {
				h.t.Errorf("%d cards of an account that is %s", n, column)
			}
			set("FALSE")
		}
	})
}
