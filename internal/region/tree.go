package region

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"sync"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/geo"
)

// tree is one revision of everything the tables hold. It never changes; views of it are built when asked for.
type tree struct {
	revision   int64
	areas      []Area // all that ever were, by code
	shapes     map[string][]era
	succession []Succession
	aliases    map[[2]string]Alias
	epochs     []int64 // every moment at which an area or shape began or ended, ascending

	once    sync.Once
	present *view

	mu    sync.Mutex
	views map[int]*view // of the past, by position in epochs
}

// era is the ground of an area for a span of time; to is 0 while it lasts.
type era struct {
	from, to int64
	shape    geo.Shape
}

// maxViews bounds the past views kept; each costs about as much memory as the present one.
const maxViews = 6

func loadTree(ctx context.Context, tx *db.Tx, revision int64) (*tree, error) {
	t := &tree{revision: revision, shapes: map[string][]era{}, aliases: map[[2]string]Alias{}, views: map[int]*view{}}
	var err error
	if t.areas, err = allAreas(ctx, tx); err != nil {
		return nil, fmt.Errorf("load areas: %w", err)
	}
	rows, err := allShapes(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("load shapes: %w", err)
	}
	if t.succession, err = allSuccessions(ctx, tx); err != nil {
		return nil, fmt.Errorf("load successions: %w", err)
	}
	aliases, err := allAliases(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("load aliases: %w", err)
	}
	for _, a := range aliases {
		t.aliases[[2]string{a.Scheme, a.Alias}] = a
	}
	for _, r := range rows {
		s, err := geo.ParseCompact(r.Shape)
		if err != nil {
			return nil, fmt.Errorf("shape of %s: %w", r.Code, err)
		}
		e := era{from: r.ValidFrom.UnixMilli(), shape: s}
		if r.ValidTo != nil {
			e.to = r.ValidTo.UnixMilli()
		}
		t.shapes[r.Code] = append(t.shapes[r.Code], e)
	}
	t.findEpochs()
	return t, nil
}

func (t *tree) findEpochs() {
	for _, a := range t.areas {
		t.epochs = append(t.epochs, a.ValidFrom.UnixMilli())
		if a.ValidTo != nil {
			t.epochs = append(t.epochs, a.ValidTo.UnixMilli())
		}
		for _, e := range t.shapes[a.Code] {
			t.epochs = append(t.epochs, e.from, max(e.from, e.to))
		}
	}
	slices.Sort(t.epochs)
	t.epochs = slices.Compact(t.epochs)
}

// find returns an area whether it lives or has ended.
func (t *tree) find(code string) (*Area, bool) {
	i := sort.Search(len(t.areas), func(i int) bool { return t.areas[i].Code >= code })
	if i == len(t.areas) || t.areas[i].Code != code {
		return nil, false
	}
	return &t.areas[i], true
}

// now returns the present view: nothing begins or ends in the future.
func (t *tree) now() *view {
	t.once.Do(func() { t.present = t.build(len(t.epochs) - 1) })
	return t.present
}

// at returns the view of a moment in milliseconds.
func (t *tree) at(ms int64) *view {
	return t.view(sort.Search(len(t.epochs), func(i int) bool { return t.epochs[i] > ms }) - 1)
}

func (t *tree) view(epoch int) *view {
	if epoch == len(t.epochs)-1 {
		return t.now()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if v, ok := t.views[epoch]; ok {
		return v
	}
	if len(t.views) >= maxViews {
		clear(t.views)
	}
	v := t.build(epoch)
	t.views[epoch] = v
	return v
}

// view is the tree at one moment.
type view struct {
	areas    []Area // by code, derived fields filled
	shapes   []geo.Shape
	parent   []int32 // position of the parent, -1 for a root
	children [][]int32
	roots    []int32
	index    map[string]int32

	locate sync.Once
	layers []layer
}

func (t *tree) build(epoch int) *view {
	v := &view{index: map[string]int32{}}
	if epoch < 0 {
		return v
	}
	ms := t.epochs[epoch]
	for _, a := range t.areas {
		if a.ValidFrom.UnixMilli() > ms || a.ValidTo != nil && a.ValidTo.UnixMilli() <= ms {
			continue
		}
		v.index[a.Code] = int32(len(v.areas))
		v.areas = append(v.areas, a)
		v.shapes = append(v.shapes, t.shapeAt(a.Code, ms))
	}
	v.parent = make([]int32, len(v.areas))
	v.children = make([][]int32, len(v.areas))
	for i := range v.areas {
		p, ok := v.index[v.areas[i].ParentCode]
		if !ok {
			v.parent[i], v.roots = -1, append(v.roots, int32(i))
			continue
		}
		v.parent[i] = p
		v.children[p] = append(v.children[p], int32(i))
	}
	v.derive()
	return v
}

func (t *tree) shapeAt(code string, ms int64) geo.Shape {
	for _, e := range t.shapes[code] {
		if e.from <= ms && (e.to == 0 || ms < e.to) {
			return e.shape
		}
	}
	return nil
}

// derive fills what follows from shapes and children; children have higher positions than their parents.
func (v *view) derive() {
	for i := len(v.areas) - 1; i >= 0; i-- {
		a := &v.areas[i]
		a.ChildrenCount = len(v.children[i])
		if s := v.shapes[i]; s != nil {
			a.AreaKM2 = s.Area() / 1e6
			c := s.Center()
			a.Centroid = &[2]float64{c.Lon(), c.Lat()}
		}
		sum := 0
		for _, k := range v.children[i] {
			if v.areas[k].Kind != Police {
				sum += v.areas[k].Households
			}
		}
		if sum > 0 {
			a.Households = sum
		}
	}
}
