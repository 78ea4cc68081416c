package cases

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	reference "yiwang/data/cases"
	"yiwang/internal/duty"
	"yiwang/internal/identity"
	"yiwang/internal/platform/blob"
	"yiwang/internal/platform/crypto"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/posting"
	"yiwang/internal/platform/workcal"
	"yiwang/internal/region"
	"yiwang/internal/workflow"
)

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Regions  *region.Service
	People   *identity.Service
	Duties   *duty.Service
	Files    blob.Store
	Box      *crypto.Box
	Calendar *workcal.Source
	// Themes tells which categories and channels a theme of the wall holds; nil knows none.
	Themes func(code string) (categories, channels []string)
}

// Service holds the verbs of this module. It is safe for concurrent use.
type Service struct {
	Deps
	current  *workflow.Definition
	mu       sync.Mutex
	older    map[int]*workflow.Definition
	units    unitCache
	counting atomic.Bool // squares of the map are being counted
	worded   atomic.Bool // every case has its bits in case_words or is sealed
	lotSize  int         // how many cases make a block
	live     int         // how many cases a picture of the map groups while the caller waits
	times    timingCache
	watch    []func(ctx context.Context, tx *db.Tx, c *Case) error // closeGuards of modules above
}

// New returns the service with the workflow shipped in the binary, and those of the releases before it.
func New(d Deps) *Service {
	w, err := workflow.Parse(reference.Workflow, Vocabulary())
	if err != nil {
		panic(err) // a broken release
	}
	s := &Service{Deps: d, current: w, older: map[int]*workflow.Definition{}, lotSize: posting.Size, live: maxLive}
	for _, source := range append([][]byte{reference.Workflow}, reference.WorkflowsBefore...) {
		v, err := workflow.Parse(source, Vocabulary())
		if err != nil {
			panic(err) // a broken release
		}
		s.older[v.Version] = v
	}
	return s
}

// Vocabulary is what a workflow definition may use.
func Vocabulary() workflow.Vocabulary {
	v := workflow.Vocabulary{Permissions: Permissions(), Relations: relations, Needs: needs, Guards: guardNames, Stages: Stages}
	for _, l := range Levels {
		v.Levels = append(v.Levels, string(l))
	}
	return v
}

// Workflow returns the definition new cases are registered under.
func (s *Service) Workflow() *workflow.Definition { return s.current }

// Prepare stores the shipped workflow if this release brings a new version; a version stored with another content is an
// error of the release.
func (s *Service) Prepare(ctx context.Context) error {
	return s.DB.Tx(ctx, func(tx *db.Tx) error {
		digest := workflow.Digest(reference.Workflow)
		n, err := tx.Exec(ctx, `INSERT INTO case_workflow (version, digest, definition, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			s.current.Version, digest, string(reference.Workflow), tx.Time())
		if err != nil || n == 1 {
			return err
		}
		stored, err := db.Get[string](ctx, tx, "SELECT digest FROM case_workflow WHERE version = $1", s.current.Version)
		if err == nil && stored != digest {
			err = fmt.Errorf("workflow version %d differs from the stored one; a changed workflow needs a new version", s.current.Version)
		}
		return err
	})
}

// definition returns the workflow a case was registered under.
func (s *Service) definition(ctx context.Context, tx *db.Tx, version int) (*workflow.Definition, error) {
	if version == s.current.Version {
		return s.current, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.older[version]; d != nil {
		return d, nil
	}
	source, err := db.Get[string](ctx, tx, "SELECT definition FROM case_workflow WHERE version = $1", version)
	if err != nil {
		return nil, fmt.Errorf("workflow version %d: %w", version, err)
	}
	d, err := workflow.Parse([]byte(source), Vocabulary())
	if err == nil {
		s.older[version] = d
	}
	return d, err
}

// HoldClosing makes handling and closing wait for fn: a module above, such as whistle, returns Conflict while its part
// of the case is not ended. Call it while the program is built.
func (s *Service) HoldClosing(fn func(ctx context.Context, tx *db.Tx, c *Case) error) {
	s.watch = append(s.watch, fn)
}
