package httpx

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/i18n"
)

// Authenticate finds out who sends a request: nil without credentials, an error for wrong ones.
type Authenticate func(r *http.Request) (*auth.Principal, error)

// Outer is what surrounds every request.
type Outer struct {
	Authenticate Authenticate
	Clock        clock.Clock
	TrustProxies []netip.Prefix // whose X-Forwarded-For is believed
	Limiter      *Limiter
	Gate         *Gate // nil: no bound
	Secure       bool  // served by TLS, directly or behind a proxy

	Refused func(ctx context.Context, operation string) // hears of what signed-in people were refused with 403; nil: nobody
}

// maxRequest bounds any request; operations set smaller limits.
const maxRequest = 80 << 20

// contentSecurityPolicy admits nothing inline but style attributes, which the chart library sets on SVG text.
const contentSecurityPolicy = "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; " +
	"media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// Wrap puts the middleware around next: request id, panic guard, log, headers, limits, origin check, sign-in.
func (o *Outer) Wrap(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		WriteProblem(w, r, errs.Forbidden("request.cross_origin", "The request comes from another site."))
	}))
	inner := cross.Handler(o.admit(next))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := o.Clock.Now()
		origin := audit.Origin{RequestID: requestID(r), Address: o.address(r)}
		ctx := i18n.With(audit.WithOrigin(r.Context(), origin), i18n.Accept(r.Header.Get("Accept-Language")))
		r = r.WithContext(context.WithValue(ctx, gateKey{}, o.Gate))
		rec := &recorder{ResponseWriter: w}
		o.headers(rec.Header(), origin.RequestID)
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so too
					panic(p)
				}
				slog.ErrorContext(ctx, "panic", "panic", fmt.Sprint(p), "stack", string(debug.Stack()), "request_id", origin.RequestID)
				if rec.status == 0 {
					WriteProblem(rec, r, fmt.Errorf("panic: %v", p))
				}
			}
			o.log(ctx, r, rec, start, origin)
			if rec.status == http.StatusForbidden && o.Refused != nil && auth.From(r.Context()) != nil {
				o.Refused(r.Context(), routeOf(r))
			}
			if r.MultipartForm != nil { // the server cleans up after its own request only, and this is a copy of it
				_ = r.MultipartForm.RemoveAll()
			}
		}()
		if enc := r.Header.Get("Content-Encoding"); enc != "" && enc != "identity" {
			WriteProblem(rec, r, errs.Invalid("request.encoding", "Compressed request bodies are not accepted."))
			return
		}
		r.Body = http.MaxBytesReader(rec, r.Body, maxRequest)
		inner.ServeHTTP(rec, r)
	})
}

// admit authenticates and applies the rate limits.
func (o *Outer) admit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		address := audit.OriginFrom(r.Context()).Address
		if !o.Limiter.Allow("address " + Network(address)) {
			o.slowDown(w, r)
			return
		}
		if !strings.HasPrefix(r.URL.Path, "/api/") {
			next.ServeHTTP(w, r)
			return
		}
		p, err := o.Authenticate(r)
		if err != nil {
			WriteProblem(w, r, err)
			return
		}
		if p != nil {
			if !o.Limiter.Allow("account " + p.UserID) {
				o.slowDown(w, r)
				return
			}
			*r = *r.WithContext(auth.With(r.Context(), p)) // in place: Wrap looks at route and form of this request
		}
		next.ServeHTTP(w, r)
	})
}

// Network is what one caller holds: an IPv4 address, or the 64 bits that an IPv6 customer chooses addresses under.
func Network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}

func (o *Outer) slowDown(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Retry-After", "1")
	WriteProblem(w, r, errs.TooMany("request.too_fast", "Too many requests; wait a moment."))
}

func (o *Outer) headers(h http.Header, id string) {
	h.Set("X-Request-Id", id)
	h.Set("Content-Security-Policy", contentSecurityPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(self), microphone=(self), geolocation=(self)")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if o.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

func (o *Outer) log(ctx context.Context, r *http.Request, rec *recorder, start time.Time, origin audit.Origin) {
	took := o.Clock.Now().Sub(start)
	observe(r, rec.status, took)
	level := slog.LevelDebug
	if rec.status >= 500 {
		level = slog.LevelWarn
	}
	slog.Log(ctx, level, "request", "method", r.Method, "path", r.URL.Path, "status", rec.status, "bytes", rec.bytes,
		"ms", took.Milliseconds(), "address", origin.Address, "request_id", origin.RequestID)
}

// address is the caller's, believing only the proxies it was told to.
func (o *Outer) address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",") // a proxy may add a line of its own
	for i := len(hops) - 1; i >= 0 && o.trusted(host); i-- {
		hop := strings.TrimSpace(hops[i])
		if _, err := netip.ParseAddr(hop); err != nil {
			break
		}
		host = hop
	}
	return host
}

func (o *Outer) trusted(host string) bool {
	a, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range o.TrustProxies {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

func requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); len(id) >= 8 && len(id) <= 64 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == "" {
		return id
	}
	var b [10]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// recorder notes what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection, for streams.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
