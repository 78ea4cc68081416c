package sensor

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
)

// maxBody bounds what a platform may send at once.
const maxBody = 2 << 20

// Ingest answers platforms:
//
//	POST /ingest/cloudevents                                   CloudEvents 1.0: headers, application/cloudevents+json or …-batch+json
//	POST /ingest/sensorthings/v1.1/Datastreams(SENSOR:METRIC)/Observations   {"phenomenonTime": …, "result": 21.6}
//
// The token of the source is the bearer token or the password of basic authentication. An event that can never be taken is
// answered 200 and named in the answer, or its platform would send it for ever; what is no event at all is 422, an unknown token
// 401, and what the server cannot do now 503.
func (s *Service) Ingest() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /ingest/cloudevents", s.cloudEvents)
	mux.HandleFunc("POST /ingest/sensorthings/v1.1/{stream}/Observations", s.observation)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil { // a platform must not end the server, nor learn why it failed
				httpx.WriteProblem(w, r, errors.New("an event could not be read"))
			}
		}()
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		mux.ServeHTTP(w, r)
	})
}

// sender returns the source whose token the call carries; it has answered if there is none.
func (s *Service) sender(w http.ResponseWriter, r *http.Request) (Source, bool) {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		_, token, _ = r.BasicAuth()
	}
	from, ok, err := s.SourceOf(r.Context(), token)
	switch {
	case err != nil:
		httpx.WriteProblem(w, r, errs.Unavailable("sensor.later", "The events cannot be taken now; send them again in a moment.").Because(err))
	case !ok:
		w.Header().Set("WWW-Authenticate", `Bearer realm="yiwang"`)
		httpx.WriteProblem(w, r, errs.Unauthorized("sensor.unknown_source", "The token of the platform is missing or unknown."))
	case !s.limiter.Allow(from.ID):
		ok = false
		w.Header().Set("Retry-After", "5")
		httpx.WriteProblem(w, r, errs.TooMany("sensor.too_fast", "This platform calls too often; send batches."))
	}
	return from, ok && err == nil
}

func (s *Service) cloudEvents(w http.ResponseWriter, r *http.Request) {
	from, ok := s.sender(w, r)
	if !ok {
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		httpx.WriteProblem(w, r, errs.TooLarge("sensor.batch", "Send at most 2 MB and 1000 events at a time."))
		return
	}
	events, err := readEvents(r.Header, body)
	if err != nil {
		httpx.WriteProblem(w, r, unreadable(err))
		return
	}
	s.settle(w, r, from, events)
}

func unreadable(err error) error {
	if errors.Is(err, errTooMany) {
		return errs.TooLarge("sensor.batch", "Send at most 2 MB and 1000 events at a time.")
	}
	return errs.Invalid("sensor.no_event", "The body is no CloudEvent 1.0.", errs.Field{Location: "body", Message: err.Error()})
}

// observation takes one observation in the manner of SensorThings: the name of the stream is sensor and metric.
func (s *Service) observation(w http.ResponseWriter, r *http.Request) {
	from, ok := s.sender(w, r)
	if !ok {
		return
	}
	name := strings.TrimSuffix(strings.TrimPrefix(r.PathValue("stream"), "Datastreams("), ")")
	subject, metric, named := strings.Cut(strings.Trim(name, "'"), ":")
	var in struct {
		Time   time.Time       `json:"phenomenonTime"`
		Result json.RawMessage `json:"result"`
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &in)
	}
	if err != nil || !named || in.Time.IsZero() || len(in.Result) == 0 {
		httpx.WriteProblem(w, r, errs.Invalid("sensor.no_observation", "Send {\"phenomenonTime\": …, \"result\": …} to Datastreams(SENSOR:METRIC)/Observations."))
		return
	}
	data, _ := json.Marshal(map[string]json.RawMessage{metric: in.Result}) // it was valid before
	s.settle(w, r, from, []Event{{Source: "sensorthings", ID: name + "@" + in.Time.UTC().Format(time.RFC3339Nano), Type: typeReading, Subject: subject, Time: in.Time, Data: data}})
}

// settle takes the events and answers once they are durable.
func (s *Service) settle(w http.ResponseWriter, r *http.Request, from Source, events []Event) {
	out, err := s.Take(auth.System(r.Context(), from.Name), from, events)
	if err != nil {
		httpx.WriteProblem(w, r, err)
		return
	}
	b, err := json.Marshal(out)
	if err != nil {
		httpx.WriteProblem(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b) // the platform may be gone
}
