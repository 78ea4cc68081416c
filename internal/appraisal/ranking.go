package appraisal

import (
	"cmp"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"yiwang/internal/platform/errs"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// parts are the two other parts of the total by street; a missing street has no score yet.
type parts struct {
	Reverse map[string]ReversePart `json:"reverse"`
	Special map[string]float64     `json:"special"`
}

// complete reports whether every street has both parts.
func (p parts) complete(streets []string) bool {
	for _, s := range streets {
		_, reverse := p.Reverse[s]
		_, special := p.Special[s]
		if !reverse || !special {
			return false
		}
	}
	return len(streets) > 0
}

// total computes 0.7 positive + 0.2 reverse + 0.1 special (weights of the indicator system) when all streets have all
// parts, and says so when they have not.
func (c *computation) total() error {
	share := map[string]float64{}
	for _, p := range c.system.Parts {
		share[p.Code] = p.Weight / 100
	}
	all := c.parts.complete(c.streets)
	c.result.Note = "总分为正向、反向、专项三段合成。"
	if !all {
		c.result.Note = "反向评价或专项特色指标尚无全部街道的得分，本结果只含正向评价，不能作为总分。"
	}
	c.result.Totals = []Total{}
	for _, street := range c.streets {
		row := c.result.score(survey.Targeted, street, NodeTotal)
		t := Total{AreaCode: street, AreaName: c.name(street)}
		if p, ok := c.parts.Reverse[street]; ok {
			t.Reverse = number(p.Score(c.system.ReverseParts()))
			c.noteOpen(&t, p.Counts)
		}
		if s, ok := c.parts.Special[street]; ok {
			t.Special = number(s)
		}
		if row != nil {
			t.Positive = row.Score
			if all && row.Score != nil {
				t.Total = number(share["positive"]**row.Score + share["reverse"]**t.Reverse + share["special"]**t.Special)
			}
			if all && row.SE != nil {
				t.SE = number(share["positive"] * *row.SE)
			}
		}
		c.result.Totals = append(c.result.Totals, t)
	}
	return nil
}

// noteOpen says which items have no verdict yet and are left out of a share.
func (c *computation) noteOpen(t *Total, counts *ReverseCounts) {
	if counts == nil || counts.Unverified+counts.Undecided == 0 {
		return
	}
	c.note("%s的反向得分：%d项尚未核查，不计入认可率；%d项是否再次出现待认定，不计入复发率。", t.AreaName, counts.Unverified, counts.Undecided)
}

// rank orders the streets by the total where it exists, else by the positive part, with the rank sets of Klein, Wright &
// Wieczorek (2020) and the probability of the top places (stats.TopK).
func (c *computation) rank() error {
	r := &c.result.Ranks
	*r = Ranks{Items: []Rank{}, Basis: "positive", Level: c.plan.Level, TieRule: c.plan.TieRule,
		Method: "名次区间：Klein、Wright、Wieczorek（2020）联合置信区间法；成对差值法（Mogstad 等，2024）的名次区间并列供核对；前列概率与期望名次：以估计值与标准误为参数的独立正态分布下的精确计算。"}
	if c.parts.complete(c.streets) {
		r.Basis = "total"
	}
	var est, se, df []float64
	for _, t := range c.result.Totals {
		row := c.result.score(survey.Targeted, t.AreaCode, NodeTotal)
		value, spread := t.Total, t.SE
		if r.Basis == "positive" && row != nil {
			value, spread = row.Score, row.SE
		}
		if row == nil || value == nil || spread == nil {
			r.Unranked = append(r.Unranked, t.AreaCode)
			c.note("%s的标准误无法估计，不参与排名。", t.AreaName)
			continue
		}
		low, high := c.iv.mean(estimate{Value: *value, SE: *spread, DF: deref(row.DF)})
		r.Items = append(r.Items, Rank{AreaCode: t.AreaCode, AreaName: t.AreaName, Score: *value, SE: *spread, Low: number(low), High: number(high)})
		est, se, df = append(est, *value), append(se, *spread), append(df, deref(row.DF))
	}
	r.Top = min(c.plan.Top, len(est))
	if len(est) == 0 {
		return nil
	}
	return r.believe(est, se, wider(se, df, r.Level), uint64(c.plan.Seed))
}

// wider returns standard errors whose joint normal intervals are as wide as those of Student's t: with few communities per street, a standard
// error is itself uncertain, and rank sets of normal intervals would be too small.
func wider(se, df []float64, level float64) []float64 {
	z := stats.RankCritical(level, len(se))
	joint := distuv.UnitNormal.CDF(z)
	out := make([]float64, len(se))
	for i := range se {
		if out[i] = se[i]; df[i] >= 1 {
			out[i] *= distuv.StudentsT{Sigma: 1, Nu: df[i]}.Quantile(joint) / z
		}
	}
	return out
}

func (r *Ranks) believe(est, se, wide []float64, seed uint64) error {
	sets, err := stats.RankSets(est, wide, r.Level)
	if err != nil {
		return errs.Invalid("appraisal.cannot_rank", "The streets cannot be ranked: "+err.Error())
	}
	pairs, err := pairSets(est, wide, r.Level, seed)
	if err != nil {
		return errs.Invalid("appraisal.cannot_rank", "The streets cannot be ranked: "+err.Error())
	}
	beliefs, err := stats.TopK(est, se, r.Top)
	if err != nil {
		return fmt.Errorf("probabilities of the top %d: %w", r.Top, err)
	}
	for i := range r.Items {
		it := &r.Items[i]
		it.Best, it.Worst = sets[i].Best, sets[i].Worst
		it.PairBest, it.PairWorst = pairs[i].Best, pairs[i].Worst
		it.PTop, it.ExpectedRank = *number(beliefs[i].PTop), *number(beliefs[i].ExpectedRank)
	}
	slices.SortStableFunc(r.Items, func(a, b Rank) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.AreaCode, b.AreaCode)) })
	return nil
}

// pairSets are rank sets from all pairwise differences at once (stats.PairwiseRankSets); the samples of the streets are independent. They
// stand beside the published ones as a check.
func pairSets(est, se []float64, level float64, seed uint64) ([]stats.RankSet, error) {
	flat := slices.ContainsFunc(se, func(v float64) bool { return !(v > 0) })
	if len(est) < 2 || flat { // nothing to draw from
		return stats.RankSets(est, se, level)
	}
	cov := mat.NewSymDense(len(se), nil)
	for i, v := range se {
		cov.SetSym(i, i, v*v)
	}
	return stats.PairwiseRankSets(est, cov, level, stats.PairOptions{Simultaneous: true, Seed: seed})
}

func deref(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v
}
