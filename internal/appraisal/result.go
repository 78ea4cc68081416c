package appraisal

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"yiwang/internal/survey"
)

// AreaLevel is the tier a score belongs to.
type AreaLevel string

// Tiers with scores. Communities are for improvement only: unranked, never public.
const (
	AtDistrict  AreaLevel = "district"
	AtStreet    AreaLevel = "street"
	AtCommunity AreaLevel = "community"
)

// Score is one number of the result with everything needed to judge it. Numbers that cannot be known (one answer says
// nothing about spread) and numbers of suppressed cells are null.
type Score struct {
	AreaCode  string         `json:"area_code"`
	AreaName  string         `json:"area_name"`
	AreaLevel AreaLevel      `json:"area_level"`
	Channel   survey.Channel `json:"channel"`
	Group     survey.Group   `json:"group" doc:"empty: all groups together, with respondent weights"`
	Code      string         `json:"code" doc:"place in the indicator tree; TOTAL is the positive part"`
	Label     string         `json:"label"`
	Level     Level          `json:"level"`

	Score *float64 `json:"score" doc:"满意度得分, 0…100"`
	SE    *float64 `json:"se"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
	N     int      `json:"n" doc:"respondents with a scored answer"`
	NEff  *float64 `json:"n_eff" doc:"size of the simple random sample that would be as precise"`
	DF    *float64 `json:"df"`
	Deff  *float64 `json:"deff"`

	Rate     *float64 `json:"rate" doc:"满意率: share of satisfied answers in percent, combined with the same weights; not the score"`
	RateSE   *float64 `json:"rate_se"`
	RateLow  *float64 `json:"rate_low"`
	RateHigh *float64 `json:"rate_high"`

	Top   *float64 `json:"top,omitempty" doc:"share of the best answer in percent (top box), for single questions; not the score and not the rate"`
	TopSE *float64 `json:"top_se,omitempty"`

	Bias   *float64 `json:"bias,omitempty" doc:"online − targeted, on online rows"`
	BiasSE *float64 `json:"bias_se,omitempty"`

	Counts       []int `json:"counts,omitempty" doc:"answers per option of method.options, for single questions"`
	Insufficient bool  `json:"insufficient,omitempty" doc:"样本不足: fewer valid answers than the wave requires"`
	Suppressed   bool  `json:"suppressed,omitempty" doc:"fewer respondents than the smallest cell that is shown"`

	sliced bool // of a slice that may be as small as it likes
}

// Rank is a street's place with what can be said about it.
type Rank struct {
	AreaCode     string   `json:"area_code"`
	AreaName     string   `json:"area_name"`
	Score        float64  `json:"score"`
	SE           float64  `json:"se"`
	Low          *float64 `json:"low"`
	High         *float64 `json:"high"`
	Best         int      `json:"best" doc:"best rank that cannot be excluded"`
	Worst        int      `json:"worst" doc:"worst rank that cannot be excluded"`
	PairBest     int      `json:"pair_best" doc:"the same from pairwise differences (Mogstad, Romano, Shaikh & Wilhelm 2024)"`
	PairWorst    int      `json:"pair_worst"`
	PTop         float64  `json:"p_top" doc:"probability of being among the top streets"`
	ExpectedRank float64  `json:"expected_rank"`
}

// Ranks is the table of streets.
type Ranks struct {
	Items    []Rank   `json:"items"`
	Basis    string   `json:"basis" doc:"positive: the positive part; total: all three parts"`
	Level    float64  `json:"level"`
	Top      int      `json:"top"`
	TieRule  string   `json:"tie_rule"`
	Unranked []string `json:"unranked,omitempty" doc:"streets whose standard error cannot be estimated"`
	Method   string   `json:"method"`
}

// Total is a street's total; Reverse, Special and Total are null until all streets have both parts.
type Total struct {
	AreaCode string   `json:"area_code"`
	AreaName string   `json:"area_name"`
	Positive *float64 `json:"positive"`
	Reverse  *float64 `json:"reverse"`
	Special  *float64 `json:"special"`
	Total    *float64 `json:"total"`
	SE       *float64 `json:"se" doc:"of the total; the other parts are counts without sampling error"`
}

// Method says how the numbers were made; it is shown beside them.
type Method struct {
	CodeVersion       string                    `json:"code_version"`
	PlanHash          string                    `json:"plan_hash"`
	IndicatorSystem   string                    `json:"indicator_system"`
	SystemHash        string                    `json:"system_hash"`
	Formula           map[string]string         `json:"formula"`
	Options           []string                  `json:"options" doc:"columns of counts"`
	Scale             survey.Scale              `json:"scale"`
	RespondentWeights map[survey.Group]float64  `json:"respondent_weights"`
	Level             float64                   `json:"level"`
	MinIndicatorN     int                       `json:"min_indicator_n"`
	MinCellN          int                       `json:"min_cell_n"`
	Answers           map[survey.Channel]int    `json:"answers"`
	Weights           map[survey.Channel]Spread `json:"weights" doc:"how much weights differ"`
	Weighting         []string                  `json:"weighting" doc:"the steps of weighting in words"`
	Notes             []string                  `json:"notes"`
}

// Spread says how much the weights of a channel differ, and what that alone costs (Kish 1965).
type Spread struct {
	N     int     `json:"n"`
	Least float64 `json:"least"`
	Most  float64 `json:"most"`
	CV    float64 `json:"cv" doc:"coefficient of variation"`
	Deff  float64 `json:"deff" doc:"1 + cv²"`
	NEff  float64 `json:"n_eff" doc:"n ÷ (1 + cv²)"`
}

// Result is everything a run computed. It holds no time and no id, so that the same inputs give the same bytes.
type Result struct {
	Method Method  `json:"method"`
	Nodes  []Node  `json:"nodes"`
	Scores []Score `json:"scores"`
	Ranks  Ranks   `json:"ranks"`
	Totals []Total `json:"totals"`
	Note   string  `json:"note" doc:"what the total covers"`
}

// number rounds to nine decimals, far below any standard error, so that different processors (fused multiply-add) still
// write the same bytes; nil where there is no number.
func number(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	v = math.Round(v*1e9) / 1e9
	if v == 0 {
		v = 0 // no negative zero in the bytes
	}
	return &v
}

// intervals makes confidence intervals; Student quantiles are kept since the same df comes up often.
type intervals struct {
	level float64
	t     map[float64]float64
}

func (iv *intervals) quantile(df float64) float64 {
	if !(df >= 1) {
		return math.NaN()
	}
	t, ok := iv.t[df]
	if !ok {
		t = distuv.StudentsT{Sigma: 1, Nu: df}.Quantile((1 + iv.level) / 2)
		iv.t[df] = t
	}
	return t
}

// mean is the interval estimate ± t·se, cut to the range of scores.
func (iv *intervals) mean(e estimate) (low, high float64) {
	half := iv.quantile(e.DF) * e.SE
	return math.Max(e.Value-half, 0), math.Min(e.Value+half, 100)
}

// rate is the interval of a percentage on the logit scale (Korn & Graubard 1998 advise against a symmetric interval near
// 100). Without any variation it is the exact bound for n equal answers, (α/2)^(1/n).
func (iv *intervals) rate(e estimate) (low, high float64) {
	p := e.Value / 100
	if p <= 0 || p >= 1 || e.SE == 0 {
		bound := math.Pow((1-iv.level)/2, 1/float64(e.N))
		if p > 0.5 {
			return 100 * bound * p, 100
		}
		return 0, 100 * (1 - bound*(1-p))
	}
	half := iv.quantile(e.DF) * e.SE / 100 / (p * (1 - p))
	logit := math.Log(p / (1 - p))
	expit := func(x float64) float64 { return 100 / (1 + math.Exp(-x)) }
	return expit(logit - half), expit(logit + half)
}
