package alarm

import (
	"context"

	"yiwang/internal/platform/db"
	"yiwang/internal/region"
)

// Deps is what the module stands on.
type Deps struct {
	DB      *db.DB
	Regions *region.Service
	Cases   Cases // nil where no case can be made
}

// Cases makes a case of an alarm.
type Cases interface {
	// OpenTx registers a case in the name of the caller, who must be allowed to, and returns its id and number.
	OpenTx(ctx context.Context, tx *db.Tx, a *Alarm, text, category string) (id, number string, err error)
}

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	Deps
}

// New returns the service.
func New(d Deps) *Service { return &Service{Deps: d} }
