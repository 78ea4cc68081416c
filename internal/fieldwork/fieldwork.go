package fieldwork

import (
	"yiwang/internal/identity"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/region"
	"yiwang/internal/sampling"
	"yiwang/internal/survey"
)

// Limits of the open link. A home shares one network, a family often one phone, so the first is only noted and the second is small.
const (
	crowdPerHour = 40 // answers of one network within an hour before they are noted as crowded
	photoPerHour = 90 // pictures of one network within an hour
	mostOfDevice = 3  // answers one device may send to a wave through the open link
)

// Deps is what the collection of answers works with.
type Deps struct {
	DB      *db.DB
	Surveys *survey.Service
	Samples *sampling.Service
	Regions *region.Service
	People  *identity.Service
	Files   blob.Store
	Box     *crypto.Box
	Secure  bool // browsers reach the program by TLS
}

// Service keeps the collection of answers.
type Service struct {
	db      *db.DB
	surveys *survey.Service
	samples *sampling.Service
	regions *region.Service
	people  *identity.Service
	files   blob.Store
	box     *crypto.Box
	secure  bool
	crowd   *httpx.Limiter
	photos  *httpx.Limiter
}

// New returns the service.
func New(d Deps) *Service {
	return &Service{db: d.DB, surveys: d.Surveys, samples: d.Samples, regions: d.Regions, people: d.People, files: d.Files, box: d.Box, secure: d.Secure,
		crowd: httpx.NewLimiter(crowdPerHour/3600.0, crowdPerHour), photos: httpx.NewLimiter(photoPerHour/3600.0, photoPerHour)}
}
