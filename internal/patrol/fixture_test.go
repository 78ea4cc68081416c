package patrol

import (
	"context"
	"testing"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/testkit"
	"yiwang/internal/track"
)

// house is a running service whose clock the test moves.
type house struct {
	*Service
	t     *testing.T
	clock *clock.Fake
	stop  func()
}

func open(t *testing.T, d *db.DB, c *clock.Fake) *house {
	t.Helper()
	h := &house{Service: New(Deps{DB: d, Patience: time.Millisecond}), t: t, clock: c}
	h.start()
	return h
}

// start runs the service until stop, which returns when all that waited is durable.
func (h *house) start() {
	h.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	stopped := false
	h.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			h.t.Errorf("the service ended with %v", err)
		}
	}
	h.t.Cleanup(h.stop)
	select {
	case <-h.Ready():
	case err := <-done:
		h.t.Fatalf("the service did not start: %v", err)
	}
}

func eachHouse(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) { fn(t, open(t, d, c)) })
}

var people = map[string]auth.Principal{
	"officer": {UnitID: "u-grid", Areas: []string{"320106001003001"}, Permissions: map[string]bool{PermDuty: true}},
	"other":   {UnitID: "u-grid", Areas: []string{"320106002001001"}, Permissions: map[string]bool{PermDuty: true}},
	"centre":  {UnitID: "u-command", Areas: []string{"320106"}, Permissions: map[string]bool{PermLive: true, PermTrack: true, PermManage: true}},
	"street2": {UnitID: "u-street2", Areas: []string{"320106002"}, Permissions: map[string]bool{PermLive: true, PermTrack: true, PermManage: true}},
	"wall":    {Areas: []string{"320106"}, Permissions: map[string]bool{permShow: true}},
	"clerk":   {UnitID: "u-clerk", Areas: []string{"320106"}, Permissions: map[string]bool{}},
}

func (h *house) as(name string) context.Context {
	p, ok := people[name]
	if !ok {
		h.t.Fatalf("nobody is called %s", name)
	}
	p.UserID, p.Name = "user-"+name, name
	return auth.With(context.Background(), &p)
}

// at is a point some seconds from now, on a walk to the north.
func (h *house) at(seconds int) track.Point {
	p, _ := track.At(h.clock.Now().Add(time.Duration(seconds)*time.Second).UnixMilli(), 32.06+float64(seconds)*1e-5, 118.77)
	p.SetAccuracy(5)
	return p
}

func (h *house) onDuty(who string) *Session {
	h.t.Helper()
	x, err := h.GoOnDuty(h.as(who), 0)
	if err != nil {
		h.t.Fatal(err)
	}
	return x
}

func (h *house) send(who string, points ...track.Point) Receipt {
	h.t.Helper()
	r, err := h.Send(h.as(who), points)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

// day is the look of an officer at the own track around now.
func (h *house) day(who string) []track.Point {
	h.t.Helper()
	now := h.clock.Now()
	out, err := h.Points(h.as(who), Look{Officer: "user-" + who, From: clock.At(now.Add(-48 * time.Hour)), To: clock.At(now.Add(24 * time.Hour))})
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

func (h *house) count(query string) int {
	h.t.Helper()
	n := 0
	if err := h.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		n, err = db.Get[int](context.Background(), tx, query)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return n
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if got := errs.CodeOf(err); err == nil || got != code {
		t.Errorf("got %v (%s), want %s", err, got, code)
	}
}
