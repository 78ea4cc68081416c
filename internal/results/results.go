package results

import (
	"yiwang/internal/appraisal"
	"yiwang/internal/platform/db"
	"yiwang/internal/survey"
)

// Service keeps settlements.
type Service struct {
	db      *db.DB
	surveys *survey.Service
	scores  *appraisal.Service
}

// New returns the service.
func New(d *db.DB, surveys *survey.Service, scores *appraisal.Service) *Service {
	return &Service{db: d, surveys: surveys, scores: scores}
}
