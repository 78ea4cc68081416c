package camera

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yiwang/internal/camera/synthetic"
	"yiwang/internal/platform/clock"
)

// A packaged live picture as media servers write it: a list of qualities, a playlist with a header, a key, parts of segments for low
// latency, and references to places that are none of the camera's.
const (
	qualities = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=800000,CODECS=\"avc1.42e01e\"\nlow/index.m3u8?session=a%20b\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",URI=\"http://169.254.169.254/latest\"\n"
	segments  = "#EXTM3U\r\n#EXT-X-VERSION:9\r\n#EXT-X-TARGETDURATION:2\r\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES\r\n#EXT-X-MEDIA-SEQUENCE:5\r\n#EXT-X-MAP:URI=\"init.mp4\"\r\n#EXT-X-KEY:METHOD=AES-128,URI=\"../../other/key\"\r\n" +
		"#EXT-X-PART:DURATION=0.5,URI=\"p1.mp4\"\r\n#EXTINF:2.0,\r\n5.m4s?t=1\r\n#EXTINF:2.0,\r\nhttp://evil.example/6.m4s\r\n#EXTINF:2.0,\r\n/cam/low/7.m4s\r\n#EXTINF:2.0,\r\n/other/8.m4s\r\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"p2.mp4\"\r\n"
)

func hlsServer(t *testing.T) (*httptest.Server, *[]string) {
	t.Helper()
	var asked []string
	transport := strings.Repeat("\x47"+strings.Repeat("\x00", 187), 3)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RequestURI())
		switch r.URL.Path {
		case "/cam/index.m3u8":
			_, _ = w.Write([]byte(qualities))
		case "/cam/low/index.m3u8":
			_, _ = w.Write([]byte(segments))
		case "/cam/low/init.mp4":
			_, _ = w.Write([]byte("\x00\x00\x00\x08ftyp\x00\x00\x00\x08"))
		case "/cam/low/5.m4s":
			w.Header().Set("Content-Type", "text/html") // is not believed
			http.ServeContent(w, r, "", time.Time{}, strings.NewReader(transport))
		case "/cam/low/7.m4s":
			http.Redirect(w, r, "/other/secret", http.StatusFound)
		case "/cam/low/huge.m4s":
			_, _ = w.Write(make([]byte, maxPiece+1))
		case "/cam/low/large.m4s":
			_, _ = w.Write(make([]byte, maxPiece-1))
		case "/other/secret":
			_, _ = w.Write([]byte("secret"))
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	return server, &asked
}

// namer makes names as the camera of a look gives them.
func namer(t *testing.T, s *Service, look string) func(string) string {
	t.Helper()
	c, _, err := s.lookOf(as("street1"), look)
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.folderOf(c)
	if err != nil {
		t.Fatal(err)
	}
	return func(text string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(text)) + "." + f.sign(text)
	}
}

// watching registers a camera with a live picture and begins a look of the street.
func watching(t *testing.T, s *Service, m *media, address string) string {
	t.Helper()
	in := m.spec()
	in.WHEP, in.HLS = "", address
	x, err := s.Add(as("centre"), in)
	if err != nil {
		t.Fatal(err)
	}
	look, err := s.Begin(as("street1"), x.ID, "看现场")
	if err != nil {
		t.Fatal(err)
	}
	return look.ID
}

func TestHLS_PlaylistsAndSegmentsPassThroughUnderNamesOfThisProgram(t *testing.T) {
	eachHouse(t, func(t *testing.T, s *Service, m *media, _ *clock.Fake) {
		server, asked := hlsServer(t)
		s.Hosts = append(s.Hosts, strings.TrimPrefix(server.URL, "http://"))
		look := watching(t, s, m, server.URL+"/cam/index.m3u8")
		named := namer(t, s, look)
		piece := func(name, part string) *Piece {
			t.Helper()
			p, err := s.Piece(as("street1"), look, name, part)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			p.Done()
			return p
		}
		first := piece("index.m3u8", "")
		low := named("low/index.m3u8?session=a%20b")
		if first.Kind != playlistKind || !strings.Contains(string(first.Data), "\n"+low+"\n") || strings.Contains(string(first.Data), "169.254") {
			t.Fatalf("qualities: %s", first.Data)
		}
		list := string(piece(low, "").Data)
		if (*asked)[1] != "/cam/low/index.m3u8?session=a%20b" {
			t.Errorf("asked for %s", (*asked)[1])
		}
		for _, gone := range []string{"evil", "/other", "PART", "SERVER-CONTROL", "PRELOAD", "KEY", server.URL} {
			if strings.Contains(list, gone) {
				t.Errorf("%s is left in %s", gone, list)
			}
		}
		if n := strings.Count(list, named("low/5.m4s?t=1")) + strings.Count(list, named("low/7.m4s")) + strings.Count(list, `URI="`+named("low/init.mp4")+`"`); n != 3 {
			t.Errorf("%d of 3 references are named: %s", n, list)
		}
		if got := piece(named("low/init.mp4"), ""); got.Kind != "video/mp4" {
			t.Errorf("header: %s", got.Kind)
		}
		if got := piece(named("low/5.m4s?t=1"), ""); got.Kind != "video/mp2t" || got.Range != "" || len(got.Data) != 3*188 {
			t.Errorf("segment: %s, %d bytes", got.Kind, len(got.Data))
		}
		if got := piece(named("low/5.m4s?t=1"), "bytes=0-187"); got.Range != "bytes 0-187/564" || len(got.Data) != 188 {
			t.Errorf("part of a segment: %q, %d bytes", got.Range, len(got.Data))
		}
	})
}

func TestHLS_NothingOutsideTheFolderOfTheCameraIsFetched(t *testing.T) {
	eachHouse(t, func(t *testing.T, s *Service, m *media, c *clock.Fake) {
		server, asked := hlsServer(t)
		s.Hosts = append(s.Hosts, strings.TrimPrefix(server.URL, "http://"))
		look := watching(t, s, m, server.URL+"/cam/index.m3u8")
		named := namer(t, s, look)
		for _, name := range []string{"", "?", "%%", named(""), named("../other/secret"), named("low/../../other/secret"), named("/other/secret"), named("//evil.example/x"), named(".."), named("./low/5.m4s"), named("low//5.m4s"),
			named(strings.Repeat("x", maxRef+1)), "../../other/secret", "index.m3u8/"} {
			_, err := s.Piece(as("street1"), look, name, "")
			wantCode(t, err, "camera.no_piece")
		}
		unsigned, _, _ := strings.Cut(named("low/init.mp4"), ".")
		for _, name := range []string{unsigned, unsigned + ".", unsigned + "." + strings.Repeat("A", signLength), named("low/init.mp4") + "A"} {
			_, err := s.Piece(as("street1"), look, name, "")
			wantCode(t, err, "camera.no_piece")
		}
		if len(*asked) != 0 {
			t.Errorf("asked for %v", *asked)
		}
		for _, name := range []string{named("low/7.m4s"), named("low/huge.m4s"), named("low/none.m4s"), named("low/5.m4s\r\nX: y")} {
			_, err := s.Piece(as("street1"), look, name, "")
			wantCode(t, err, "camera.silent")
		}
		_, err := s.Piece(as("centre"), look, "index.m3u8", "")
		wantCode(t, err, "camera.no_look")
		c.Advance(lookLength)
		_, err = s.Piece(as("street1"), look, "index.m3u8", "")
		wantCode(t, err, "camera.look_over")
		for _, address := range []string{"http://169.254.169.254/live.m3u8", "synthetic://x/live.m3u8", "synthetic://1:80/live.m3u8", "file:///etc/passwd"} {
			n := m.spec()
			n.Code, n.HLS = "32010600001320000009", address
			_, err = s.Add(as("centre"), n)
			wantCode(t, err, "camera.foreign_host")
		}
	})
}

func TestHLS_PiecesUnderWayAreBoundedByNumberAndSizeAndTheRoomComesBack(t *testing.T) {
	eachHouse(t, func(t *testing.T, s *Service, m *media, _ *clock.Fake) {
		server, asked := hlsServer(t)
		s.Hosts = append(s.Hosts, strings.TrimPrefix(server.URL, "http://"))
		look := watching(t, s, m, server.URL+"/cam/index.m3u8")
		named := namer(t, s, look)
		var underWay []*Piece
		take := func(name string) error {
			p, err := s.Piece(as("street1"), look, name, "")
			if err == nil {
				underWay = append(underWay, p)
			}
			return err
		}
		finish := func() {
			for _, p := range underWay {
				p.Done()
			}
			underWay = nil
		}
		for n := range maxPiecesEach {
			if err := take("index.m3u8"); err != nil {
				t.Fatalf("piece %d: %v", n, err)
			}
		}
		before := len(*asked)
		wantCode(t, take("index.m3u8"), "camera.busy")
		if len(*asked) != before {
			t.Error("the media server was asked for what there is no room for")
		}
		finish()
		for range 2 {
			if err := take(named("low/large.m4s")); err != nil {
				t.Fatal(err)
			}
		}
		wantCode(t, take(named("low/large.m4s")), "camera.busy")
		if s.held.all.bytes > maxHeldEach || s.held.all.pieces != 2 {
			t.Errorf("a refused piece holds room: %+v", s.held.all)
		}
		finish()
		wantCode(t, take(named("low/none.m4s")), "camera.silent")
		if len(s.held.of) != 0 || s.held.all != (share{}) {
			t.Errorf("room is lost: %+v", s.held.all)
		}
	})
}

func TestHLS_ALookAtOneCameraShowsNoOtherOfTheSameFolder(t *testing.T) {
	eachHouse(t, func(t *testing.T, s *Service, m *media, _ *clock.Fake) {
		server, asked := hlsServer(t)
		s.Hosts = append(s.Hosts, strings.TrimPrefix(server.URL, "http://"))
		in := m.spec()
		in.Code, in.WHEP, in.HLS = "32010600001320000008", "", server.URL+"/cam/other.m3u8"
		x, err := s.Add(as("centre"), in)
		if err != nil {
			t.Fatal(err)
		}
		other, err := s.Begin(as("street1"), x.ID, "看别处")
		if err != nil {
			t.Fatal(err)
		}
		look := watching(t, s, m, server.URL+"/cam/index.m3u8")
		_, err = s.Piece(as("street1"), look, namer(t, s, other.ID)("low/index.m3u8"), "")
		wantCode(t, err, "camera.no_piece")
		if len(*asked) != 0 {
			t.Errorf("asked for %v", *asked)
		}
	})
}

func TestSynthetic_DrawnStreetIsSeenLiveAndAsAPictureWithoutAMediaServer(t *testing.T) {
	eachHouse(t, func(t *testing.T, s *Service, m *media, c *clock.Fake) {
		in := m.spec()
		in.WHEP = ""
		in.HLS, in.Snapshot = synthetic.Addresses(5)
		x, err := s.Add(as("centre"), in)
		if err != nil {
			t.Fatal(err)
		}
		look, err := s.Begin(as("street1"), x.ID, "试机")
		if err != nil {
			t.Fatal(err)
		}
		list, err := s.Piece(as("street1"), look.ID, "index.m3u8", "")
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Fields(string(list.Data))
		got, err := s.Piece(as("street1"), look.ID, lines[len(lines)-1], "")
		if err != nil || got.Kind != "video/mp4" {
			t.Fatalf("segment: %v", err)
		}
		if _, err := s.Picture(as("street1"), look.ID); err != nil {
			t.Fatal(err)
		}
		c.Advance(time.Minute)
		_, err = s.Piece(as("street1"), look.ID, lines[len(lines)-1], "")
		wantCode(t, err, "camera.silent") // long over
	})
}
