package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"yiwang/internal/platform/geo"
	"yiwang/internal/region"
)

// Counts of grids in the case study of Gulou; the demonstration has exactly these.
const (
	CompositeGrids = 991
	DedicatedGrids = 605
	PoliceGrids    = 125
	Households     = 400_000
)

// Classes of the dedicated grids in the case study.
var dedicatedClasses = []struct {
	class region.Class
	count int
}{{region.Daily, 44}, {region.KeyAssist, 150}, {region.PeriodicJoint, 411}}

// Partition is the invented ground of a real district: every area with its shape, parents before children.
// Composite and dedicated grids tile every community, police grids tile it a second time; communities tile streets and
// streets tile the district. Neighbours share every vertex of their border, so all areas add up exactly.
type Partition struct {
	Plots []region.Plot
}

// Divide divides the outline of a district into the streets and communities named in places (level and code decide
// which is which) and these into grids. The same seed gives the same bytes. A different seed moves every border.
func Divide(outline geo.Shape, places []region.Plot, seed uint64) (*Partition, error) {
	if len(outline) != 1 || len(outline[0]) != 1 {
		return nil, fmt.Errorf("divide: the outline must be one polygon without holes")
	}
	var err error
	for attempt := range uint64(8) { // a draw may leave a street in two pieces; the next one is as good
		d := &divider{
			rnd:     rand.New(rand.NewPCG(seed, attempt)),
			frame:   newFrame(outline),
			outline: outline[0][0],
		}
		if err = d.run(places); err == nil {
			return &Partition{d.plots}, nil
		}
	}
	return nil, fmt.Errorf("divide: %w", err)
}

// Within returns the plots inside one area, the area itself included.
func (p *Partition) Within(code string) []region.Plot {
	var out []region.Plot
	for _, plot := range p.Plots {
		if region.Inside(plot.Code, code) {
			out = append(out, plot)
		}
	}
	return out
}

// divider holds the state of one attempt. Streets, communities and sites are numbered; a site is the middle of a
// composite grid, a cell is its ground.
type divider struct {
	rnd     *rand.Rand
	frame   frame
	outline geo.Ring

	district    region.Plot
	streets     []region.Plot
	communities []region.Plot
	streetOf    []int // by community
	composite   []int // composite grids by community
	dedicated   []int // dedicated grids by community

	sites       []point
	communityOf []int // by site
	cells       []cell
	plots       []region.Plot
}

// cell is the ground around a site, as rings of shared vertices; a dedicated grid is carved out of some.
type cell struct {
	site   int
	whole  geo.Ring
	ring   geo.Ring // what the composite grid keeps
	carved geo.Ring // nil without a dedicated grid
}

func (d *divider) run(places []region.Plot) error {
	if err := d.read(places); err != nil {
		return err
	}
	d.seat()
	rings, err := d.mesh()
	if err != nil {
		return err
	}
	if err := d.settle(rings); err != nil {
		return err
	}
	if err := d.carve(); err != nil {
		return err
	}
	return d.assemble()
}

func (d *divider) read(places []region.Plot) error {
	number := map[string]int{}
	for _, p := range places {
		switch level, _, err := region.LevelOf(p.Code); {
		case err != nil:
			return fmt.Errorf("place %s: %w", p.Code, err)
		case level == region.District:
			d.district = p
		case level == region.Subdistrict:
			number[p.Code] = len(d.streets)
			d.streets = append(d.streets, p)
		case level == region.Community:
			s, ok := number[region.ParentOf(p.Code)]
			if !ok {
				return fmt.Errorf("place %s stands before its street", p.Code)
			}
			d.communities = append(d.communities, p)
			d.streetOf = append(d.streetOf, s)
		}
	}
	if d.district.Code == "" || len(d.communities) == 0 {
		return fmt.Errorf("a district, its streets and their communities are needed")
	}
	return nil
}

// share divides total among parts in proportion to their weights by largest remainders, at least least each.
func share(total, least int, weights []float64) []int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	out := make([]int, len(weights))
	rest := make([]int, len(weights))
	left := total - least*len(weights)
	used := 0
	for i, w := range weights {
		out[i] = least + int(float64(left)*w/sum)
		used += out[i]
		rest[i] = i
	}
	fraction := func(i int) float64 { v := float64(left) * weights[i] / sum; return v - float64(int(v)) }
	slices.SortStableFunc(rest, func(a, b int) int {
		switch fa, fb := fraction(a), fraction(b); {
		case fa > fb:
			return -1
		case fa < fb:
			return 1
		}
		return 0
	})
	for i := 0; used < total; i, used = i+1, used+1 {
		out[rest[i%len(rest)]]++
	}
	return out
}
