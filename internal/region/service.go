package region

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
)

// Service answers and changes the area tree. It keeps the tree in memory and re-reads it when it has changed.
type Service struct {
	db      *db.DB
	reload  sync.Mutex
	held    atomic.Pointer[holding]
	commits atomic.Int64 // own writes so far
}

// holding is a tree with what was known when it was checked last.
type holding struct {
	tree    *tree
	checked time.Time
	commits int64
}

// recheck is how long another process's write may go unseen.
const recheck = time.Second

// New returns a service on d. The tree is read at the first question.
func New(d *db.DB) *Service { return &Service{db: d} }

func (s *Service) tree(ctx context.Context) (*tree, error) {
	if h := s.fresh(); h != nil {
		return h.tree, nil
	}
	s.reload.Lock()
	defer s.reload.Unlock()
	if h := s.fresh(); h != nil {
		return h.tree, nil
	}
	next := &holding{checked: s.db.Clock().Now(), commits: s.commits.Load()}
	// Other modules ask from inside their transactions, all at once when the copy is old.
	err := s.db.ReadAside(ctx, func(tx *db.Tx) error {
		rev, err := revision(ctx, tx)
		if err != nil {
			return err
		}
		if old := s.held.Load(); old != nil && old.tree.revision == rev {
			next.tree = old.tree
			return nil
		}
		next.tree, err = loadTree(ctx, tx, rev)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the area tree: %w", err)
	}
	s.held.Store(next)
	return next.tree, nil
}

// fresh returns the tree held if no write of ours is newer and it was checked within the last second.
func (s *Service) fresh() *holding {
	h := s.held.Load()
	if h == nil || h.commits != s.commits.Load() {
		return nil
	}
	if age := s.db.Clock().Now().Sub(h.checked); age < 0 || age >= recheck {
		return nil
	}
	return h
}

func (s *Service) view(ctx context.Context, at time.Time) (*view, error) {
	t, err := s.tree(ctx)
	if err != nil {
		return nil, err
	}
	if at.IsZero() {
		return t.now(), nil
	}
	return t.at(at.UnixMilli()), nil
}

// changed marks the end of a write: the revision rises in tx, and our copy is old once it is durable.
func (s *Service) changed(ctx context.Context, tx *db.Tx) error {
	tx.AfterCommit(func() { s.commits.Add(1) })
	return raiseRevision(ctx, tx)
}

// Get returns an area that exists now. Errors: NotFound, also for an area that has ended; ask Resolve for its heirs.
func (s *Service) Get(ctx context.Context, code string) (*Area, error) {
	return s.GetAt(ctx, code, time.Time{})
}

// GetAt returns an area as it was at a time; the zero time means now. Errors: NotFound.
func (s *Service) GetAt(ctx context.Context, code string, at time.Time) (*Area, error) {
	v, err := s.view(ctx, at)
	if err != nil {
		return nil, err
	}
	i, ok := v.index[code]
	if !ok {
		return nil, notFound(code)
	}
	a := v.areas[i]
	return &a, nil
}

func notFound(code string) error {
	return errs.NotFound("region.not_found", fmt.Sprintf("There is no area %.20q.", code))
}

// Children returns the areas one tier below, by code; of "" the roots. Errors: NotFound.
func (s *Service) Children(ctx context.Context, code string) ([]Area, error) {
	v, err := s.view(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	below := v.roots
	if code != "" {
		i, ok := v.index[code]
		if !ok {
			return nil, notFound(code)
		}
		below = v.children[i]
	}
	out := make([]Area, 0, len(below))
	for _, i := range below {
		out = append(out, v.areas[i])
	}
	return out, nil
}

// Filter selects areas; empty fields select all.
type Filter struct {
	Parent string    // direct children of this area
	Roots  bool      // areas without a parent
	Within string    // this area and everything below
	Level  Level     //
	Kind   Kind      //
	Search string    // part of the name, or the beginning of the code
	Mine   bool      // only what the caller's areas cover
	At     time.Time // zero means now
	After  string    // codes greater than this: the cursor
	Limit  int       // 0 means no limit
}

// List returns the areas that match, by code, at most Limit+1 of them, and how many match without After.
// Anybody signed in may ask. Errors: NotFound when Parent or Within is no area.
func (s *Service) List(ctx context.Context, f Filter) ([]Area, int, error) {
	v, err := s.view(ctx, f.At)
	if err != nil {
		return nil, 0, err
	}
	for _, code := range []string{f.Parent, f.Within} {
		if _, ok := v.index[code]; code != "" && !ok {
			return nil, 0, notFound(code)
		}
	}
	p := auth.From(ctx)
	var out []Area
	total := 0
	for i := range v.areas {
		a := &v.areas[i]
		if !f.match(a) || f.Roots && v.parent[i] >= 0 || f.Mine && !p.Covers(a.Code) {
			continue
		}
		total++
		if a.Code > f.After && (f.Limit == 0 || len(out) <= f.Limit) {
			out = append(out, *a)
		}
	}
	return out, total, nil
}

func (f *Filter) match(a *Area) bool {
	return (f.Parent == "" || a.ParentCode == f.Parent) &&
		Inside(a.Code, f.Within) &&
		(f.Level == "" || a.Level == f.Level) &&
		(f.Kind == "" || a.Kind == f.Kind) &&
		(f.Search == "" || strings.Contains(a.Name, f.Search) || strings.HasPrefix(a.Code, strings.ToUpper(f.Search)))
}

// PathAt returns the areas around code from the root down to itself, for breadcrumbs, as they were at a time (zero:
// now). Errors: NotFound.
func (s *Service) PathAt(ctx context.Context, code string, at time.Time) ([]Area, error) {
	v, err := s.view(ctx, at)
	if err != nil {
		return nil, err
	}
	i, ok := v.index[code]
	if !ok {
		return nil, notFound(code)
	}
	var out []Area
	for ; i >= 0; i = v.parent[i] {
		out = append(out, v.areas[i])
	}
	slices.Reverse(out)
	return out, nil
}
