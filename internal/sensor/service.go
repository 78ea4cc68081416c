package sensor

import (
	"context"

	"yiwang/internal/alarm"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/region"
)

// Deps is what the module stands on.
type Deps struct {
	DB      *db.DB
	Regions *region.Service
	Alarms  *alarm.Service
	// UnitName names a unit; "" if there is none of the id.
	UnitName func(ctx context.Context, tx *db.Tx, id string) (string, error)
}

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	Deps
	sources *sources
	limiter *httpx.Limiter // by source
}

// A platform sends for thousands of sensors; what is beyond this is told to come again.
const (
	ratePerSource  = 100
	burstPerSource = 1_000
)

// New returns the service.
func New(d Deps) *Service {
	return &Service{Deps: d, sources: &sources{}, limiter: httpx.NewLimiter(ratePerSource, burstPerSource)}
}
