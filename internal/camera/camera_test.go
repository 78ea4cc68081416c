package camera

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/picture"
	"yiwang/internal/region"
	"yiwang/internal/testkit"
)

// media is a media server: a white picture, and WHEP that answers every offer.
type media struct {
	*httptest.Server
	ended int
}

func newMedia(t *testing.T) *media {
	t.Helper()
	m := &media{}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/shot.jpg":
			white := image.NewRGBA(image.Rect(0, 0, 100, 100))
			for i := range white.Pix {
				white.Pix[i] = 255
			}
			white.Set(10, 10, color.Black)
			_ = jpeg.Encode(w, white, nil)
		case r.URL.Path == "/away.jpg":
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		case r.URL.Path == "/huge.jpg":
			_, _ = w.Write(make([]byte, maxSnapshot+1))
		case r.URL.Path == "/whep" && r.Method == http.MethodPost && r.Header.Get("Content-Type") == "application/sdp":
			offer, _ := io.ReadAll(r.Body)
			w.Header().Set("Location", "/whep/session-1")
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write(append([]byte("v=0 answer to "), offer...))
		case r.URL.Path == "/whep/session-1" && r.Method == http.MethodDelete:
			m.ended++
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(m.Close)
	return m
}

const number = "32010600001320000001"

func eachHouse(t *testing.T, fn func(t *testing.T, s *Service, m *media, c *clock.Fake)) {
	t.Helper()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		regions := region.New(d)
		ctx := auth.System(context.Background(), "test")
		plots := []region.Plot{{Code: "32", Name: "省"}, {Code: "3201", Name: "市"}, {Code: "320106", Name: "区"}, {Code: "320106001", Name: "一街道"}, {Code: "320106002", Name: "二街道"}}
		if err := d.Tx(ctx, func(tx *db.Tx) error {
			_, err := regions.SaveTx(ctx, tx, plots, testkit.Epoch)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		m := newMedia(t)
		keys, err := crypto.NewKeys(crypto.AES)
		if err != nil {
			t.Fatal(err)
		}
		box, err := crypto.NewBox(keys)
		if err != nil {
			t.Fatal(err)
		}
		fn(t, New(Deps{DB: d, Regions: regions, Hosts: []string{strings.TrimPrefix(m.URL, "http://")}, Box: box}), m, c)
	})
}

func as(name string) context.Context {
	p := map[string]auth.Principal{
		"centre": {Areas: []string{"320106"}, Permissions: map[string]bool{PermRead: true, PermManage: true}}, "street1": {Areas: []string{"320106001"}, Permissions: map[string]bool{PermRead: true}},
		"street2": {Areas: []string{"320106002"}, Permissions: map[string]bool{PermRead: true, PermManage: true}}, "clerk": {Areas: []string{"320106"}},
	}[name]
	p.UserID, p.Name = "user-"+name, name
	return auth.With(context.Background(), &p)
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if got := errs.CodeOf(err); err == nil || got != code {
		t.Errorf("got %v (%s), want %s", err, got, code)
	}
}

func (m *media) spec() Spec {
	return Spec{Code: number, Name: "路口", Kind: Dome, AreaCode: "320106001", WHEP: m.URL + "/whep", Snapshot: m.URL + "/shot.jpg", Masks: []picture.Area{{X: 0, Y: 0, W: 0.5, H: 0.5}}}
}

func TestLook_PictureNeedsAReasonHidesMasksAndIsNoted(t *testing.T) {
	eachHouse(t, func(t *testing.T, s *Service, m *media, c *clock.Fake) {
		x, err := s.Add(as("centre"), m.spec())
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Begin(as("street1"), x.ID, " ")
		wantCode(t, err, "camera.bad_text")
		look, err := s.Begin(as("street1"), x.ID, "核对积水告警")
		if err != nil {
			t.Fatal(err)
		}
		shot, err := s.Picture(as("street1"), look.ID)
		if err != nil {
			t.Fatal(err)
		}
		got, err := jpeg.Decode(bytes.NewReader(shot))
		if err != nil {
			t.Fatal(err)
		}
		a, _, _, _ := got.At(5, 5).RGBA()
		b, _, _, _ := got.At(10, 10).RGBA()
		if d := int(a>>8) - int(b>>8); d > 12 || d < -12 {
			t.Errorf("the masked part shows what is there: %d and %d", a>>8, b>>8)
		}
		_, err = s.Picture(as("centre"), look.ID)
		wantCode(t, err, "camera.no_look") // another's look
		list, err := s.Looks(as("centre"), x.ID)
		if err != nil || len(list) != 1 || list[0].ByName != "street1" || list[0].Reason != "核对积水告警" {
			t.Errorf("looks: %+v, %v", list, err)
		}
		c.Advance(lookLength)
		_, err = s.Picture(as("street1"), look.ID)
		wantCode(t, err, "camera.look_over")
	})
}

func TestStream_OfferIsAnsweredByTheMediaServerAndEndsWithTheLook(t *testing.T) {
	eachHouse(t, func(t *testing.T, s *Service, m *media, _ *clock.Fake) {
		x, err := s.Add(as("centre"), m.spec())
		if err != nil {
			t.Fatal(err)
		}
		look, err := s.Begin(as("street1"), x.ID, "看现场")
		if err != nil {
			t.Fatal(err)
		}
		answer, err := s.Stream(as("street1"), look.ID, "v=0 offer")
		if err != nil || answer != "v=0 answer to v=0 offer" {
			t.Fatalf("%q, %v", answer, err)
		}
		_, err = s.Stream(as("street1"), look.ID, "GET / HTTP/1.1")
		wantCode(t, err, "camera.bad_offer")
		if err := s.End(as("street1"), look.ID); err != nil || m.ended != 1 {
			t.Fatalf("%v, %d ended", err, m.ended)
		}
		wantCode(t, s.End(as("street1"), look.ID), "camera.look_over")
	})
}

func TestMediaServer_ForeignHostsRedirectsAndFloodsGiveNothing(t *testing.T) {
	eachHouse(t, func(t *testing.T, s *Service, m *media, _ *clock.Fake) {
		for _, address := range []string{"http://169.254.169.254/latest", "http://127.0.0.1:22/", "file:///etc/passwd", strings.Replace(m.URL, "http://", "http://user@", 1), "gopher://x", m.URL + "@evil.example/"} {
			n := m.spec()
			n.Snapshot = address
			_, err := s.Add(as("centre"), n)
			wantCode(t, err, "camera.foreign_host")
		}
		x, err := s.Add(as("centre"), m.spec())
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/away.jpg", "/huge.jpg", "/none.jpg", "/whep/session-1"} {
			n := m.spec()
			n.Snapshot, n.Version = m.URL+path, x.Version
			if x, err = s.Change(as("centre"), x.ID, n); err != nil {
				t.Fatal(err)
			}
			look, err := s.Begin(as("street1"), x.ID, "看现场")
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.Picture(as("street1"), look.ID)
			wantCode(t, err, "camera.silent")
		}
		closed := New(Deps{DB: s.DB, Regions: s.Regions}) // the host was taken off the list
		look, err := s.Begin(as("street1"), x.ID, "看现场")
		if err != nil {
			t.Fatal(err)
		}
		_, err = closed.Picture(as("street1"), look.ID)
		wantCode(t, err, "camera.foreign_host")
	})
}

func TestRights_EachVerbAsksForItsPermissionAndArea(t *testing.T) {
	eachHouse(t, func(t *testing.T, s *Service, m *media, _ *clock.Fake) {
		x, err := s.Add(as("centre"), m.spec())
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Add(as("centre"), m.spec())
		wantCode(t, err, "camera.code_taken")
		for _, code := range []string{"", "123", "32010600002000000001"} {
			n := m.spec()
			n.Code = code
			_, err = s.Add(as("centre"), n)
			wantCode(t, err, "camera.bad_camera")
		}
		_, err = s.Add(as("street1"), m.spec())
		wantCode(t, err, "auth.no_permission")
		_, err = s.Add(as("street2"), m.spec())
		wantCode(t, err, "auth.outside_area")
		_, err = s.Change(as("street2"), x.ID, m.spec())
		wantCode(t, err, "camera.no_camera")
		_, err = s.Get(as("street2"), x.ID)
		wantCode(t, err, "camera.no_camera")
		_, err = s.Begin(as("street2"), x.ID, "看")
		wantCode(t, err, "camera.no_camera")
		_, err = s.Looks(as("street1"), x.ID)
		wantCode(t, err, "auth.no_permission")
		_, err = s.List(as("clerk"), Filter{}, httpx.PageIn{Limit: 5})
		wantCode(t, err, "auth.no_permission")
		got, err := s.Get(as("street1"), x.ID)
		if err != nil || got.WHEP != "" || got.Snapshot != "" || len(got.Ways) != 2 {
			t.Errorf("a reader sees %+v, %v", got, err)
		}
		if list, err := s.List(as("street2"), Filter{}, httpx.PageIn{Limit: 5}); err != nil || list.Total != 0 {
			t.Errorf("another street sees %d, %v", list.Total, err)
		}
		if list, err := s.List(as("street1"), Filter{Words: "路口"}, httpx.PageIn{Limit: 5}); err != nil || list.Total != 1 {
			t.Errorf("the street sees %d, %v", list.Total, err)
		}
	})
}
