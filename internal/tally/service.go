package tally

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
	book       *Book
	disclaimer string
}

// New returns the service with the definitions shipped in the binary.
func New(d Deps) *Service { return &Service{Deps: d, book: DefaultBook()} }

// Book returns the definitions in force.
func (s *Service) Book() *Book { return s.book }

// Disclaim puts a sentence on every brief, as demonstrations need. Call it while the program is built.
func (s *Service) Disclaim(text string) { s.disclaimer = text }
