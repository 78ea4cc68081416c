package integration

import (
	"net/http"
	"net/netip"

	"yiwang/internal/cases"
	"yiwang/internal/duty"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/region"
)

// Deps is what the service works with.
type Deps struct {
	DB      *db.DB
	Cases   *cases.Service
	Duties  *duty.Service
	Regions *region.Service
	Box     *crypto.Box
	Private []netip.Prefix // private networks that webhooks may reach
}

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	Deps
	writes *httpx.Limiter // reports per partner
	client *http.Client   // of webhooks
}

// New returns the service.
func New(d Deps) *Service {
	return &Service{Deps: d, writes: httpx.NewLimiter(5, 50), client: guardedClient(d.Private)}
}
