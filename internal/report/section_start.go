package report

import (
	"fmt"
	"math"

	"yiwang/internal/appraisal"
	"yiwang/internal/platform/document"
	"yiwang/internal/survey"
)

// summary says in a few sentences what a leader must know, each with its uncertainty.
func summary(f *facts) []document.Block {
	total := f.official(f.wave.Area, appraisal.NodeTotal)
	if total == nil {
		return nil
	}
	blocks := []document.Block{document.Lead(fmt.Sprintf("全区正向评价 %s 分，%s区间 %s；满意率 %s%%。", two(total.Score), percent(f.plan.Level), between(total.Low, total.High), two(total.Rate)))}
	items := []string{f.separation()}
	if list := f.indicators(); len(list) >= 3 {
		low, high := list[0], list[len(list)-1]
		items = append(items, fmt.Sprintf("得分最低的三项指标：%s；最高的三项：%s。最低一项“%s”%s 分（%s），最高一项“%s”%s 分（%s）。",
			listed(f.lowest(3)), listed(f.highest(3)), low.Label, two(low.Score), between(low.Low, low.High), high.Label, two(high.Score), between(high.Low, high.High)))
	}
	if o := f.score(survey.Online, f.wave.Area, "", appraisal.NodeTotal); o != nil && o.Bias != nil {
		items = append(items, fmt.Sprintf("线上答卷得分 %s 分，比定向%s %s 分（标准误 %s），只并列公布。", two(o.Score), map[bool]string{true: "低", false: "高"}[*o.Bias < 0], two(absolute(o.Bias)), two(o.BiasSE)))
	}
	if f.loop != nil && f.loop.Issued > 0 {
		items = append(items, fmt.Sprintf("居民意见 %s 条，归并下发整改事项 %s 件，已回告或公示的占 %s%%，按期率 %s%%。", grouped(f.loop.Voices), grouped(f.loop.Issued), two(f.loop.ClosedRate), two(f.loop.OnTimeRate)))
	}
	return append(blocks, document.List(items...), document.Note(f.result.Note))
}

func absolute(v *float64) *float64 {
	if v == nil {
		return nil
	}
	a := math.Abs(*v)
	return &a
}

// separation says which streets the data can tell apart from the top places.
func (f *facts) separation() string {
	ranks := &f.result.Ranks
	sure, may := []string{}, []string{}
	for i := range ranks.Items {
		switch r := &ranks.Items[i]; {
		case r.Worst <= ranks.Top:
			sure = append(sure, r.AreaName)
		case r.Best <= ranks.Top:
			may = append(may, r.AreaName)
		}
	}
	switch {
	case len(ranks.Items) == 0:
		return "各街道的标准误无法估计，不排名次。"
	case len(sure) == 0 && len(may) == len(ranks.Items):
		return fmt.Sprintf("%d个街道的名次范围都到得了前%d名，数据分不出先后。", len(may), ranks.Top)
	case len(sure) == 0:
		return fmt.Sprintf("有%d个街道可能在前%d名（%s），它们之间分不出先后；其余街道可以排除。", len(may), ranks.Top, listed(may))
	case len(may) == 0:
		return fmt.Sprintf("前%d名可以确定：%s，内部先后不作区分。", ranks.Top, listed(sure))
	}
	return fmt.Sprintf("可以确定在前%d名的有%s；另有%d个街道可能在前%d名（%s），它们之间分不出先后。", ranks.Top, listed(sure), len(may), ranks.Top, listed(may))
}

// about tells when, whom and how many.
func about(f *facts) []document.Block {
	t := document.Table{Caption: "答卷与总体", Columns: []document.Column{document.LeftColumn("对象", 12), document.RightColumn("总体", 10), document.RightColumn("定向答卷", 10),
		document.RightColumn("线上答卷", 10), document.LeftColumn("计分权重", 10), document.LeftColumn("问卷", 24)},
		Note: "总体：老年、中青年为人数，驻区单位为单位数，取自方案。线上答卷不计入得分。"}
	for _, g := range survey.Groups {
		size := 0
		for _, s := range f.plan.Strata {
			if s.Group == g {
				size += s.Population
			}
		}
		name := ""
		if form := f.forms[g]; form != nil {
			name = form.Name
		}
		t.Rows = append(t.Rows, []document.Cell{document.Words(g.Title()), document.Words(grouped(size)), document.Words(grouped(f.answered(survey.Targeted, g))),
			document.Words(grouped(f.answered(survey.Online, g))), document.Words(fmt.Sprintf("%g%%", f.plan.RespondentWeights[g])), document.Words(name)})
	}
	by := document.Table{Caption: "各街道答卷数", Columns: []document.Column{document.LeftColumn("街道", 16)}}
	for _, c := range survey.Channels {
		for _, g := range survey.Groups {
			by.Columns = append(by.Columns, document.RightColumn(c.Title()+g.Title(), 10))
		}
	}
	for _, street := range f.streets {
		row := []document.Cell{document.Words(f.streetName(street))}
		for _, c := range survey.Channels {
			for _, g := range survey.Groups {
				row = append(row, document.Count(f.cell(street, c, g)))
			}
		}
		by.Rows = append(by.Rows, row)
	}
	return []document.Block{document.Show(t), document.Show(by)}
}

func (f *facts) cell(street string, channel survey.Channel, group survey.Group) (n int) {
	for _, c := range f.counts {
		if c.Street == street && c.Channel == channel && c.Group == group {
			n += c.N
		}
	}
	return n
}

// method tells from the wave's own settings how the sample was drawn and the survey taken.
func method(f *facts) []document.Block {
	p := f.plan
	blocks := []document.Block{document.Text(fmt.Sprintf("方案于施测前冻结，指纹为 %s。方案写明指标体系（%s 版）、三种问卷的版本、分值、权重、总体、置信水平（%s）和并列规则，冻结后不能修改，任何人用同样的方案和答卷重算，得到同样的结果。",
		short(f.wave.PlanHash), p.IndicatorSystem, percent(p.Level)))}
	if len(p.Pilot) > 0 {
		names := make([]string, len(p.Pilot))
		for i, code := range p.Pilot {
			names[i] = f.streetName(code)
		}
		blocks = append(blocks, document.Text("正式施测前在"+listed(names)+"试测，试测答卷不计分。"))
	}
	blocks = append(blocks, document.Heading(2, "（一）抽样"))
	blocks = append(blocks, paragraphs(samplingWords(f))...)
	blocks = append(blocks, document.Heading(2, "（二）加权"))
	blocks = append(blocks, paragraphs(weightingWords(f))...)
	blocks = append(blocks, document.Heading(2, "（三）分值"))
	scale := document.Table{Caption: "答案与分值", Columns: []document.Column{document.LeftColumn("答案", 16), document.RightColumn("分值", 8), document.LeftColumn("是否算满意", 10), document.LeftColumn("用于", 20)}}
	for _, step := range p.Scale {
		used := "各种问卷"
		if step.Face {
			used = "老年问卷三张脸版本"
		}
		scale.Rows = append(scale.Rows, []document.Cell{document.Words(step.Label), document.Number(step.Score, 0), document.Words(map[bool]string{true: "是", false: "否"}[step.Satisfied]), document.Words(used)})
	}
	scale.Note = "“没接触过/不了解”和未作答单独计数，不计分，也不按某个分值补。"
	return append(blocks, document.Show(scale))
}

func samplingWords(f *facts) string {
	d := f.plan.Sampling
	if d == nil {
		return fmt.Sprintf("定向样本按街道×对象分层，计划%s份。名单由系统外抽取后导入，方案没有登记抽样框和抽签记录，本报告按分层简单随机抽样估计误差；如实际抽样有集群，误差会偏小。", grouped(f.plan.Target))
	}
	allocation := map[string]string{"equal": "各街道等量", "proportional": "按总体比例", "neyman": "奈曼法（按总体和离散程度）", "power": "幂分配（在等量与按比例之间）", "optimum": "精确整数最优"}[d.Allocation]
	first := map[survey.Cluster]string{survey.ClusterNone: "各街道内直接抽户", survey.ClusterCommunity: "先按户数比例抽社区，再在社区内抽户", survey.ClusterGrid: "先按户数比例抽网格，再在网格内抽户"}[d.Cluster]
	within := map[survey.Within]string{survey.LastBirthday: "最近过生日的成年人", survey.KishTables: "基什表选定的成年人"}[d.Within]
	text := fmt.Sprintf("定向样本由抽样框按街道×对象分层抽取，计划%s份，街道间%s；%s，户内访问%s。抽样框指纹 %s。备用样本只能按事先抽定的次序替补。", grouped(f.plan.Target), allocation, first, within, short(d.FrameHash))
	if d.RestYears > 0 {
		text += fmt.Sprintf("%d年内抽中过的住户不再抽。", d.RestYears)
	}
	if f.draw != nil {
		text += fmt.Sprintf("\n抽取前公布种子摘要 %s，抽取后公布名单指纹 %s；抽中%s户（家），备用%s户（家）。用公布的种子可以重抽，得到同一份名单。", short(f.draw.SeedDigest), short(f.draw.ListHash), grouped(f.draw.Drawn), grouped(f.draw.Reserves))
	}
	return text
}

func weightingWords(f *facts) string {
	w := f.plan.Weighting
	if w == nil {
		return "每份定向答卷的权数 = 本街道本类对象的总体 ÷ 有效答卷数；标准误用有限总体校正。"
	}
	text := "各份答卷先取相同的权数，"
	if w.Base == "design" {
		text = "每份定向答卷先取抽中概率的倒数作权数（没有抽取记录的层，层内取相同的权数），"
	}
	switch w.Method {
	case survey.Rake:
		text += "再逐轮调整到街道×对象及下列总体"
	case survey.CalibrateLine:
		text += "再用线性校准调整到街道×对象及下列总体"
	case survey.CalibrateBend:
		text += "再用有界校准调整到街道×对象及下列总体"
	default:
		text += "再调整到各街道各类对象的总体"
	}
	for _, m := range w.Margins {
		text += map[string]string{"sex": "、性别", "age": "、年龄段"}[m.By]
	}
	text += "。"
	if w.High > 0 {
		text += fmt.Sprintf("调整倍数限在%g到%g之间。", w.Low, w.High)
	}
	if w.Trim > 0 {
		text += fmt.Sprintf("超过本层中位数%g倍的权数截短，再校准一次。", w.Trim)
	}
	if w.Cluster == "community" {
		return text + "标准误以社区为第一阶段单位估计，由校准残差计算。"
	}
	return text + "标准误由校准残差计算，用有限总体校正。"
}
