package httpx_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"yiwang/internal/platform/audit"
	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/httpx"
)

func TestOrigin_ALineTheCallerSentDoesNotHideTheOneTheProxyAdded(t *testing.T) {
	var got audit.Origin
	o := &httpx.Outer{Clock: clock.System, Limiter: httpx.NewLimiter(0, 0), Authenticate: func(*http.Request) (*auth.Principal, error) { return nil, nil },
		TrustProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	h := o.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = audit.OriginFrom(r.Context()) }))
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "10.0.0.1:1"
	r.Header["X-Forwarded-For"] = []string{"198.51.100.7", "203.0.113.9"}
	h.ServeHTTP(httptest.NewRecorder(), r)
	if got.Address != "203.0.113.9" {
		t.Errorf("got %s", got.Address)
	}
}

func TestLimiter_CountsTheAddressesOfOneIPv6CustomerTogether(t *testing.T) {
	o := &httpx.Outer{Clock: clock.System, Limiter: httpx.NewLimiter(0.001, 1), Authenticate: func(*http.Request) (*auth.Principal, error) { return nil, nil }}
	h := o.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for _, c := range []struct {
		remote string
		want   int
	}{{"[2001:db8::1]:1", 200}, {"[2001:db8::2]:1", 429}, {"[2001:db8:0:1::1]:1", 200}, {"192.0.2.1:1", 200}, {"192.0.2.2:1", 200}} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		if rec.Code != c.want {
			t.Errorf("%s: %d, want %d", c.remote, rec.Code, c.want)
		}
	}
}
