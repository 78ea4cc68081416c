package duty

import (
	"context"
	"sync"

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
	past    Past

	mu       sync.Mutex
	tables   map[string]*table   // published versions never change
	editions map[string]editions // by district
}

// New returns the service with the catalogue shipped in the binary.
func New(d *db.DB, regions *region.Service, people *identity.Service) *Service {
	return &Service{db: d, regions: regions, people: people, catalog: DefaultCatalog(), tables: map[string]*table{}, editions: map[string]editions{}}
}

// Catalog returns the categories in force.
func (s *Service) Catalog() *Catalog { return s.catalog }

// Replay says where cases of the past come from, for simulation and accuracy. Call it while the program is built.
func (s *Service) Replay(p Past) { s.past = p }

// maxTables bounds the versions kept ready: one per district and a few old ones.
const maxTables = 64

// tableOf returns a version ready to answer. Published versions are read once.
func (s *Service) tableOf(ctx context.Context, tx *db.Tx, v *Version) (*table, error) {
	if v.ID == shippedID {
		t := shippedTable()
		return &table{version: *v, rules: t.rules, days: t.days}, nil
	}
	s.mu.Lock()
	t := s.tables[v.ID]
	s.mu.Unlock()
	if t != nil && v.State == Published {
		return t, nil
	}
	rules, err := rulesOf(ctx, tx, v.ID)
	if err != nil {
		return nil, err
	}
	t = newTable(*v, rules)
	if v.State == Published {
		s.mu.Lock()
		if len(s.tables) >= maxTables {
			clear(s.tables)
		}
		s.tables[v.ID] = t
		s.mu.Unlock()
	}
	return t, nil
}
