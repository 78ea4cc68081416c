package survey

import (
	"fmt"
	"slices"

	"yiwang/internal/platform/errs"
)

// BonusRule says who gets the bonus where ranks cannot be separated.
type BonusRule string

// The three rules that can be written before a wave.
const (
	BonusByProbability BonusRule = "probability" // the pool is split by P(top k); near probabilities share alike
	BonusByTopGroup    BonusRule = "top_group"   // every street not significantly below the k-th shares alike
	BonusByRank        BonusRule = "rank"        // the amounts in order of the scores, with the list of what cannot be separated
)

// Criterion is what an organisation award looks at.
type Criterion string

// The criteria of organisation awards.
const (
	ByProgress      Criterion = "progress"      // share of the remaining gap closed since the comparison wave, only if significant
	ByRectification Criterion = "rectification" // reverse part of the score
)

// AwardRules say before the wave how its results are used. They are frozen with the plan, so nobody can fit them to a result.
type AwardRules struct {
	Bonus          []float64          `json:"bonus" doc:"yuan for the first, second, third …; whole yuan"`
	BonusRule      BonusRule          `json:"bonus_rule" enum:"probability,top_group,rank"`
	TieWithin      float64            `json:"tie_within" doc:"probabilities closer than this share alike"`
	LeastP         float64            `json:"least_probability" doc:"streets below this probability get nothing"`
	HalfWeights    map[string]float64 `json:"half_weights" doc:"H1 and H2 to their share of the year, sum 1"`
	Conversions    []Conversion       `json:"conversions" doc:"outside assessments the year score counts towards"`
	WeakestFields  int                `json:"weakest_fields" doc:"how many reverse fields departments answer for"`
	Honours        []Honour           `json:"honours"`
	AppealWorkDays int                `json:"appeal_work_days" doc:"work days after settlement in which an appeal may be made"`
}

// Conversion turns the year score (0…100) into points of an outside assessment: points = score × Points ÷ 100.
type Conversion struct {
	Code   string  `json:"code"`
	Name   string  `json:"name"`
	Points float64 `json:"points" doc:"full marks there"`
}

// Honour is an organisation award.
type Honour struct {
	Code      string    `json:"code"`
	Name      string    `json:"name"`
	Criterion Criterion `json:"criterion" enum:"progress,rectification"`
}

// DefaultAward returns the rules an office starts from (indicators.yaml, meta.results_use and meta.period): half-years
// 0.4/0.6, 500,000/400,000/300,000 yuan, two organisation awards.
func DefaultAward() *AwardRules {
	return &AwardRules{
		Bonus: []float64{500000, 400000, 300000}, BonusRule: BonusByProbability, TieWithin: 0.01, LeastP: 0.05,
		HalfWeights: map[string]float64{"H1": 0.4, "H2": 0.6},
		Conversions: []Conversion{{"work_style", "作风建设年度考核", 20}, {"district", "区综合考核", 10}}, WeakestFields: 3,
		Honours:        []Honour{{"progress", "优秀组织奖（进步）", ByProgress}, {"rectification", "优秀组织奖（整改）", ByRectification}},
		AppealWorkDays: 5,
	}
}

// check returns what is wrong with the rules; no rules at all are fine.
func (r *AwardRules) check() (bad []errs.Field) {
	if r == nil {
		return nil
	}
	report := func(ok bool, location, message string) {
		if !ok {
			bad = append(bad, errs.Field{Location: "plan.award." + location, Message: message})
		}
	}
	for i, yuan := range r.Bonus {
		report(yuan > 0 && yuan == float64(int64(yuan)) && (i == 0 || yuan <= r.Bonus[i-1]), fmt.Sprintf("bonus[%d]", i), "whole yuan above 0, not more than the place before")
	}
	report(len(r.Bonus) <= 10, "bonus", "at most ten places")
	report(len(r.Bonus) == 0 || slices.Contains([]BonusRule{BonusByProbability, BonusByTopGroup, BonusByRank}, r.BonusRule), "bonus_rule", "probability, top_group or rank")
	report(r.TieWithin >= 0 && r.TieWithin < 1, "tie_within", "from 0 to 1")
	report(r.LeastP >= 0 && r.LeastP < 0.5, "least_probability", "from 0 to 0.5")
	sum := 0.0
	for half, share := range r.HalfWeights {
		report((half == "H1" || half == "H2") && share > 0, "half_weights."+half, "H1 and H2 with a share above 0")
		sum += share
	}
	report(sum > 0.999999 && sum < 1.000001, "half_weights", "the shares add up to 1")
	for i, c := range r.Conversions {
		report(c.Code != "" && c.Name != "" && c.Points > 0 && c.Points <= 1000, fmt.Sprintf("conversions[%d]", i), "code, name and full marks from 0 to 1000")
	}
	for i, h := range r.Honours {
		report(h.Code != "" && h.Name != "" && (h.Criterion == ByProgress || h.Criterion == ByRectification), fmt.Sprintf("honours[%d]", i), "code, name and a criterion: progress or rectification")
	}
	report(r.WeakestFields >= 0 && r.WeakestFields <= 14, "weakest_fields", "from 0 to 14")
	report(r.AppealWorkDays >= 1 && r.AppealWorkDays <= 60, "appeal_work_days", "from 1 to 60")
	return bad
}
