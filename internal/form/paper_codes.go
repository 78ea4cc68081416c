package form

import (
	"fmt"
	"io"
	"strings"

	"yiwang/internal/platform/print"
)

// codeLine is one line of the sheet of codes: what may be keyed in for a question.
type codeLine struct{ Code, Text, Keys string }

// codeLines lists what may be keyed in, in the order of the paper.
func (p *Paper) codeLines(f *Form) (lines []codeLine) {
	for _, at := range p.lay(f) {
		for i := range at.Blocks {
			b := &at.Blocks[i]
			if b.Kind == blockNote {
				continue
			}
			lines = append(lines, codeLine{b.Code, b.Text, b.keys(f.Question(b.Code))})
		}
	}
	return lines
}

func (b *block) keys(q *Question) string {
	var parts []string
	for _, o := range b.Options {
		text := o.Mark
		if o.Label != "" && b.Kind != blockRank {
			text += " " + o.Label
		}
		parts = append(parts, text)
	}
	if b.NA && b.Kind == blockScale {
		parts = append(parts, MarkNA+" "+naLabel)
	}
	keys := strings.Join(parts, "；")
	switch {
	case b.Kind == blockRank:
		return "按名次先后录选项号：" + keys
	case q.Type == NPS:
		return "0—10 的整数"
	case q.Type == Number:
		return q.numberKeys()
	case q.Type == Phone:
		return "7—15位数字"
	case q.Type == Text:
		return fmt.Sprintf("原文照录，最多%d字", q.MaxLen)
	case q.Type == Demographics:
		return "逐项录入：" + strings.Join(q.Fields, "、")
	}
	return keys
}

func (q *Question) numberKeys() string {
	text := "数字"
	if q.Whole {
		text = "整数"
	}
	if q.Low != nil {
		text += "，不小于" + wording(*q.Low)
	}
	if q.High != nil {
		text += "，不大于" + wording(*q.High)
	}
	return text
}

// WriteCodes writes the sheet of codes for those who key paper in: every question with what may be entered, and the rules for
// unclear paper.
func WriteCodes(w io.Writer, f *Form, p Paper) error {
	p.Large = false
	s := newPages(f.Name, p)
	s.y = s.d.Paragraph(margin, s.y, textW, print.Style{Size: 16, Weight: print.Bold, Align: print.Centre}, f.Name+"录入代码表")
	rules := "一、先录邀请码，没有邀请码的按登记的街道、社区录。二、空着没答的不录；量表题勾了两个的按没答处理，并在备注写明。三、纸上涂改的以最后一次为准。四、每份答卷由两人各录一遍，不一致处对照原卷改正。"
	s.y = s.d.Paragraph(margin, s.y, textW, s.small, rules) + 3
	const keysX = 78.0
	for i, line := range p.codeLines(f) {
		left, right := s.d.Height(keysX-codeW-3, s.body, line.Text), s.d.Height(textW-keysX, s.body, line.Keys)
		h := max(left, right) + 2
		s.room(h)
		if i%2 == 0 {
			s.d.Fill(margin, s.y, textW, h, 0.955)
		}
		s.d.Paragraph(margin+1, s.y+1, codeW, print.Style{Size: 9, Gray: 0.2, Leading: 1.6}, line.Code)
		s.d.Paragraph(margin+codeW, s.y+1, keysX-codeW-3, s.body, line.Text)
		s.d.Paragraph(margin+keysX, s.y+1, textW-keysX-1, s.body, line.Keys)
		s.y += h
	}
	s.feet(f.Name + "录入代码表")
	_, err := s.d.WriteTo(w)
	return err
}
