package report

import (
	"fmt"
	"slices"
	"strings"

	"yiwang/internal/appraisal"
	"yiwang/internal/platform/document"
	"yiwang/internal/survey"
)

// publicPage is what everybody may read once the wave is published: streets in the order of their codes, no communities, no small cells, no
// order of merit.
func publicPage(f *facts) *document.Document {
	d := &document.Document{Title: f.wave.Name + "结果公开", Subtitle: f.areaName(), Issuer: "", Notice: f.notice,
		Facts: []document.Fact{{Name: "调查时间", Value: date(f.wave.StartsAt) + "—" + date(f.wave.EndsAt)}, {Name: "回收答卷", Value: fmt.Sprintf("抽样 %s 份；自愿填写 %s 份，不计入得分", grouped(f.answered(survey.Targeted, "")), grouped(f.answered(survey.Online, "")))}}}
	all := f.official(f.wave.Area, appraisal.NodeTotal)
	if all != nil {
		d.Blocks = append(d.Blocks, document.Lead(fmt.Sprintf("全区居民评价得分 %s，满分100。真实得分很可能在 %s 之间（把握%s）。", two(all.Score), between(all.Low, all.High), percent(f.plan.Level))))
	}
	d.Blocks = append(d.Blocks, document.Heading(1, "各街道"), document.Text("按街道代码排列，不是名次。得分来自抽样，两个街道的名次范围重叠，就分不出先后。"+basisNote(f)))
	c := document.Chart{Kind: document.Intervals, Title: "各街道得分与区间", Axis: "分", Decimals: 2, Series: []document.Series{{Name: "得分"}}}
	t := document.Table{Columns: []document.Column{document.LeftColumn("街道", 16), document.RightColumn("得分", 9), document.LeftColumn("很可能在", 16), document.LeftColumn("名次范围", 10)}}
	items := slices.Clone(f.result.Ranks.Items)
	slices.SortFunc(items, func(a, b appraisal.Rank) int { return strings.Compare(a.AreaCode, b.AreaCode) })
	for i := range items {
		r := &items[i]
		score := r.Score
		c.Categories = append(c.Categories, r.AreaName)
		s := &c.Series[0]
		s.Values, s.Low, s.High = append(s.Values, &score), append(s.Low, r.Low), append(s.High, r.High)
		t.Rows = append(t.Rows, []document.Cell{document.Words(r.AreaName), document.Number(&score, 2), document.Words(between(r.Low, r.High)), document.Words(rankSet(r.Best, r.Worst))})
	}
	if len(items) > 0 {
		d.Blocks = append(d.Blocks, document.Draw(c), document.Show(t))
	}
	d.Blocks = append(d.Blocks, document.Text("并列规则（调查前写定）："+f.result.Ranks.TieRule))
	if list := f.indicators(); len(list) > 0 {
		d.Blocks = append(d.Blocks, document.Heading(1, "居民最不满意的是什么"), points("各项指标得分，由低到高", "", list, byLabel))
	}
	d.Blocks = append(d.Blocks, document.Heading(1, "怎样算出来的"), document.List("得分 = 五级答案按分值的平均，"+scaleWords(f)+"；“没接触过/不了解”不计分。", "样本按街道和对象分层抽取，按实际人数加权。",
		"区间只表示抽样误差。", "谁答了、答了什么，不作关联，任何人查不到。"), document.Note("方案指纹 "+f.wave.PlanHash+"；结果指纹 "+f.run.ResultHash))
	number(d.Blocks)
	return d
}

func scaleWords(f *facts) string {
	var parts []string
	for _, step := range f.plan.Scale {
		if step.Score != nil && !step.Face {
			parts = append(parts, fmt.Sprintf("%s%g", step.Label, *step.Score))
		}
	}
	return listed(parts)
}

// basisNote says what the scores of the streets are made of.
func basisNote(f *facts) string {
	if f.result.Ranks.Basis == "total" {
		return "街道得分是总分，由居民评价、整改结果、专项三部分合成；全区得分只含居民评价。"
	}
	return "得分只含居民评价。"
}
