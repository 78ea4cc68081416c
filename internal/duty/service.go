package duty

import (
	"yiwang/internal/identity"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"

	"github.com/danielgtaylor/huma/v2"
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

// Routes registers the operations of this module.
func (s *Service) Routes(huma.API) {}
