package duty

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yiwang/internal/platform/httpx"
)

// Class is a class of the tree with what lies below it: groups, or leaves.
type Class struct {
	Code   string  `json:"code"`
	Name   string  `json:"name"`
	Groups []Class `json:"groups"`
	Leaves []Leaf  `json:"leaves"`
}

// Tree is the whole tree of categories, for pickers.
type Tree struct {
	Version    string  `json:"version"`
	Classes    []Class `json:"classes"`
	Components []Class `json:"components" doc:"Classes of facilities; their kinds are groups"`
}

// Tree returns the categories and kinds of facilities as one tree. It is the same for everybody.
func (c *Catalog) Tree() *Tree {
	t := &Tree{Version: c.Version, Classes: []Class{}, Components: []Class{}}
	for _, m := range c.Majors {
		major := Class{Code: m.Code, Name: m.Name, Groups: []Class{}, Leaves: []Leaf{}}
		for _, g := range m.Children {
			group := Class{Code: g.Code, Name: g.Name, Groups: []Class{}, Leaves: []Leaf{}}
			for _, l := range g.Children {
				leaf, _ := c.Leaf(l.Code)
				group.Leaves = append(group.Leaves, leaf.whole())
			}
			major.Groups = append(major.Groups, group)
		}
		t.Classes = append(t.Classes, major)
	}
	for _, n := range c.Components {
		class := Class{Code: n.Code, Name: n.Name, Groups: []Class{}, Leaves: []Leaf{}}
		for _, k := range n.Children {
			class.Groups = append(class.Groups, Class{Code: k.Code, Name: k.Name, Groups: []Class{}, Leaves: []Leaf{}})
		}
		t.Components = append(t.Components, class)
	}
	return t
}

// whole is the leaf with no list missing, as the wire shows it.
func (l Leaf) whole() Leaf {
	if l.Co == nil {
		l.Co = []string{}
	}
	if l.Keywords == nil {
		l.Keywords = []string{}
	}
	return l
}

func (s *Service) catalogRoutes(api huma.API) {
	httpx.Handle(api, httpx.Op{ID: "get-case-categories", Method: http.MethodGet, Path: "/api/v1/duty/categories", Tag: tag, Access: httpx.SignedIn,
		Summary: "Tree of categories with conditions, limits and defaults, and the kinds of facilities"},
		func(context.Context, *struct{}) (*body[*Tree], error) { return out(s.catalog.Tree(), nil) })
}
