package demo

import (
	"cmp"
	"fmt"
	"slices"

	"yiwang/internal/platform/geo"
	"yiwang/internal/region"
)

// police lays the second tiling: one police grid for each community, two for the largest ones.
func (d *divider) police() ([]region.Plot, error) {
	cells := make([][]int, len(d.communities))
	for i := range d.cells {
		c := d.communityOf[d.cells[i].site]
		cells[c] = append(cells[c], i)
	}
	bySize := make([]int, len(cells))
	for c := range bySize {
		bySize[c] = c
	}
	slices.SortStableFunc(bySize, func(a, b int) int { return cmp.Compare(len(cells[b]), len(cells[a])) })
	near := neighbours(len(d.cells), func(i int) geo.Ring { return d.cells[i].whole })
	halves := map[int][2][]int{}
	missing := PoliceGrids - len(d.communities)
	for _, c := range bySize {
		if missing == len(halves) {
			break
		}
		if a, b, ok := d.halve(cells[c], near); ok {
			halves[c] = [2][]int{a, b}
		}
	}
	if missing != len(halves) {
		return nil, fmt.Errorf("%d communities could be split for the police", len(halves))
	}
	var out []region.Plot
	for c, community := range d.communities {
		groups := [][]int{cells[c]}
		if h, split := halves[c]; split {
			groups = [][]int{h[0], h[1]}
		}
		for n, group := range groups {
			var parts []geo.Shape
			for _, i := range group {
				parts = append(parts, geo.Shape{{d.cells[i].whole}})
			}
			name := shortName(community.Name) + "警务网格"
			if len(groups) > 1 {
				name = fmt.Sprintf("%s警务第%d网格", shortName(community.Name), n+1)
			}
			out = append(out, region.Plot{
				Code: fmt.Sprintf("%sP%03d", community.Code, n+1), Name: name, Kind: region.Police, Shape: geo.Dissolve(parts),
			})
		}
	}
	return out, nil
}

// halve divides the cells of a community into two connected halves of about the same number, along the direction in
// which they reach farthest.
func (d *divider) halve(cells []int, near [][]neighbour) (a, b []int, ok bool) {
	for _, dir := range [][2]float64{{1, 0}, {0, 1}, {1, 1}, {1, -1}} {
		along := func(i int) float64 { s := d.sites[d.cells[i].site]; return s.x*dir[0] + s.y*dir[1] }
		sorted := slices.Clone(cells)
		slices.SortFunc(sorted, func(p, q int) int { return cmp.Or(cmp.Compare(along(p), along(q)), cmp.Compare(p, q)) })
		a, b = sorted[:len(sorted)/2], sorted[len(sorted)/2:]
		if whole(a, near) && whole(b, near) {
			return a, b, true
		}
	}
	return nil, nil, false
}

// whole reports whether cells hang together.
func whole(cells []int, near [][]neighbour) bool {
	member := map[int]bool{}
	for _, i := range cells {
		member[i] = true
	}
	seen := map[int]bool{cells[0]: true}
	for queue := []int{cells[0]}; len(queue) > 0; queue = queue[1:] {
		for _, n := range near[queue[0]] {
			if member[n.other] && !seen[n.other] {
				seen[n.other] = true
				queue = append(queue, n.other)
			}
		}
	}
	return len(seen) == len(cells)
}
