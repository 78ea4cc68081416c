package appraisal

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/survey"
)

// report is a run with its wave, ready to be written.
type report struct {
	wave   *survey.Wave
	run    *Run
	notice string
}

// Report writes the result of a wave as xlsx (a designed workbook), csv (all rows in one table), html
// (one printable page without scripts or outside resources), docx (ranking, dimensions, weakest indicators, method) or json. Same rights as
// Scores; communities are cut to the caller's areas.
func (s *Service) Report(ctx context.Context, waveID, format string, w io.Writer) error {
	if err := checkFormat(format); err != nil {
		return err
	}
	r, err := s.report(ctx, waveID)
	if err != nil {
		return err
	}
	return r.write(w, format)
}

func (s *Service) report(ctx context.Context, waveID string) (*report, error) {
	run, err := s.Result(ctx, waveID)
	if err != nil {
		return nil, err
	}
	r := &report{run: run, notice: s.notice}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		r.wave, err = s.surveys.WaveTx(ctx, tx, waveID)
		return err
	})
	return r, err
}

func (r *report) write(w io.Writer, format string) error {
	switch format {
	case "json":
		return json.NewEncoder(w).Encode(struct {
			Wave   PublicWave `json:"wave"`
			Run    *Run       `json:"run"`
			Result Result     `json:"result"`
		}{publicWave(r.wave), r.run, r.run.Result.V})
	case "csv":
		return r.writeCSV(w)
	case "html":
		return r.writePage(w)
	case "docx":
		return r.writeDocument(w)
	}
	return r.writeWorkbook(w)
}

var scoreHeader = []any{"渠道", "对象", "区域代码", "区域", "指标代码", "指标", "满意度得分", "标准误", "区间下限", "区间上限", "人数", "有效样本量", "自由度", "设计效应",
	"满意率%", "满意率下限", "满意率上限", "线上偏差", "偏差标准误", "说明"}

func (s *Score) cells() []any {
	var remarks []string
	if s.Insufficient {
		remarks = append(remarks, "样本不足")
	}
	if s.Suppressed {
		remarks = append(remarks, "人数过少不显示")
	}
	return []any{s.Channel.Title(), s.Group.Title(), s.AreaCode, s.AreaName, s.Code, s.Label, shown(s.Score), shown(s.SE), shown(s.Low), shown(s.High), s.N,
		shown(s.NEff), shown(s.DF), shown(s.Deff), shown(s.Rate), shown(s.RateLow), shown(s.RateHigh), shown(s.Bias), shown(s.BiasSE), strings.Join(remarks, "；")}
}

func shown(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

func (r *report) writeCSV(w io.Writer) error {
	out, err := sheet.NewWriter(w, sheet.CSV, r.wave.Name)
	if err != nil {
		return err
	}
	if err := out.Row(scoreHeader...); err != nil {
		return err
	}
	for i := range r.run.Result.V.Scores {
		if err := out.Row(r.run.Result.V.Scores[i].cells()...); err != nil {
			return err
		}
	}
	return out.Close()
}

// table is one sheet of the workbook.
type table struct {
	name   string
	widths []float64
	header []any
	rows   [][]any
}

func (r *report) tables() []table {
	result := &r.run.Result.V
	ranks := table{name: "名次", widths: []float64{14, 12, 10, 10, 10, 12, 14, 12}, header: []any{"街道", "得分", "标准误", "区间下限", "区间上限", "名次区间",
		fmt.Sprintf("进入前%d的概率", result.Ranks.Top), "期望名次"}}
	for _, it := range result.Ranks.Items {
		ranks.rows = append(ranks.rows, []any{it.AreaName, it.Score, it.SE, shown(it.Low), shown(it.High), it.set(), it.PTop, it.ExpectedRank})
	}
	ranks.rows = append(ranks.rows, nil, []any{"并列规则", result.Ranks.TieRule}, []any{"方法", result.Ranks.Method}, []any{"范围", result.Note})
	if r.notice != "" {
		ranks.rows = append(ranks.rows, []any{"注意", r.notice})
	}
	pick := func(name string, keep func(*Score) bool) table {
		t := table{name: name, widths: []float64{8, 12, 14, 18, 10, 24, 12, 10, 10, 10, 8, 12, 10, 10, 10, 10, 10, 10, 10, 16}, header: scoreHeader}
		for i := range result.Scores {
			if s := &result.Scores[i]; keep(s) {
				t.rows = append(t.rows, s.cells())
			}
		}
		return t
	}
	all := func(s *Score) bool {
		return s.Channel == survey.Targeted && s.Group == "" && s.AreaLevel != AtCommunity
	}
	tables := []table{ranks,
		pick("街道与维度", func(s *Score) bool { return all(s) && (s.Level == LevelTotal || s.Level == LevelDimension) }),
		pick("重点与指标", func(s *Score) bool { return all(s) && s.Level != LevelTotal && s.Level != LevelDimension }),
		pick("分对象", func(s *Score) bool {
			return s.Channel == survey.Targeted && s.Group != "" && s.AreaLevel != AtCommunity && (s.Level == LevelTotal || s.Level == LevelDimension)
		}),
		pick("线上（不计分）", func(s *Score) bool {
			return s.Channel == survey.Online && s.Group == "" && s.AreaLevel != AtCommunity && (s.Level == LevelTotal || s.Level == LevelDimension)
		})}
	if communities := pick("社区（仅供改进）", func(s *Score) bool {
		return s.Channel == survey.Targeted && s.AreaLevel == AtCommunity && (s.Level == LevelTotal || s.Level == LevelDimension)
	}); len(communities.rows) > 0 {
		tables = append(tables, communities)
	}
	return append(tables, r.distribution(), r.method())
}

func (r *report) distribution() table {
	result := &r.run.Result.V
	t := table{name: "答案分布", widths: []float64{8, 12, 14, 10, 24}, header: []any{"渠道", "对象", "区域", "代码", "题目"}}
	for _, o := range result.Method.Options {
		t.header = append(t.header, o)
	}
	for i := range result.Scores {
		s := &result.Scores[i]
		if s.Counts == nil || s.AreaLevel == AtCommunity {
			continue
		}
		row := []any{s.Channel.Title(), s.Group.Title(), s.AreaName, s.Code, s.Label}
		for _, n := range s.Counts {
			row = append(row, n)
		}
		t.rows = append(t.rows, row)
	}
	return t
}

func (r *report) method() table {
	m := &r.run.Result.V.Method
	t := table{name: "如何计算", widths: []float64{22, 110}, header: []any{"项目", "内容"}, rows: [][]any{
		{"测评", r.wave.Name}, {"指标体系版本", m.IndicatorSystem}, {"方案指纹", m.PlanHash}, {"计算版本", m.CodeVersion}, {"结果指纹", r.run.ResultHash},
		{"定向答卷", m.Answers[survey.Targeted]}, {"线上答卷", m.Answers[survey.Online]}}}
	for _, g := range survey.Groups {
		t.rows = append(t.rows, []any{g.Title() + "权重", m.RespondentWeights[g]})
	}
	for _, step := range m.Scale {
		t.rows = append(t.rows, []any{"选项 " + step.Label, shown(step.Score)})
	}
	keys := []string{}
	for k := range m.Formula {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		t.rows = append(t.rows, []any{formulaTitles[k], m.Formula[k]})
	}
	for _, note := range m.Notes {
		t.rows = append(t.rows, []any{"说明", note})
	}
	return t
}

// writeWorkbook writes the tables as sheets with frozen bold headers and two decimals. Text cells are inline strings, which no
// spreadsheet runs as a formula.
func (r *report) writeWorkbook(w io.Writer) (err error) {
	file := excelize.NewFile()
	defer func() { _ = file.Close() }() // everything is written by then
	bold, err := file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"EEF2F6"}},
		Border: []excelize.Border{{Type: "bottom", Color: "AAB4C0", Style: 1}}})
	if err != nil {
		return err
	}
	decimals, err := file.NewStyle(&excelize.Style{NumFmt: 2})
	if err != nil {
		return err
	}
	for i, t := range r.tables() {
		if i == 0 {
			err = file.SetSheetName("Sheet1", t.name)
		} else {
			_, err = file.NewSheet(t.name)
		}
		if err != nil {
			return err
		}
		if err := t.stream(file, bold, decimals); err != nil {
			return fmt.Errorf("write sheet %s: %w", t.name, err)
		}
	}
	return file.Write(w)
}

func (t *table) stream(file *excelize.File, bold, decimals int) error {
	out, err := file.NewStreamWriter(t.name)
	if err != nil {
		return err
	}
	for i, width := range t.widths {
		if err := out.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	for i, row := range append([][]any{t.header}, t.rows...) {
		cells := make([]any, len(row))
		for j, v := range row {
			if number, ok := v.(float64); ok {
				v = excelize.Cell{StyleID: decimals, Value: number}
			}
			if i == 0 {
				v = excelize.Cell{StyleID: bold, Value: v}
			}
			cells[j] = v
		}
		if err := out.SetRow(fmt.Sprintf("A%d", i+1), cells); err != nil {
			return err
		}
	}
	return out.Flush()
}

// set is the rank set in words; a single rank is never printed, because the data cannot tell it (rule 7).
func (r *Rank) set() string {
	if r.Best == r.Worst {
		return fmt.Sprint(r.Best)
	}
	return fmt.Sprintf("%d—%d", r.Best, r.Worst)
}

// chance prints a probability without claiming certainty.
func chance(p float64) string {
	switch {
	case p > 0.99:
		return ">99%"
	case p < 0.01:
		return "<1%"
	}
	return fmt.Sprintf("%.0f%%", 100*p)
}

// formulaTitles name the formulas of a method in a report.
var formulaTitles = map[string]string{"community": "社区", "deff": "设计效应", "district": "全区", "indicator": "指标得分", "interval": "区间", "online": "线上答卷",
	"positive": "正向得分", "questionnaire": "问卷得分", "rate": "满意率", "se": "标准误", "total": "总分", "reverse": "反向得分"}
