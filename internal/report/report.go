package report

import (
	"yiwang/internal/appraisal"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/db"
	"yiwang/internal/survey"
)

// Service keeps reports and exports.
type Service struct {
	db      *db.DB
	surveys *survey.Service
	scores  *appraisal.Service
	files   blob.Store
}

// New returns the service.
func New(d *db.DB, surveys *survey.Service, scores *appraisal.Service, files blob.Store) *Service {
	return &Service{db: d, surveys: surveys, scores: scores, files: files}
}
