package tally

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/db"
	"yiwang/internal/platform/document"
)

// headline are the figures every brief begins with.
var headline = []string{"reported", "closed", "self_handled", "open", "M08", "M03", "M05", "M06", "M07", "M09", "M11", "M12"}

// write makes the content of a brief out of figures.
func (s *Service) write(ctx context.Context, tx *db.Tx, b *Brief, f Filter) (document.Document, error) {
	word, before := "日报", Filter{Area: f.Area, Since: clock.At(f.Since.AddDate(0, 0, -1)), Until: f.Since}
	if b.Kind == "monthly" {
		word, before.Since = "月报", clock.At(f.Since.AddDate(0, -1, 0))
	}
	d := document.Document{Title: b.AreaName + "网格事件" + word + " " + b.Day, Subtitle: "统计口径见文末", Issuer: b.AreaName, Notice: s.disclaimer, Compact: b.Kind == "daily"}
	total, err := s.FiguresTx(ctx, tx, headline, f, ByNothing)
	if err != nil {
		return d, err
	}
	earlier, err := s.FiguresTx(ctx, tx, headline, before, ByNothing)
	if err != nil {
		return d, err
	}
	d.Blocks = append(d.Blocks, document.Lead(lead(total, earlier, b.Kind)))
	if b.Remark != "" {
		d.Blocks = append(d.Blocks, document.Text(b.Remark))
	}
	d.Blocks = append(d.Blocks, document.Show(compared(total, earlier, b.Kind)))
	for _, part := range []struct {
		title, column string
		by            By
		codes         []string
		top           int
	}{
		{"分区域", "区域", ByArea, []string{"reported", "closed", "open", "M08", "M05", "M06", "M09"}, 20},
		{"分来源", "来源", ByChannel, []string{"reported", "closed", "M05", "M09"}, 8},
		{"分类别", "类别", ByCategory, []string{"reported", "closed", "M05", "M10", "M12"}, 14},
		{"分单位（按应处置数）", "单位", ByUnit, []string{"M05", "M03", "M07", "M11", "M12"}, 15},
	} {
		t, err := s.FiguresTx(ctx, tx, part.codes, f, part.by)
		if err != nil {
			return d, err
		}
		d.Blocks = append(d.Blocks, document.Heading(1, part.title), document.Show(divided(t, part.column, part.top)))
	}
	if b.Kind == "monthly" {
		if err := s.writeRates(ctx, tx, &d, f); err != nil {
			return d, err
		}
	}
	return d, s.writeNotes(ctx, tx, &d, f)
}

func lead(t, earlier *Table, kind string) string {
	now, was := t.Total.Figures, earlier.Total.Figures
	word := map[string]string{"daily": "较前一日", "monthly": "较上月"}[kind]
	text := fmt.Sprintf("上报 %d 件（%s%s），办结 %d 件，期末在办 %d 件，其中超期未结 %d 件。", now["reported"].Num, word, change(now["reported"].Num-was["reported"].Num),
		now["closed"].Num, now["open"].Num, now["M08"].Num)
	if f := now["M05"]; f.Value != nil {
		text += fmt.Sprintf("应处置 %d 件，时限内处置 %d 件，按期处置率 %.1f%%。", f.Den, f.Num, *f.Value)
	}
	return text
}

func change(n int64) string {
	switch {
	case n > 0:
		return "增 " + strconv.FormatInt(n, 10)
	case n < 0:
		return "减 " + strconv.FormatInt(-n, 10)
	}
	return "持平"
}

// compared shows the headline beside the period before.
func compared(t, earlier *Table, kind string) document.Table {
	was := map[string]string{"daily": "前一日", "monthly": "上月"}[kind]
	out := document.Table{Columns: []document.Column{document.LeftColumn("指标", 3), document.RightColumn("本期", 2), document.RightColumn("分子", 1.5), document.RightColumn("分母", 1.5),
		document.RightColumn(was, 2)}}
	for i := range t.Metrics {
		m := &t.Metrics[i]
		f, e := t.Total.Figures[m.Code], earlier.Total.Figures[m.Code]
		row := []document.Cell{document.Words(m.Name), cell(m, f), document.Words(""), document.Words(""), cell(m, e)}
		if m.Den.Of != "" && m.Kind == "rate" {
			row[2], row[3] = document.Count(int(f.Num)), document.Count(int(f.Den))
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// cell writes a figure with its unit; a dash where there is nothing to divide by.
func cell(m *Metric, f Figure) document.Cell {
	switch {
	case f.Value == nil:
		return document.Words("—")
	case m.Kind == "rate":
		return document.Words(fmt.Sprintf("%.1f%%", *f.Value))
	case m.Kind == "mean":
		return document.Words(fmt.Sprintf("%.1f 工作时", *f.Value))
	}
	return document.Count(int(f.Num))
}

// divided shows the parts, those with the most first, and what is left over as one line, so that the whole adds up.
func divided(t *Table, column string, top int) document.Table {
	out := document.Table{Columns: []document.Column{document.LeftColumn(column, 3)}}
	for i := range t.Metrics {
		out.Columns = append(out.Columns, document.RightColumn(t.Metrics[i].Name, 2))
	}
	first := &t.Metrics[0]
	weight := func(r *Row) int64 { return r.Figures[first.Code].Num + r.Figures[first.Code].Den }
	rows := slices.Clone(t.Rows)
	slices.SortStableFunc(rows, func(a, b Row) int { return int(weight(&b) - weight(&a)) })
	line := func(r *Row, name string, bold bool) {
		cells := []document.Cell{{Text: name, Bold: bold}}
		for i := range t.Metrics {
			c := cell(&t.Metrics[i], r.Figures[t.Metrics[i].Code])
			c.Bold = bold
			cells = append(cells, c)
		}
		out.Rows = append(out.Rows, cells)
	}
	rest := Row{Figures: map[string]Figure{}}
	for i := range rows {
		if i < top {
			line(&rows[i], rows[i].Name, false)
			continue
		}
		for j := range t.Metrics {
			m := &t.Metrics[j]
			have, more := rest.Figures[m.Code], rows[i].Figures[m.Code]
			rest.Figures[m.Code] = figure(m, have.Num+more.Num, have.Den+more.Den)
		}
	}
	if len(rows) > top {
		line(&rest, fmt.Sprintf("其余 %d 项", len(rows)-top), false)
	}
	line(&t.Total, "合计", true)
	return out
}

// writeRates adds the three rates of the hotline with every preset, and what was left out.
func (s *Service) writeRates(ctx context.Context, tx *db.Tx, d *document.Document, f Filter) error {
	t, err := s.FiguresTx(ctx, tx, []string{"R1", "R2", "R3"}, f, ByArea)
	if err != nil {
		return err
	}
	d.Blocks = append(d.Blocks, document.Heading(1, "12345 三率"), document.Show(divided(t, "区域", 20)))
	for _, p := range s.book.Rates.Presets {
		if v := s.Composite(t, p); v != nil {
			d.Blocks = append(d.Blocks, document.Text(fmt.Sprintf("综合分（%s，权重 %g/%g/%g）：%.2f", p.Name, p.Weights["R1"], p.Weights["R2"], p.Weights["R3"], *v)))
		}
	}
	return nil
}

// writeNotes says what is counted and what was left out.
func (s *Service) writeNotes(ctx context.Context, tx *db.Tx, d *document.Document, f Filter) error {
	left, err := db.All[Exclusion](ctx, tx, "SELECT "+exclusionColumns+` FROM tally_exclusion WHERE state = 'approved' AND decided_at >= $1 AND decided_at < $2
		AND area_code >= $3 AND area_code < $4 ORDER BY id LIMIT 200`, f.Since, f.Until, f.Area, f.Area+"~")
	if err != nil {
		return err
	}
	d.Blocks = append(d.Blocks, document.Heading(1, "口径与剔除"))
	var lines []string
	for _, code := range headline {
		m, _ := s.book.Metric(code)
		line := m.Name + "＝" + m.Formula
		if m.Note != "" {
			line += "。" + m.Note
		}
		lines = append(lines, line)
	}
	d.Blocks = append(d.Blocks, document.List(lines...), document.Note(fmt.Sprintf("本期核准从三率中剔除 %d 件。", len(left))))
	for i := range left {
		s.named(&left[i])
		d.Blocks = append(d.Blocks, document.Note(left[i].Number+"："+left[i].GroundName))
	}
	return nil
}
