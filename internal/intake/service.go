package intake

import (
	"yiwang/internal/cases"
	"yiwang/internal/duty"
	"yiwang/internal/identity"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/jobs"
	"yiwang/internal/region"
)

// Deps is what the service works with.
type Deps struct {
	DB      *db.DB
	Cases   *cases.Service
	Duties  *duty.Service
	Regions *region.Service
	People  *identity.Service
	Files   blob.Store
	Box     *crypto.Box
	Jobs    *jobs.Runner
}

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	Deps
	limits
	teacher teacher
}

// limits bound what anybody may send without signing in, per network and per device.
type limits struct {
	reports, devices, photos, asks, wrong *httpx.Limiter
}

// New returns the service.
func New(d Deps) *Service {
	return &Service{Deps: d, limits: limits{
		reports: httpx.NewLimiter(1.0/20, 40),  // a housing estate shares one address
		devices: httpx.NewLimiter(1.0/120, 10), // one person with one telephone
		photos:  httpx.NewLimiter(1.0/4, 90),
		asks:    httpx.NewLimiter(2, 120),
		wrong:   httpx.NewLimiter(1.0/30, 12), // codes that nobody has
	}}
}
