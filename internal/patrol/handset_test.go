package patrol

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	goQuiet = `[{"_type":"cmd","action":"setConfiguration","configuration":{"_type":"configuration","monitoring":-1}}]`
	goMove  = `[{"_type":"cmd","action":"setConfiguration","configuration":{"_type":"configuration","monitoring":2}}]`
)

// post sends a body as the OwnTracks phone of a token and returns the answer.
func (h *house) post(token, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/ingest/owntracks", strings.NewReader(body))
	r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("u:"+token)))
	w := httptest.NewRecorder()
	h.Ingest().ServeHTTP(w, r)
	return w
}

// location is a message of an OwnTracks phone now, with its trigger.
func (h *house) location(trigger string) string {
	return fmt.Sprintf(`{"_type":"location","lat":32.06,"lon":118.77,"tst":%d,"t":%q}`, h.clock.Now().Unix(), trigger)
}

func TestOwnTracks_IsToldToBeQuietWhenDutyEndsByThePersonByTheCentreAndByTime(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		_, token, err := h.AddDevice(h.as("centre"), NewDevice{OfficerID: "user-officer", AreaCode: "320106001003001", Label: "手机", Kind: "owntracks"})
		if err != nil {
			t.Fatal(err)
		}
		says := func(when, trigger, want string) {
			t.Helper()
			h.clock.Advance(time.Minute)
			if w := h.post(token, h.location(trigger)); w.Code != 200 || w.Body.String() != want {
				t.Errorf("%s: %d %s", when, w.Code, w.Body)
			}
		}
		for name, end := range map[string]func(x *Session) error{
			"the person": func(*Session) error { _, err := h.GoOffDuty(h.as("officer")); return err },
			"the centre": func(x *Session) error { _, err := h.End(h.as("centre"), x.ID, "误开"); return err },
			"time": func(x *Session) error {
				h.clock.Set(x.UntilAt.Add(time.Second))
				return h.Expire(context.Background())
			},
		} {
			says("before duty", "t", goQuiet)
			x := h.onDuty("officer")
			says("by hand on duty", "u", goMove)
			says("on duty", "t", "[]")
			if err := end(x); err != nil {
				t.Fatal(err)
			}
			says("ended by "+name, "t", goQuiet)
			says("by hand, ended by "+name, "u", goQuiet)
		}
		if w := h.post(token, ""); w.Code != 200 || w.Body.String() != goQuiet {
			t.Errorf("an empty body: %d %s", w.Code, w.Body)
		}
	})
}

func TestHandset_TakesWhatItsTrackerMaySendAndNothingAfterItIsRevoked(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		device, token, err := h.AddDevice(h.as("centre"), NewDevice{OfficerID: "user-officer", AreaCode: "320106001003001", Label: "手机", Kind: "owntracks"})
		if err != nil {
			t.Fatal(err)
		}
		if h.Handset("another", token) != nil || h.Handset(device.ID, "wrong") != nil || h.Handset(device.ID, "") != nil {
			t.Error("somebody else's phone")
		}
		p := h.Handset(device.ID, token)
		take := func(want int, onDuty bool) {
			t.Helper()
			h.clock.Advance(time.Minute)
			on, err := p.Take(context.Background(), []byte(h.location("t")))
			if got := len(h.day("officer")); err != nil || on != onDuty || got != want {
				t.Errorf("%d points, on duty %v, %v", got, on, err)
			}
		}
		topic := "owntracks/" + device.ID + "/handy/cmd"
		quietly, moving := strings.Trim(goQuiet, "[]"), strings.Trim(goMove, "[]")
		take(0, false)
		if got := string(p.Command(topic)); got != quietly {
			t.Errorf("off duty: %s", got)
		}
		h.onDuty("officer")
		take(1, true)
		if got := string(p.Command(topic)); got != moving || p.Command("owntracks/"+device.ID) != nil {
			t.Errorf("on duty: %s", got)
		}
		if err := h.Settle(context.Background()); err != nil {
			t.Fatal(err)
		}
		if list, err := h.Devices(h.as("centre"), ""); err != nil || list[0].LastSeenAt == nil {
			t.Errorf("a phone that speaks MQTT was not seen: %+v, %v", list, err)
		}
		if err := h.RevokeDevice(h.as("centre"), device.ID); err != nil {
			t.Fatal(err)
		}
		_, err = p.Take(context.Background(), []byte(h.location("t")))
		wantCode(t, err, "patrol.unknown_device")
	})
}

func TestOnTurn_TellsOfEveryBeginningAndEndOnAnyServer(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		var mu sync.Mutex
		var told []string
		second := New(Deps{DB: h.DB, Node: "second"})
		if err := second.Refresh(context.Background()); err != nil {
			t.Fatal(err)
		}
		for name, s := range map[string]*Service{"first ": h.Service, "second ": second} {
			s.OnTurn(func(officer string) {
				mu.Lock()
				defer mu.Unlock()
				told = append(told, name+officer)
			})
		}
		step := func() {
			h.clock.Advance(time.Second)
			if err := second.Refresh(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		h.onDuty("officer")
		step()
		step()
		if _, err := h.GoOffDuty(h.as("officer")); err != nil {
			t.Fatal(err)
		}
		step()
		slices.Sort(told)
		if want := []string{"first user-officer", "first user-officer", "second user-officer", "second user-officer"}; !slices.Equal(told, want) {
			t.Errorf("told %v", told)
		}
	})
}
