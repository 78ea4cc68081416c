package desk

import (
	"yiwang/internal/cases"
	"yiwang/internal/duty"
	"yiwang/internal/export"
	"yiwang/internal/identity"
	"yiwang/internal/platform/db"
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
	Jobs    *jobs.Runner
}

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	Deps
	Exports *export.Desk // of cases as files
}

// New returns the service.
func New(d Deps) *Service {
	s := &Service{Deps: d}
	s.Exports = export.New(d.DB, s.casesAsFiles())
	return s
}
