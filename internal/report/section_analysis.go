package report

import (
	"fmt"
	"math"
	"strings"

	"yiwang/internal/appraisal"
	"yiwang/internal/platform/document"
	"yiwang/internal/survey"
)

var verdictWords = map[appraisal.Verdict]string{appraisal.Up: "上升", appraisal.Down: "下降", appraisal.Alike: "分不出变化"}

// progress compares with the wave before: changes with their intervals, and only those that survive looking at all streets are called changes.
func progress(f *facts) []document.Block {
	p := f.progress
	if p == nil || len(p.Streets) == 0 {
		return nil
	}
	sure := []string{}
	c := document.Chart{Kind: document.Bars, Title: "各街道得分变化（" + p.Wave.Code + " − " + p.Against.Code + "）", Axis: "分", Decimals: 2, Series: []document.Series{{Name: "变化"}}, Note: "横线为区间；跨过0的，分不出升降。"}
	t := document.Table{Caption: "与" + p.Against.Name + "相比", Columns: []document.Column{document.LeftColumn("区域", 16), document.RightColumn("上期", 8), document.RightColumn("本期", 8), document.RightColumn("变化", 8), document.LeftColumn("区间", 15),
		document.RightColumn("校正后P", 9), document.RightColumn("补上差距%", 10), document.LeftColumn("判断", 10)},
		Note: "两期各自重新抽样，方差相加。P按霍尔姆法对同时比较全部街道作了校正。补上差距 = 变化 ÷（100 − 上期），高分街道也能看出进步；上期偶然偏低的，本期往往回升，这不是进步。"}
	rows := p.Streets
	if p.District != nil {
		rows = append([]appraisal.Change{*p.District}, rows...)
	}
	for i := range rows {
		x := &rows[i]
		if x.AreaCode != f.wave.Area && x.Verdict != appraisal.Alike {
			sure = append(sure, x.AreaName+verdictWords[x.Verdict])
		}
		gap := "—"
		if x.Gap != nil {
			gap = signed(hundred(x.Gap))
		}
		t.Rows = append(t.Rows, []document.Cell{{Text: x.AreaName, Bold: x.AreaCode == f.wave.Area}, document.Number(x.Before, 2), document.Number(x.Now, 2), document.Words(signed(x.Difference)), document.Words(between(x.Low, x.High)),
			significance(x.Holm), document.Words(gap), document.Words(verdictWords[x.Verdict])})
		if x.Difference != nil {
			c.Categories = append(c.Categories, x.AreaName)
			s := &c.Series[0]
			s.Values, s.Low, s.High = append(s.Values, x.Difference), append(s.Low, x.Low), append(s.High, x.High)
		}
	}
	lead := "没有一个街道的变化超出抽样误差。"
	if len(sure) > 0 {
		lead = "变化超出抽样误差的街道：" + listed(sure) + "；其余街道分不出升降。"
	}
	return []document.Block{document.Lead(lead), document.Draw(c), document.Show(t), notes(p.Notes)}
}

func hundred(v *float64) *float64 {
	if v == nil {
		return nil
	}
	x := 100 * *v
	return &x
}

func notes(list []string) document.Block {
	if len(list) == 0 {
		return document.Note("")
	}
	return document.Note(strings.Join(list, ""))
}

// significance writes a P value without claiming an impossible zero.
func significance(p *float64) document.Cell {
	if p != nil && *p < 0.001 {
		return document.Words("<0.001")
	}
	return document.Number(p, 3)
}

// drivers shows what goes with overall satisfaction, and what is rated low among it.
func drivers(f *facts) []document.Block {
	d := f.drivers
	if d == nil || len(d.Items) == 0 {
		return nil
	}
	var improve []string
	c := document.Chart{Kind: document.Scatter, Title: "重要程度与得分", Axis: "得分", AxisX: "重要程度（解释份额%）", Decimals: 2, Series: []document.Series{{Name: "得分"}},
		Note: fmt.Sprintf("右下方的重点：影响大、得分低，先改。重要程度平均%.1f%%，得分平均%.2f。", 100*d.MidShare, d.MidScore)}
	t := document.Table{Caption: "各重点的重要程度", Columns: []document.Column{document.LeftColumn("重点", 20), document.RightColumn("重要程度%", 10), document.LeftColumn("区间%", 14), document.RightColumn("得分", 8), document.RightColumn("标准误", 8), document.LeftColumn("建议", 14)},
		Note: fmt.Sprintf("重要程度 = 各重点对总体满意度解释份额的分解（LMG法），合计100%%；用%s份居民答卷，共解释 %.0f%%。区间由%d次自助抽样得出。相关不等于因果。", grouped(d.N), 100*d.R2, d.Replicate)}
	words := map[string]string{"improve": "优先改进", "keep": "保持优势", "watch": "继续关注", "maintain": "维持"}
	for i := range d.Items {
		x := &d.Items[i]
		if x.Quadrant == "improve" {
			improve = append(improve, x.Label)
		}
		share := 100 * x.Importance
		t.Rows = append(t.Rows, []document.Cell{document.Words(x.Label), document.Number(&share, 1), document.Words(between(hundred(x.Low), hundred(x.High))), document.Number(x.Score, 2), document.Number(x.SE, 2), document.Words(words[x.Quadrant])})
		if x.Score != nil {
			c.Categories = append(c.Categories, x.Label)
			c.Series[0].Values, c.Series[0].X = append(c.Series[0].Values, x.Score), append(c.Series[0].X, &share)
		}
	}
	lead := "没有影响大而得分低的重点。"
	if len(improve) > 0 {
		lead = "影响大而得分低、应当优先改进的：" + listed(improve) + "。"
	}
	return []document.Block{document.Lead(lead), document.Draw(c), document.Show(t), notes(d.Notes)}
}

// levels shows the three levels that residents evaluate, and the recommendation beside them.
func levels(f *facts) []document.Block {
	nodes := f.nodes(appraisal.LevelEvaluated)
	var rows []*appraisal.Score
	t := document.Table{Caption: "三级评价", Columns: []document.Column{document.LeftColumn("区域", 16)}, Note: "括号内为标准误。三级评价由居民问卷中相应的题目等权合成，不计入总分。"}
	for _, n := range nodes {
		t.Columns = append(t.Columns, document.LeftColumn(n.Name, 16))
		if s := f.official(f.wave.Area, n.Code); s != nil && s.Score != nil {
			rows = append(rows, s)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	for _, area := range append([]string{f.wave.Area}, f.streets...) {
		row := []document.Cell{{Text: f.placeName(area), Bold: area == f.wave.Area}}
		for _, n := range nodes {
			s := f.official(area, n.Code)
			cell := document.Cell{Text: "—"}
			if s != nil && s.Score != nil {
				cell.Text = two(s.Score) + "（" + two(s.SE) + "）"
				if area != f.wave.Area {
					cell.Shade = shade(s, f.official(f.wave.Area, n.Code))
				}
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return append([]document.Block{points("全区三级评价得分", howToRead, rows, byLabel), document.Show(t)}, recommend(f)...)
}

func (f *facts) placeName(code string) string {
	if code == f.wave.Area {
		return f.areaName()
	}
	return f.streetName(code)
}

func recommend(f *facts) []document.Block {
	t := document.Table{Caption: "推荐度（净推荐值）", Columns: []document.Column{document.LeftColumn("区域", 16), document.RightColumn("净推荐值", 10), document.LeftColumn("区间", 16), document.RightColumn("推荐%", 9), document.RightColumn("不推荐%", 9), document.RightColumn("人数", 8)},
		Note: "净推荐值 = 9—10分的份额 − 0—6分的份额，从−100到100；它既不是得分，也不是满意率。"}
	for i := range f.nps {
		if x := &f.nps[i]; !x.Suppressed && x.NPS != nil {
			t.Rows = append(t.Rows, []document.Cell{document.Words(x.AreaName), document.Words(signed(x.NPS)), document.Words(between(x.Low, x.High)), document.Number(x.Promoters, 1), document.Number(x.Detractors, 1), document.Count(x.N)})
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return []document.Block{document.Show(t)}
}

// cost sets the scores beside what was spent; by street, without an order.
func cost(f *facts) []document.Block {
	if f.costs == nil || len(f.costs.Items) == 0 {
		return nil
	}
	t := document.Table{Caption: "投入与得分", Columns: []document.Column{document.LeftColumn("街道", 16), document.RightColumn("人均投入元", 11), document.RightColumn("得分", 8), document.RightColumn("成本指数", 9), document.LeftColumn("区间", 15), document.RightColumn("相对效率", 9), document.LeftColumn("投入依据", 24)}}
	for i := range f.costs.Items {
		x := &f.costs.Items[i]
		t.Rows = append(t.Rows, []document.Cell{document.Words(x.AreaName), document.Number(&x.PerHead, 2), document.Number(x.Score, 2), document.Number(x.Index, 2), document.Words(between(x.IndexLow, x.IndexHigh)), document.Number(x.Efficiency, 3), document.Words(x.Basis)})
	}
	return []document.Block{document.Show(t), notes(f.costs.Notes)}
}

// quality tells who answered, what was doubtful and what deciding about it does to the scores.
func quality(f *facts) []document.Block {
	blocks := responseRates(f)
	blocks = append(blocks, doubts(f)...)
	blocks = append(blocks, sensitivity(f)...)
	return append(blocks, scales(f)...)
}

func responseRates(f *facts) []document.Block {
	if f.rates == nil || f.rates.All.Cases == 0 {
		return nil
	}
	t := document.Table{Caption: "应答率（AAPOR标准定义）", Columns: []document.Column{document.LeftColumn("代码", 8), document.LeftColumn("名称", 20), document.RightColumn("数值%", 9), document.LeftColumn("公式", 34), document.LeftColumn("代入", 34)},
		Note: fmt.Sprintf("抽中并应访问的%s户（家）；资格不明的按%.0f%%计为合格。", grouped(f.rates.All.Cases), 100*f.rates.All.E)}
	for _, r := range f.rates.All.Rates {
		t.Rows = append(t.Rows, []document.Cell{document.Words(r.Code), document.Words(r.Title), document.Number(hundred(r.Value), 1), document.Words(r.Formula), document.Words(r.Numbers)})
	}
	return []document.Block{document.Heading(2, "应答"), document.Show(t)}
}

func doubts(f *facts) []document.Block {
	if f.checks == nil || f.checks.Check == nil {
		return nil
	}
	s := &f.checks.Check.Summary.V
	t := document.Table{Caption: "可疑答卷的线索", Columns: []document.Column{document.LeftColumn("线索", 30), document.RightColumn("答卷数", 10)}, Note: "一份答卷可以有几条线索。线索不是结论，没有一份答卷被自动剔除；是否计入由人逐份决定并留痕。"}
	for _, k := range s.Kinds {
		if k.N > 0 {
			t.Rows = append(t.Rows, []document.Cell{document.Words(k.Name), document.Count(k.N)})
		}
	}
	text := fmt.Sprintf("核查%s份答卷，%s份有线索；经人工决定，%s份不计入，%s份照常计入，%s份未决定、按计入处理。", grouped(s.Answers), grouped(s.Flagged), grouped(f.checks.SetAside), grouped(f.checks.Kept), grouped(f.checks.Open))
	if !s.Effect.Sparse && s.Effect.Interviewers > 0 {
		text += fmt.Sprintf("调查员%d人，组内相关系数%.3f（0.02上下为常见，超过0.10应检查做法）。", s.Effect.Interviewers, s.Effect.ICC)
	}
	blocks := []document.Block{document.Heading(2, "可疑答卷"), document.Text(text)}
	if len(t.Rows) > 0 {
		blocks = append(blocks, document.Show(t))
	}
	return blocks
}

func sensitivity(f *facts) []document.Block {
	if f.without == nil || f.without.Flagged+f.without.Aside == 0 {
		return nil
	}
	t := document.Table{Caption: "换一种取舍，得分变多少", Columns: []document.Column{document.LeftColumn("区域", 16), document.RightColumn("按决定", 9), document.RightColumn("全部计入", 10), document.RightColumn("相差", 8), document.RightColumn("去掉全部可疑", 12), document.RightColumn("相差", 8), document.LeftColumn("是否要紧", 12)},
		Note: "要紧：任一取舍使得分移动超过一个标准误。正式结果是“按决定”。"}
	for i := range f.without.Items {
		x := &f.without.Items[i]
		by := map[appraisal.Variant]appraisal.VariantScore{}
		for _, v := range x.Scores {
			by[v.Variant] = v
		}
		t.Rows = append(t.Rows, []document.Cell{document.Words(x.AreaName), document.Number(by[appraisal.AsDecided].Score, 2), document.Number(by[appraisal.WithAll].Score, 2), document.Words(signed(by[appraisal.WithAll].Shift)),
			document.Number(by[appraisal.WithoutFlagged].Score, 2), document.Words(signed(by[appraisal.WithoutFlagged].Shift)), document.Words(map[bool]string{true: "要紧", false: "不要紧"}[x.Stirred])})
	}
	return []document.Block{document.Heading(2, "敏感性"), document.Show(t)}
}

func scales(f *facts) []document.Block {
	if f.scales == nil {
		return nil
	}
	t := document.Table{Caption: "问卷的内部一致性", Columns: []document.Column{document.LeftColumn("范围", 18), document.RightColumn("α", 8), document.RightColumn("ω", 8), document.RightColumn("平均相关", 10), document.RightColumn("份数", 8), document.LeftColumn("说明", 24)}}
	for i := range f.scales.Scales {
		if x := &f.scales.Scales[i]; x.Alpha != nil && !math.IsNaN(*x.Alpha) {
			t.Rows = append(t.Rows, []document.Cell{document.Words(x.Label), document.Number(x.Alpha, 3), document.Number(x.Omega, 3), document.Number(x.MeanR, 3), document.Count(x.N), document.Words(x.Note)})
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	if len(f.scales.Notes) > 0 {
		t.Note = f.scales.Notes[0]
	}
	return []document.Block{document.Heading(2, "问卷质量"), document.Show(t)}
}

// outcome tells the rules written before the wave, and what a signed settlement made of them.
func outcome(f *facts) []document.Block {
	a := f.plan.Award
	if a == nil {
		return nil
	}
	rules := map[survey.BonusRule]string{survey.BonusByProbability: "按进入前列的概率分配", survey.BonusByTopGroup: "与末位不能区分的街道均分", survey.BonusByRank: "按得分先后，并列出不能区分的街道"}
	amounts := make([]string, len(a.Bonus))
	for i, yuan := range a.Bonus {
		amounts[i] = fmt.Sprintf("%g万元", yuan/10000)
	}
	blocks := []document.Block{document.Text(fmt.Sprintf("下列规则在施测前写入方案：奖励 %s，%s；概率相差不足%g的均分；概率低于%g的不参与。半年折算全年的比例：上半年%g，下半年%g。", listed(amounts), rules[a.BonusRule], a.TieWithin, a.LeastP, a.HalfWeights["H1"], a.HalfWeights["H2"]))}
	if f.settled == nil {
		return append(blocks, document.Note("截至报告日，本年度的结果运用尚未经两人签认。"))
	}
	o := &f.settled.Outcome.V
	t := document.Table{Caption: fmt.Sprintf("%d年度奖励", f.settled.Year), Columns: []document.Column{document.LeftColumn("街道", 16), document.RightColumn("金额（元）", 12), document.RightColumn("前列概率", 10), document.LeftColumn("理由", 40)}}
	for _, line := range o.Bonus.Lines {
		t.Rows = append(t.Rows, []document.Cell{document.Words(line.Name), document.Words(grouped(int(line.Yuan))), document.Words(chance(line.PTop)), document.Words(line.Why)})
	}
	if len(t.Rows) > 0 {
		blocks = append(blocks, document.Show(t))
	}
	for _, h := range o.Honours {
		winners := []string{}
		for _, code := range h.Winners {
			winners = append(winners, f.streetName(code))
		}
		blocks = append(blocks, document.Text(h.Name+"："+orNone(winners)+"。"+h.Why))
	}
	return append(blocks, document.Note("结果运用指纹 "+f.settled.ResultHash))
}
