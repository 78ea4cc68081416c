package appraisal

import (
	"context"
	"fmt"
	"slices"

	"yiwang/internal/platform/errs"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// MeritFilter asks for the two samples put together: one place in the tree by street, or with Street every indicator of that street.
type MeritFilter struct {
	Code   string // place in the indicator tree; default the total; not used with Street
	Street string
}

// Merit is a score of the probability sample and of the online sample put together by what was measured of both. It is never the official
// score.
type Merit struct {
	AreaCode string  `json:"area_code"`
	AreaName string  `json:"area_name"`
	Code     string  `json:"code"`
	Label    string  `json:"label"`
	Targeted float64 `json:"targeted"`
	SE       float64 `json:"se" doc:"of the targeted sample"`
	Online   float64 `json:"online"`
	OnlineSE float64 `json:"online_se" doc:"does not cover self-selection; the bias does"`
	N        int     `json:"n"`
	OnlineN  int     `json:"online_n"`
	Bias     float64 `json:"bias" doc:"online − targeted"`
	BiasSE   float64 `json:"bias_se"`
	Holm     float64 `json:"p_holm" doc:"is there a bias: p adjusted for looking at all lines of the table"`
	Bias2    float64 `json:"bias_squared" doc:"max(0, bias² − v_p − v_o), the squared bias b² without the noise in it"`
	Weight   float64 `json:"weight" doc:"of the targeted sample, (v_o + b²) ÷ (v_o + b² + v_p)"`
	Combined float64 `json:"combined"`
	RMSE     float64 `json:"rmse" doc:"root of the mean squared error, with b² taken as known"`
}

// Merits is the table of both samples put together.
type Merits struct {
	Basis
	Items    []Merit `json:"items"`
	District *Merit  `json:"district,omitempty" doc:"the same for the whole district, apart from the lines of streets"`
	Left     int     `json:"left_out" doc:"lines without a score and standard error in both samples"`
}

// Merits puts the probability sample and the online sample together by mean squared error with the measured bias in it (Elliott & Haviland 2007),
// for one place in the tree by street, or for every indicator of one street. It is an option beside the measured bias: ranks, totals and reports
// never use it. Same rights as Scores.
func (s *Service) Merits(ctx context.Context, waveID string, f MeritFilter) (*Merits, error) {
	run, err := s.visibleRun(ctx, waveID)
	if err != nil {
		return nil, err
	}
	return run.merits(f)
}

func (run *Run) merits(f MeritFilter) (*Merits, error) {
	result := &run.Result.V
	if f.Code == "" {
		f.Code = NodeTotal
	}
	if !slices.ContainsFunc(result.Nodes, func(n Node) bool { return n.Code == f.Code }) {
		return nil, errs.Invalid("appraisal.no_such_node", "The wave has no such place in the indicator tree.", errs.Field{Location: "query.code", Message: "unknown", Value: f.Code})
	}
	out := &Merits{Basis: Basis{RunID: run.ID, Level: result.Method.Level}, Items: []Merit{}}
	var lines, district [][2]*Score
	for i := range result.Scores {
		row := &result.Scores[i]
		if row.Channel != survey.Targeted || row.Group != "" {
			continue
		}
		pair := [2]*Score{row, result.score(survey.Online, row.AreaCode, row.Code)}
		switch {
		case f.Street != "":
			if row.AreaCode == f.Street && row.Level == LevelIndicator {
				lines = append(lines, pair)
			}
		case row.Code != f.Code:
		case row.AreaLevel == AtStreet:
			lines = append(lines, pair)
		case row.AreaLevel == AtDistrict:
			district = append(district, pair)
		}
	}
	items, left, err := combine(lines)
	if err != nil {
		return nil, err
	}
	out.Items, out.Left = append(out.Items, items...), left
	whole, _, err := combine(district)
	if len(whole) > 0 {
		out.District = &whole[0]
	}
	return out, err
}

// combine weighs pairs of a targeted and an online score; pairs that lack a score or its error are counted and left out.
func combine(pairs [][2]*Score) (list []Merit, left int, err error) {
	var targeted, online []stats.Wave
	for _, p := range pairs {
		a, b := p[0], p[1]
		if b == nil || a.Score == nil || a.SE == nil || b.Score == nil || b.SE == nil || !(*a.SE > 0) || a.Insufficient || b.Insufficient {
			left++
			continue
		}
		targeted, online = append(targeted, stats.Wave{Estimate: *a.Score, SE: *a.SE}), append(online, stats.Wave{Estimate: *b.Score, SE: *b.SE})
		list = append(list, Merit{AreaCode: a.AreaCode, AreaName: a.AreaName, Code: a.Code, Label: a.Label, Targeted: *a.Score, SE: *a.SE, Online: *b.Score,
			OnlineSE: *b.SE, N: a.N, OnlineN: b.N})
	}
	if len(list) == 0 {
		return nil, left, nil
	}
	combined, err := stats.Combine(targeted, online)
	if err != nil {
		return nil, left, fmt.Errorf("combine two samples: %w", err)
	}
	for i, c := range combined {
		m := &list[i]
		m.Bias, m.BiasSE, m.Holm, m.Bias2 = *number(c.Bias), *number(c.BiasSE), *number(c.Holm), *number(c.Bias2)
		m.Weight, m.Combined, m.RMSE = *number(c.Weight), *number(c.Estimate), *number(c.RMSE)
	}
	return list, left, nil
}
