package appraisal

import (
	"fmt"

	"yiwang/internal/survey"
)

// method describes the computation in the words shown beside every figure ("如何计算").
func (c *computation) method() Method {
	p := c.plan
	return Method{
		CodeVersion: codeVersion, PlanHash: c.wave.PlanHash, IndicatorSystem: p.IndicatorSystem, SystemHash: p.SystemHash,
		Options: c.layout.labels, Scale: p.Scale, RespondentWeights: p.RespondentWeights, Level: p.Level,
		MinIndicatorN: p.MinIndicatorN, MinCellN: p.MinCellN, Answers: map[survey.Channel]int{},
		Formula: map[string]string{
			"indicator":     "指标得分 = Σ(选项分×人数) ÷ 有效人数；“没接触过/不了解”与未作答不计分",
			"questionnaire": "问卷得分 = Σ(指标权重×指标得分) ÷ Σ(该问卷设问指标权重)",
			"positive":      "正向得分 = Σ(对象权重×问卷得分)；缺少的对象按比例归一",
			"se":            "分层抽样泰勒线性化：层 = 街道×对象，方差 = Σ(1−n/N)·n/(n−1)·Σ(u−ū)²，指标间协方差全部计入",
			"interval":      fmt.Sprintf("%g%% 置信区间 = 得分 ± t(自由度)×标准误，自由度 = 人数 − 层数；满意率用 logit 区间", p.Level*100),
			"deff":          "设计效应 = 抽样设计下的方差 ÷ 同样本量、构成与对象权重一致的简单随机抽样的方差；有效样本量 = 同样精确的这种样本的人数",
			"rate":          "满意率 = 选择满意档的份额（不同于满意度得分），各级用同样权重合成",
			"district":      "全区：各层按总体人数加权后，再按对象权重合成",
			"online":        "线上答卷为自愿参与，按街道×对象事后加权、单独列示，不计入得分；其区间不含自选偏差，偏差 = 线上 − 定向",
			"community":     fmt.Sprintf("社区得分只用于改进，不排名；不足%d份不显示", p.MinCellN),
		},
		Notes: []string{},
	}
}
