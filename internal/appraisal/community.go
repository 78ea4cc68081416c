package appraisal

import (
	"context"
	"math"
	"slices"
	"strings"

	"yiwang/internal/platform/auth"
	"yiwang/internal/platform/errs"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// CommunityScore is what can be said of a community: its own sample, and the estimate that also uses its street.
type CommunityScore struct {
	AreaCode   string   `json:"area_code"`
	AreaName   string   `json:"area_name"`
	Street     string   `json:"street"`
	StreetName string   `json:"street_name"`
	N          int      `json:"n"`
	Suppressed bool     `json:"suppressed,omitempty"`
	Direct     *float64 `json:"direct" doc:"from the community's own answers alone"`
	DirectSE   *float64 `json:"direct_se"`
	Score      *float64 `json:"score" doc:"area model, agreeing with the street"`
	RMSE       *float64 `json:"rmse"`
	Low        *float64 `json:"low"`
	High       *float64 `json:"high"`
	Own        *float64 `json:"own" doc:"weight of the community's own answers in the estimate, 0…1"`
	StreetMean *float64 `json:"street_mean"`
	P          *float64 `json:"p" doc:"that the community does not differ from its street, by the model"`
	Verdict    Verdict  `json:"verdict" enum:"up,down,alike" doc:"clearly above its street, clearly below, not separable"`
}

// Communities is the community page: for improvement, never a ranking; rows stand in the order of the area codes.
type Communities struct {
	Basis
	Code     string           `json:"code"`
	Label    string           `json:"label"`
	Items    []CommunityScore `json:"items"`
	Between  float64          `json:"between" doc:"variance between communities of a street that is not noise"`
	Notes    []string         `json:"notes"`
	MinCellN int              `json:"min_cell_n"`
}

// Communities estimates every community the caller's areas hold at a place of the indicator tree ("": the total), with an area model of
// Fay & Herriot (1979) whose mean is the street, fitted by REML, benchmarked so that the communities of a street agree with the street. street
// narrows to one. Same rights as Scores; communities outside the caller's areas are used and not shown.
func (s *Service) Communities(ctx context.Context, waveID, code, street string) (*Communities, error) {
	run, err := s.visibleRun(ctx, waveID)
	if err != nil {
		return nil, err
	}
	w, err := s.surveys.Wave(ctx, waveID)
	if err != nil {
		return nil, err
	}
	if code == "" {
		code = NodeTotal
	}
	r := &run.Result.V
	i := slices.IndexFunc(r.Nodes, func(n Node) bool { return n.Code == code })
	if i < 0 {
		return nil, errs.Invalid("appraisal.no_such_node", "One of the waves has no such place in the indicator tree.", errs.Field{Location: "query.code", Message: "unknown", Value: code})
	}
	all, err := kept(&s.shelf, run.ID+"·communities·"+code, func() (*Communities, error) { return r.communities(w, code) })
	if err != nil {
		return nil, err
	}
	p := auth.From(ctx)
	out := *all
	out.Basis, out.Label, out.Items = Basis{RunID: run.ID, Level: w.Plan.V.Level}, r.Nodes[i].Name, []CommunityScore{}
	for _, it := range all.Items {
		if p.Covers(it.AreaCode) && strings.HasPrefix(it.AreaCode, street) {
			out.Items = append(out.Items, it)
		}
	}
	return &out, nil
}

func (r *Result) communities(w *survey.Wave, code string) (*Communities, error) {
	plan := &w.Plan.V
	out := &Communities{Code: code, Items: []CommunityScore{}, MinCellN: plan.MinCellN, Notes: []string{
		"社区得分只用于改进，不排名：只说明与本街道相比明显高、明显低，还是无法区分。",
		"估计 = 本社区答卷与街道均值按可靠程度加权（Fay–Herriot 区域模型，REML），再调整到与街道得分一致；误差为均方根误差。"}}
	for i := range r.Scores {
		row := &r.Scores[i]
		if row.AreaLevel != AtCommunity || row.Channel != survey.Targeted || row.Group != "" || row.Code != code || len(row.AreaCode) < 9 {
			continue
		}
		it := CommunityScore{AreaCode: row.AreaCode, AreaName: row.AreaName, Street: row.AreaCode[:9], N: row.N, Suppressed: row.Suppressed, Verdict: Alike}
		if row.Suppressed {
			it.N = 0
		}
		if mean := r.score(survey.Targeted, it.Street, code); mean != nil {
			it.StreetName, it.StreetMean = mean.AreaName, mean.Score
		}
		it.Direct, it.DirectSE = row.Score, row.SE
		out.Items = append(out.Items, it)
	}
	slices.SortFunc(out.Items, func(a, b CommunityScore) int { return strings.Compare(a.AreaCode, b.AreaCode) })
	return out, out.model(plan.Level)
}

// model fits the area model to the communities with an estimate and a standard error. Standard errors of few answers are noisy, so the
// model gets them smoothed: the same spread of answers everywhere, divided by the answers of the community (Rao & Molina 2015, §6.4.1).
func (c *Communities) model(level float64) error {
	var at []int
	spread, answers := 0.0, 0.0
	for i := range c.Items {
		if it := &c.Items[i]; it.Direct != nil && it.DirectSE != nil && *it.DirectSE > 0 && it.StreetMean != nil {
			at = append(at, i)
			spread += *it.DirectSE * *it.DirectSE * float64(it.N) * float64(it.N)
			answers += float64(it.N)
		}
	}
	var y, v, size []float64
	var streets []string
	for _, i := range at {
		it := &c.Items[i]
		y, v, size, streets = append(y, *it.Direct-*it.StreetMean), append(v, spread/answers/float64(it.N)), append(size, float64(it.N)), append(streets, it.Street)
	}
	if len(y) < 5 {
		c.Notes = append(c.Notes, "能估计的社区不足5个，不做区域模型，只列社区自身的结果。")
		return nil
	}
	one := make([]float64, len(y))
	for i := range one {
		one[i] = 1
	}
	fit, err := stats.FayHerriot(stats.SmallAreas{Y: y, V: v, X: [][]float64{one}}, stats.AreaREML)
	if err != nil {
		return errs.Invalid("appraisal.cannot_model", "The communities cannot be modelled: "+err.Error())
	}
	by := stats.NewFactor(streets)
	agreed, err := stats.Benchmark(fit.EBLUP, size, by, make([]float64, len(by.Names)))
	if err != nil {
		return errs.Invalid("appraisal.cannot_model", "The communities cannot be modelled: "+err.Error())
	}
	c.Between = *number(fit.A)
	c.judge(at, agreed, fit, level)
	return nil
}

// judge compares each community with its street. Estimates are drawn towards the street already, which guards against finding differences by
// looking at many communities (Gelman, Hill & Yajima 2012).
func (c *Communities) judge(at []int, agreed []float64, fit *stats.AreaEstimates, level float64) {
	z := math.Sqrt2 * math.Erfinv(level)
	for k, i := range at {
		it := &c.Items[i]
		rmse := math.Sqrt(fit.MSE[k])
		score := *it.StreetMean + agreed[k]
		it.Score, it.RMSE, it.Own = number(score), number(rmse), number(fit.Gamma[k])
		it.Low, it.High = number(math.Max(score-z*rmse, 0)), number(math.Min(score+z*rmse, 100))
		p := math.Erfc(math.Abs(agreed[k]) / rmse / math.Sqrt2)
		it.P = number(p)
		if p >= 1-level {
			continue
		}
		if it.Verdict = Up; agreed[k] < 0 {
			it.Verdict = Down
		}
	}
}
