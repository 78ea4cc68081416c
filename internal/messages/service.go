package messages

import (
	reference "yiwang/data/messages"
	"yiwang/internal/identity"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
)

// Deps is what the service works with.
type Deps struct {
	DB     *db.DB
	People *identity.Service
	Box    *crypto.Box
	Dir    string // where the file provider writes
	Mail   string // smtp://USER:SECRET@HOST:PORT?from=ADDRESS; "" for files
	SMS    string // https://KEY:SECRET@HOST/PATH of a gateway; "" for files
}

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	Deps
	shipped   []Template
	providers map[Channel]Provider
	secret    string // of the gateway, for its receipts
}

// New returns the service with the templates shipped in the binary and the providers that the settings name. A setting
// that cannot be read leaves a provider that says so at every message.
func New(d Deps) *Service {
	shipped, err := parseTemplates(reference.Templates)
	if err != nil {
		panic(err) // a broken release
	}
	s := &Service{Deps: d, shipped: shipped}
	s.providers, s.secret = providersOf(d)
	return s
}
