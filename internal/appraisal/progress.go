package appraisal

import (
	"context"
	"maps"
	"math"
	"slices"

	"yiwang/internal/platform/errs"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// Verdict says what can be claimed of a difference.
type Verdict string

// The verdicts.
const (
	Up    Verdict = "up"
	Down  Verdict = "down"
	Alike Verdict = "alike" // not separable
)

// Change is the difference of one street between two waves.
type Change struct {
	AreaCode   string   `json:"area_code"`
	AreaName   string   `json:"area_name"`
	Before     *float64 `json:"before"`
	Now        *float64 `json:"now"`
	Difference *float64 `json:"difference"`
	SE         *float64 `json:"se"`
	Low        *float64 `json:"low"`
	High       *float64 `json:"high"`
	P          *float64 `json:"p" doc:"two-sided, of this street alone"`
	Holm       *float64 `json:"holm" doc:"P adjusted for looking at all streets (Holm 1979)"`
	Gap        *float64 `json:"gap" doc:"share of what was left to 100 that was closed"`
	GapLow     *float64 `json:"gap_low"`
	GapHigh    *float64 `json:"gap_high"`
	Verdict    Verdict  `json:"verdict" enum:"up,down,alike"`
}

// Progress compares two waves of a district.
type Progress struct {
	Basis
	Wave     WaveRef  `json:"wave"`
	Against  WaveRef  `json:"against"`
	Code     string   `json:"code"`
	Label    string   `json:"label"`
	District *Change  `json:"district"`
	Streets  []Change `json:"streets"`
	Nodes    []Change `json:"nodes" doc:"the district by place in the indicator tree; area_code holds the place"`
	Notes    []string `json:"notes"`
}

// Progress compares the official scores of a wave with those of another (against, a wave id; "": the one before) at a place of the
// indicator tree ("" for the total of the positive part). Same rights as Scores for both waves; NotFound "appraisal.no_earlier_wave".
//
// d = S₂ − S₁ with variance v₁ + v₂: the samples are drawn anew, so they are independent. A street counts as changed when its P stays below
// 1 − level after Holm's adjustment over all streets.
func (s *Service) Progress(ctx context.Context, waveID, against, code string) (*Progress, error) {
	run, err := s.visibleRun(ctx, waveID)
	if err != nil {
		return nil, err
	}
	w, err := s.surveys.Wave(ctx, waveID)
	if err != nil {
		return nil, err
	}
	other, before, err := s.before(ctx, w, against)
	if err != nil {
		return nil, err
	}
	if !w.Plan.V.ScoresLike(&other.Plan.V) {
		return nil, errs.Invalid("appraisal.other_scale", "The marks of the two waves are worth different scores; their difference would say nothing about the streets.")
	}
	if code == "" {
		code = NodeTotal
	}
	now, then := &run.Result.V, &before.Result.V
	i := slices.IndexFunc(now.Nodes, func(n Node) bool { return n.Code == code })
	if i < 0 || !slices.ContainsFunc(then.Nodes, func(n Node) bool { return n.Code == code }) {
		return nil, errs.Invalid("appraisal.no_such_node", "One of the waves has no such place in the indicator tree.", errs.Field{Location: "query.code", Message: "unknown", Value: code})
	}
	out := &Progress{Basis: Basis{RunID: run.ID, Level: w.Plan.V.Level}, Wave: refOf(w), Against: refOf(other), Code: code, Label: now.Nodes[i].Name, Notes: []string{}}
	var streets, nodes []pair
	for _, t := range now.Totals {
		streets = append(streets, pair{t.AreaCode, t.AreaName, then.score(survey.Targeted, t.AreaCode, code), now.score(survey.Targeted, t.AreaCode, code)})
	}
	for _, n := range now.Nodes {
		nodes = append(nodes, pair{n.Code, n.Name, then.score(survey.Targeted, w.Area, n.Code), now.score(survey.Targeted, w.Area, n.Code)})
	}
	if out.Streets, err = changes(streets, w.Plan.V.Level); err != nil {
		return nil, err
	}
	if out.Nodes, err = changes(nodes, w.Plan.V.Level); err != nil {
		return nil, err
	}
	if j := slices.IndexFunc(out.Nodes, func(c Change) bool { return c.AreaCode == code }); j >= 0 {
		district := out.Nodes[j]
		district.AreaCode = w.Area
		if row := now.score(survey.Targeted, w.Area, code); row != nil {
			district.AreaName = row.AreaName
		}
		out.District = &district
	}
	out.Notes = append(out.Notes, "两期样本各自独立抽取，差值的方差为两期方差之和；对所有街道同时判断，P 值按 Holm 法调整。",
		"上期得分特别低（或高）的街道，下期自然会向平均靠近（均值回归），单次升降不宜当作工作成效。")
	if now.Method.SystemHash != then.Method.SystemHash {
		out.Notes = append(out.Notes, "两期指标体系版本不同，只比较同名指标。")
	}
	if !maps.Equal(w.Plan.V.Weights, other.Plan.V.Weights) || !maps.Equal(w.Plan.V.RespondentWeights, other.Plan.V.RespondentWeights) {
		out.Notes = append(out.Notes, "两期指标或对象的权重不同，合成得分的差值含权重变化。")
	}
	return out, nil
}

// pair is one thing in two waves.
type pair struct {
	code, name   string
	before, next *Score
}

func changes(pairs []pair, level float64) ([]Change, error) {
	out := make([]Change, len(pairs))
	var first, second []stats.Wave
	var at []int
	for i, p := range pairs {
		out[i] = Change{AreaCode: p.code, AreaName: p.name, Verdict: Alike}
		if p.before != nil {
			out[i].Before = p.before.Score
		}
		if p.next != nil {
			out[i].Now = p.next.Score
		}
		if p.before == nil || p.next == nil || p.before.SE == nil || p.next.SE == nil {
			continue
		}
		at = append(at, i)
		first = append(first, stats.Wave{Estimate: *p.before.Score, SE: *p.before.SE, DF: deref(p.before.DF)})
		second = append(second, stats.Wave{Estimate: *p.next.Score, SE: *p.next.SE, DF: deref(p.next.DF)})
	}
	list, err := stats.Compare(first, second, nil, 100, level)
	if err != nil {
		return nil, errs.Invalid("appraisal.cannot_compare", "The waves cannot be compared: "+err.Error())
	}
	for k, d := range list {
		c := &out[at[k]]
		c.Difference, c.SE, c.Low, c.High, c.P, c.Holm = number(d.Difference), number(d.SE), number(d.Low), number(d.High), number(d.P), number(d.Holm)
		c.Gap, c.GapLow, c.GapHigh = number(d.Gap), number(d.GapLow), number(d.GapHigh)
		if d.Holm < 1-level {
			c.Verdict = Up
			if math.Signbit(d.Difference) {
				c.Verdict = Down
			}
		}
	}
	return out, nil
}
