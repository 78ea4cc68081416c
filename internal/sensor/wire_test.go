package sensor

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	ce "github.com/cloudevents/sdk-go/v2"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"
)

// post sends a request to the ingest and returns status and body.
func (h *house) post(path, kind, token, body string, head ...string) (int, string) {
	h.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	h.Ingest().ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestCloudEvents_OfficialClientIsUnderstoodInEveryMode(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.add("WL-1", "water_level")
		server := httptest.NewServer(h.Ingest())
		defer server.Close()
		one := func(id string) ce.Event {
			e := ce.NewEvent()
			e.SetID(id)
			e.SetSource("//water.example/platform")
			e.SetType("cn.example.water.reading")
			e.SetSubject("WL-1")
			e.SetTime(h.clock.Now())
			if err := e.SetData(ce.ApplicationJSON, map[string]any{"level": 0.1}); err != nil {
				t.Fatal(err)
			}
			return e
		}
		client, err := ce.NewClientHTTP(cehttp.WithTarget(server.URL+"/ingest/cloudevents"), cehttp.WithHeader("Authorization", "Bearer "+h.token))
		if err != nil {
			t.Fatal(err)
		}
		for i, mode := range []func(context.Context) context.Context{ce.WithEncodingBinary, ce.WithEncodingStructured} {
			if result := client.Send(mode(t.Context()), one(fmt.Sprintf("编号%% %d", i))); !ce.IsACK(result) {
				t.Fatalf("mode %d: %v", i, result)
			}
		}
		r, err := cehttp.NewHTTPRequestFromEvents(t.Context(), server.URL+"/ingest/cloudevents", []ce.Event{one("b1"), one("b2"), one("编号% 0")})
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+h.token)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if n := h.count("SELECT taken FROM sensor_source"); answer.StatusCode != 200 || n != 4 {
			t.Fatalf("status %d, %d taken", answer.StatusCode, n)
		}
		if n := h.count("SELECT repeated FROM sensor_source"); n != 1 {
			t.Fatalf("%d repeated: the id of the first mode is another in the batch", n)
		}
	})
}

func TestCloudEvents_RefusesWhatIsNoEventAndUnknownSenders(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		const path, structured = "/ingest/cloudevents", "application/cloudevents+json"
		good := `{"specversion":"1.0","id":"1","source":"s","type":"heartbeat","subject":"WL-1"}`
		for _, c := range []struct {
			status     int
			kind, body string
			token      string
			head       []string
		}{
			{401, structured, good, "", nil},
			{401, structured, good, "nobody", nil},
			{200, structured, good, h.token, nil},
			{422, structured, `{"specversion":"0.3","id":"1","source":"s","type":"t"}`, h.token, nil},
			{422, structured, `{"specversion":"1.0","source":"s","type":"t"}`, h.token, nil},
			{422, structured, `[]`, h.token, nil},
			{422, "application/cloudevents+avro", good, h.token, nil},
			{200, "application/cloudevents-batch+json", `[]`, h.token, nil},
			{413, "application/cloudevents-batch+json", "[" + strings.Repeat(good+",", 1000) + good + "]", h.token, nil},
			{422, "application/json", `{}`, h.token, nil},
			{422, "application/json", `{`, h.token, []string{"Ce-Specversion", "1.0", "Ce-Id", "1", "Ce-Source", "s", "Ce-Type", "reading"}},
			{422, "application/json", `{}`, h.token, []string{"Ce-Specversion", "1.0", "Ce-Id", "%FF", "Ce-Source", "s", "Ce-Type", "reading"}},
		} {
			if status, text := h.post(path, c.kind, c.token, c.body, c.head...); status != c.status {
				t.Errorf("%.80s: %d, want %d: %s", c.body, status, c.status, text)
			}
		}
		if err := h.RevokeSource(h.as("centre"), h.from.ID); err != nil {
			t.Fatal(err)
		}
		if status, _ := h.post(path, structured, h.token, good); status != 401 {
			t.Errorf("a revoked token: %d", status)
		}
	})
}

func TestSensorThings_ObservationIsAReading(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		x := h.add("WL-1", "water_level")
		body := fmt.Sprintf(`{"phenomenonTime":%q,"result":0.25}`, h.clock.Now().Format(time.RFC3339))
		for range 2 {
			if status, text := h.post("/ingest/sensorthings/v1.1/Datastreams(WL-1:level)/Observations", "application/json", h.token, body); status != 200 {
				t.Fatalf("%d %s", status, text)
			}
		}
		if h.now(x.ID).Latest.V["level"].V != 0.25 || h.count("SELECT taken FROM sensor_source") != 1 {
			t.Fatal("not taken once")
		}
		if status, _ := h.post("/ingest/sensorthings/v1.1/Datastreams(7)/Observations", "application/json", h.token, body); status != 422 {
			t.Errorf("a stream without a metric: %d", status)
		}
	})
}

func TestPack_ReadsBackWhatWasWrittenAndRefusesRubbish(t *testing.T) {
	list := []Reading{{0, -1.5}, {1, 0}, {999, 20}, {3_599_999, 0.001}}
	b := pack(0, list)
	got, err := unpack(0, b)
	if err != nil || fmt.Sprint(got) != fmt.Sprint(list) {
		t.Fatalf("%v, %v", got, err)
	}
	for i := range b {
		if _, err := unpack(0, b[:i]); err == nil && i > 0 {
			t.Errorf("cut at %d is read", i)
		}
	}
	if _, err := unpack(0, []byte{9, 1}); err == nil {
		t.Error("an unknown codec is read")
	}
}

func FuzzReadEvent(f *testing.F) {
	f.Add("application/cloudevents+json", `{"specversion":"1.0","id":"1","source":"s","type":"reading","data":{"values":{"level":1}}}`)
	f.Add("application/cloudevents-batch+json", `[{"specversion":"1.0","id":"1","source":"s","type":"reading","data_base64":"e30="}]`)
	f.Fuzz(func(_ *testing.T, kind, body string) {
		events, err := readEvents(http.Header{"Content-Type": {kind}}, []byte(body))
		for i := range events {
			if err == nil {
				events[i].values()
			}
		}
	})
}
