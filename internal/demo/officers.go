package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/cases"
	"yiwang/internal/identity"
	"yiwang/internal/platform/db"
	"yiwang/internal/region"
)

// smallOfficers is how many officers share the grids of the small demonstration; the district has one per grid.
const smallOfficers = 12

// openOfficers opens the accounts of the grid officers: in the district one for every composite and dedicated grid, 1,596
// as in the case study; in the small demonstration a dozen who share the grids of their communities.
func (l *loader) openOfficers(ctx context.Context) error {
	r := l.rand("officers")
	var officers []identity.DemoOfficer
	if l.scale.street != "" {
		officers = l.sharedOfficers()
	} else {
		officers = l.gridOfficers()
	}
	form := "officer%04d"
	if l.scale.street != "" {
		form = "officer%02d"
	}
	for i := range officers {
		officers[i].Username = fmt.Sprintf(form, i+1)
		officers[i].Name = pick(r, officerSurnames) + pick(r, officerGiven)
	}
	err := l.DB.Tx(ctx, func(tx *db.Tx) error { return l.Identity.EnsureDemoOfficers(ctx, tx, officers) })
	if err != nil {
		return err
	}
	l.officers, l.firstGrid = map[string]cases.Actor{}, officers[0].Areas[0]
	for _, o := range officers {
		for _, grid := range o.Areas {
			l.officers[grid] = cases.Actor{ID: o.ID, Name: o.Name, Unit: l.units[o.Community+".community_committee"].ID}
		}
	}
	l.corps = officers
	l.summary.Officers = len(officers)
	return nil
}

var (
	officerSurnames = []string{"钱", "冯", "卫", "蒋", "沈", "韩", "秦", "许", "吕", "施", "孔", "曹", "严", "华", "金", "魏", "陶", "姜", "戚", "谢", "邹", "喻", "柏", "窦", "章", "苏", "潘", "葛", "范", "彭"}
	officerGiven    = []string{"春晖", "明霞", "志远", "雅琴", "建安", "晓燕", "国庆", "静怡", "文涛", "秋萍", "海燕", "立强", "思雨", "永康", "玉兰", "家豪", "婷婷", "卫东", "敏", "磊", "芳", "凯", "丽", "鹏", "洁", "勇"}
)

// gridOfficers gives every composite and dedicated grid one officer.
func (l *loader) gridOfficers() (list []identity.DemoOfficer) {
	for _, g := range l.grids {
		title := g.Name + "网格员"
		if g.Kind == region.Dedicated {
			title = g.Name + "专属网格员"
		}
		list = append(list, identity.DemoOfficer{Community: region.ParentOf(g.Code), Title: title, Areas: []string{g.Code}})
	}
	return list
}

// sharedOfficers deals the grids of the communities to a dozen officers.
func (l *loader) sharedOfficers() []identity.DemoOfficer {
	byCommunity := map[string][]string{}
	var communities []string
	for _, g := range l.grids {
		c := region.ParentOf(g.Code)
		if byCommunity[c] == nil {
			communities = append(communities, c)
		}
		byCommunity[c] = append(byCommunity[c], g.Code)
	}
	slices.Sort(communities)
	var list []identity.DemoOfficer
	for i, c := range communities {
		n := smallOfficers / len(communities)
		if i < smallOfficers%len(communities) {
			n++
		}
		n = max(1, min(n, len(byCommunity[c])))
		for part := range slices.Chunk(byCommunity[c], (len(byCommunity[c])+n-1)/n) {
			name := strings.TrimSuffix(l.ground.communities[c].committee, "社区居民委员会")
			list = append(list, identity.DemoOfficer{Community: c, Title: name + "网格员", Areas: slices.Clone(part)})
		}
	}
	return list
}
