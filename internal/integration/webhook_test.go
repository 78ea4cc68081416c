package integration_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"yiwang/internal/cases/casetest"
	"yiwang/internal/integration"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// ear is another system that hears of events; status says how it answers.
type ear struct {
	mu     sync.Mutex
	status int
	heard  []*http.Request
	bodies []string
	url    string
}

func newEar(t *testing.T) *ear {
	t.Helper()
	e := &ear{status: http.StatusOK}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.mu.Lock()
		defer e.mu.Unlock()
		b, _ := io.ReadAll(r.Body)
		e.heard, e.bodies = append(e.heard, r), append(e.bodies, string(b))
		w.WriteHeader(e.status)
	}))
	t.Cleanup(server.Close)
	e.url = server.URL
	return e
}

func (x *desk) hook(t *testing.T, url string, topics ...string) *integration.Webhook {
	t.Helper()
	w := integration.Webhook{Name: "市平台", URL: url, AreaCode: casetest.Area}
	w.Topics.V = topics
	made, err := x.s.AddWebhook(x.admin, w)
	check(t, err)
	return made
}

func (x *desk) queue(t *testing.T, events ...integration.Event) {
	t.Helper()
	check(t, x.DB.Tx(x.Ctx, func(tx *db.Tx) error { return x.s.QueueTx(x.Ctx, tx, events) }))
}

func (x *desk) deliveries(t *testing.T, w *integration.Webhook) []integration.Delivery {
	t.Helper()
	page, err := x.s.Deliveries(x.admin, w.ID, "", httpx.PageIn{Limit: 200})
	check(t, err)
	return page.Items
}

func event(key, topic, area string) integration.Event {
	return integration.Event{Key: key, Topic: topic, Subject: "20261120-001-0001", Area: area, At: clock.At(testkit.Epoch), Data: map[string]any{"state": "filed"}}
}

func TestDeliver_SignsAndTellsEachEventOnceToWhoListens(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, e := newDesk(t, d), newEar(t)
		w := x.hook(t, e.url, "case.moved")
		moved := event("k1", "case.moved", casetest.Grid)
		x.queue(t, moved, event("k2", "case.closed", casetest.Grid), event("k3", "case.moved", "320105001"))
		x.queue(t, moved) // the reaction runs twice
		check(t, x.s.Deliver(x.Ctx))
		if len(e.heard) != 1 {
			t.Fatalf("heard %d", len(e.heard))
		}
		h := e.heard[0].Header
		var at int64
		_, _ = fmt.Sscan(h.Get("Webhook-Timestamp"), &at)
		if h.Get("Webhook-Signature") != integration.Signature(w.Secret, h.Get("Webhook-Id"), at, []byte(e.bodies[0])) {
			t.Error("the signature does not fit")
		}
		if !strings.Contains(e.bodies[0], `"type":"case.moved"`) || !strings.Contains(e.bodies[0], `"id":"`+h.Get("Webhook-Id")+`"`) {
			t.Errorf("body %s", e.bodies[0])
		}
		if list := x.deliveries(t, w); len(list) != 1 || list[0].State != integration.Delivered || list[0].Status != 200 {
			t.Errorf("%+v", list)
		}
		var stored string
		check(t, d.Read(x.Ctx, func(tx *db.Tx) (err error) {
			stored, err = db.Get[string](x.Ctx, tx, "SELECT secret FROM webhook")
			return err
		}))
		if strings.Contains(stored, strings.TrimPrefix(w.Secret, "whsec_")) {
			t.Error("the secret lies open")
		}
	})
}

func TestDeliver_AFailingAddressIsTriedAgainWithTheSameIdAndHoldsUpNobody(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x, bad, good := newDesk(t, d), newEar(t), newEar(t)
		bad.status = http.StatusInternalServerError
		w := x.hook(t, bad.url, "case.moved")
		x.hook(t, good.url, "case.moved")
		x.queue(t, event("k1", "case.moved", casetest.Grid))
		check(t, x.s.Deliver(x.Ctx))
		if len(good.heard) != 1 || len(bad.heard) != 1 {
			t.Fatalf("good %d, bad %d", len(good.heard), len(bad.heard))
		}
		c.Advance(9 * time.Second)
		check(t, x.s.Deliver(x.Ctx))
		if len(bad.heard) != 1 {
			t.Error("tried again too soon")
		}
		c.Advance(time.Second)
		bad.status = http.StatusNoContent
		check(t, x.s.Deliver(x.Ctx))
		if len(bad.heard) != 2 || bad.heard[0].Header.Get("Webhook-Id") != bad.heard[1].Header.Get("Webhook-Id") || bad.bodies[0] != bad.bodies[1] {
			t.Errorf("heard %d", len(bad.heard))
		}
		if list := x.deliveries(t, w); list[0].State != integration.Delivered || list[0].Attempts != 2 {
			t.Errorf("%+v", list)
		}
	})
}

func TestDeliver_AHopelessAddressFailsIsHaltedAndCanBeReplayed(t *testing.T) {
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		x, e := newDesk(t, d), newEar(t)
		e.status = http.StatusBadGateway
		w := x.hook(t, e.url, "case.moved")
		for i := range 10 {
			x.queue(t, event(fmt.Sprint("k", i), "case.moved", casetest.Grid))
		}
		for range 14 {
			check(t, x.s.Deliver(x.Ctx))
			c.Advance(7 * time.Hour)
		}
		list, err := x.s.Webhooks(x.admin)
		check(t, err)
		if list[0].HaltedAt == nil {
			t.Fatalf("not halted after %d", list[0].Failures)
		}
		for _, d := range x.deliveries(t, w) {
			if d.State != integration.Failed {
				t.Errorf("%+v", d)
			}
		}
		heard := len(e.heard)
		x.queue(t, event("later", "case.moved", casetest.Grid))
		check(t, x.s.Deliver(x.Ctx))
		if len(e.heard) != heard {
			t.Error("a halted address was called")
		}
		e.status = http.StatusOK
		_, err = x.s.ChangeWebhook(x.admin, w.ID, list[0]) // switched on again
		check(t, err)
		again, err := x.s.Replay(x.admin, x.deliveries(t, w)[0].ID)
		check(t, err)
		check(t, x.s.Deliver(x.Ctx))
		if got := x.deliveries(t, w)[0]; got.ID != again.ID || got.State != integration.Delivered || got.Replays != 1 {
			t.Errorf("%+v", got)
		}
		if _, err := x.s.Replay(x.Desk(), again.ID); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("a desk replays: %v", err)
		}
	})
}

func TestAddWebhook_RefusesAddressesOfTheInside(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x := newDesk(t, d)
		for _, url := range []string{"http://example.com/x", "https://10.0.0.1/", "https://192.168.1.1/", "https://169.254.169.254/latest", "https://[::1]/", "https://[fd00::1]/", "https://0.0.0.0/",
			"https://100.64.0.1/", "https://[::ffff:10.0.0.1]/", "https://user:secret@example.com/", "ftp://example.com/", "https://", "file:///etc/passwd", "https://[64:ff9b::a00:1]/"} {
			w := integration.Webhook{Name: "内网", URL: url, AreaCode: casetest.Area}
			w.Topics.V = []string{"case.moved"}
			if _, err := x.s.AddWebhook(x.admin, w); errs.KindOf(err) != errs.KindInvalid {
				t.Errorf("%s: %v", url, err)
			}
		}
	})
}

func TestDeliver_ANameThatLeadsInsideIsNotReachedNorIsARedirection(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, e := newDesk(t, d), newEar(t)
		closed := integration.New(integration.Deps{DB: d, Cases: x.Cases, Duties: x.Duties, Regions: x.Regions, Box: x.Box}) // without the loopback network
		w := x.hook(t, e.url, "case.moved")
		x.queue(t, event("k1", "case.moved", casetest.Grid))
		check(t, closed.Deliver(x.Ctx))
		if list := x.deliveries(t, w); len(e.heard) != 0 || !strings.Contains(list[0].Error, "private") {
			t.Errorf("heard %d, %+v", len(e.heard), list)
		}
		turn := httptest.NewServer(http.RedirectHandler(e.url, http.StatusTemporaryRedirect))
		t.Cleanup(turn.Close)
		away := x.hook(t, turn.URL, "case.closed")
		x.queue(t, event("k2", "case.closed", casetest.Grid))
		check(t, x.s.Deliver(x.Ctx))
		if list := x.deliveries(t, away); len(e.heard) != 0 || list[0].Status != http.StatusTemporaryRedirect {
			t.Errorf("heard %d, %+v", len(e.heard), list)
		}
	})
}

func TestPing_ReachesOneWebhookOnly(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		x, one, two := newDesk(t, d), newEar(t), newEar(t)
		w := x.hook(t, one.url, "case.moved")
		x.hook(t, two.url, "case.moved")
		check(t, x.s.Ping(x.admin, w.ID))
		check(t, x.s.Deliver(x.Ctx))
		if len(one.heard) != 1 || len(two.heard) != 0 || !strings.Contains(one.bodies[0], `"type":"ping"`) {
			t.Errorf("%d %d %v", len(one.heard), len(two.heard), one.bodies)
		}
		if err := x.s.Ping(x.As("w", "", "320106002", integration.PermManage), w.ID); errs.KindOf(err) != errs.KindForbidden {
			t.Errorf("another street's: %v", err)
		}
	})
}
