package report

import (
	"cmp"
	"fmt"
	"slices"

	"yiwang/internal/appraisal"
	"yiwang/internal/platform/document"
)

// letter is one page for one street: where it stands, what is clearly better or worse than the district, what to begin with.
func letter(f *facts, street string) *document.Document {
	d := &document.Document{Title: f.streetName(street) + "：" + f.wave.Name + "一页通", Subtitle: f.areaName() + "　" + f.stateWords(), Notice: f.notice, Compact: true}
	d.Blocks = append(d.Blocks, letterStanding(f, street)...)
	d.Blocks = append(d.Blocks, letterDimensions(f, street)...)
	better, worse := f.apart(street)
	d.Blocks = append(d.Blocks, document.Heading(1, "与全区相比"), document.List(
		"明显高于全区的指标："+orNone(better), "明显低于全区的指标："+orNone(worse)+"。先看这些。"),
		document.Note("明显：与全区相差超过标准误的1.96倍；十七项同时比较，个别项目可能是偶然。"))
	d.Blocks = append(d.Blocks, letterWeakest(f, street)...)
	d.Blocks = append(d.Blocks, letterCommunities(f, street)...)
	d.Blocks = append(d.Blocks, document.Note("并列规则（施测前写定）："+f.result.Ranks.TieRule),
		document.Note("社区结果只用于改进，不排名、不公布。结果指纹 "+short(f.run.ResultHash)+"。"))
	return d
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "没有"
	}
	return listed(names)
}

func letterStanding(f *facts, street string) []document.Block {
	s := f.official(street, appraisal.NodeTotal)
	if s == nil || s.Score == nil {
		return []document.Block{document.Lead("本期定向答卷太少，不能给出得分。")}
	}
	all := f.official(f.wave.Area, appraisal.NodeTotal)
	text := fmt.Sprintf("正向评价 %s 分，%s区间 %s；全区 %s 分。定向答卷 %s 份。", two(s.Score), percent(f.plan.Level), between(s.Low, s.High), two(all.Score), grouped(s.N))
	blocks := []document.Block{document.Lead(text)}
	i := slices.IndexFunc(f.result.Ranks.Items, func(r appraisal.Rank) bool { return r.AreaCode == street })
	if i < 0 {
		return blocks
	}
	r := &f.result.Ranks.Items[i]
	score := r.Score
	where := ""
	if f.result.Ranks.Basis == "total" {
		where = fmt.Sprintf("总分 %s 分（正向、反向、专项合成，区间 %s）。", two(&score), between(r.Low, r.High))
	}
	where += fmt.Sprintf("名次范围 %s，进入前%d名的把握 %s。", rankSet(r.Best, r.Worst), f.result.Ranks.Top, chance(r.PTop))
	if names := f.inseparable(r); len(names) > 0 {
		where += fmt.Sprintf("与%s的区间重叠，数据分不出先后。", listed(names))
	}
	return append(blocks, document.Text(where))
}

// inseparable names the streets whose intervals overlap, at most eight.
func (f *facts) inseparable(r *appraisal.Rank) (names []string) {
	for i := range f.result.Ranks.Items {
		o := &f.result.Ranks.Items[i]
		if o.AreaCode != r.AreaCode && o.Low != nil && o.High != nil && r.Low != nil && r.High != nil && *o.Low <= *r.High && *r.Low <= *o.High {
			names = append(names, o.AreaName)
		}
	}
	if len(names) > 8 {
		names = append(names[:8], fmt.Sprintf("等%d个街道", len(names)))
	}
	return names
}

func letterDimensions(f *facts, street string) []document.Block {
	t := document.Table{Caption: "各维度", Columns: []document.Column{document.LeftColumn("维度", 16), document.RightColumn("本街道", 9), document.LeftColumn("区间", 15), document.RightColumn("全区", 9), document.RightColumn("满意率%", 9), document.LeftColumn("与全区相比", 14)}}
	for _, n := range f.nodes(appraisal.LevelDimension) {
		s, all := f.official(street, n.Code), f.official(f.wave.Area, n.Code)
		if s == nil || all == nil {
			continue
		}
		color := shade(s, all)
		words := map[string]string{"DCEFE4": "明显高", "FBE3DC": "明显低", "": "分不出高低"}[color]
		t.Rows = append(t.Rows, []document.Cell{document.Words(n.Name), document.Number(s.Score, 2), document.Words(between(s.Low, s.High)), document.Number(all.Score, 2), document.Number(s.Rate, 2), {Text: words, Shade: color}})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return []document.Block{document.Show(t)}
}

// apart names the indicators in which a street lies clearly above or below the district.
func (f *facts) apart(street string) (better, worse []string) {
	for _, n := range f.nodes(appraisal.LevelIndicator) {
		s := f.official(street, n.Code)
		if s == nil || s.Insufficient {
			continue
		}
		switch shade(s, f.official(f.wave.Area, n.Code)) {
		case "DCEFE4":
			better = append(better, n.Name)
		case "FBE3DC":
			worse = append(worse, n.Name)
		}
	}
	return better, worse
}

func letterWeakest(f *facts, street string) []document.Block {
	var list []*appraisal.Score
	for _, n := range f.nodes(appraisal.LevelIndicator) {
		if s := f.official(street, n.Code); s != nil && s.Score != nil && !s.Insufficient {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		return nil
	}
	slices.SortStableFunc(list, func(a, b *appraisal.Score) int { return cmp.Compare(*a.Score, *b.Score) })
	t := document.Table{Caption: "本街道得分最低的五项指标", Columns: []document.Column{document.LeftColumn("指标", 28), document.RightColumn("本街道", 9), document.LeftColumn("区间", 15), document.RightColumn("全区", 9), document.RightColumn("人数", 8)}}
	for _, s := range list[:min(5, len(list))] {
		all := f.official(f.wave.Area, s.Code)
		row := []document.Cell{document.Words(s.Label), document.Number(s.Score, 2), document.Words(between(s.Low, s.High)), {}, document.Count(s.N)}
		if all != nil {
			row[3] = document.Number(all.Score, 2)
		}
		t.Rows = append(t.Rows, row)
	}
	return []document.Block{document.Show(t)}
}

// letterCommunities says of each community whether it is clearly above or below its street, in the order of codes: no order of scores.
func letterCommunities(f *facts, street string) []document.Block {
	if f.communities == nil {
		return nil
	}
	words := map[string][]string{}
	for i := range f.communities.Items {
		x := &f.communities.Items[i]
		if x.Street != street {
			continue
		}
		judged := map[appraisal.Verdict]string{appraisal.Up: "明显高于本街道", appraisal.Down: "明显低于本街道", appraisal.Alike: "与本街道分不出高低"}[x.Verdict]
		if x.Suppressed || x.Score == nil {
			judged = "答卷太少，不作判断"
		}
		words[judged] = append(words[judged], x.AreaName)
	}
	if len(words) == 0 {
		return nil
	}
	var items []string
	for _, judged := range []string{"明显高于本街道", "明显低于本街道", "与本街道分不出高低", "答卷太少，不作判断"} {
		if names := words[judged]; len(names) > 0 {
			items = append(items, judged+"："+listed(names))
		}
	}
	return []document.Block{document.Heading(1, "各社区"), document.List(items...)}
}
