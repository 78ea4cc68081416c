package region

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/geo"
)

// Finding is one thing that is not as it should be.
type Finding struct {
	Kind    string      `json:"kind" enum:"gap,overlap,outside,complex,missing_geometry,missing_parent,wrong_parent,imbalance,no_grids"`
	Code    string      `json:"code"`
	Name    string      `json:"name"`
	Others  []string    `json:"others,omitempty" doc:"Other areas concerned"`
	At      *[2]float64 `json:"at,omitempty" doc:"Longitude and latitude"`
	AreaM2  float64     `json:"area_m2,omitempty"`
	Message string      `json:"message" doc:"Chinese sentence"`
}

// Validation is the state of the tree below one area.
type Validation struct {
	Within    string         `json:"within"`
	Checked   int            `json:"checked" doc:"Areas looked at"`
	Counts    map[string]int `json:"counts" doc:"Findings by kind"`
	Findings  []Finding      `json:"findings" doc:"The first thousand, by area"`
	Truncated bool           `json:"truncated"`
}

// ValidateOptions are the limits of the report; zero fields take the default.
type ValidateOptions struct {
	MinAreaM2 float64 // mismatches smaller than this are rounding; default 20
	Imbalance float64 // a composite grid this many times larger or smaller than its community's middle one; default 2
}

const maxFindings = 1000

// Validate reports what is wrong at or below an area ("" for all): gaps, overlaps and ground outside the parent for
// every layer, areas without ground although siblings have some, areas whose ground lies in another parent, roots that
// should have a parent, communities without grids beside communities that have some, and composite grids of very
// unequal size. Needs region.read. Errors: NotFound.
func (s *Service) Validate(ctx context.Context, within string, o ValidateOptions) (*Validation, error) {
	if err := auth.Require(ctx, PermRead); err != nil {
		return nil, err
	}
	v, err := s.view(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	if _, ok := v.index[within]; within != "" && !ok {
		return nil, notFound(within)
	}
	o.MinAreaM2, o.Imbalance = cmp.Or(o.MinAreaM2, sliver), cmp.Or(o.Imbalance, 2)
	if !(o.MinAreaM2 >= 0 && o.Imbalance > 1) { // so written, NaN fails too
		return nil, errs.Invalid("region.bad_limits", "The smallest area is 0 or more and the imbalance above 1.")
	}
	c := &checker{v: v, o: o, out: &Validation{Within: within, Counts: map[string]int{}, Findings: []Finding{}}}
	for i := range v.areas {
		if a := &v.areas[i]; Inside(a.Code, within) {
			c.out.Checked++
			c.single(int32(i))
			c.children(int32(i))
			c.sizes(int32(i))
		}
	}
	return c.out, nil
}

type checker struct {
	v   *view
	o   ValidateOptions
	out *Validation
}

func (c *checker) add(f Finding) {
	c.out.Counts[f.Kind]++
	if len(c.out.Findings) == maxFindings {
		c.out.Truncated = true
		return
	}
	c.out.Findings = append(c.out.Findings, f)
}

// single checks an area against its parent and siblings.
func (c *checker) single(i int32) {
	a, p := &c.v.areas[i], c.v.parent[i]
	if p < 0 {
		if needsParent(a.Code) {
			c.add(Finding{Kind: "missing_parent", Code: a.Code, Name: a.Name, Message: "上级区划" + a.ParentCode + "不存在"})
		}
		return
	}
	if c.v.shapes[i] == nil {
		for _, k := range c.v.children[p] {
			if c.v.shapes[k] != nil && groupOf(c.v.areas[k].Code) == groupOf(a.Code) {
				c.add(Finding{Kind: "missing_geometry", Code: a.Code, Name: a.Name, Message: "同级区划已有边界，本区划还没有"})
				return
			}
		}
		return
	}
	at := c.v.shapes[i].Center()
	if ground := c.v.shapes[p]; ground == nil || ground.Contains(at) {
		return
	}
	for k := range c.v.areas {
		if b := &c.v.areas[k]; b.Level == c.v.areas[p].Level && c.v.shapes[k] != nil && c.v.shapes[k].Contains(at) {
			c.add(Finding{Kind: "wrong_parent", Code: a.Code, Name: a.Name, Others: []string{b.Code}, At: position(at),
				Message: "位置在" + b.Name + "内，编码却属于" + c.v.areas[p].Name})
			return
		}
	}
}

func position(v geo.Vertex) *[2]float64 { return &[2]float64{v.Lon(), v.Lat()} }

// children compares the ground of an area with that of each layer below it.
func (c *checker) children(i int32) {
	a := &c.v.areas[i]
	groups := map[string][]int32{}
	grids := 0
	for _, k := range c.v.children[i] {
		if c.v.areas[k].Level == Grid {
			grids++
		}
		if c.v.shapes[k] != nil {
			key := groupOf(c.v.areas[k].Code)
			groups[key] = append(groups[key], k)
		}
	}
	if a.Level == Community && grids == 0 && c.someHaveGrids(i) {
		c.add(Finding{Kind: "no_grids", Code: a.Code, Name: a.Name, Message: "本街道其他社区已划分网格，本社区还没有"})
	}
	for _, key := range []string{a.Code, a.Code + "P"} {
		members := groups[key]
		if len(members) == 0 {
			continue
		}
		parts := make([]geo.Shape, len(members))
		for n, k := range members {
			parts[n] = c.v.shapes[k]
		}
		for _, m := range geo.Tiling(c.v.shapes[i], parts, c.o.MinAreaM2) {
			c.mismatch(a, members, m)
		}
	}
}

func (c *checker) someHaveGrids(i int32) bool {
	p := c.v.parent[i]
	return p >= 0 && slices.ContainsFunc(c.v.children[p], func(k int32) bool { return len(c.v.children[k]) > 0 })
}

var mismatchWords = map[geo.MismatchKind]string{
	geo.Gap: "有%.0f平方米不属于任何下级区划", geo.Overlap: "有%.0f平方米同时属于多个下级区划", geo.Outside: "下级区划超出边界%.0f平方米",
}

func (c *checker) mismatch(parent *Area, members []int32, m geo.Mismatch) {
	f := Finding{Kind: string(m.Kind), Code: parent.Code, Name: parent.Name, At: position(m.At), AreaM2: m.Area, Message: "下级区划边界与本区划差异过多，无法比较"}
	if words, ok := mismatchWords[m.Kind]; ok {
		f.Message = fmt.Sprintf(words, m.Area)
	}
	for _, n := range m.Members {
		f.Others = append(f.Others, c.v.areas[members[n]].Code)
	}
	c.add(f)
}

// sizes compares the households of composite grids within a community.
func (c *checker) sizes(i int32) {
	if c.v.areas[i].Level != Community {
		return
	}
	var homes []int
	for _, k := range c.v.children[i] {
		if a := &c.v.areas[k]; a.Kind == Composite && a.Households > 0 {
			homes = append(homes, a.Households)
		}
	}
	if len(homes) < 3 {
		return
	}
	slices.Sort(homes)
	middle := float64(homes[len(homes)/2])
	for _, k := range c.v.children[i] {
		a := &c.v.areas[k]
		if a.Kind != Composite || a.Households == 0 {
			continue
		}
		if r := float64(a.Households) / middle; r > c.o.Imbalance || r < 1/c.o.Imbalance {
			c.add(Finding{Kind: "imbalance", Code: a.Code, Name: a.Name, At: a.Centroid,
				Message: fmt.Sprintf("%d户，本社区网格的中位数为%.0f户", a.Households, middle)})
		}
	}
}
