package report

import (
	"fmt"
	"slices"

	"yiwang/internal/appraisal"
	"yiwang/internal/platform/document"
	"yiwang/internal/rectify"
	"yiwang/internal/survey"
)

// online sets the self-selected answers beside the sample, with the measured bias.
func online(f *facts) []document.Block {
	c := document.Chart{Kind: document.Dots, Title: "定向与线上得分", Axis: "满意度得分", Decimals: 2, Series: []document.Series{{Name: "定向"}, {Name: "线上"}}, Note: "竖线为区间；线上的区间不含自选偏差。"}
	t := document.Table{Caption: "线上答卷与定向结果之差", Columns: []document.Column{document.LeftColumn("区域", 16), document.RightColumn("线上得分", 9), document.RightColumn("份数", 8), document.RightColumn("定向得分", 9),
		document.RightColumn("相差", 9), document.RightColumn("标准误", 9), document.LeftColumn("判断", 14)}, Note: "相差 = 线上 − 定向。相差超过1.96个标准误的，自选偏差明显。"}
	for _, area := range append([]string{f.wave.Area}, f.streets...) {
		o, s := f.score(survey.Online, area, "", appraisal.NodeTotal), f.official(area, appraisal.NodeTotal)
		if o == nil || s == nil || o.Score == nil || s.Score == nil {
			continue
		}
		judged := "无法判断"
		if o.Bias != nil && o.BiasSE != nil {
			judged = map[bool]string{true: "偏差明显", false: "未见明显偏差"}[*absolute(o.Bias) > 1.96**o.BiasSE]
		}
		t.Rows = append(t.Rows, []document.Cell{document.Words(o.AreaName), document.Number(o.Score, 2), document.Count(o.N), document.Number(s.Score, 2), document.Words(signed(o.Bias)), document.Number(o.BiasSE, 2), document.Words(judged)})
		c.Categories = append(c.Categories, o.AreaName)
		for i, row := range []*appraisal.Score{s, o} {
			x := &c.Series[i]
			x.Values, x.Low, x.High = append(x.Values, row.Score), append(x.Low, row.Low), append(x.High, row.High)
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return []document.Block{document.Draw(c), document.Show(t)}
}

// reverse tells what residents complained about and what became of it.
func reverse(f *facts) []document.Block {
	l := f.loop
	if l == nil || l.Voices == 0 {
		return nil
	}
	blocks := []document.Block{document.Text(fmt.Sprintf("本期收到意见 %s 条，归类确认 %s 条，表扬 %s 条；归并为整改事项 %s 件，下发 %s 件，涉及 %d 个街道、%d 个牵头单位。答复中位用时 %s 天，从提出意见到回告中位用时 %s 天。",
		grouped(l.Voices), grouped(l.Confirmed), grouped(l.Praise), grouped(l.Items), grouped(l.Issued), l.Streets, l.Units, one(l.DaysToAnswer), one(l.DaysToReply)))}
	lines := slices.Clone(f.fields)
	lines = slices.DeleteFunc(lines, func(x rectify.Line) bool { return x.Voices == 0 && x.Items == 0 })
	slices.SortStableFunc(lines, func(a, b rectify.Line) int { return b.Voices - a.Voices })
	if len(lines) == 0 {
		return blocks
	}
	c := document.Chart{Kind: document.Bars, Title: "意见集中的领域", Axis: "条", Series: []document.Series{{Name: "意见"}}}
	t := document.Table{Caption: "各领域的意见与整改", Columns: []document.Column{document.LeftColumn("领域", 18), document.RightColumn("意见", 8), document.RightColumn("事项", 8), document.RightColumn("已核查", 8), document.RightColumn("办理中", 8),
		document.RightColumn("超期", 8), document.RightColumn("返工", 8), document.RightColumn("重复发生", 9)}, Note: "意见条数受答卷多少影响，不能直接用来比较街道；事项数 = 已核查 + 办理中 + 超期。数字为生成报告时的情况。"}
	for _, x := range lines {
		n := float64(x.Voices)
		c.Categories, c.Series[0].Values = append(c.Categories, x.Name), append(c.Series[0].Values, &n)
		t.Rows = append(t.Rows, []document.Cell{document.Words(x.Name), document.Count(x.Voices), document.Count(x.Items), document.Count(x.Passed), document.Count(x.Doing), document.Count(x.Overdue), document.Count(x.Reworked), document.Count(x.Recurring)})
	}
	blocks = append(blocks, document.Draw(c), document.Show(t))
	return append(blocks, document.Text(fmt.Sprintf("截至报告日，已回告或公示 %s%%，按期完成 %s%%（超期未完成的计入分母），超期 %d 件，督办 %d 件，返工 %d 件，与往期已办结事项重复的 %d 件。",
		two(l.ClosedRate), two(l.OnTimeRate), l.Overdue, l.Supervised, l.Reworked, l.Recurring)))
}

func one(v *float64) string {
	if v == nil {
		return "—"
	}
	return fmt.Sprintf("%.1f", *v)
}

// computing tells how every number is made, from the settings of the wave.
func computing(f *facts) []document.Block {
	m := &f.result.Method
	t := document.Table{Caption: "公式", Columns: []document.Column{document.LeftColumn("项目", 14), document.LeftColumn("怎样计算", 76)}}
	for _, name := range formulaOrder {
		if text := m.Formula[name.code]; text != "" {
			t.Rows = append(t.Rows, []document.Cell{document.Words(name.title), document.Words(text)})
		}
	}
	w := document.Table{Caption: "指标权重", Columns: []document.Column{document.LeftColumn("维度", 16), document.LeftColumn("重点", 20), document.LeftColumn("指标", 30), document.RightColumn("权重%", 8)}}
	parent := map[string]appraisal.Node{}
	for _, n := range f.result.Nodes {
		parent[n.Code] = n
		if n.Level == appraisal.LevelIndicator {
			key := parent[n.Parent]
			w.Rows = append(w.Rows, []document.Cell{document.Words(parent[key.Parent].Name), document.Words(key.Name), document.Words(n.Code + " " + n.Name), document.Number(&n.Weight, 1)})
		}
	}
	limits := []string{"得分来自抽样，区间只表示抽样误差，不包括题目措辞、访问方式和不愿应答带来的误差。",
		"名次范围表示数据不能排除的名次；范围重叠的街道不应当作先后比较。",
		"社区得分样本少，只发给本街道用于改进，不排名、不公布、不写入本报告。"}
	limits = append(limits, m.Notes...)
	prints := document.Table{Caption: "版本与指纹", Columns: []document.Column{document.LeftColumn("项目", 16), document.LeftColumn("内容", 74)}, Rows: [][]document.Cell{
		{document.Words("指标体系"), document.Words(m.IndicatorSystem + "　" + m.SystemHash)}, {document.Words("方案"), document.Words(m.PlanHash)},
		{document.Words("计分程序"), document.Words(m.CodeVersion)}, {document.Words("计分输入"), document.Words(f.run.InputHash)}, {document.Words("计分结果"), document.Words(f.run.ResultHash)}},
		Note: "同样的输入重算得到同样的结果指纹；核对命令：yiwang appraisal verify " + f.wave.Code + "。"}
	return []document.Block{document.Show(t), document.Show(w), document.Heading(2, "局限"), document.List(limits...), document.Show(prints)}
}

// formulaOrder names the formulas of a method, in the order a reader wants them.
var formulaOrder = []struct{ code, title string }{{"indicator", "指标得分"}, {"questionnaire", "问卷得分"}, {"positive", "正向得分"}, {"reverse", "反向得分"}, {"total", "总分"}, {"rate", "满意率"},
	{"weights", "权数"}, {"se", "标准误"}, {"interval", "区间"}, {"deff", "设计效应"}, {"district", "全区"}, {"online", "线上答卷"}, {"community", "社区"}}
