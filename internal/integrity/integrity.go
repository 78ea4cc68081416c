package integrity

import (
	"yiwang/internal/platform/db"
	"yiwang/internal/survey"
)

// Service keeps flags and decisions.
type Service struct {
	db      *db.DB
	surveys *survey.Service
}

// New returns the service.
func New(d *db.DB, surveys *survey.Service) *Service {
	return &Service{db: d, surveys: surveys}
}
