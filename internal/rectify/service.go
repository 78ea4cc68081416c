package rectify

import (
	"context"

	"yiwang/internal/export"
	"yiwang/internal/opinion"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/platform/workcal"
	"yiwang/internal/survey"
)

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	Exports *export.Desk // of lists with what residents said

	db        *db.DB
	opinions  *opinion.Service
	directory Directory
	photos    Photos
	calendar  *workcal.Source
	catalog   *opinion.Catalog
	surveys   *survey.Service
	yardstick Yardstick
	answers   Answers
	notice    string // printed on every file; see Disclaim
	contacts  Contacts
	voices    *httpx.Limiter // of residents about published answers, by network
	browsers  *httpx.Limiter
	ballots   *httpx.Limiter // of voices about one answer, by network
	box       *crypto.Box
	raisers   Raisers
	matters   Matters
	tries     *httpx.Limiter // of codes of invitations, by network
	wrong     *httpx.Limiter
}

// Deps is what the module stands on.
type Deps struct {
	DB        *db.DB
	Opinions  *opinion.Service
	Directory Directory
	Photos    Photos
	Calendar  *workcal.Source
	Surveys   *survey.Service
	Yardstick Yardstick
	Answers   Answers
	Contacts  Contacts // nil: nobody can be reached
	Box       *crypto.Box
}

// New returns the service; the 14 fields are those of the opinions.
func New(d Deps) *Service {
	s := &Service{db: d.DB, opinions: d.Opinions, directory: d.Directory, photos: d.Photos, calendar: d.Calendar, catalog: d.Opinions.Catalog(), surveys: d.Surveys, yardstick: d.Yardstick, answers: d.Answers, contacts: d.Contacts,
		voices: httpx.NewLimiter(1.0/20, 40), browsers: httpx.NewLimiter(1.0/30, 8), ballots: httpx.NewLimiter(1.0/600, 12),
		box: d.Box, tries: httpx.NewLimiter(1.0/5, 30), wrong: httpx.NewLimiter(1.0/30, 12)}
	s.Exports = export.New(d.DB, s.listsAsFiles())
	return s
}

// Unit is a unit that items can be issued to while it is not closed.
type Unit struct {
	ID, Code, Name, AreaCode string
	Closed                   bool
}

// Directory names units and areas. Unit returns closed units too, for the history of items, and NotFound for an unknown id;
// AreaName returns NotFound for what does not exist or has ended; UnitFor
// finds the unit with this code (such as housing) that is responsible in area: the most specific one whose own area
// contains it.
type Directory interface {
	Unit(ctx context.Context, tx *db.Tx, id string) (Unit, error)
	UnitFor(ctx context.Context, tx *db.Tx, code, area string) (Unit, error)
	AreaName(ctx context.Context, tx *db.Tx, code string) (string, error)
}
