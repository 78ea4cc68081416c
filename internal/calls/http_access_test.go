package calls_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yiwang/internal/calls"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/testkit"
)

// server answers as whoever the header As names.
func (h *house) server() (http.Handler, []httpx.Rule) {
	mux := http.NewServeMux()
	api := httpx.NewAPI(mux, "test")
	h.Routes(api)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if who := r.Header.Get("As"); who != "" {
			r = r.WithContext(auth.With(r.Context(), h.who[who]))
		}
		mux.ServeHTTP(w, r)
	}), httpx.ACL(api)
}

// ask calls an operation and returns the status with the code of the problem, and the body.
func ask(t *testing.T, h http.Handler, who, route, body string) (status int, code, answer string) {
	t.Helper()
	method, path, _ := strings.Cut(route, " ")
	r := httptest.NewRequest(method, path, bytes.NewBufferString(body))
	r.Header.Set("As", who)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var p struct {
		Code string `json:"code"`
	}
	if strings.Contains(w.Header().Get("Content-Type"), "json") {
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatalf("%s: %d %s", route, w.Code, w.Body)
		}
	}
	return w.Code, p.Code, w.Body.String()
}

// file puts a recording of somebody into the call, with bytes.
func (h *house) file(call, who string) (id string) {
	h.t.Helper()
	content := []byte("\x1a\x45\xdf\xa3 what was sent")
	sum := sha256.Sum256(content)
	key := hex.EncodeToString(sum[:])
	if err := h.files.Put(h.t.Context(), key, bytes.NewReader(content), int64(len(content))); err != nil {
		h.t.Fatal(err)
	}
	err := h.db.Tx(auth.System(h.t.Context(), "test"), func(tx *db.Tx) error {
		id = db.NewID(tx)
		_, err := tx.Exec(h.t.Context(), `INSERT INTO calls_recording (id, call_id, user_id, name, area_code, state, begun_at, bytes, sha256, expires_at) VALUES ($1, $2, $3, $4, $5, 'kept', $6, $7, $8, $9)`,
			id, call, h.ids[who], who, eastGrid, tx.Time(), len(content), key, clock.At(tx.Now().Add(24*time.Hour)))
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

// Every operation of this module, as those may use it whom the call concerns, as somebody of the same area who is not in it, as the desk of
// another street, as somebody without the permission, and as nobody. The order is that of a call.
func TestHTTP_EveryOperationServesTheParticipantsAndKeepsOthersOut(t *testing.T) {
	t.Parallel()
	d := testkit.SQLite(t)
	h := open(t, d, testkit.NewClock())
	h.who["reader"] = &auth.Principal{UserID: "reader", Name: "reader", Areas: []string{east}, Permissions: map[string]bool{"cases.read": true}}
	h.carry()
	server, rules := h.server()
	c := h.ring("desk", "officer")
	recording := h.file(c.ID, "officer")
	look, err := h.LookAt(h.as("desk"), recording, "核对")
	if err != nil {
		t.Fatal(err)
	}
	begin := `{"to":"` + h.ids["officer"] + `","kind":"video","device":"page-of-somebody"}`
	connection := `{"device":"page-officer","sdp":"no offer","fresh":true}`
	done := map[string]bool{}
	for _, x := range []struct {
		rule, path, body string
		who              string // whom it concerns
		status           int
		mate             int // an officer of the same street who is not in the call
		other            int // the desk of another street
		shows            string
	}{
		{"POST /api/v1/calls", "", begin, "desk2", 201, 403, 404, ""},
		{"GET /api/v1/calls", "", "", "officer", 200, 200, 200, c.ID},
		{"GET /api/v1/calls/current", "", "", "officer", 200, 200, 200, c.ID},
		{"GET /api/v1/calls/people", "", "", "desk", 200, 403, 200, h.ids["officer"]},
		{"GET /api/v1/calls/export", "?format=csv", "", "desk", 200, 403, 200, "燃气告警"},
		{"GET /api/v1/calls/{id}", c.ID, "", "officer", 200, 404, 404, c.ID},
		{"POST /api/v1/calls/{id}/actions/{action}", c.ID + "/accept", `{"device":"page-officer"}`, "officer", 200, 404, 404, ""},
		{"POST /api/v1/calls/{id}/connection", c.ID, connection, "officer", 422, 404, 404, ""},
		{"GET /api/v1/calls/relay", "", "", "officer", 200, 200, 200, ""},                     // one's own credentials
		{"POST /api/v1/calls/trials", "", `{"sdp":"no offer"}`, "officer", 422, 422, 422, ""}, // of one's own network
		{"POST /api/v1/call-recordings/{id}/looks", recording, `{"reason":"核对现场"}`, "desk", 201, 403, 404, ""},
		{"GET /api/v1/call-recordings/{id}/file", recording + "?look=" + look.ID, "", "desk", 200, 403, 404, "what was sent"},
	} {
		done[x.rule] = true
		route := x.rule
		if strings.HasPrefix(x.path, "?") {
			route += x.path
		} else if x.path != "" {
			id, rest, _ := strings.Cut(strings.Replace(x.path, "/", "\x00", 1), "\x00")
			id, query, asks := strings.Cut(id, "?")
			route = strings.ReplaceAll(strings.ReplaceAll(route, "{id}", id), "{action}", rest)
			if asks {
				route += "?" + query
			}
		}
		for _, one := range []struct {
			who  string
			want int
		}{{"", 401}, {"reader", 403}, {"mate", x.mate}, {"westdesk", x.other}} {
			got, code, answer := ask(t, server, one.who, route, x.body)
			if got != one.want {
				t.Errorf("%q %s: %d %s, want %d", one.who, x.rule, got, code, one.want)
			}
			if x.shows != "" && strings.Contains(answer, x.shows) {
				t.Errorf("%q %s: sees what concerns others", one.who, x.rule)
			}
		}
		got, code, answer := ask(t, server, x.who, route, x.body)
		if got != x.status || !strings.Contains(answer, x.shows) {
			t.Errorf("%s %s: %d %s, want %d with %q", x.who, x.rule, got, code, x.status, x.shows)
		}
	}
	for _, r := range rules {
		if !done[r.Method+" "+r.Path] {
			t.Errorf("%s %s is not in the table", r.Method, r.Path)
		}
	}
}

// Every action of a call is refused to who is not in it.
func TestHTTP_NoActionIsOpenToWhoIsNotInTheCall(t *testing.T) {
	t.Parallel()
	d := testkit.SQLite(t)
	h := open(t, d, testkit.NewClock())
	server, _ := h.server()
	c := h.ring("desk", "officer")
	h.act("officer", c.ID, calls.Accept)
	for _, action := range []calls.Action{calls.Accept, calls.Decline, calls.HangUp, calls.Hold, calls.Resume, calls.Move, calls.Invite, calls.Record, calls.StopRecording, calls.Agree, calls.Refuse, calls.EndForAll} {
		for _, who := range []string{"mate", "stranger", "westdesk"} {
			if got, code, _ := ask(t, server, who, "POST /api/v1/calls/"+c.ID+"/actions/"+string(action), `{"device":"page-of-another"}`); got != 404 {
				t.Errorf("%s: %s: %d %s", who, action, got, code)
			}
		}
		if action == calls.EndForAll {
			continue // the desk of the area may
		}
		if got, code, _ := ask(t, server, "desk2", "POST /api/v1/calls/"+c.ID+"/actions/"+string(action), `{"device":"page-of-another"}`); got < 400 {
			t.Errorf("a desk that is not in the call: %s: %d %s", action, got, code)
		}
	}
}
