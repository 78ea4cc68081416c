package fieldwork

import (
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
)

// Service keeps the collection of answers.
type Service struct {
	db      *db.DB
	surveys *survey.Service
	samples *sampling.Service
	files   blob.Store
	box     *crypto.Box
}

// New returns the service.
func New(d *db.DB, surveys *survey.Service, samples *sampling.Service, files blob.Store, box *crypto.Box) *Service {
	return &Service{db: d, surveys: surveys, samples: samples, files: files, box: box}
}
