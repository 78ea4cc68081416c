package patrol

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"yiwang/internal/platform/db"
	"yiwang/internal/track"
)

func TestCallForHelp_SharesThePositionForHalfAnHourOffDutyToo(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		_, err := h.CallForHelp(h.as("clerk"), nil)
		wantCode(t, err, "auth.no_permission")
		here := h.at(0)
		x, err := h.CallForHelp(h.as("officer"), &here)
		if err != nil || x.State != SOSOpen || x.Lat == nil || !x.ShareUntil.Equal(h.clock.Now().Add(30*time.Minute)) {
			t.Fatalf("%+v, %v", x, err)
		}
		if again, err := h.CallForHelp(h.as("officer"), nil); err != nil || again.ID != x.ID {
			t.Errorf("a second call: %+v, %v", again, err)
		}
		h.clock.Advance(time.Minute)
		h.send("officer", h.at(0))
		if p, err := h.Positions(h.as("centre"), 0); err != nil || len(p.Items) != 1 || !p.Items[0].SOS {
			t.Errorf("live: %+v, %v", p, err)
		}
		h.clock.Advance(30 * time.Minute)
		if r := h.send("officer", h.at(0)); r.OffDuty != 1 || r.Kept != 0 {
			t.Errorf("after half an hour: %+v", r)
		}
		if err := h.Expire(context.Background()); err != nil {
			t.Fatal(err)
		}
		if mine, err := h.MySOS(h.as("officer")); err != nil || mine == nil {
			t.Errorf("the call must stay open until somebody ends it: %+v, %v", mine, err)
		}
	})
}

func TestCallForHelp_AtTheEndOfAShiftStaysOnTheMap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		after time.Duration // the call, after the shift of eight hours began
	}{{"a minute before the end", 8*time.Hour - time.Minute}, {"a second after it", 8*time.Hour + time.Second}} {
		t.Run(c.name, func(t *testing.T) {
			eachHouse(t, func(t *testing.T, h *house) {
				if _, err := h.GoOnDuty(h.as("officer"), 8*60); err != nil {
					t.Fatal(err)
				}
				h.clock.Advance(c.after)
				if _, err := h.CallForHelp(h.as("officer"), nil); err != nil {
					t.Fatal(err)
				}
				for _, rest := range []time.Duration{2 * time.Second, 27 * time.Minute} {
					h.clock.Advance(rest)
					if err := h.Expire(context.Background()); err != nil {
						t.Fatal(err)
					}
					if r := h.send("officer", h.at(0)); r.Kept != 1 {
						t.Errorf("%v after the call: %+v", rest, r)
					}
				}
				h.clock.Advance(3 * time.Minute)
				if r := h.send("officer", h.at(0)); r.OffDuty != 1 {
					t.Errorf("half an hour after the call: %+v", r)
				}
			})
		})
	}
}

func TestEndMySOS_AShiftThatLastedLongerForTheCallEndsWhenItWouldHave(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		after time.Duration // the end of the call, after the call ten minutes before the end of the shift
		left  time.Duration // of the shift then; 0 for over
	}{{"before the end of the shift", 4 * time.Minute, 6 * time.Minute}, {"after it", 15 * time.Minute, 0}} {
		t.Run(c.name, func(t *testing.T) {
			eachHouse(t, func(t *testing.T, h *house) {
				if _, err := h.GoOnDuty(h.as("officer"), 8*60); err != nil {
					t.Fatal(err)
				}
				h.clock.Advance(8*time.Hour - 10*time.Minute)
				if _, err := h.CallForHelp(h.as("officer"), nil); err != nil {
					t.Fatal(err)
				}
				h.clock.Advance(c.after)
				if _, err := h.EndMySOS(h.as("officer"), "安全"); err != nil {
					t.Fatal(err)
				}
				running, _, err := h.Mine(h.as("officer"))
				if err != nil || (running != nil) != (c.left > 0) || running != nil && !running.UntilAt.Equal(h.clock.Now().Add(c.left)) {
					t.Errorf("%+v, %v", running, err)
				}
			})
		})
	}
}

func TestSOS_IsAnsweredAndEndedByTheCentreOfTheAreaOrTheOfficer(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		h.onDuty("officer")
		x, err := h.CallForHelp(h.as("officer"), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.AcknowledgeSOS(h.as("street2"), x.ID, x.Version)
		wantCode(t, err, "patrol.no_sos")
		_, err = h.AcknowledgeSOS(h.as("officer"), x.ID, x.Version)
		wantCode(t, err, "auth.no_permission")
		if list, err := h.SOSCalls(h.as("street2")); err != nil || len(list) != 0 {
			t.Errorf("another street sees %+v, %v", list, err)
		}
		acked, err := h.AcknowledgeSOS(h.as("centre"), x.ID, x.Version)
		if err != nil || acked.State != SOSAcknowledged || acked.AckedBy != "centre" {
			t.Fatalf("%+v, %v", acked, err)
		}
		_, err = h.ResolveSOS(h.as("centre"), x.ID, x.Version, "已到场")
		wantCode(t, err, "patrol.sos_changed")
		if _, err := h.ResolveSOS(h.as("centre"), x.ID, acked.Version, "已到场，人员安全"); err != nil {
			t.Fatal(err)
		}
		if running, _, err := h.Mine(h.as("officer")); err != nil || running == nil {
			t.Errorf("ending the call ended the duty: %+v, %v", running, err)
		}
		h.clock.Advance(time.Second)
		h.send("officer", h.at(0))
		if p, _ := h.Positions(h.as("centre"), 0); len(p.Items) != 1 || p.Items[0].SOS {
			t.Errorf("after the end: %+v", p)
		}

		if _, err := h.CallForHelp(h.as("other"), nil); err != nil { // off duty
			t.Fatal(err)
		}
		if ended, err := h.EndMySOS(h.as("other"), "误触"); err != nil || ended.State != SOSResolved {
			t.Errorf("%+v, %v", ended, err)
		}
		if running, _, err := h.Mine(h.as("other")); err != nil || running != nil {
			t.Errorf("the session of the call goes on: %+v, %v", running, err)
		}
		_, err = h.EndMySOS(h.as("other"), "")
		wantCode(t, err, "patrol.no_sos")
		if n := h.count("SELECT COUNT(*) FROM audit_entry WHERE object = 'sos_call'"); n != 5 {
			t.Errorf("%d audit entries, want 5", n)
		}
	})
}

func TestSOS_GoesOnWhenItsOfficerGoesOnDuty(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		if _, err := h.CallForHelp(h.as("officer"), nil); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(time.Minute)
		if x := h.onDuty("officer"); x.Kind != OnDuty {
			t.Errorf("%+v", x)
		}
		if mine, err := h.MySOS(h.as("officer")); err != nil || mine == nil {
			t.Errorf("%+v, %v", mine, err)
		}
	})
}

func TestSOS_OfATrackerIsACall(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		_, token, err := h.AddDevice(h.as("centre"), NewDevice{OfficerID: "user-officer", OfficerName: "officer", AreaCode: "320106001003001", Label: "工牌", Kind: "osmand"})
		if err != nil {
			t.Fatal(err)
		}
		h.onDuty("officer")
		h.clock.Advance(time.Minute)
		address := fmt.Sprintf("/ingest/osmand/%s?lat=32.06&lon=118.77&timestamp=%d&alarm=sos", token, h.clock.Now().Unix())
		for range 2 {
			w := httptest.NewRecorder()
			h.Ingest().ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
			if w.Code != http.StatusOK {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
		}
		if list, err := h.SOSCalls(h.as("centre")); err != nil || len(list) != 1 {
			t.Errorf("%+v, %v", list, err)
		}
		if err := h.Settle(context.Background()); err != nil {
			t.Fatal(err)
		}
		if n := h.count("SELECT COUNT(*) FROM track_device WHERE last_seen_at IS NOT NULL"); n != 1 {
			t.Errorf("%d trackers were seen", n)
		}
	})
}

// What came off duty must be in no file of the database, whatever form it might have been stored in: its numbers would
// be found as text, as columns and as a packed chunk.
func TestTake_LeavesNoByteOfAnOffDutyPositionInTheDatabase(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		on, _ := track.At(0, 32.061234, 118.771234)
		off, _ := track.At(0, 32.098765, 118.798765)
		h.onDuty("officer")
		h.clock.Advance(time.Minute)
		on.At = h.clock.Now().UnixMilli()
		h.send("officer", on)
		if _, err := h.GoOffDuty(h.as("officer")); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			h.clock.Advance(time.Minute)
			off.At = h.clock.Now().UnixMilli()
			h.send("officer", off)
		}
		if err := h.Settle(context.Background()); err != nil {
			t.Fatal(err)
		}
		h.stop()
		if h.DB.Dialect() != db.SQLite {
			t.Skip("its files are the server's; the rule is the same")
		}
		all := databaseBytes(t, h)
		if !holds(all, on) {
			t.Fatal("the position on duty is not found: the search is worth nothing")
		}
		if holds(all, off) {
			t.Error("a position off duty was stored")
		}
	})
}

func databaseBytes(t *testing.T, h *house) (all []byte) {
	t.Helper()
	type file struct {
		File string `db:"file"`
	}
	var path string
	if err := h.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		f, err := db.Get[file](context.Background(), tx, "SELECT file FROM pragma_database_list WHERE name = 'main'")
		path = f.File
		return err
	}); err != nil || path == "" {
		t.Fatalf("where the database is: %q, %v", path, err)
	}
	for _, ending := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + ending)
		if err != nil && ending == "" {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}

// holds reports whether a position lies in the bytes, as text or as it is packed.
func holds(all []byte, p track.Point) bool {
	lat, lon := p.Degrees()
	for _, text := range []string{fmt.Sprint(lat), fmt.Sprint(lon)} {
		if bytes.Contains(all, []byte(text)) {
			return true
		}
	}
	var packed [2 * binary.MaxVarintLen64]byte
	n := binary.PutVarint(packed[:], int64(p.Lat))
	n += binary.PutVarint(packed[n:], int64(p.Lon))
	return bytes.Contains(all, packed[:n]) || strings.Contains(string(all), fmt.Sprintf("%d", p.Lat))
}

// An account is disabled or locked while its person calls for help, such as by wrong passwords that somebody else tries.
func TestEndOf_HelpDoesNotEndWithAnAccount(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		duty int // minutes; 0 off duty
	}{{"off duty", 0}, {"on duty for hours", 8 * 60}} {
		t.Run(c.name, func(t *testing.T) {
			eachHouse(t, func(t *testing.T, h *house) {
				ctx := context.Background()
				if c.duty > 0 {
					if _, err := h.GoOnDuty(h.as("officer"), c.duty); err != nil {
						t.Fatal(err)
					}
				}
				if _, err := h.CallForHelp(h.as("officer"), nil); err != nil {
					t.Fatal(err)
				}
				shut := func() {
					t.Helper()
					if err := h.DB.Tx(ctx, func(tx *db.Tx) error { return h.EndOfTx(ctx, tx, "user-officer", "账号已停用") }); err != nil {
						t.Fatal(err)
					}
				}
				shut()
				h.clock.Advance(29 * time.Minute)
				if r := h.send("officer", h.at(0)); r.Kept != 1 {
					t.Errorf("while help is called: %+v", r)
				}
				h.clock.Advance(2 * time.Minute)
				if r := h.send("officer", h.at(0)); r.OffDuty != 1 {
					t.Errorf("after what the call shares: %+v", r)
				}
				h.onDuty("other")
				if err := h.DB.Tx(ctx, func(tx *db.Tx) error { return h.EndOfTx(ctx, tx, "user-other", "账号已停用") }); err != nil {
					t.Fatal(err)
				}
				if _, on := h.Running("user-other"); on {
					t.Error("without a call the session goes on")
				}
			})
		})
	}
}
