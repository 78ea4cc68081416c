package live_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"yiwang/internal/live"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/outbox"
	"yiwang/internal/region"
	"yiwang/internal/testkit"
)

type fact struct{ Area, Text string }

// hall is a server whose callers say in a header who they are: "user area area", or nobody.
func hall(t *testing.T, d *db.DB) (*live.Service, string) {
	t.Helper()
	s := live.New(live.Deps{DB: d, Regions: region.New(d)})
	live.Carry(s, "x.moved", func(f fact) live.Event {
		return live.Event{Name: "x", Area: f.Area, Data: f, May: live.To("x.read", f.Area)}
	})
	mux := http.NewServeMux()
	s.Routes(httpx.NewAPI(mux, "1"))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if who := strings.Fields(r.Header.Get("Who")); len(who) > 0 {
			p := &auth.Principal{UserID: who[0], Areas: who[1:], Permissions: map[string]bool{"x.read": true}}
			if who[0] == "stranger" {
				p.Permissions = map[string]bool{"y.read": true}
			}
			r = r.WithContext(auth.With(r.Context(), p))
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { s.Stop(); server.Close() })
	return s, server.URL + "/api/v1/stream"
}

// stream is an open connection; next reads one event as "name data".
type stream struct {
	t      *testing.T
	body   io.ReadCloser
	lines  *bufio.Scanner
	lastID string
}

func open(t *testing.T, url, who, lastID string) *stream {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Who", who)
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s: %d %s", who, res.StatusCode, res.Header.Get("Content-Type"))
	}
	s := &stream{t: t, body: res.Body, lines: bufio.NewScanner(res.Body)}
	if e := s.next(); !strings.HasPrefix(e, "hello") {
		t.Fatalf("first: %s", e)
	}
	return s
}

func (s *stream) next() string {
	s.t.Helper()
	name := ""
	for s.lines.Scan() {
		line := s.lines.Text()
		if v, ok := strings.CutPrefix(line, "id: "); ok {
			s.lastID = v
		}
		if v, ok := strings.CutPrefix(line, "event: "); ok {
			name = v
		}
		if v, ok := strings.CutPrefix(line, "data: "); ok {
			return name + " " + v
		}
	}
	return "end"
}

func emit(t *testing.T, d *db.DB, area, text string) {
	t.Helper()
	ctx := context.Background()
	if err := d.Tx(ctx, func(tx *db.Tx) error { return outbox.Emit(ctx, tx, "x.moved", text, fact{area, text}) }); err != nil {
		t.Fatal(err)
	}
}

func TestStream_CarriesWhatTheCallerMaySeeAndNothingElse(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, url := hall(t, d)
		east, west, stranger := open(t, url, "a 320106001", ""), open(t, url, "b 320106002", ""), open(t, url, "stranger 320106", "")
		emit(t, d, "320106001001", "east")
		emit(t, d, "320106002001", "west")
		emit(t, d, "320106001001", "east again")
		if e := east.next(); !strings.Contains(e, `"east"`) {
			t.Errorf("east hears %s", e)
		}
		if e := east.next(); !strings.Contains(e, `"east again"`) {
			t.Errorf("then %s", e)
		}
		if e := west.next(); !strings.Contains(e, `"west"`) {
			t.Errorf("west hears %s", e)
		}
		if s.Stop(); stranger.next() != "end" {
			t.Error("a stranger heard something")
		}
	})
}

func TestStream_RolledBackIsNeverHeard(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		_, url := hall(t, d)
		s := open(t, url, "a 320106", "")
		ctx := context.Background()
		_ = d.Tx(ctx, func(tx *db.Tx) error {
			if err := outbox.Emit(ctx, tx, "x.moved", "", fact{"320106001", "undone"}); err != nil {
				t.Error(err)
			}
			return errors.New("undo")
		})
		emit(t, d, "320106001", "done")
		if e := s.next(); !strings.Contains(e, `"done"`) {
			t.Errorf("heard %s", e)
		}
	})
}

func TestStream_WhoComesBackHearsWhatItMissedOrIsToldToReload(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		_, url := hall(t, d)
		s := open(t, url, "a 320106", "")
		emit(t, d, "320106001", "first")
		s.next()
		_ = s.body.Close()
		emit(t, d, "320106001", "missed")
		if e := open(t, url, "a 320106", s.lastID).next(); !strings.Contains(e, `"missed"`) {
			t.Errorf("missed: %s", e)
		}
		for _, unknown := range []string{"00000000-0001-7000-8000-000000000000", "nonsense"} {
			if e := open(t, url, "a 320106", unknown).next(); !strings.HasPrefix(e, "reload") {
				t.Errorf("%s: %s", unknown, e)
			}
		}
	})
}

func TestStream_WhoHeardOfNothingYetMissesNothingEither(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		_, url := hall(t, d)
		s := open(t, url, "a 320106", "") // the greeting says where it stands
		_ = s.body.Close()
		emit(t, d, "320106001", "missed")
		if e := open(t, url, "a 320106", s.lastID).next(); s.lastID == "" || !strings.Contains(e, `"missed"`) {
			t.Errorf("with %q: %s", s.lastID, e)
		}
	})
}

func TestStream_NobodyOpensWithoutSigningInNorBeyondTheBound(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, url := hall(t, d)
		if res, err := http.Get(url); err != nil || res.StatusCode != http.StatusUnauthorized {
			t.Errorf("nobody: %v %v", res, err)
		}
		for range 8 {
			open(t, url, "a 320106", "")
		}
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		req.Header.Set("Who", "a 320106")
		if res, err := http.DefaultClient.Do(req); err != nil || res.StatusCode != http.StatusTooManyRequests {
			t.Errorf("the ninth page: %v %v", res, err)
		}
		open(t, url, "b 320106", "")
		if n := s.Listening(); n != 9 {
			t.Errorf("%d listen", n)
		}
	})
}

func TestStop_EndsEveryStream(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, url := hall(t, d)
		one, two := open(t, url, "a 320106", ""), open(t, url, "b 320106", "")
		s.Stop()
		if e := one.next() + two.next(); e != "endend" || s.Listening() != 0 {
			t.Errorf("%s, %d listen", e, s.Listening())
		}
	})
}
