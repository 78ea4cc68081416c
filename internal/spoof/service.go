package spoof

import (
	"yiwang/internal/patrol"
	"yiwang/internal/platform/db"
)

// Deps is what the module stands on.
type Deps struct {
	DB     *db.DB
	Patrol *patrol.Service
}

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	Deps
}

// New returns the service.
func New(d Deps) *Service { return &Service{Deps: d} }
