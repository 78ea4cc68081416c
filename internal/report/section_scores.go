package report

import (
	"fmt"

	"yiwang/internal/appraisal"
	"yiwang/internal/platform/document"
	"yiwang/internal/survey"
)

// points are rows of scores as a chart of intervals.
func points(title, note string, rows []*appraisal.Score, name func(*appraisal.Score) string) document.Block {
	c := document.Chart{Kind: document.Intervals, Title: title, Axis: "满意度得分", Note: note, Decimals: 2, Series: []document.Series{{Name: "得分"}}}
	s := &c.Series[0]
	for _, r := range rows {
		c.Categories = append(c.Categories, name(r))
		s.Values, s.Low, s.High = append(s.Values, r.Score), append(s.Low, r.Low), append(s.High, r.High)
	}
	return document.Draw(c)
}

func byLabel(s *appraisal.Score) string { return s.Label }

const howToRead = "横条为置信区间，竖线（圆点）为得分。两条区间重叠，不等于没有差别；名次范围另行计算。"

// scoreColumns are the columns of a table of scores behind its first column.
func scoreColumns(first string, width float64) []document.Column {
	return []document.Column{document.LeftColumn(first, width), document.RightColumn("得分", 8), document.RightColumn("标准误", 8), document.LeftColumn("区间", 15), document.RightColumn("满意率%", 9),
		document.LeftColumn("满意率区间", 15), document.RightColumn("人数", 8), document.RightColumn("有效样本", 9), document.LeftColumn("说明", 10)}
}

func scoreRow(name string, s *appraisal.Score) []document.Cell {
	if s == nil || s.Suppressed {
		return []document.Cell{document.Words(name), {}, {}, {}, {}, {}, {}, {}, document.Words("人数过少")}
	}
	remark := ""
	if s.Insufficient {
		remark = "样本不足"
	}
	return []document.Cell{document.Words(name), document.Number(s.Score, 2), document.Number(s.SE, 2), document.Words(between(s.Low, s.High)), document.Number(s.Rate, 2),
		document.Words(between(s.RateLow, s.RateHigh)), document.Count(s.N), document.Number(s.NEff, 0), document.Words(remark)}
}

// district shows the whole district: total and dimensions.
func district(f *facts) []document.Block {
	var rows []*appraisal.Score
	t := document.Table{Caption: "全区得分", Columns: scoreColumns("项目", 18), Note: "得分是五级答案按分值的平均，满意率是选择满意档的份额，两者不同，不能混用。"}
	for _, n := range f.result.Nodes {
		if n.Level != appraisal.LevelTotal && n.Level != appraisal.LevelDimension && n.Level != appraisal.LevelOverall {
			continue
		}
		if s := f.official(f.wave.Area, n.Code); s != nil {
			t.Rows = append(t.Rows, scoreRow(s.Label, s))
			if s.Score != nil {
				rows = append(rows, s)
			}
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return []document.Block{points("全区各维度得分", howToRead, rows, byLabel), document.Show(t)}
}

// streets shows scores with rank sets, never a bare rank (rule 7).
func streets(f *facts) []document.Block {
	ranks := &f.result.Ranks
	blocks := []document.Block{document.Lead(f.separation())}
	c := document.Chart{Kind: document.Intervals, Title: "街道得分与区间", Axis: basisWords(ranks.Basis), Note: howToRead, Decimals: 2, Series: []document.Series{{Name: "得分"}}}
	top := document.Chart{Kind: document.Bars, Title: fmt.Sprintf("进入前%d名的概率", ranks.Top), Axis: "%", Decimals: 0, Series: []document.Series{{Name: "概率"}},
		Note: fmt.Sprintf("各街道的概率之和为%d。", ranks.Top)}
	hundred := 100.0
	top.Max = &hundred
	t := document.Table{Caption: "街道得分、名次范围与进入前列的概率", Columns: []document.Column{document.LeftColumn("街道", 16), document.RightColumn("得分", 8), document.RightColumn("标准误", 8), document.LeftColumn("区间", 15),
		document.LeftColumn("名次范围", 10), document.LeftColumn("成对比较范围", 11), document.RightColumn(fmt.Sprintf("前%d概率", ranks.Top), 9), document.RightColumn("期望名次", 9)}}
	for i := range ranks.Items {
		r := &ranks.Items[i]
		score, p, expected := r.Score, 100*r.PTop, r.ExpectedRank
		c.Categories = append(c.Categories, r.AreaName)
		s := &c.Series[0]
		s.Values, s.Low, s.High = append(s.Values, &score), append(s.Low, r.Low), append(s.High, r.High)
		top.Categories = append(top.Categories, r.AreaName)
		top.Series[0].Values = append(top.Series[0].Values, &p)
		se := r.SE
		t.Rows = append(t.Rows, []document.Cell{document.Words(r.AreaName), document.Number(&score, 2), document.Number(&se, 2), document.Words(between(r.Low, r.High)), document.Words(rankSet(r.Best, r.Worst)), document.Words(rankSet(r.PairBest, r.PairWorst)),
			document.Words(chance(r.PTop)), document.Number(&expected, 1)})
	}
	for _, code := range ranks.Unranked {
		t.Rows = append(t.Rows, []document.Cell{document.Words(f.streetName(code)), {}, {}, {}, document.Words("不排")})
	}
	t.Note = "按得分排列只为查找方便。名次范围用于公布和奖励；成对比较范围由街道两两之差得出，较窄，供核对。" + ranks.Method
	if len(ranks.Items) > 0 {
		blocks = append(blocks, document.Draw(c))
	}
	blocks = append(blocks, document.Show(t))
	if len(ranks.Items) > 1 {
		blocks = append(blocks, document.Draw(top))
	}
	blocks = append(blocks, document.Text("施测前写定的并列规则："+ranks.TieRule))
	return append(blocks, totals(f)...)
}

func basisWords(basis string) string {
	if basis == "total" {
		return "总分（正向、反向、专项合成）"
	}
	return "正向评价得分"
}

// totals shows the three parts once every street has them.
func totals(f *facts) []document.Block {
	t := document.Table{Caption: "总分的三段", Columns: []document.Column{document.LeftColumn("街道", 16), document.RightColumn("正向", 9), document.RightColumn("反向", 9), document.RightColumn("专项", 9), document.RightColumn("总分", 9), document.RightColumn("总分标准误", 10)},
		Note: "反向段由整改办结率、回访认可率、重复发生率计算，专项段由考评办按客观数据评定，两段没有抽样误差。" + f.result.Note}
	any := false
	for _, row := range f.result.Totals {
		any = any || row.Reverse != nil || row.Special != nil
		t.Rows = append(t.Rows, []document.Cell{document.Words(row.AreaName), document.Number(row.Positive, 2), document.Number(row.Reverse, 2), document.Number(row.Special, 2), document.Number(row.Total, 2), document.Number(row.SE, 2)})
	}
	if !any {
		return nil
	}
	return []document.Block{document.Show(t)}
}

// shade colours a cell by how far it lies from the district, in standard errors of the difference; without a clear difference none.
func shade(s, all *appraisal.Score) string {
	if s == nil || all == nil || s.Score == nil || all.Score == nil || s.SE == nil {
		return ""
	}
	switch z := (*s.Score - *all.Score) / *s.SE; {
	case z > 1.96:
		return "DCEFE4"
	case z < -1.96:
		return "FBE3DC"
	}
	return ""
}

// dimensions shows streets by dimension.
func dimensions(f *facts) []document.Block {
	nodes := append(f.nodes(appraisal.LevelTotal), f.nodes(appraisal.LevelDimension)...)
	t := document.Table{Caption: "各街道各维度得分（括号内为标准误）", Columns: []document.Column{document.LeftColumn("区域", 16)},
		Note: "绿色：明显高于全区；红色：明显低于全区（相差超过该街道标准误的1.96倍，未作多重比较校正）。其余与全区分不出高低。"}
	for _, n := range nodes {
		t.Columns = append(t.Columns, document.LeftColumn(n.Name, 14))
	}
	for _, area := range append([]string{f.wave.Area}, f.streets...) {
		row := []document.Cell{document.Words(area)}
		for _, n := range nodes {
			s := f.official(area, n.Code)
			cell := document.Cell{Shade: shade(s, f.official(f.wave.Area, n.Code)), Bold: area == f.wave.Area}
			if s != nil {
				row[0].Text, row[0].Bold = s.AreaName, area == f.wave.Area
				cell.Text = two(s.Score) + "（" + two(s.SE) + "）"
			}
			if area == f.wave.Area {
				cell.Shade = ""
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return []document.Block{document.Show(t)}
}

// indicators shows the indicators of the district, lowest first, and how people answered.
func indicators(f *facts) []document.Block {
	list := f.indicators()
	if len(list) == 0 {
		return nil
	}
	blocks := []document.Block{document.Lead(fmt.Sprintf("得分最低的是“%s”（%s 分），最高的是“%s”（%s 分）。", list[0].Label, two(list[0].Score), list[len(list)-1].Label, two(list[len(list)-1].Score))),
		points("全区各项指标得分，由低到高", howToRead, list, byLabel)}
	t := document.Table{Caption: "全区各项指标", Columns: scoreColumns("指标", 22)}
	for _, s := range list {
		t.Rows = append(t.Rows, scoreRow(s.Code+" "+s.Label, s))
	}
	t.Note = fmt.Sprintf("有效答案少于%d份的指标标“样本不足”。", f.plan.MinIndicatorN)
	blocks = append(blocks, document.Show(t))
	return append(blocks, answersChart(f, list)...)
}

// answersChart shows the distribution beside the means: shares of the scored answers as given, unweighted.
func answersChart(f *facts, list []*appraisal.Score) []document.Block {
	var marks []int
	c := document.Chart{Kind: document.Stacked, Title: "各项指标的答案构成（定向，未加权）", Note: "得分之外看构成：两项得分相近，不满意的份额可以相差很大。不含“没接触过/不了解”和未作答。"}
	colors := []string{"1F6F54", "7DBB9A", "D9DEE5", "EBB27A", "C44E52", "9A2F36", "6E2227"}
	for i, step := range f.plan.Scale {
		if step.Score != nil && !step.Face {
			c.Series = append(c.Series, document.Series{Name: step.Label, Color: colors[min(len(marks), len(colors)-1)]})
			marks = append(marks, i)
		}
	}
	for _, s := range list {
		sum := 0
		for _, m := range marks {
			if m < len(s.Counts) {
				sum += s.Counts[m]
			}
		}
		if sum < f.plan.MinCellN {
			continue
		}
		c.Categories = append(c.Categories, s.Label)
		for k, m := range marks {
			share := 100 * float64(s.Counts[m]) / float64(sum)
			c.Series[k].Values = append(c.Series[k].Values, &share)
		}
	}
	if len(c.Categories) == 0 {
		return nil
	}
	return []document.Block{document.Draw(c)}
}

// groupScores shows the three kinds of respondents.
func groupScores(f *facts) []document.Block {
	var rows []*appraisal.Score
	for _, g := range survey.Groups {
		if s := f.score(survey.Targeted, f.wave.Area, g, appraisal.NodeTotal); s != nil && s.Score != nil {
			rows = append(rows, s)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	t := document.Table{Caption: "各街道分对象得分", Columns: []document.Column{document.LeftColumn("区域", 16)}, Note: "括号内为区间。人数少于" + fmt.Sprint(f.plan.MinCellN) + "的不显示。"}
	for _, g := range survey.Groups {
		t.Columns = append(t.Columns, document.LeftColumn(g.Title(), 20))
	}
	for _, area := range append([]string{f.wave.Area}, f.streets...) {
		row := []document.Cell{document.Words(f.streetName(area))}
		if area == f.wave.Area {
			row[0] = document.Cell{Text: f.areaName(), Bold: true}
		}
		for _, g := range survey.Groups {
			text := "—"
			if s := f.score(survey.Targeted, area, g, appraisal.NodeTotal); s != nil && s.Score != nil {
				text = two(s.Score) + "（" + between(s.Low, s.High) + "）"
			}
			row = append(row, document.Words(text))
		}
		t.Rows = append(t.Rows, row)
	}
	return []document.Block{points("全区三类对象得分", howToRead, rows, func(s *appraisal.Score) string { return s.Group.Title() }), document.Show(t)}
}
