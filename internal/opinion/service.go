package opinion

import (
	"context"
	"sync/atomic"

	"yiwang/internal/platform/db"
)

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	db         *db.DB
	source     Source
	areas      Areas
	places     Places
	offices    Offices
	catalog    *Catalog
	classifier atomic.Pointer[Classifier]
}

// Deps is what the module stands on.
type Deps struct {
	DB     *db.DB
	Source Source
	Areas  Areas
	Places Places // nil: files name places by code alone
	// Offices says who passes thanks on; nil: nobody is noted.
	Offices Offices
}

// New returns the service with the catalogue and the classifier shipped in the binary.
func New(d Deps) *Service {
	s := &Service{db: d.DB, source: d.Source, areas: d.Areas, places: d.Places, offices: d.Offices, catalog: DefaultCatalog()}
	s.UseClassifier(NewModel(s.catalog))
	return s
}

// Catalog returns the 14 fields and their rules.
func (s *Service) Catalog() *Catalog { return s.catalog }

// WaveTx returns a wave of the source, NotFound for an unknown id.
func (s *Service) WaveTx(ctx context.Context, tx *db.Tx, id string) (Wave, error) {
	return s.source.Wave(ctx, tx, id)
}

// UseClassifier replaces the classifier for comments loaded from now on; suggestions already made keep their version.
func (s *Service) UseClassifier(c Classifier) { s.classifier.Store(&c) }
