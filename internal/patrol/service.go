package patrol

import (
	"context"
	"sync"
	"time"

	"yiwang/internal/export"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/httpx"
	"yiwang/internal/region"
)

// Deps is what the module stands on.
type Deps struct {
	DB      *db.DB
	Regions *region.Service
	Node    string // names this server's part of the journal; "" for the only one
	Terms   Terms  // nil: every track is kept for 30 days
	// Directory tells who people are; nil: nothing beside the names of sessions.
	Directory Directory
	// MQTT is where phones reach the program by MQTT: mqtt://HOST:PORT or mqtts://HOST:PORT, without a host that of the pages; "" for nowhere.
	MQTT string
	// Patience is how long the first caller waits for others to share a flush; 0 for 200 ms.
	Patience time.Duration
}

// Terms says under which terms somebody works.
type Terms interface {
	// KeepDays returns for how many days the track of an officer is kept: 90 for full-time officers, 30 for others.
	KeepDays(ctx context.Context, tx *db.Tx, officer string) (int, error)
}

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	Deps
	Exports *export.Desk // of tracks as files

	gate    *gate
	latest  *latest
	journal *journal
	refused *refused
	hub     *hub
	busy    func(context.Context) (map[string]bool, error) // who works on a case; nil nobody knows
	limiter *httpx.Limiter                                 // by tracker
	seen    *seen

	elsewhere elsewhere

	sealing sync.Mutex // one seal at a time: each lets go of the journal rows that no other buffer needs

	mu      sync.Mutex
	open    map[string]*buffer // by session: points that are in the journal and in no chunk
	taken   map[string]*buffer // those whose chunk is being written
	seq     int64              // last journal row begun
	applied int64              // last journal row whose points are open
	weeks   map[string]bool    // chunk tables known to exist
}

// New returns the service. It takes points while Run runs.
func New(d Deps) *Service {
	if d.Node == "" {
		d.Node = "main"
	}
	if d.Patience == 0 {
		d.Patience = flushEvery
	}
	s := &Service{Deps: d, gate: newGate(), latest: newLatest(), journal: newJournal(), refused: newRefused(), seen: newSeen(), limiter: httpx.NewLimiter(ratePerTracker, burstPerTracker), open: map[string]*buffer{}, taken: map[string]*buffer{}, weeks: map[string]bool{}}
	s.elsewhere.upTo = map[string]int64{}
	s.hub = newHub(s)
	s.Exports = export.New(d.DB, s.tracksAsFiles())
	return s
}

// Times of the store.
const (
	chunkLength = 15 * time.Minute // a chunk holds the points of this long
	flushEvery  = 200 * time.Millisecond
	flushCalls  = 64       // callers who wait fill a flush before its time
	flushBytes  = 64 << 10 // points that wait do too
	maxWaiting  = 20_000   // callers; more are told to come again
	callerWait  = 10 * time.Second
)

// A tracker sends a point every few seconds, and what it kept while it had no network one by one.
const (
	ratePerTracker  = 20
	burstPerTracker = 600
)

// Run reads what the journal holds from before, then takes points until ctx ends; what was taken is durable when it
// returns. Take refuses while it does not run. Unavailable (patrol.name_taken) where another server of the database has the same name.
func (s *Service) Run(ctx context.Context) error {
	release, err := s.claim(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := s.Refresh(ctx); err != nil {
		return err
	}
	s.plainRows(ctx)
	if err := s.recover(ctx); err != nil {
		return err
	}
	s.journal.run(ctx, s.Patience, s.flush)
	return nil
}

// Ready is closed once Run has read the journal and takes points; before that Send and GoOnDuty say patrol.starting.
func (s *Service) Ready() <-chan struct{} { return s.journal.opened }
