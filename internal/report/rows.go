package report

import (
	"context"
	"encoding/json"
	"io"
	"strings"

	"yiwang/internal/appraisal"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/survey"
)

var scoreHeader = []any{"渠道", "对象", "区域代码", "区域", "指标代码", "指标", "满意度得分", "标准误", "区间下限", "区间上限", "人数", "有效样本量", "自由度", "设计效应",
	"满意率%", "满意率下限", "满意率上限", "线上偏差", "偏差标准误", "说明"}

// rows writes every row of the result for other programs.
func (s *Service) rows(ctx context.Context, waveID, format string) (name string, write func(io.Writer) error, err error) {
	run, err := s.scores.Result(ctx, waveID)
	if err != nil {
		return "", nil, err
	}
	w, err := s.surveys.Wave(ctx, waveID)
	if err != nil {
		return "", nil, err
	}
	name = w.Code + "测评结果." + format
	if format == "json" {
		return name, func(out io.Writer) error {
			return json.NewEncoder(out).Encode(struct {
				Wave   waveFacts         `json:"wave"`
				Run    *appraisal.Run    `json:"run"`
				Result *appraisal.Result `json:"result"`
			}{waveFacts{w.ID, w.Code, w.Name, w.Period, w.Area, w.Counts}, run, &run.Result.V})
		}, nil
	}
	return name, func(out io.Writer) error {
		table, err := sheet.NewWriter(out, sheet.CSV, w.Name)
		if err != nil {
			return err
		}
		if err := table.Row(scoreHeader...); err != nil {
			return err
		}
		for i := range run.Result.V.Scores {
			if err := table.Row(cells(&run.Result.V.Scores[i])...); err != nil {
				return err
			}
		}
		return table.Close()
	}, nil
}

// waveFacts is what a result file says about its wave.
type waveFacts struct {
	ID     string        `json:"id"`
	Code   string        `json:"code"`
	Name   string        `json:"name"`
	Period string        `json:"period"`
	Area   string        `json:"area"`
	Counts survey.Counts `json:"counts"`
}

func cells(s *appraisal.Score) []any {
	var remarks []string
	if s.Insufficient {
		remarks = append(remarks, "样本不足")
	}
	if s.Suppressed {
		remarks = append(remarks, "人数过少不显示")
	}
	return []any{s.Channel.Title(), s.Group.Title(), s.AreaCode, s.AreaName, s.Code, s.Label, bare(s.Score), bare(s.SE), bare(s.Low), bare(s.High), s.N,
		bare(s.NEff), bare(s.DF), bare(s.Deff), bare(s.Rate), bare(s.RateLow), bare(s.RateHigh), bare(s.Bias), bare(s.BiasSE), strings.Join(remarks, "；")}
}

func bare(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}
