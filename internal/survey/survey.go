package survey

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"

	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
)

// Service keeps questionnaires, waves and answers.
type Service struct {
	named      namedKept
	db         *db.DB
	box        *crypto.Box
	regions    *region.Service
	files      blob.Store
	categories []Category
	collecting collectingCache
}

// New returns the service. Without box no telephone numbers can be kept; without files answers can be imported from the
// shell only; categories are the fields of the reverse evaluation that a respondent may tick.
func New(d *db.DB, box *crypto.Box, regions *region.Service, files blob.Store, categories []Category) *Service {
	return &Service{db: d, box: box, regions: regions, files: files, categories: categories}
}

// Categories returns the fields of the reverse evaluation that a respondent may tick. Do not change them.
func (s *Service) Categories() []Category { return s.categories }

// rowKey turns what tells a row apart into a digest from which nobody without the key can guess the respondent number.
func (s *Service) rowKey(text string) string {
	sum := sha256.Sum256([]byte(text))
	if s.box == nil {
		return base64.RawURLEncoding.EncodeToString(sum[:18])
	}
	// BlindIndex folds spelling variants together; hex digits have none.
	return s.box.BlindIndex("survey.row", hex.EncodeToString(sum[:]))
}

// places returns what street cells (code or name → code) and community cells may hold.
func (s *Service) places(ctx context.Context, plan *Plan) (streets map[string]string, places map[string][]place, err error) {
	streets, places = map[string]string{}, map[string][]place{}
	for _, code := range plan.Streets() {
		street, err := s.regions.Get(ctx, code)
		if err != nil {
			return nil, nil, err
		}
		streets[code], streets[street.Name] = code, code
		communities, err := s.regions.Children(ctx, code)
		if err != nil {
			return nil, nil, err
		}
		for _, c := range communities {
			places[c.Code] = append(places[c.Code], place{c.Code, code})
			places[c.Name] = append(places[c.Name], place{c.Code, code})
		}
	}
	return streets, places, nil
}
