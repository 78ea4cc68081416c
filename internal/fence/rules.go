package fence

import (
	"slices"

	"yiwang/internal/platform/geo"
)

// rules are the fences in force, found by place. They do not change once they are built.
type rules struct {
	byID     map[string]*rule // the newest version
	versions map[string][]*rule
	cells    map[cell][]*rule // drawn ones, by the cells their surroundings touch
	own      []*rule
	contact  []*rule
	grounds  map[string]*ground // of the areas officers are on duty in
}

// A cell is about half a kilometre wide; a fence lies in every cell within reach of a fix that could concern it.
const (
	cellSize = geo.Scale / 200
	reach    = geo.Scale / 1000 // about a hundred metres
)

type cell struct{ x, y int32 }

func cellOf(v geo.Vertex) cell { return cell{floorDiv(v.X), floorDiv(v.Y)} }

func floorDiv(n int32) int32 {
	if n < 0 {
		return (n - cellSize + 1) / cellSize
	}
	return n / cellSize
}

// newRules arranges versions of fences; those of one fence in the order of their versions.
func newRules(list []*rule) *rules {
	x := &rules{byID: map[string]*rule{}, versions: map[string][]*rule{}, cells: map[cell][]*rule{}, grounds: map[string]*ground{}}
	for _, r := range list {
		x.versions[r.ID] = append(x.versions[r.ID], r)
		if newest := x.byID[r.ID]; newest == nil || newest.Version < r.Version {
			x.byID[r.ID] = r
		}
		switch {
		case r.Kind == Own:
			x.own = append(x.own, r)
		case r.Kind == Contact:
			x.contact = append(x.contact, r)
		case r.ground != nil:
			b := r.ground.box
			low, high := cellOf(geo.Vertex{X: b.MinX - reach, Y: b.MinY - reach}), cellOf(geo.Vertex{X: b.MaxX + reach, Y: b.MaxY + reach})
			for cx := low.x; cx <= high.x; cx++ {
				for cy := low.y; cy <= high.y; cy++ {
					x.cells[cell{cx, cy}] = append(x.cells[cell{cx, cy}], r)
				}
			}
		}
	}
	return x
}

// nothing is what lies near a cell without fences.
var nothing = []*rule{}

// near lists the drawn fences that a position in a cell can concern; never nil.
func (x *rules) near(at cell) []*rule {
	if list := x.cells[at]; list != nil {
		return list
	}
	return nothing
}

// along lists the drawn fences that a way from cell to cell can cut, each once; a way is short, so the cells between are few.
func (x *rules) along(from, to cell) []*rule {
	var out []*rule
	for cx := min(from.x, to.x); cx <= max(from.x, to.x); cx++ {
		for cy := min(from.y, to.y); cy <= max(from.y, to.y); cy++ {
			for _, r := range x.cells[cell{cx, cy}] {
				if !slices.Contains(out, r) {
					out = append(out, r)
				}
			}
		}
	}
	return out
}

// version returns one version of a fence, nil if it is not among the rules.
func (x *rules) version(id string, n int64) *rule {
	for _, r := range x.versions[id] {
		if r.Version == n {
			return r
		}
	}
	return nil
}
