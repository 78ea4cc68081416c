package alarm

import (
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
)

// Deps is what the module stands on.
type Deps struct {
	DB      *db.DB
	Regions *region.Service
}

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	Deps
}

// New returns the service.
func New(d Deps) *Service { return &Service{Deps: d} }
