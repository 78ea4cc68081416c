package whistle

import (
	"yiwang/internal/cases"
	"yiwang/internal/duty"
	"yiwang/internal/identity"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/workcal"
	"yiwang/internal/region"
)

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Cases    *cases.Service
	Duties   *duty.Service
	Regions  *region.Service
	People   *identity.Service
	Calendar *workcal.Source
}

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	Deps
}

// New returns the service.
func New(d Deps) *Service { return &Service{Deps: d} }
