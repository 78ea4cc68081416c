package survey

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"

	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
)

// Area is a street or community that an answer can name.
type Area struct{ Code, Name, Parent string }

// Areas lists the streets and communities of a district that exist now.
type Areas func(ctx context.Context, tx *db.Tx, district string) ([]Area, error)

// Config is what the service needs from outside.
type Config struct {
	Areas      Areas
	Box        *crypto.Box // nil: no telephone numbers can be kept
	//Files      blob.Store  // where uploaded answer files wait for their import
	Categories []Category  // fields of the reverse evaluation; empty: none can be ticked
}

// Service keeps questionnaires, waves and answers.
type Service struct {
	db         *db.DB
	areas      Areas
	box        *crypto.Box
	//files      blob.Store
	categories []Category
}

// New returns the service.
func New(d *db.DB, c Config) *Service {
	return &Service{db: d, areas: c.Areas, box: c.Box, categories: c.Categories}
}

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
func (s *Service) places(ctx context.Context, tx *db.Tx, w *Wave) (streets map[string]string, places map[string][]place, err error) {
	areas, err := s.areas(ctx, tx, w.Area)
	if err != nil {
		return nil, nil, err
	}
	streets, places = map[string]string{}, map[string][]place{}
	planned := map[string]bool{}
	for _, code := range w.Plan.V.Streets() {
		planned[code], streets[code] = true, code
	}
	for _, a := range areas {
		if planned[a.Code] {
			streets[a.Name] = a.Code
		} else if planned[a.Parent] {
			places[a.Code] = append(places[a.Code], place{a.Code, a.Parent})
			places[a.Name] = append(places[a.Name], place{a.Code, a.Parent})
		}
	}
	return streets, places, nil
}
