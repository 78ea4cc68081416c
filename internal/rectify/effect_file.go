package rectify

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"yiwang/internal/platform/sheet"
)

// EffectFile writes the effect of a wave as a workbook: by field, by street and by lead unit. Same rights as Effect.
func (s *Service) EffectFile(ctx context.Context, waveID string) (name string, file []byte, err error) {
	report, err := s.Effect(ctx, waveID)
	if err != nil {
		return "", nil, err
	}
	tabs := []sheet.Tab{{Name: "各领域", Rows: fieldRows(report)}}
	for _, by := range []struct{ code, title, head string }{{"street", "各街道", "街道"}, {"unit", "各单位", "牵头单位"}} {
		list, err := s.Standings(ctx, waveID, by.code)
		if err != nil {
			return "", nil, err
		}
		tabs = append(tabs, sheet.Tab{Name: by.title, Rows: standingRows(by.head, list)})
	}
	var out bytes.Buffer
	if err := sheet.WriteBook(&out, tabs, 24, 10); err != nil {
		return "", nil, err
	}
	return report.Name + "整改成效.xlsx", out.Bytes(), nil
}

func fieldRows(r *EffectReport) [][]string {
	rows := [][]string{{"领域", "下发问题", "已办结", "再次询问", "认为已解决（%）", "下限", "上限", "同题得分差", "标准误", "下限", "上限", "调整后P", "提及比例差（百分点）", "标准误", "下限", "上限", "调整后P", "变好（项）", "不显著（项）", "变差（项）"}}
	for i := range r.Fields {
		f := &r.Fields[i]
		row := []string{f.Name, strconv.Itoa(f.Counts["issued"]), strconv.Itoa(f.Counts["closed"]), strconv.Itoa(f.Counts["asked"])}
		asked := f.Asked
		if asked == nil {
			asked = &Asked{}
		}
		row = append(row, decimal(asked.Share), decimal(asked.Low), decimal(asked.High))
		for _, d := range []*Difference{f.Score, f.Share} {
			if d == nil {
				row = append(row, "", "", "", "", "")
				continue
			}
			row = append(row, decimal(&d.Difference), decimal(&d.SE), decimal(&d.Low), decimal(&d.High), fmt.Sprintf("%.4f", d.Holm))
		}
		rows = append(rows, append(row, strconv.Itoa(f.Counts["better"]), strconv.Itoa(f.Counts["unclear"]), strconv.Itoa(f.Counts["worse"])))
	}
	return rows
}

func standingRows(head string, list []Standing) [][]string {
	rows := [][]string{{head, "名次", "下发问题", "已办结或到期", "已办结", "按期率（%）", "已核查", "认可", "未核查", "返工过", "再次出现", "待认定", "变好", "不显著", "变差", "反向得分"}}
	for i := range list {
		st := &list[i]
		place := "不排名"
		if st.Rank > 0 {
			place = strconv.Itoa(st.Rank)
		}
		row := []string{st.Name, place}
		for _, set := range []string{"issued", "settled", "closed"} {
			row = append(row, strconv.Itoa(st.Counts[set]))
		}
		row = append(row, decimal(st.OnTime))
		for _, set := range []string{"passed", "approved", "unverified", "reworked", "recurring", "undecided", "better", "unclear", "worse"} {
			row = append(row, strconv.Itoa(st.Counts[set]))
		}
		rows = append(rows, append(row, decimal(st.Score)))
	}
	return rows
}

func decimal(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', 2, 64)
}
