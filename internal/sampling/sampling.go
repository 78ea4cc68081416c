package sampling

import (
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
	"yiwang/internal/survey"
)

// Service keeps frames, draws and codes.
type Service struct {
	db      *db.DB
	surveys *survey.Service
	regions *region.Service
	box     *crypto.Box
}

// New returns the service.
func New(d *db.DB, surveys *survey.Service, regions *region.Service, box *crypto.Box) *Service {
	return &Service{db: d, surveys: surveys, regions: regions, box: box}
}
