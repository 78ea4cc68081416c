package calls

import (
	"context"

	"yiwang/internal/calls/media"
	"yiwang/internal/identity"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
)

// Deps is what the module stands on.
type Deps struct {
	DB      *db.DB
	Regions *region.Service
	People  *identity.Service
	Cases   Cases
	Files   blob.Store
	Dir     string // where recordings are written before they go to Files
}

// Cases is what calls need of cases.
type Cases interface {
	// CaseTx returns number and area of a case that the caller sees; NotFound otherwise.
	CaseTx(ctx context.Context, tx *db.Tx, id string) (number, area string, err error)
}

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	Deps
	wire    *wire
	changed chan string // calls whose media may have to follow
	signals chan signal // what the media noticed
}

// New returns the service. Calls can be rung and answered at once; pictures and voices pass while Carry runs.
func New(d Deps) *Service {
	return &Service{Deps: d, wire: &wire{}, changed: make(chan string, 1024), signals: make(chan signal, 1024)}
}

// signal is a connection that came or went.
type signal struct {
	call, user string
	up         bool
}

// media returns the running media server, nil if none runs.
func (s *Service) media() *media.Server { return s.wire.get() }
