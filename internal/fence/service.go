package fence

import (
	"crypto/rand"
	"sync"
	"time"

	"yiwang/internal/alarm"
	"yiwang/internal/patrol"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
)

// Deps is what the module stands on.
type Deps struct {
	DB      *db.DB
	Regions *region.Service // nil: no own grids and no fences made of areas
	Patrol  *patrol.Service
	Alarms  *alarm.Service
	People  People // nil: nobody can be chosen by name
}

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	Deps
	holder string // names this server in the turn

	mu      sync.Mutex // held while positions are evaluated
	ready   bool       // what follows is in step with the database
	began   time.Time  // when this server took its turn
	rules   *rules
	stamp   string // of the fences that rules was built from
	read    map[string]int64
	marked  map[string]int64 // what is kept of read
	turn    time.Time        // until then no other server can have taken over
	recheck bool             // compare all alarms with what lasts
	watches map[string]*watch
	saved   time.Time // when the states were last kept
	swept   time.Time // when running sessions were last looked at
}

// New returns the service.
func New(d Deps) *Service { return &Service{Deps: d, holder: rand.Text()} }
