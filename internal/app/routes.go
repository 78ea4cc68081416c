package app

import (
	"context"
	"io/fs"
	"net/http"
	"runtime"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/klauspost/compress/gzhttp"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"yiwang/internal/patrol"
	"yiwang/internal/platform/httpx"
	"yiwang/web"
)

// Version of the API document.
const apiVersion = "1"

// gateWait is how long a request waits for its turn before it is sent away: longer than a call takes under full load,
// shorter than anybody looks at a screen.
const gateWait = 500 * time.Millisecond

// API registers every operation of every module on mux. Its access list is the whole list of ways in.
func (a *App) API(mux *http.ServeMux) huma.API {
	api := httpx.NewAPI(mux, apiVersion)
	a.Region.Routes(api)
	a.Identity.Routes(api)
	a.Survey.Routes(api)
	a.Opinions.Routes(api)
	a.Rectify.Routes(api)
	a.Appraisal.Routes(api)
	a.Sampling.Routes(api)
	a.Fieldwork.Routes(api)
	a.Integrity.Routes(api)
	a.Results.Routes(api)
	a.Reports.Routes(api)
	a.Duties.Routes(api)
	a.Cases.Routes(api)
	a.Intake.Routes(api)
	a.Whistles.Routes(api)
	a.Desk.Routes(api)
	a.Exports.Routes(api)
	a.Tally.Routes(api)
	a.Messages.Routes(api)
	a.Partners.Routes(api)
	a.Live.Routes(api)
	a.Patrol.Routes(api)
	a.Roster.Routes(api)
	a.Rounds.Routes(api)
	a.Alarms.Routes(api)
	a.Fences.Routes(api)
	a.Spoofs.Routes(api)
	a.Wall.Routes(api)
	a.Calls.Routes(api)
	a.Cameras.Routes(api)
	a.Sensors.Routes(api)
	a.systemRoutes(api)
	return api
}

// Handler is everything the server answers.
func (a *App) Handler() (http.Handler, error) {
	mux := http.NewServeMux()
	api := a.API(mux)
	httpx.ServeDocs(mux, api)
	dist, err := fs.Sub(web.Dist, "dist")
	if err != nil {
		return nil, err
	}
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(2048)) // what is smaller fits in two packets anyway
	if err != nil {
		return nil, err
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "alive") })
	mux.HandleFunc("GET /readyz", a.ready)
	mux.Handle("GET /metrics", promhttp.Handler())
	mux.Handle("/open311/v2/", a.Partners.Open311())
	mux.Handle("/", httpx.Static(dist))
	proxies, err := a.Config.Proxies()
	if err != nil {
		return nil, err
	}
	outer := &httpx.Outer{Authenticate: a.authenticate, Refused: a.refusals.Add, Clock: a.DB.Clock(), TrustProxies: proxies,
		Limiter: httpx.NewLimiter(a.Config.RateLimit, a.Config.RateBurst), Secure: a.Config.SecureCookies(),
		Gate: httpx.NewGate(a.Config.Places*runtime.GOMAXPROCS(0), a.Config.Places*runtime.GOMAXPROCS(0)*8, gateWait)}
	front := http.NewServeMux()
	front.Handle("/ingest/", a.Patrol.Ingest())             // thousands of phones behind one address: limited by tracker, signed in by its token
	front.Handle("GET "+patrol.StreamPath, outer.Wrap(mux)) // a WebSocket takes the connection, which what compresses would hide
	front.Handle("/ingest/cloudevents", a.Sensors.Ingest())
	front.Handle("/ingest/sensorthings/", a.Sensors.Ingest())
	front.Handle("/", outer.Wrap(compress(httpx.Idempotent(a.DB, mux))))
	return front, nil
}

// ready says whether the database, and NATS where configured, answer.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := a.DB.Ping(ctx); err != nil {
		plain(w, http.StatusServiceUnavailable, "database does not answer")
		return
	}
	if a.relay != nil {
		if err := a.relay.Ping(ctx); err != nil {
			plain(w, http.StatusServiceUnavailable, "NATS does not answer")
			return
		}
	}
	plain(w, http.StatusOK, "ready")
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n"))
}
