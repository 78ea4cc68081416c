package demo

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/platform/geo"
	"yiwang/internal/region"
)

// venues are the places that get a dedicated grid, by class, as the words of a name.
var venues = map[region.Class][]string{
	region.Daily:         {"商业综合体", "三甲医院", "高校", "交通枢纽"},
	region.KeyAssist:     {"商务楼宇", "产业园区", "专业市场", "中小学", "医院"},
	region.PeriodicJoint: {"机关单位", "科研院所", "企业园区", "在建工地", "公园绿地", "仓储物流", "商业街区"},
}

// assemble turns cells into plots, parents before children.
func (d *divider) assemble() error {
	grids, err := d.grids()
	if err != nil {
		return err
	}
	communities := make([][]geo.Shape, len(d.communities))
	for i, g := range grids {
		c := d.communityOf[d.cells[g.cell].site]
		communities[c] = append(communities[c], grids[i].plot.Shape)
	}
	streets := make([][]geo.Shape, len(d.streets))
	for c := range d.communities {
		d.communities[c].Shape = geo.Dissolve(communities[c])
		streets[d.streetOf[c]] = append(streets[d.streetOf[c]], d.communities[c].Shape)
	}
	var all []geo.Shape
	for s := range d.streets {
		d.streets[s].Shape = geo.Dissolve(streets[s])
		all = append(all, d.streets[s].Shape)
	}
	d.district.Shape = geo.Dissolve(all)
	d.plots = append([]region.Plot{d.district}, d.streets...)
	d.plots = append(d.plots, d.communities...)
	for _, g := range grids {
		d.plots = append(d.plots, g.plot)
	}
	police, err := d.police()
	if err != nil {
		return err
	}
	d.plots = append(d.plots, police...)
	for _, p := range d.plots {
		if f := geo.Check(p.Shape); f != nil {
			return fmt.Errorf("%s: %w", p.Code, f)
		}
	}
	return nil
}

type grid struct {
	plot region.Plot
	cell int
}

// grids numbers the composite and dedicated grids of each community from north-west to south-east.
func (d *divider) grids() ([]grid, error) {
	order := make([]int, len(d.cells))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		pa, pb := d.sites[d.cells[a].site], d.sites[d.cells[b].site]
		return cmp.Or(cmp.Compare(d.communityOf[d.cells[a].site], d.communityOf[d.cells[b].site]), cmp.Compare(pa.x-pa.y, pb.x-pb.y))
	})
	classes := d.classes()
	homes := d.households(order)
	var composite, dedicated []grid
	number := map[string]int{}
	for k, i := range order {
		c := d.cells[i]
		community := d.communities[d.communityOf[c.site]]
		number[community.Code]++
		composite = append(composite, grid{region.Plot{
			Code: fmt.Sprintf("%sG%03d", community.Code, number[community.Code]),
			Name: fmt.Sprintf("%s第%d网格", shortName(community.Name), number[community.Code]),
			Kind: region.Composite, Households: homes[k], Shape: geo.Shape{{c.ring}},
		}, i})
	}
	clear(number)
	for _, i := range order {
		c := d.cells[i]
		if c.carved == nil {
			continue
		}
		community := d.communities[d.communityOf[c.site]]
		number[community.Code]++
		class := classes[len(dedicated)]
		words := venues[class]
		dedicated = append(dedicated, grid{region.Plot{
			Code: fmt.Sprintf("%sD%03d", community.Code, number[community.Code]),
			Name: fmt.Sprintf("%s专属第%d网格（%s）", shortName(community.Name), number[community.Code], words[d.rnd.IntN(len(words))]),
			Kind: region.Dedicated, Class: class, Shape: geo.Shape{{c.carved}},
		}, i})
	}
	if len(composite) != CompositeGrids || len(dedicated) != DedicatedGrids {
		return nil, fmt.Errorf("%d composite and %d dedicated grids came out", len(composite), len(dedicated))
	}
	return append(composite, dedicated...), nil
}

// shortName drops the words for the committee: people say 山西路社区 and 清江村.
func shortName(name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, "居委会"), "村委会")
}

func (d *divider) classes() []region.Class {
	var out []region.Class
	for _, c := range dedicatedClasses {
		for range c.count {
			out = append(out, c.class)
		}
	}
	d.rnd.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// households draws 300 to 500 homes for each composite grid, more on larger ground, adding up to Households.
func (d *divider) households(order []int) []int {
	const least, most = 300, 500
	out := make([]int, len(order))
	left := Households
	for k, i := range order {
		size := area(d.cells[i].ring) / 40_000
		out[k] = min(max(int(330+45*size/(0.4+0.25*size)+80*(d.rnd.Float64()-0.5)), least), most)
		left -= out[k]
	}
	for k := 0; left != 0; k = (k + 1) % len(out) {
		switch {
		case left > 0 && out[k] < most:
			out[k], left = out[k]+1, left-1
		case left < 0 && out[k] > least:
			out[k], left = out[k]-1, left+1
		}
	}
	return out
}
