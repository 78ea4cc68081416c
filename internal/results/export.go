package results

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"yiwang/internal/platform/clock"
)

// table is one sheet of the workbook.
type table struct {
	name  string
	width float64
	rows  [][]any
}

// WriteWorkbook writes the settlement as XLSX, one sheet per question a reader has.
func (m *Settlement) WriteWorkbook(w io.Writer) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	head, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8F0FE"}},
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}})
	if err != nil {
		return err
	}
	for i, t := range []table{m.yearTable(), m.bonusTable(), m.honourTable(), m.fieldTable(), m.departmentTable(), m.basisTable()} {
		if i == 0 {
			err = f.SetSheetName("Sheet1", t.name)
		} else {
			_, err = f.NewSheet(t.name)
		}
		if err != nil {
			return err
		}
		for r := range t.rows {
			if err := f.SetSheetRow(t.name, fmt.Sprintf("A%d", r+1), &t.rows[r]); err != nil {
				return err
			}
		}
		last, _ := excelize.ColumnNumberToName(max(len(t.rows[0]), 1)) // a table has a column
		if err := errors.Join(f.SetColWidth(t.name, "A", last, t.width), f.SetCellStyle(t.name, "A1", last+"1", head),
			f.SetPanes(t.name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})); err != nil {
			return err
		}
	}
	return f.Write(w)
}

func (m *Settlement) yearTable() table {
	o := &m.Outcome.V
	head := []any{"街道", "上半年", "下半年", "申诉更正", "年度得分", "标准误", "区间下限", "区间上限", "名次范围（最好）", "名次范围（最差）", "进入前列的概率"}
	for _, c := range m.Inputs.V.Rules.Conversions {
		head = append(head, fmt.Sprintf("折算%s（满分%g）", c.Name, c.Points))
	}
	t := table{"年度得分", 13, [][]any{head}}
	for _, s := range o.Streets {
		row := []any{s.Name, half(s, "H1"), half(s, "H2"), s.Adjustment, two(s.Score), two(s.SE), two(s.Low), two(s.High), s.Best, s.Worst, two(s.PTop)}
		for _, c := range s.Converted {
			row = append(row, two(c.Points))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

func half(s StreetYear, h string) any {
	if v, ok := s.Halves[h]; ok {
		return two(v)
	}
	return "—"
}

// two rounds for people; the full figures are in the page's data.
func two(v float64) float64 { return float64(int64(v*100+0.5*sign(v))) / 100 }

func sign(v float64) float64 {
	if v < 0 {
		return -1
	}
	return 1
}

func (m *Settlement) bonusTable() table {
	b := &m.Outcome.V.Bonus
	t := table{"奖励资金", 18, [][]any{{"街道", "金额（元）", "进入前列的概率", "依据"}}}
	for _, l := range b.Lines {
		t.rows = append(t.rows, []any{l.Name, l.Yuan, two(l.PTop), l.Why})
	}
	t.rows = append(t.rows, []any{"合计", b.Pool, "", "规则：" + ruleNames[b.Rule]})
	if len(b.Inseparable) > 0 {
		var list []string
		for _, s := range m.Outcome.V.Streets {
			for _, code := range b.Inseparable {
				if s.Code == code {
					list = append(list, s.Name)
				}
			}
		}
		t.rows = append(t.rows, []any{"数据无法区分的街道", "", "", strings.Join(list, "、")})
	}
	return t
}

func (m *Settlement) honourTable() table {
	t := table{"组织奖", 18, [][]any{{"奖项", "街道", "数值", "标准误", "校正后p值", "获奖", "说明"}}}
	for _, h := range m.Outcome.V.Honours {
		if len(h.Candidates) == 0 {
			t.rows = append(t.rows, []any{h.Name, "", "", "", "", "", h.Why})
		}
		for i, c := range h.Candidates {
			row := []any{h.Name, c.Name, two(c.Value), optional(c.SE), optional(c.P), "", ""}
			for _, w := range h.Winners {
				if w == c.Code {
					row[5] = "是"
				}
			}
			if i == 0 {
				row[6] = h.Why
			}
			t.rows = append(t.rows, row)
		}
	}
	return t
}

func optional(v *float64) any {
	if v == nil {
		return ""
	}
	return two(*v)
}

func (m *Settlement) fieldTable() table {
	t := table{"反向领域", 14, [][]any{{"领域", "反映的受访者占比%", "标准误", "区间下限", "区间上限", "位次范围（最弱）", "位次范围（最强）", "受访者", "最薄弱"}}}
	for _, f := range m.Outcome.V.Fields {
		weak := ""
		if f.Weakest {
			weak = "是"
		}
		t.rows = append(t.rows, []any{f.Name, two(f.Share), two(f.SE), two(f.Low), two(f.High), f.Best, f.Worst, f.N, weak})
	}
	return t
}

func (m *Settlement) departmentTable() table {
	t := table{"部门评价", 14, [][]any{{"部门", "类别", "主办事项", "已闭环", "已认可", "逾期", "返工", "复发", "整改得分", "牵头的最薄弱领域"}}}
	for _, d := range m.Outcome.V.Departments {
		kind := "部门"
		if d.Kind == "utility" {
			kind = "公用事业（单列）"
		}
		t.rows = append(t.rows, []any{d.Name, kind, d.Issued, d.Closed, d.Approved, d.Late, d.Reworked, d.Recurred, optional(d.Score), strings.Join(d.Weakest, "、")})
	}
	return t
}

func (m *Settlement) basisTable() table {
	in := &m.Inputs.V
	t := table{"依据与签署", 40, [][]any{{"项目", "内容"}, {"年度", m.Year}, {"规则出自", in.RulesWave + "（施测前写定）"}, {"规则指纹", m.RulesHash}, {"并列规则", in.TieRule},
		{"结果指纹", m.ResultHash}, {"计算人", m.ActorName}, {"计算时间", m.CreatedAt.In(clock.Nanjing).Format("2006年1月2日 15:04")}}}
	for _, n := range m.Outcome.V.Notes {
		t.rows = append(t.rows, []any{"说明", n})
	}
	for _, g := range m.Signatures {
		t.rows = append(t.rows, []any{"签署", g.Name + " " + g.At.In(clock.Nanjing).Format("2006年1月2日 15:04")})
	}
	for _, a := range in.Adjustments {
		t.rows = append(t.rows, []any{"申诉更正", fmt.Sprintf("%s %+.2f分：%s", a.Street, a.Points, a.Reason)})
	}
	return t
}
