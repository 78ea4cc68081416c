package appraisal

import (
	"fmt"
	"math"
	"strings"

	"yiwang/internal/survey"
)

// method describes the computation in the words shown beside every figure ("如何计算").
func (c *computation) method() Method {
	p := c.plan
	m := Method{
		CodeVersion: codeVersion, PlanHash: c.wave.PlanHash, IndicatorSystem: p.IndicatorSystem, SystemHash: p.SystemHash,
		Options: c.layout.labels, Scale: p.Scale, RespondentWeights: p.RespondentWeights, Level: p.Level,
		MinIndicatorN: p.MinIndicatorN, MinCellN: p.MinCellN, Answers: map[survey.Channel]int{}, Weights: map[survey.Channel]Spread{},
		Weighting: weightingWords(p.Weighting),
		Formula: map[string]string{
			"indicator":     "指标得分 = Σ(选项分×权数) ÷ Σ(有效答卷权数)；“没接触过/不了解”与未作答不计分",
			"questionnaire": "问卷得分 = Σ(指标权重×指标得分) ÷ Σ(该问卷设问指标权重)",
			"positive":      "正向得分 = Σ(对象权重×问卷得分)；缺少的对象按比例归一",
			"interval":      fmt.Sprintf("%g%% 置信区间 = 得分 ± t(自由度)×标准误，自由度 = 人数 − 层数；满意率用 logit 区间", p.Level*100),
			"deff":          "设计效应 = 抽样设计下的方差 ÷ 同样本量、构成与对象权重一致的简单随机抽样的方差；有效样本量 = 同样精确的这种样本的人数",
			"rate":          "满意率 = 选择满意档的份额（不同于满意度得分），各级用同样权重合成；最高档比例只数最高一档",
			"district":      "全区：各层按总体人数加权后，再按对象权重合成",
			"online":        "线上答卷为自愿参与，按街道×对象事后加权、单独列示，不计入得分；其区间不含自选偏差，偏差 = 线上 − 定向",
			"community":     fmt.Sprintf("社区得分只用于改进，不排名；不足%d份不显示", p.MinCellN),
		},
		Notes: []string{},
	}
	m.Formula["se"] = "分层抽样泰勒线性化：层 = 街道×对象，方差 = Σ(1−n/N)·n/(n−1)·Σ(u−ū)²，指标间协方差全部计入"
	if w := p.Weighting; w != nil && w.Cluster == "community" {
		m.Formula["se"] = "两阶段抽样泰勒线性化：层 = 街道，初级单位 = 社区，方差 = Σ n/(n−1)·Σ(t−t̄)²，t 为社区内 u 之和，指标间协方差全部计入"
		m.Formula["interval"] = fmt.Sprintf("%g%% 置信区间 = 得分 ± t(自由度)×标准误，自由度 = 社区数 − 街道数；满意率用 logit 区间", p.Level*100)
	}
	if len(p.Levels) > 0 {
		m.Formula["evaluated"] = "三级评价 = 该级各题得分的平均（各题同权），同样按对象权重合成；不计入总分"
	}
	return m
}

// weightingWords says the steps of weighting in order.
func weightingWords(w *survey.Weighting) (steps []string) {
	if w == nil {
		return []string{"权数 = 街道×对象的总体人数 ÷ 有效答卷数"}
	}
	if w.Base == "design" {
		steps = append(steps, "基础权数 = 1 ÷ 入样概率（随抽样记录；缺少时同层同权）")
	}
	steps = append(steps, "校准到各街道各对象的总体人数（事后分层）")
	var by []string
	for _, m := range w.Margins {
		by = append(by, map[string]string{"sex": "性别", "age": "年龄段"}[m.By])
	}
	if len(by) > 0 {
		how := map[string]string{survey.Rake: "迭代比例拟合（耙法）", survey.CalibrateLine: "线性校准（GREG）", survey.CalibrateBend: "有界 logit 校准"}[w.Method]
		steps = append(steps, fmt.Sprintf("再校准到已知的%s构成：%s；未填的保持原权数", strings.Join(by, "、"), how))
	}
	if w.High > 0 {
		steps = append(steps, fmt.Sprintf("校准倍数限制在 %g—%g", w.Low, w.High))
	}
	if w.Trim > 0 {
		steps = append(steps, fmt.Sprintf("超过同层中位数 %g 倍的权数截断，截下的部分摊给同层其他人，然后再校准一次", w.Trim))
	}
	return append(steps, "标准误用校准残差计算：校准解释掉的差异不再算作误差")
}

// describe records how the weights of a channel came out, and strata nobody answered from.
func (c *computation) describe(channel survey.Channel, w *weighed) {
	s := Spread{N: len(w.weight), Least: math.Inf(1)}
	sum, square := 0.0, 0.0
	for _, v := range w.weight {
		s.Least, s.Most = min(s.Least, v), max(s.Most, v)
		sum, square = sum+v, square+v*v
	}
	n := float64(s.N)
	s.Deff = n * square / (sum * sum)
	s.NEff = n / s.Deff
	s.CV = math.Sqrt(max(s.Deff-1, 0))
	for _, v := range []*float64{&s.Least, &s.Most, &s.CV, &s.Deff, &s.NEff} {
		*v = *number(*v)
	}
	c.result.Method.Weights[channel] = s
	if channel != survey.Targeted {
		return
	}
	for _, street := range c.streets {
		for _, g := range survey.Groups {
			if c.plan.Population(street, g) > 0 && !w.has(street, g) {
				c.note("%s没有%s的定向答卷，其权重由其他对象按比例分担。", c.name(street), g.Title())
			}
		}
	}
}

func (w *weighed) has(street string, group survey.Group) bool {
	for h := range w.strata {
		if w.strata[h].street == street && w.strata[h].group == group {
			return true
		}
	}
	return false
}
