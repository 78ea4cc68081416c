package integrity

import (
	"context"

	"yiwang/internal/platform/db"
	"yiwang/internal/survey"
)

// Names tells the names of an area and of everything below it: code → name.
type Names func(ctx context.Context, tx *db.Tx, area string) (map[string]string, error)

// Service keeps flags and decisions.
type Service struct {
	db      *db.DB
	surveys *survey.Service
	names   Names
}

// New returns the service.
func New(d *db.DB, surveys *survey.Service, names Names) *Service {
	return &Service{db: d, surveys: surveys, names: names}
}
