package patrol

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/testkit"
	"yiwang/internal/track"
)

var wireNow = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

// The payloads are typed after the documented formats of the apps, not taken from anybody's files.
func TestOsmAnd_ReadsWhatTheAppsSend(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		h := open(t, d, c)
		h.onDuty("officer")
		h.clock.Advance(time.Hour)
		now := h.clock.Now()
		_, token, err := h.AddDevice(h.as("centre"), NewDevice{OfficerID: "user-officer", AreaCode: "320106001003001", Label: "备用手机", Kind: "osmand"})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(h.Ingest())
		defer server.Close()
		sec := func(n int) string { return now.Add(time.Duration(n) * time.Second).Format(time.RFC3339) }
		calls := []struct {
			name, method, path, kind, body string
			status, kept                   int
		}{
			{"query with milliseconds", "GET", "/ingest/osmand?id=" + token + "&lat=32.06&lon=118.77&timestamp=" + ms(now, -60) + "&speed=2.5&bearing=90&accuracy=4.2&batt=81.4&charge=true", "", "", 200, 1},
			{"query without a time", "POST", "/ingest/osmand?deviceid=" + token + "&location=32.061,118.771", "", "", 200, 1},
			{"token in the path", "GET", "/ingest/osmand/" + token + "?lat=32.06&lon=118.77&timestamp=" + sec(-50), "", "", 200, 1},
			{"form", "POST", "/ingest/osmand", "application/x-www-form-urlencoded", "id=" + token + "&lat=32.06&lon=118.77&timestamp=" + ms(now, -40) + "&speed=0&alarm=sos", 200, 1},
			{"object", "POST", "/ingest/osmand", "application/json", `{"device_id":"` + token + `","location":{"timestamp":"` + sec(-30) + `","coords":{"latitude":32.06,"longitude":118.77,"accuracy":5,"speed":1.5,"heading":-1},"is_moving":true,"battery":{"level":0.79,"is_charging":false}}}`, 200, 1},
			{"object without a position", "POST", "/ingest/osmand", "application/json", `{"device_id":"` + token + `","location":{"timestamp":"` + sec(-30) + `"}}`, 200, 0},
			{"array", "POST", "/ingest/osmand/" + token, "application/json; charset=utf-8", `[{"lat":32.06,"lon":"118.77","timestamp":` + ms(now, -20) + `,"mock":true},{"lat":32.06,"lon":118.77,"timestamp":` + ms(now, -10) + `}]`, 200, 2},
			{"a place that the device holds for invalid", "GET", "/ingest/osmand/" + token + "?lat=32.06&lon=118.77&valid=false&timestamp=" + ms(now, -5), "", "", 200, 0},
			{"heartbeat", "GET", "/ingest/osmand?id=" + token, "", "", 200, 0},
			{"a position that is none", "GET", "/ingest/osmand?id=" + token + "&lat=132.06&lon=118.77", "", "", 200, 0},
			{"a time that is none", "GET", "/ingest/osmand?id=" + token + "&lat=32.06&lon=118.77&timestamp=gestern", "", "", 200, 0},
			{"not JSON", "POST", "/ingest/osmand/" + token, "application/json", `{"lat":`, 200, 0},
			{"unknown", "GET", "/ingest/osmand?id=12345678&lat=32.06&lon=118.77", "", "", 422, 0},
			{"nobody", "GET", "/ingest/osmand?lat=32.06&lon=118.77", "", "", 422, 0},
			{"another method", "DELETE", "/ingest/osmand", "", "", 405, 0},
		}
		for _, x := range calls {
			before := len(h.day("officer"))
			r, err := http.NewRequest(x.method, server.URL+x.path, strings.NewReader(x.body))
			if err != nil {
				t.Fatal(err)
			}
			if x.kind != "" {
				r.Header.Set("Content-Type", x.kind)
			}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if after := len(h.day("officer")); answer.StatusCode != x.status || after-before != x.kept {
				t.Errorf("%s: %d with %d points, want %d with %d", x.name, answer.StatusCode, after-before, x.status, x.kept)
			}
		}
		first := h.day("officer")[0]
		if lat, lon := first.Degrees(); lat != 32.06 || lon != 118.77 || first.Speed != 13 || first.Heading != 90 || first.Accuracy != 5 || first.Battery != 81 || !first.Flags.Has(track.Charging) {
			t.Errorf("the first point is %+v", first)
		}
	})
}

func ms(at time.Time, seconds int) string {
	return strconv.FormatInt(at.Add(time.Duration(seconds)*time.Second).UnixMilli(), 10)
}

func TestOwnTracks_ReadsWhatTheAppSends(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		body     string
		kept     int
		bad      int
		unread   bool
		speed    uint16
		heading  uint16
		accuracy uint16
	}{
		"a location":       {`{"_type":"location","lat":32.06,"lon":118.77,"tst":1795485600,"acc":12,"vel":36,"cog":270,"batt":55,"bs":2,"tid":"ab"}`, 1, 0, false, 100, 270, 12},
		"unknown numbers":  {`{"_type":"location","lat":32.06,"lon":118.77,"tst":1795485600,"vel":-1,"cog":-1}`, 1, 0, false, track.NoSpeed, track.NoHeading, track.NoAccuracy},
		"numbers as text":  {`{"_type":"location","lat":"32.06","lon":"118.77","tst":"1795485600"}`, 1, 0, false, track.NoSpeed, track.NoHeading, track.NoAccuracy},
		"several at once":  {`[{"_type":"location","lat":32.06,"lon":118.77,"tst":1795485600},{"_type":"transition","event":"enter"}]`, 1, 0, false, track.NoSpeed, track.NoHeading, track.NoAccuracy},
		"an encrypted one": {`{"_type":"encrypted","data":"bm90aGluZw=="}`, 0, 1, false, 0, 0, 0},
		"a last will":      {`{"_type":"lwt","tst":"1795485600"}`, 0, 0, false, 0, 0, 0},
		"nothing":          {``, 0, 0, false, 0, 0, 0},
		"without a time":   {`{"_type":"location","lat":32.06,"lon":118.77}`, 0, 1, false, 0, 0, 0},
		"without a place":  {`{"_type":"location","tst":1795485600}`, 0, 1, false, 0, 0, 0},
		"something else":   {`hello`, 0, 0, true, 0, 0, 0},
		"a deep structure": {`{"_type":["location"]}`, 0, 0, true, 0, 0, 0},
	} {
		points, bad, err := fromOwnTracks([]byte(x.body), wireNow)
		if (err != nil) != x.unread || len(points) != x.kept || bad != x.bad {
			t.Errorf("%s: %v, %d bad, %v", name, points, bad, err)
			continue
		}
		if x.kept == 1 && (points[0].Speed != x.speed || points[0].Heading != x.heading || points[0].Accuracy != x.accuracy || points[0].At != 1795485600000) {
			t.Errorf("%s: %+v", name, points[0])
		}
	}
}

func TestOwnTracks_AnswersAnEmptyListAndKnowsWhoSends(t *testing.T) {
	t.Parallel()
	testkit.EachDBAt(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		h := open(t, d, c)
		h.onDuty("officer")
		h.clock.Advance(time.Minute)
		device, token, err := h.AddDevice(h.as("centre"), NewDevice{OfficerID: "user-officer", AreaCode: "320106001003001", Label: "手机", Kind: "owntracks"})
		if err != nil {
			t.Fatal(err)
		}
		send := func(password string) *httptest.ResponseRecorder {
			r := httptest.NewRequest("POST", "/ingest/owntracks", strings.NewReader(`{"_type":"location","lat":32.06,"lon":118.77,"tst":`+strconv.FormatInt(h.clock.Now().Unix(), 10)+`}`))
			r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("u:"+password)))
			w := httptest.NewRecorder()
			h.Ingest().ServeHTTP(w, r)
			return w
		}
		if w := send(token); w.Code != 200 || w.Body.String() != "[]" || len(h.day("officer")) != 1 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if w := send("wrong"); w.Code != 401 {
			t.Errorf("a wrong password: %d", w.Code)
		}
		wantCode(t, h.RevokeDevice(h.as("street2"), device.ID), "patrol.no_device")
		if err := h.RevokeDevice(h.as("centre"), device.ID); err != nil {
			t.Fatal(err)
		}
		if w := send(token); w.Code != 401 {
			t.Errorf("a revoked tracker: %d", w.Code)
		}
	})
}

func FuzzWires(f *testing.F) {
	for _, s := range []string{`{"_type":"location","lat":1,"lon":2,"tst":3}`, `[{"lat":1}]`, `{"location":{"coords":{}}}`, "null", "[null]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _, _ = fromOwnTracks(b, wireNow)
		_, _, _, _ = fromJSON(b, Knots, wireNow)
	})
}

// The button of Traccar's app sends the position with an alarm among its extras; older apps send a parameter, others an event.
func TestOsmAnd_ACallForHelpIsHeardInEveryForm(t *testing.T) {
	t.Parallel()
	place := `"timestamp":"2026-11-24T02:00:00.000Z","coords":{"latitude":32.06,"longitude":118.77}`
	for name, body := range map[string]string{
		"extras":     `{"location":{` + place + `,"event":"","extras":{"alarm":"sos"}},"device_id":"1"}`,
		"merged":     `{"location":{` + place + `,"alarm":"sos","extras":{}}}`,
		"an event":   `{"location":{` + place + `,"event":"sos"}}`,
		"a flat one": `[{"lat":32.06,"lon":118.77,"timestamp":1795485600,"alarm":"sos"}]`,
	} {
		points, bad, _, err := fromJSON([]byte(body), Knots, wireNow)
		if err != nil || bad != 0 || len(points) != 1 || !points[0].Flags.Has(track.SOS) {
			t.Errorf("%s: %+v, %d bad, %v", name, points, bad, err)
		}
	}
	for name, body := range map[string]string{"other extras": `{"location":{` + place + `,"extras":{"alarm":"lowBattery","shift":3}}}`, "none": `{"location":{` + place + `,"extras":{}}}`} {
		points, _, _, err := fromJSON([]byte(body), Knots, wireNow)
		if err != nil || len(points) != 1 || points[0].Flags.Has(track.SOS) {
			t.Errorf("%s: %+v, %v", name, points, err)
		}
	}
}
