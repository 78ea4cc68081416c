package patrol

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"

	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/track"
)

// maxBody bounds what a phone may send at once: some thousand points.
const maxBody = 2 << 20

// Ingest answers phones and trackers:
//
//	POST|GET /ingest/osmand[/{token}]  query, form, JSON object or JSON array; without {token} the id parameter is the token
//	POST     /ingest/owntracks         JSON; the password of basic authentication is the token
//
// A point that can never be kept is answered 200 and counted, or the phone would send it for ever; only an unknown token
// is 400 (OsmAnd) or 401 (OwnTracks), and what the server cannot do now is 503.
func (s *Service) Ingest() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/ingest/osmand", s.osmand)
	mux.HandleFunc("/ingest/osmand/{token}", s.osmand)
	mux.HandleFunc("POST /ingest/owntracks", s.owntracks)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil { // a phone must not end the server, nor learn why it failed
				httpx.WriteProblem(w, r, errors.New("a position could not be read"))
			}
		}()
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		mux.ServeHTTP(w, r)
	})
}

func (s *Service) osmand(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	values, body, err := parameters(r)
	if err != nil {
		httpx.WriteProblem(w, r, errs.Invalid("patrol.unreadable", "The positions cannot be read: send a query, a form, or JSON of at most 2 MB."))
		return
	}
	token := firstOf(r.PathValue("token"), values.Get("id"), values.Get("deviceid"))
	now := s.DB.Clock().Now()
	var points []track.Point
	bad := 0
	unit := Knots
	if d, ok := s.officerOf(token); ok {
		unit = d.SpeedUnit
	}
	if body != nil {
		var inside string
		if points, bad, inside, err = fromJSON(body, unit, now); err != nil {
			bad++ // not JSON: it will never become any
		}
		token = firstOf(token, inside)
	} else if p, err := fromValues(values, unit, now); err == nil {
		points = append(points, p)
	} else if !errors.Is(err, errNoPosition) {
		bad++
	}
	d, ok := s.officerOf(token)
	if !ok {
		httpx.WriteProblem(w, r, errs.Invalid("patrol.unknown_device", "The id of the tracker is missing or unknown."))
		return
	}
	s.settle(w, r, &d, points, bad, func(bool) []byte { return nil }) // what these apps do with an answer is not said anywhere: none reads one
}

// parameters returns query and form of a call, or the body if it is JSON.
func parameters(r *http.Request) (url.Values, []byte, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method == http.MethodPost && kind == "application/json" {
		body, err := io.ReadAll(r.Body)
		if body == nil {
			body = []byte{}
		}
		return r.URL.Query(), body, err
	}
	err := r.ParseForm()
	return r.Form, nil, err
}

func (s *Service) owntracks(w http.ResponseWriter, r *http.Request) {
	_, token, _ := r.BasicAuth()
	d, ok := s.officerOf(token)
	if !ok {
		w.Header().Set("WWW-Authenticate", `Basic realm="yiwang"`)
		httpx.WriteProblem(w, r, errs.Unauthorized("patrol.unknown_device", "The password of the tracker is missing or unknown."))
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		httpx.WriteProblem(w, r, errs.TooLarge("patrol.batch", "Send at most 2 MB at a time."))
		return
	}
	points, bad, err := fromOwnTracks(body, s.DB.Clock().Now())
	if err != nil {
		bad++
	}
	s.settle(w, r, &d, points, bad, func(onDuty bool) []byte { return answerOf(onDuty, sentByHand(body)) })
}

// settle takes the points and answers once they are durable, with what the phone is to be told.
func (s *Service) settle(w http.ResponseWriter, r *http.Request, d *Device, points []track.Point, bad int, answer func(onDuty bool) []byte) {
	onDuty, err := s.takeOf(r.Context(), d, points, bad)
	if err != nil {
		if kind := errs.KindOf(err); kind == errs.KindTooMany || kind == errs.KindUnavailable {
			w.Header().Set("Retry-After", "5")
		}
		httpx.WriteProblem(w, r, err)
		return
	}
	body := answer(onDuty)
	if body != nil {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body) // the phone may be gone
}
