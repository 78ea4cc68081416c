package messages

import (
	"yiwang/internal/identity"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
)

// Deps is what the service works with.
type Deps struct {
	DB     *db.DB
	People *identity.Service
	Box    *crypto.Box
	Dir    string // where the file provider writes
}

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	Deps
}

// New returns the service.
func New(d Deps) *Service { return &Service{Deps: d} }
