package results

import (
	"yiwang/internal/appraisal"
	"yiwang/internal/identity"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/workcal"
	"yiwang/internal/rectify"
	"yiwang/internal/survey"
)

// Service keeps settlements.
type Service struct {
	db       *db.DB
	surveys  *survey.Service
	scores   *appraisal.Service
	loop     *rectify.Service
	house    *identity.Service
	calendar *workcal.Source
}

// New returns the service.
func New(d *db.DB, surveys *survey.Service, scores *appraisal.Service, loop *rectify.Service, house *identity.Service, calendar *workcal.Source) *Service {
	return &Service{db: d, surveys: surveys, scores: scores, loop: loop, house: house, calendar: calendar}
}
