package camera

import (
	"errors"
	"net/http"
	"time"

	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
)

// Deps is what the module stands on.
type Deps struct {
	DB      *db.DB
	Regions *region.Service
	Hosts   []string    // HOST:PORT of the media servers that may be asked
	Box     *crypto.Box // signs the names of pieces
}

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	Deps
	client *http.Client
	held   held
}

// fetchWait bounds a question to a media server.
const fetchWait = 10 * time.Second

// New returns the service.
func New(d Deps) *Service {
	return &Service{Deps: d, client: &http.Client{Timeout: fetchWait, Transport: &http.Transport{MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute, ResponseHeaderTimeout: fetchWait}, // no proxy of the environment
		CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("media servers do not redirect") }}}
}
