package demo

import (
	"cmp"
	"fmt"
	"slices"

	"yiwang/internal/platform/geo"
)

// settle gives every site one cell: scraps that the outline cut off go to the neighbour with the longest border, and
// cells apart from their community or street join the one around them.
func (d *divider) settle(faces []face) error {
	slices.SortStableFunc(faces, func(a, b face) int {
		return cmp.Or(cmp.Compare(a.site, b.site), cmp.Compare(area(b.ring), area(a.ring)))
	})
	parts := make([][]geo.Shape, len(d.sites))
	home := make([]int, len(faces))
	for i, f := range faces {
		home[i] = f.site
		if i > 0 && faces[i-1].site == f.site {
			home[i] = nobody // a scrap
		}
	}
	near := neighbours(len(faces), func(i int) geo.Ring { return faces[i].ring })
	for range faces { // a scrap may border on scraps only until these have a home
		open := 0
		for i := range faces {
			if home[i] != nobody {
				continue
			}
			open++
			for _, n := range near[i] {
				if home[n.other] != nobody {
					home[i] = home[n.other]
					break
				}
			}
		}
		if open == 0 {
			break
		}
	}
	for i, f := range faces {
		if home[i] == nobody {
			return errMesh
		}
		parts[home[i]] = append(parts[home[i]], geo.Shape{{f.ring}})
	}
	for site, p := range parts {
		s := geo.Dissolve(p)
		if len(s) != 1 || len(s[0]) != 1 {
			return fmt.Errorf("grid %d fell into %d pieces", site, len(s))
		}
		d.cells = append(d.cells, cell{site: site, whole: s[0][0], ring: s[0][0]})
	}
	return d.connect()
}

func area(r geo.Ring) float64 { return geo.Shape{{r}}.Area() }

// neighbour is a cell on the other side of a border of the given length in metres.
type neighbour struct {
	other  int
	length float64
}

// neighbours lists for each ring the rings it borders on, longest border first.
func neighbours(n int, ring func(int) geo.Ring) [][]neighbour {
	type edge struct{ a, b geo.Vertex }
	owner := map[edge]int{}
	for i := range n {
		r := ring(i)
		for k, a := range r {
			owner[edge{a, r[(k+1)%len(r)]}] = i
		}
	}
	out := make([][]neighbour, n)
	for i := range n {
		length := map[int]float64{}
		r := ring(i)
		for k, a := range r {
			b := r[(k+1)%len(r)]
			if j, ok := owner[edge{b, a}]; ok && j != i {
				length[j] += geo.Distance(a, b)
			}
		}
		for j, l := range length {
			out[i] = append(out[i], neighbour{j, l})
		}
		slices.SortFunc(out[i], func(p, q neighbour) int {
			return cmp.Or(cmp.Compare(q.length, p.length), cmp.Compare(p.other, q.other))
		})
	}
	return out
}

// connect moves cells that lie apart from the bulk of their community, and then of their street, to the community
// they border on most.
func (d *divider) connect() error {
	near := neighbours(len(d.cells), func(i int) geo.Ring { return d.cells[i].whole })
	street := func(i int) int { return d.streetOf[d.communityOf[i]] }
	community := func(i int) int { return d.communityOf[i] }
	for range 10 {
		moved := d.gather(near, community) + d.gather(near, street)
		if moved == 0 {
			d.composite = make([]int, len(d.communities))
			for _, c := range d.communityOf {
				d.composite[c]++
			}
			for c, n := range d.composite {
				if n == 0 {
					return fmt.Errorf("community %s lost its ground", d.communities[c].Code)
				}
			}
			return nil
		}
	}
	return fmt.Errorf("the streets do not hold together")
}

// gather moves every cell outside the largest connected part of its group into the group next to it.
func (d *divider) gather(near [][]neighbour, group func(int) int) int {
	part, size := components(near, group)
	largest := map[int]int{}
	for i := range near {
		g := group(i)
		if best, ok := largest[g]; !ok || size[part[i]] > size[best] {
			largest[g] = part[i]
		}
	}
	moved := 0
	for i := range near {
		if part[i] == largest[group(i)] {
			continue
		}
		for _, n := range near[i] {
			if g := group(n.other); g != group(i) && part[n.other] == largest[g] {
				d.communityOf[i] = d.communityOf[n.other]
				moved++
				break
			}
		}
	}
	return moved
}

// components numbers the connected parts of equal group and counts their members.
func components(near [][]neighbour, group func(int) int) (part, size []int) {
	part = make([]int, len(near))
	for i := range part {
		part[i] = -1
	}
	for i := range near {
		if part[i] >= 0 {
			continue
		}
		part[i] = len(size)
		size = append(size, 0)
		for queue := []int{i}; len(queue) > 0; {
			k := queue[len(queue)-1]
			queue = queue[:len(queue)-1]
			size[part[i]]++
			for _, n := range near[k] {
				if part[n.other] < 0 && group(n.other) == group(i) {
					part[n.other] = part[i]
					queue = append(queue, n.other)
				}
			}
		}
	}
	return part, size
}
