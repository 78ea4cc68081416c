package identity

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"testing"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/blob"
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
