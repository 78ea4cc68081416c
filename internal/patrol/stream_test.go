package patrol

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	goflag "flag"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/track"
)

// door serves the stream of a house; the header Who names the caller.
func (h *house) door() string {
	mux := http.NewServeMux()
	h.streamRoutes(httpx.NewAPI(mux, "1"))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if who := r.Header.Get("Who"); who != "" {
			r = r.WithContext(auth.With(r.Context(), auth.From(h.as(who))))
		}
		mux.ServeHTTP(w, r)
	}))
	h.t.Cleanup(func() { h.StopStreams(); server.Close() })
	return "ws" + strings.TrimPrefix(server.URL, "http") + StreamPath
}

// listener keeps what a map would show.
type listener struct {
	t     *testing.T
	c     *websocket.Conn
	last  Live
	at    map[uint32]LiveSpot
	names map[uint32]string
}

func (h *house) listen(who, query string) *listener {
	h.t.Helper()
	c, _, err := websocket.Dial(h.t.Context(), h.door()+query, &websocket.DialOptions{HTTPHeader: http.Header{"Who": {who}}})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = c.CloseNow() })
	l := &listener{t: h.t, c: c, at: map[uint32]LiveSpot{}, names: map[uint32]string{}}
	l.until("the first frame", func() bool { return l.last.Whole })
	return l
}

// until reads frames till something holds.
func (l *listener) until(what string, ok func() bool) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), 30*time.Second)
	defer cancel()
	for {
		kind, b, err := l.c.Read(ctx)
		if err != nil {
			l.t.Fatalf("%s never came: %v", what, err)
		}
		if kind == websocket.MessageText {
			var n names
			if err := json.Unmarshal(b, &n); err != nil {
				l.t.Fatal(err)
			}
			for slot, p := range n.People {
				l.names[slot] = p.Name
			}
			continue
		}
		if l.last, err = ReadLive(b); err != nil {
			l.t.Fatal(err)
		}
		if l.last.Whole {
			clear(l.at)
		}
		for _, slot := range l.last.Gone {
			delete(l.at, slot)
		}
		for _, x := range l.last.Spots {
			l.at[x.Slot] = x
		}
		if ok() {
			return
		}
	}
}

func (l *listener) shown() []string {
	var out []string
	for slot := range l.at {
		out = append(out, l.names[slot])
	}
	slices.Sort(out)
	return out
}

func TestStream_ShowsWhoIsOnDutyWhereverTheCallerMayLookAndForgetsWhoLeaves(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.onDuty("officer")
		h.onDuty("other")
		h.send("officer", h.at(0))
		centre, street := h.listen("centre", ""), h.listen("street2", "")
		if got := centre.shown(); !slices.Equal(got, []string{"officer"}) {
			t.Errorf("the centre sees %v at first", got)
		}
		if len(street.at) != 0 {
			t.Errorf("the second street sees %v", street.at)
		}
		h.send("other", h.at(0))
		centre.until("the other", func() bool { return len(centre.at) == 2 })
		street.until("its officer", func() bool { return len(street.at) == 1 })
		if got := street.shown(); !slices.Equal(got, []string{"other"}) {
			t.Errorf("the street sees %v", got)
		}
		h.clock.Advance(5 * time.Second)
		p := h.at(0)
		p.Lat += 500
		h.send("officer", p)
		centre.until("the step", func() bool {
			for _, x := range centre.at {
				if x.Point.Lat == p.Lat && x.Point.At == p.At && x.Point.Accuracy == 5 {
					return true
				}
			}
			return false
		})
		if _, err := h.GoOffDuty(h.as("other")); err != nil {
			t.Fatal(err)
		}
		centre.until("the leaving", func() bool { return len(centre.at) == 1 })
		street.until("the leaving", func() bool { return len(street.at) == 0 })
	})
}

func TestStream_TellsTheWallNoNames(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.onDuty("officer")
		h.send("officer", h.at(0))
		for who, query := range map[string]string{"wall": "", "centre": "?anonymous=true"} {
			l := h.listen(who, query)
			if len(l.at) != 1 || len(l.names) != 0 || l.last.Full {
				t.Errorf("%s: %d spots, names %v, full %v", who, len(l.at), l.names, l.last.Full)
			}
		}
	})
}

func TestStream_EndsAtTheEndOfTheShiftWithoutAnybodySayingSo(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		if _, err := h.GoOnDuty(h.as("officer"), 1); err != nil {
			t.Fatal(err)
		}
		h.send("officer", h.at(0))
		l := h.listen("centre", "")
		h.clock.Advance(time.Minute)
		l.until("the end", func() bool { return len(l.at) == 0 })
	})
}

func TestStream_SendsThePartOfTheMapInView(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.onDuty("officer")
		h.onDuty("other")
		far := h.at(0)
		far.Lon += 100_000
		h.send("officer", h.at(0))
		h.send("other", far)
		l := h.listen("centre", "")
		if err := l.c.Write(t.Context(), websocket.MessageText, []byte(`{"view":[118.7,32,118.8,32.1]}`)); err != nil {
			t.Fatal(err)
		}
		l.until("the view", func() bool { return l.last.Whole && len(l.at) == 1 })
		h.clock.Advance(time.Second)
		far = h.at(0)
		far.Lon += 100_000
		h.send("officer", far)
		l.until("the one who walks out of it", func() bool { return len(l.at) == 0 })
	})
}

func TestStream_GoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.onDuty("officer")
		h.onDuty("other")
		h.send("officer", h.at(0))
		h.send("other", h.at(0))
		l := h.listen("wall", "")
		_ = l.c.CloseNow()
		if _, err := h.GoOffDuty(h.as("officer")); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(time.Second)
		h.send("other", h.at(0))
		h.hub.refresh(t.Context())
		p := &picture{viewer: &viewer{who: auth.From(h.as("wall"))}, h: h.hub, change: l.last.Change, seen: map[uint32]bool{}}
		if !h.hub.resumes(l.last.Epoch, l.last.Change) || h.hub.resumes(l.last.Epoch+1, l.last.Change) {
			t.Fatal("a change of this server is not known, or one of another is")
		}
		f, _ := p.next(false)
		if f.whole || len(f.gone) != 1 || len(f.spots) != 1 {
			t.Errorf("what was missed: %+v", f)
		}
	})
}

func TestStream_RefusesWhoMayNotLook(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		address := "http" + strings.TrimPrefix(h.door(), "ws")
		for _, c := range []struct {
			who, query string
			want       int
		}{{"", "", 401}, {"officer", "", 403}, {"clerk", "", 403}, {"street2", "?area=320106001", 403}, {"centre", "?area=320106001", 426}} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+c.query, nil)
			if err != nil {
				t.Fatal(err)
			}
			if c.who != "" {
				r.Header.Set("Who", c.who)
			}
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != c.want {
				t.Errorf("%q %q: %d, want %d", c.who, c.query, res.StatusCode, c.want)
			}
		}
		for range maxPerListener {
			h.listen("centre", "")
		}
		if _, err := h.hub.join(h.as("centre"), "", false); err == nil {
			t.Error("an account may open maps without end")
		}
	})
}

func TestLatest_KeepsItsOrderWhateverHappens(t *testing.T) {
	t.Parallel()
	l := newLatest()
	session := func(n int) *Session { return &Session{ID: string(rune('a' + n)), OfficerID: string(rune('A' + n))} }
	for n := range 3000 {
		who := (n * 7) % 11
		if n%13 == 5 {
			l.drop(string(rune('A' + who)))
			continue
		}
		l.offer(session(who), track.Point{At: int64(n + 1)})
	}
	seen, last := 0, uint64(0)
	for x := l.oldest; x != nil; x = x.next {
		if x.Change <= last {
			t.Fatal("out of order")
		}
		last = x.Change
		seen++
	}
	if seen != len(l.by) || l.newest.Change != last {
		t.Errorf("%d in the list, %d on duty", seen, len(l.by))
	}
}

var updateFrame = goflag.Bool("update", false, "write the frame that the browser's test reads")

// The browser reads what is written here; run with -update after a change of the format.
func TestFrame_IsWhatTheBrowserReads(t *testing.T) {
	const golden = "../../web/src/modules/patrol/testdata/frame.json"
	a, _ := track.At(1_795_000_000_000, 32.061234, 118.771111)
	b, _ := track.At(1_795_000_003_500, 32.059, 118.769)
	b.SetSpeed(1.3)
	b.SetHeading(271)
	b.SetAccuracy(7)
	b.SetBattery(64)
	b.Flags = track.SOS | track.Late
	f := frame{whole: true, full: true, epoch: 77, change: 1 << 40, now: 1_795_000_004_000, gone: []uint32{900, 3},
		spots: []spot{{slot: 300, grid: 12, busy: true, point: b}, {slot: 2, point: a}}}
	bytesOf := f.append(nil)
	read, err := ReadLive(bytesOf)
	if err != nil || !slices.Equal(read.Gone, []uint32{3, 900}) || len(read.Spots) != 2 || read.Spots[0].Point != a ||
		read.Spots[1].Point.Battery != 64 || read.Spots[1].Point.Lon != b.Lon || !read.Spots[1].Busy || read.Spots[1].Grid != 12 {
		t.Fatalf("read back: %+v, %v", read, err)
	}
	for n := range bytesOf {
		if _, err := ReadLive(bytesOf[:n]); err == nil {
			t.Errorf("a frame cut after %d bytes is read", n)
		}
	}
	want, err := json.MarshalIndent(map[string]any{"frame": base64.StdEncoding.EncodeToString(bytesOf), "gone": read.Gone, "spots": read.Spots, "now": f.now, "change": f.change}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if *updateFrame {
		if err := os.WriteFile(golden, append(want, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile(golden); err != nil || !bytes.Equal(bytes.TrimSpace(have), want) {
		t.Errorf("%s is not what is written now (%v); run with -update and then the test of the browser", golden, err)
	}
}
