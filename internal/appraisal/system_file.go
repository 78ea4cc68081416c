package appraisal

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"yiwang/internal/platform/db"
	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/sheet"
	"yiwang/internal/survey"
)

// ExportSystem writes a version, issued or draft, as YAML (everything) or as a workbook with the sheets 指标 and 设置. Rights as
// CompareSystems.
func (s *Service) ExportSystem(ctx context.Context, version, format string, w io.Writer) error {
	var system *System
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		system, err = s.systemOrDraft(ctx, tx, version)
		return err
	})
	switch {
	case err != nil:
		return err
	case format == "yaml":
		return system.writeYAML(w)
	case format == "xlsx":
		return system.writeBook(w)
	}
	return errs.Invalid("appraisal.bad_format", "The format is xlsx or yaml.", errs.Field{Location: "query.format", Message: "unknown", Value: format})
}

// ImportSystem makes a draft of a file that ExportSystem could have written. version replaces the one in the file; "" keeps it.
// Contradictions do not stop it: they are the draft's faults. Needs survey.manage.
func (s *Service) ImportSystem(ctx context.Context, version string, file io.Reader) (d *SystemDraft, err error) {
	if err := mayDraft(ctx); err != nil {
		return nil, err
	}
	src, err := io.ReadAll(io.LimitReader(file, maxSystemFile+1))
	if err != nil {
		return nil, fmt.Errorf("read indicator file: %w", err)
	}
	if len(src) > maxSystemFile {
		return nil, errs.TooLarge("appraisal.system_too_large", "The file is larger than 2 MB.")
	}
	var system *System
	if bytes.HasPrefix(src, []byte("PK\x03\x04")) {
		system, err = readBook(src)
	} else {
		system, err = readSystem(src)
	}
	if err != nil {
		return nil, err
	}
	if len(system.Dimensions) == 0 {
		return nil, errs.Invalid("appraisal.bad_system", "The file holds no indicators.")
	}
	base := system.Version
	if version == "" {
		version = base
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		d, err = s.CreateDraftTx(ctx, tx, base, version, *system)
		return err
	})
	return d, err
}

const maxSystemFile = 2 << 20

func (s *System) writeYAML(w io.Writer) error {
	var file systemFile
	file.Meta.Version, file.Meta.Parts, file.Meta.Respondent, file.Meta.Scale, file.Meta.Formula = s.Version, s.Parts, s.RespondentWeights, s.Scale, s.Formula
	file.Dimensions = s.Dimensions
	out := yaml.NewEncoder(w)
	out.SetIndent(2)
	if err := out.Encode(file); err != nil {
		return err
	}
	return out.Close()
}

// Sheets and columns of the workbook.
var (
	indicatorHeader = []string{"维度代码", "维度", "重点代码", "重点", "指标代码", "指标", "权重", "说明", "依据", "反向领域", "责任部门", "问卷"}
	settingHeader   = []string{"项目", "代码", "名称", "数值", "说明"}
)

func (s *System) writeBook(w io.Writer) error {
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	items := sheet.Tab{Name: "指标", Rows: [][]string{indicatorHeader}}
	for _, d := range s.Dimensions {
		for _, k := range d.KeyPoints {
			for _, i := range k.Indicators {
				var groups []string
				for _, g := range i.Questionnaires {
					groups = append(groups, g.Title())
				}
				items.Rows = append(items.Rows, []string{d.Code, d.Name, k.Code, k.Name, i.Code, i.Name, number(i.Weight), i.Desc, strings.Join(i.Evidence, "；"),
					strings.Join(i.Reverse, "、"), strings.Join(i.Depts, "、"), strings.Join(groups, "、")})
			}
		}
	}
	settings := sheet.Tab{Name: "设置", Rows: [][]string{settingHeader, {"版本", "", s.Version, "", ""}}}
	for _, p := range s.Parts {
		settings.Rows = append(settings.Rows, []string{"组成", p.Code, p.Name, number(p.Weight), p.Note})
	}
	for _, g := range survey.Groups {
		settings.Rows = append(settings.Rows, []string{"对象", string(g), g.Title(), number(s.RespondentWeights[g]), ""})
	}
	for _, step := range s.Scale {
		score := ""
		if step.Score != nil {
			score = number(*step.Score)
		}
		settings.Rows = append(settings.Rows, []string{"量表", "", step.Label, score, ""})
	}
	for _, d := range s.Dimensions {
		settings.Rows = append(settings.Rows, []string{"维度", d.Code, d.Name, "", d.Slug})
	}
	return sheet.WriteBook(w, []sheet.Tab{items, settings}, 10, 14, 10, 22, 10, 26, 8, 40, 40, 12, 24, 20)
}

// bookReader turns the cells of a workbook into a system and gathers what it cannot read.
type bookReader struct {
	system System
	bad    []errs.Field
}

func readBook(src []byte) (*System, error) {
	tabs, err := sheet.ReadBook(bytes.NewReader(src), sheet.Options{})
	if err != nil {
		return nil, err
	}
	r := bookReader{system: System{RespondentWeights: map[survey.Group]float64{}}}
	found := false
	for _, tab := range tabs {
		switch tab.Name {
		case "指标":
			found = true
			r.rows(tab, indicatorHeader, r.indicator)
		case "设置":
			r.rows(tab, settingHeader, r.setting)
		}
	}
	if !found {
		return nil, errs.Invalid("appraisal.bad_system", "The workbook has no sheet 指标.")
	}
	if len(r.bad) > 0 {
		return nil, errs.Invalid("appraisal.bad_system", "The workbook cannot be read at the places named.", r.bad...)
	}
	r.addUp()
	return &r.system, nil
}

// rows hands every row to take with its cells by header name.
func (r *bookReader) rows(tab sheet.Tab, header []string, take func(at string, cell map[string]string)) {
	if len(tab.Rows) == 0 {
		return
	}
	place := map[string]int{}
	for i, name := range tab.Rows[0] {
		place[strings.TrimSpace(name)] = i
	}
	for _, name := range header[:4] {
		if _, ok := place[name]; !ok {
			r.bad = append(r.bad, errs.Field{Location: tab.Name + ", row 1", Message: "the column " + name + " is missing"})
			return
		}
	}
	for n, row := range tab.Rows[1:] {
		cell := map[string]string{}
		empty := true
		for name, i := range place {
			if i < len(row) {
				cell[name] = strings.TrimSpace(row[i])
				empty = empty && cell[name] == ""
			}
		}
		if !empty {
			take(fmt.Sprintf("%s, row %d", tab.Name, n+2), cell)
		}
	}
}

func (r *bookReader) number(at, column string, cell map[string]string) float64 {
	v, err := strconv.ParseFloat(cell[column], 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		r.bad = append(r.bad, errs.Field{Location: at + ", " + column, Message: "not a number", Value: cell[column]})
	}
	return v
}

func (r *bookReader) indicator(at string, cell map[string]string) {
	s := &r.system
	d := slices.IndexFunc(s.Dimensions, func(d Dimension) bool { return d.Code == cell["维度代码"] })
	if d < 0 {
		d = len(s.Dimensions)
		s.Dimensions = append(s.Dimensions, Dimension{Code: cell["维度代码"], Name: cell["维度"]})
	}
	points := &s.Dimensions[d].KeyPoints
	k := slices.IndexFunc(*points, func(k KeyPoint) bool { return k.Code == cell["重点代码"] })
	if k < 0 {
		k = len(*points)
		*points = append(*points, KeyPoint{Code: cell["重点代码"], Name: cell["重点"]})
	}
	i := Indicator{Code: cell["指标代码"], KeyPoint: cell["重点代码"], Name: cell["指标"], Weight: r.number(at, "权重", cell), Desc: cell["说明"],
		Evidence: split(cell["依据"], "；;"), Reverse: split(cell["反向领域"], "、,，"), Depts: split(cell["责任部门"], "、,，")}
	for _, name := range split(cell["问卷"], "、,，") {
		g := slices.IndexFunc(survey.Groups, func(g survey.Group) bool { return g.Title() == name || string(g) == name })
		if g < 0 {
			r.bad = append(r.bad, errs.Field{Location: at + ", 问卷", Message: "unknown questionnaire", Value: name})
			continue
		}
		i.Questionnaires = append(i.Questionnaires, survey.Groups[g])
	}
	(*points)[k].Indicators = append((*points)[k].Indicators, i)
}

func (r *bookReader) setting(at string, cell map[string]string) {
	s := &r.system
	switch cell["项目"] {
	case "版本":
		s.Version = cell["名称"]
	case "组成":
		s.Parts = append(s.Parts, Part{Code: cell["代码"], Name: cell["名称"], Weight: r.number(at, "数值", cell), Note: cell["说明"]})
	case "对象":
		s.RespondentWeights[survey.Group(cell["代码"])] = r.number(at, "数值", cell)
	case "量表":
		step := ScaleStep{Label: cell["名称"]}
		if cell["数值"] != "" {
			score := r.number(at, "数值", cell)
			step.Score = &score
		}
		s.Scale = append(s.Scale, step)
	case "维度":
		for i := range s.Dimensions {
			if s.Dimensions[i].Code == cell["代码"] {
				s.Dimensions[i].Slug = cell["说明"]
			}
		}
	default:
		r.bad = append(r.bad, errs.Field{Location: at + ", 项目", Message: "版本, 组成, 对象, 量表 or 维度", Value: cell["项目"]})
	}
}

// addUp gives key points and dimensions the sums of their indicators: a sheet has no rows of its own for them.
func (r *bookReader) addUp() {
	tidy := func(v float64) float64 { return math.Round(v*1e9) / 1e9 }
	for d := range r.system.Dimensions {
		dim := &r.system.Dimensions[d]
		for k := range dim.KeyPoints {
			point := &dim.KeyPoints[k]
			for _, i := range point.Indicators {
				point.Weight += i.Weight
			}
			point.Weight = tidy(point.Weight)
			dim.Weight += point.Weight
		}
		dim.Weight = tidy(dim.Weight)
	}
}

func split(text, separators string) []string {
	out := []string{}
	for _, part := range strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(separators, c) }) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
