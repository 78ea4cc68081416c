package patrol

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/track"
)

// leap moves the clock of the server while everybody else's goes on.
func (h *house) leap(d time.Duration) {
	h.t.Helper()
	h.clock.Set(h.clock.Now().Add(d))
	if err := h.Refresh(context.Background()); err != nil {
		h.t.Fatal(err)
	}
	for _, step := range []func(context.Context) error{h.Expire, h.Seal} {
		if err := step(context.Background()); err != nil {
			h.t.Fatal(err)
		}
	}
}

func TestClock_ADayAheadAndBackKeepsNothingOffDutyAndLosesNothingOnDuty(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.onDuty("officer")
		h.clock.Advance(time.Hour)
		h.send("officer", h.at(-60), h.at(0))

		h.leap(24 * time.Hour) // the session runs out; phones tell their own time, a day behind
		if r := h.send("officer", h.at(-24*3600+10), h.at(0)); r.Kept != 1 || r.OffDuty != 1 || r.OnDuty {
			t.Errorf("a day ahead: %+v", r)
		}
		h.leap(-24 * time.Hour)
		h.clock.Advance(5 * time.Minute)
		if r := h.send("officer", h.at(0)); r.Kept != 0 || r.OffDuty != 1 || r.OnDuty {
			t.Errorf("off duty after the clock came back: %+v", r)
		}
		if n := h.count("SELECT COUNT(*) FROM duty_session WHERE off_at > " + fmt.Sprint(h.clock.Now().UnixMilli())); n != 0 {
			t.Errorf("%d sessions end in the future", n)
		}

		h.onDuty("officer")
		h.clock.Advance(time.Minute)
		if r := h.send("officer", h.at(0)); r.Kept != 1 || !r.OnDuty {
			t.Errorf("on duty again: %+v", r)
		}
		if p, err := h.Positions(h.as("centre"), 0); err != nil || len(p.Items) != 1 {
			t.Errorf("on duty again, and shown: %+v, %v", p, err)
		}
		if _, err := h.GoOffDuty(h.as("officer")); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(time.Minute)
		if r := h.send("officer", h.at(0)); r.Kept != 0 || r.OffDuty != 1 {
			t.Errorf("off duty in the end: %+v", r)
		}
		if got := h.day("officer"); len(got) != 4 {
			t.Errorf("%d points are kept, want 4", len(got))
		}
	})
}

func TestClock_ADayBackAsksPhonesToSendAgainAndSealsWhatItHolds(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.onDuty("officer")
		h.clock.Advance(30 * time.Minute)
		h.send("officer", h.at(-600), h.at(0))
		if err := h.Refresh(context.Background()); err != nil {
			t.Fatal(err)
		}
		now := h.at(0)

		h.leap(-24 * time.Hour)
		_, err := h.Send(h.as("officer"), []track.Point{now})
		wantCode(t, err, "patrol.clock")
		if r := h.send("officer", h.at(25*3600)); r.Bad != 1 { // beyond what the server ever lived through: a wrong phone
			t.Errorf("from the future: %+v", r)
		}
		if x, ok := h.Running("user-officer"); !ok || x.OffAt != nil {
			t.Error("the session has ended")
		}
		if n := h.count("SELECT COUNT(*) FROM track_journal"); n != 0 {
			t.Errorf("%d journal rows wait for a day to pass", n)
		}

		h.leap(24*time.Hour + time.Minute)
		if r := h.send("officer", now, h.at(0)); r.Kept != 2 || !r.OnDuty { // one lies in a chunk already and is merged when read
			t.Errorf("the clock is right again: %+v", r)
		}
		if got := h.day("officer"); len(got) != 3 {
			t.Errorf("%d points are kept, want 3", len(got))
		}
	})
}

func TestClock_ALeapAheadThatWasUndoneIsNoTimeThatHasBeen(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.onDuty("officer")
		h.leap(time.Minute)
		h.leap(20 * time.Hour) // the session runs out meanwhile
		h.onDuty("other")
		h.leap(2 * time.Minute)
		h.leap(-20 * time.Hour)
		for range 3 { // the session that began in the future is learnt of again and again
			h.leap(2 * time.Second)
		}
		if _, err := h.GoOffDuty(h.as("other")); err != nil {
			t.Fatal(err)
		}
		h.leap(2 * time.Second)
		h.onDuty("officer")
		if r := h.send("officer", h.at(0), h.at(3600)); r.Kept != 1 || r.Bad != 1 {
			t.Errorf("a phone whose clock is an hour ahead, after the clock of the server was: %+v", r)
		}
	})
}

func TestExpire_SessionsThatBeganInTheFutureHoldUpNoOther(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		now := clock.At(h.clock.Now())
		ahead := clock.At(now.Add(20 * time.Hour))
		rows := [][]any{}
		row := func(id string, on, off clock.Time) {
			rows = append(rows, []any{id, "officer-" + id, "", "u", "320106001003001", on, clock.At(on.Add(time.Hour)), off, string(ByTime), ahead})
		}
		for i := range 600 {
			row(fmt.Sprintf("a%03d", i), ahead, ahead)
		}
		row("b", now, ahead)
		ctx := context.Background()
		if err := h.DB.Tx(ctx, func(tx *db.Tx) error {
			return db.InsertMany(ctx, tx, "duty_session", "id, officer_id, officer_name, unit_id, area_code, on_at, until_at, off_at, ended_by, changed_at", "", rows)
		}); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(time.Minute)
		if err := h.Expire(ctx); err != nil {
			t.Fatal(err)
		}
		if n := h.count("SELECT COUNT(*) FROM duty_session WHERE id = 'b' AND off_at = " + fmt.Sprint(h.clock.Now().UnixMilli())); n != 1 {
			t.Error("the session that ended in the future still does")
		}
	})
}

func TestClock_ARestartBehindWhatIsStoredKnowsThatTimeHasBeen(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.onDuty("officer")
		now := h.at(0)
		h.stop()
		h.clock.Set(h.clock.Now().Add(-24 * time.Hour))
		h.Service = New(Deps{DB: h.DB, Patience: time.Millisecond})
		h.start()
		_, err := h.Send(h.as("officer"), []track.Point{now})
		wantCode(t, err, "patrol.clock")
	})
}

func TestIngest_TakesAnUploadThatIsADayLateInOneCallOrPointByPoint(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		_, token, err := h.AddDevice(h.as("centre"), NewDevice{OfficerID: "user-officer", AreaCode: "320106001003001", Label: "手机", Kind: "osmand"})
		if err != nil {
			t.Fatal(err)
		}
		h.onDuty("officer")
		begun := h.clock.Now()
		h.clock.Set(begun.Add(8 * time.Hour))
		if err := h.Expire(context.Background()); err != nil {
			t.Fatal(err)
		}
		h.clock.Set(begun.Add(32 * time.Hour)) // the phone finds a network a day after the shift
		server := httptest.NewServer(h.Ingest())
		defer server.Close()
		post := func(kind, body string) {
			t.Helper()
			answer, err := http.Post(server.URL+"/ingest/osmand/"+token, kind, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Errorf("%.60s: %d", body, answer.StatusCode)
			}
		}
		at := func(minute int) int64 { return begun.Add(time.Duration(minute) * time.Minute).UnixMilli() }
		var list []string
		for minute := -5; minute < 8*60+5; minute++ { // five minutes before and after the shift are nobody's business
			list = append(list, fmt.Sprintf(`{"lat":32.06,"lon":118.77,"timestamp":%d}`, at(minute)))
		}
		post("application/json", "["+strings.Join(list, ",")+"]")
		post("application/json", "["+strings.Join(list, ",")+"]") // the answer was lost
		for minute := range 30 {
			post("application/x-www-form-urlencoded", fmt.Sprintf("lat=32.06&lon=118.77&timestamp=%d", at(minute)+30_000))
		}
		got := h.day("officer")
		if len(got) != 8*60+1+30 {
			t.Errorf("%d points are kept", len(got))
		}
		for i, p := range got {
			if !p.Flags.Has(track.Late) || i > 0 && p.At <= got[i-1].At || p.At < at(0) || p.At > at(8*60) {
				t.Fatalf("point %d: %+v", i, p)
			}
		}
		if p, err := h.Positions(h.as("centre"), 0); err != nil || len(p.Items) != 0 {
			t.Errorf("a late upload shows an officer who is off duty: %+v, %v", p, err)
		}
	})
}
