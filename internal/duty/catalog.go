package duty

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	reference "yiwang/data/cases"
	"yiwang/internal/platform/workcal"
)

// Leaf is a category a case can be filed under.
type Leaf struct {
	Code       string        `json:"code"`
	Name       string        `json:"name"`
	Path       string        `json:"path" doc:"Names from the major class down"`
	Field      string        `json:"field" doc:"Of the 14 fields of the reverse evaluation"`
	Filing     string        `json:"filing" doc:"When it is filed"`
	Closing    string        `json:"closing" doc:"When it may be closed"`
	Lead       string        `json:"lead" doc:"Code of the unit that leads by default"`
	Co         []string      `json:"co"`
	Limit      workcal.Limit `json:"-"`
	LimitText  string        `json:"limit" doc:"Such as 4 work_hour"`
	Entry      string        `json:"entry_level" enum:"grid,community,street,district"`
	Photos     bool          `json:"photos" doc:"Photos before and after are required"`
	Emergency  bool          `json:"emergency"`
	Sensitive  bool          `json:"sensitive"`
	Legal      bool          `json:"enforcement"`
	Joint      bool          `json:"joint_judgment"`
	Revisit    bool          `json:"revisit" doc:"Every ending is followed up"`
	Keywords   []string      `json:"keywords"`
	Components []string      `json:"components,omitempty"`
}

// Catalog is one version of the tree of categories. It is immutable.
type Catalog struct {
	Version    string
	Majors     []Node
	Components []Node
	leaves     []Leaf
	byCode     map[string]int
}

// Node is a class above the leaves.
type Node struct {
	Code     string `json:"code"`
	Name     string `json:"name"`
	Children []Node `json:"children,omitempty"`
}

type yamlLeaf struct {
	Code, Name, Filing, Closing, Lead string
	Co                                []string
	Limit                             struct {
		Value int
		Unit  string
	}
	Entry       string `yaml:"entry_level"`
	Photos      bool   `yaml:"photo_before_after"`
	Emergency   bool
	Sensitive   bool
	Enforcement bool
	Joint       bool `yaml:"joint_judgment"`
	Revisit     bool
	Keywords    []string
}

type yamlCatalog struct {
	Meta       struct{ Version string }
	Categories []struct {
		Code, Name string
		Reverse    string `yaml:"reverse_category"`
		Children   []struct {
			Code, Name string
			Children   []yamlLeaf
		}
	}
	Components []struct {
		Code, Name string
		Children   []struct{ Code, Name string }
	} `yaml:"component_categories"`
}

// DefaultCatalog is the tree shipped with this release.
var DefaultCatalog = sync.OnceValue(func() *Catalog {
	c, err := ParseCatalog(reference.Categories)
	if err != nil {
		panic(err) // a broken release
	}
	return c
})

// ParseCatalog reads a tree of categories; every leaf needs a code of its own, a lead and a limit.
func ParseCatalog(source []byte) (*Catalog, error) {
	var y yamlCatalog
	if err := yaml.Unmarshal(source, &y); err != nil {
		return nil, fmt.Errorf("read categories: %w", err)
	}
	c := &Catalog{Version: y.Meta.Version, byCode: map[string]int{}}
	for _, major := range y.Categories {
		m := Node{Code: major.Code, Name: major.Name}
		for _, group := range major.Children {
			g := Node{Code: group.Code, Name: group.Name}
			for _, l := range group.Children {
				leaf, err := l.leaf(major.Reverse, major.Name+" / "+l.Name)
				if err != nil {
					return nil, err
				}
				if _, twice := c.byCode[l.Code]; twice {
					return nil, fmt.Errorf("category %s stands twice", l.Code)
				}
				c.byCode[l.Code] = len(c.leaves)
				c.leaves = append(c.leaves, leaf)
				g.Children = append(g.Children, Node{Code: l.Code, Name: l.Name})
			}
			m.Children = append(m.Children, g)
		}
		c.Majors = append(c.Majors, m)
	}
	for _, class := range y.Components {
		n := Node{Code: class.Code, Name: class.Name}
		for _, k := range class.Children {
			n.Children = append(n.Children, Node{Code: k.Code, Name: k.Name})
		}
		c.Components = append(c.Components, n)
	}
	return c, nil
}

func (l yamlLeaf) leaf(field, path string) (Leaf, error) {
	limit, err := workcal.ParseLimit(fmt.Sprintf("%d %s", l.Limit.Value, l.Limit.Unit))
	if err != nil {
		return Leaf{}, fmt.Errorf("category %s: %w", l.Code, err)
	}
	if l.Lead == "" || l.Name == "" {
		return Leaf{}, fmt.Errorf("category %s: needs a name and a lead", l.Code)
	}
	return Leaf{Code: l.Code, Name: l.Name, Path: path, Field: field, Filing: l.Filing, Closing: l.Closing, Lead: l.Lead, Co: slices.Clip(l.Co),
		Limit: limit, LimitText: limit.String(), Entry: l.Entry, Photos: l.Photos, Emergency: l.Emergency, Sensitive: l.Sensitive, Legal: l.Enforcement,
		Joint: l.Joint, Revisit: l.Revisit, Keywords: l.Keywords}, nil
}

// Leaf returns the category with the code.
func (c *Catalog) Leaf(code string) (Leaf, bool) {
	i, ok := c.byCode[code]
	if !ok {
		return Leaf{}, false
	}
	return c.leaves[i], true
}

// Leaves lists every leaf in order of code.
func (c *Catalog) Leaves() []Leaf { return c.leaves }

// Name returns the name of a leaf or of a class above it, or the code itself if there is none.
func (c *Catalog) Name(code string) string {
	if l, ok := c.Leaf(code); ok {
		return l.Name
	}
	for _, m := range c.Majors {
		if m.Code == code {
			return m.Name
		}
		if !strings.HasPrefix(code, m.Code) {
			continue
		}
		for _, g := range m.Children {
			if g.Code == code {
				return g.Name
			}
		}
	}
	return code
}
