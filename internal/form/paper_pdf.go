package form

import (
	"fmt"
	"io"

	"yiwang/internal/platform/print"
)

// Millimetres of an A4 page.
const (
	margin  = 18.0
	textW   = print.A4Width - 2*margin
	bottom  = print.A4Height - 17
	codeW   = 15.0
	stepW   = 13.5
	naLabel = "没接触过/不了解"

	gridHeadH = 10.0
)

// WritePaper lays the questionnaire out as A4 pages. Every answer carries the code that is keyed in, every page the marks of its
// corners, the version and the beginning of the content hash, so that a stray page finds its questionnaire.
func WritePaper(w io.Writer, f *Form, p Paper) error {
	s := newPages(f.Name, p)
	s.head(f)
	for _, at := range p.lay(f) {
		s.part(at)
	}
	s.room(s.body.Step() * 2)
	s.y += s.body.Step() / 2
	s.y = s.d.Paragraph(margin, s.y, textW, print.Style{Size: s.body.Size, Align: print.Centre}, "问卷到此结束，谢谢您！")
	s.feet(f.Name)
	_, err := s.d.WriteTo(w)
	return err
}

// pages is the paper in the making; y is where the next thing goes.
type pages struct {
	d                  *print.Document
	p                  Paper
	y                  float64
	body, small, head1 print.Style
}

func newPages(title string, p Paper) *pages {
	s := &pages{d: print.NewA4(title), p: p, body: print.Style{Size: 10.5, Leading: 1.4}, small: print.Style{Size: 8.5, Leading: 1.35, Gray: 0.25}, head1: print.Style{Size: 12.5, Weight: print.Bold, Leading: 1.5}}
	if p.Large {
		s.body, s.small, s.head1 = print.Style{Size: 18, Leading: 1.4}, print.Style{Size: 14, Leading: 1.4, Gray: 0.2}, print.Style{Size: 20, Weight: print.Bold, Leading: 1.5}
	}
	s.newPage()
	return s
}

func (s *pages) newPage() {
	s.d.AddPage()
	for _, x := range []float64{9, print.A4Width - 12} {
		for _, y := range []float64{9, print.A4Height - 12} {
			s.d.Fill(x, y, 3, 3, 0)
		}
	}
	s.y = margin - 3
}

// room turns the page when less than h is left; true when it did.
func (s *pages) room(h float64) bool {
	if s.y+h <= bottom {
		return false
	}
	s.newPage()
	return true
}

func (s *pages) head(f *Form) {
	title := print.Style{Size: s.head1.Size + 6, Weight: print.Bold, Align: print.Centre, Leading: 1.4}
	if s.p.Title != "" {
		s.y = s.d.Paragraph(margin, s.y, textW, print.Style{Size: s.body.Size + 1, Align: print.Centre}, s.p.Title)
	}
	s.y = s.d.Paragraph(margin, s.y, textW, title, f.Name)
	s.y = s.d.Paragraph(margin, s.y, textW, print.Style{Size: s.small.Size, Align: print.Centre, Gray: 0.25}, "对象："+f.Target) + 2
	s.codes()
	s.y = s.d.Paragraph(margin, s.y, textW, s.body, f.Intro)
	how := "请在选中的圆圈或方框上打√。改动时请把原来的划掉再重新打√。"
	s.y = s.d.Paragraph(margin, s.y, textW, s.small, how) + 3
}

// codes are the boxes that tie the paper to an invitation (three groups of four) and to who entered it.
func (s *pages) codes() {
	const side = 6.0
	label := print.Style{Size: 9}
	s.d.Text(margin, s.y+4.3, label, "邀请码")
	x := margin + 12
	for i := range 12 {
		if i > 0 && i%4 == 0 {
			s.d.Line(x+1, s.y+side/2, x+3, s.y+side/2, 0.3, 0)
			x += 4
		}
		s.d.Rect(x, s.y, side, side, 0.25, 0)
		x += side
	}
	x += 5
	for _, name := range []string{"访问员", "日期"} {
		s.d.Text(x, s.y+4.3, label, name)
		end := x + 36
		x += s.d.Width(label, name) + 1.5
		s.d.Line(x, s.y+side-0.5, end, s.y+side-0.5, 0.25, 0)
		x = end + 3
	}
	s.y += side + 4
}

func (s *pages) part(at part) {
	first := &at.Blocks[0]
	beside := !s.p.Large && first.Kind == blockScale && at.When == "" && at.Intro == "" // the title stands beside the words of the scale
	if at.Title != "" {
		need := s.head1.Step() + s.small.Step()*2 + s.least(first)
		if beside {
			need = gridHeadH + s.height(first, textW-codeW-6*stepW)
		}
		s.room(need)
		s.y += 1.5
		title := s.y
		if beside {
			title = s.y + gridHeadH - s.head1.Step()
		}
		s.d.Fill(margin, title+1, 1.2, s.head1.Step()-2, 0)
		end := s.d.Paragraph(margin+3.5, title, textW-4, s.head1, at.Title)
		if !beside {
			s.y = end
		}
	}
	if at.When != "" {
		s.y = s.d.Paragraph(margin, s.y, textW, s.small, "（"+at.When+"）")
	}
	if at.Intro != "" {
		s.y = s.d.Paragraph(margin, s.y, textW, s.small, at.Intro)
	}
	if !beside {
		s.y++
	}
	for i := 0; i < len(at.Blocks); {
		n := 1
		if !s.p.Large && at.Blocks[i].Kind == blockScale {
			for i+n < len(at.Blocks) && at.Blocks[i+n].Kind == blockScale {
				n++
			}
			s.grid(at.Blocks[i : i+n])
		} else {
			s.block(&at.Blocks[i])
		}
		i += n
	}
	s.y++
}

// grid sets scale questions below one another under a common head.
func (s *pages) grid(rows []block) {
	na := false
	for i := range rows {
		na = na || rows[i].NA
	}
	columns := len(rows[0].Options)
	if na {
		columns++
	}
	text := textW - codeW - float64(columns)*stepW
	s.room(gridHeadH + s.height(&rows[0], text))
	s.gridHead(rows[0].Options, na, text)
	for i := range rows {
		h := s.height(&rows[i], text)
		if s.room(h) {
			s.gridHead(rows[0].Options, na, text)
		}
		if i%2 == 0 {
			s.d.Fill(margin, s.y, textW, h, 0.955)
		}
		s.gridRow(&rows[i], h, text)
		s.y += h
	}
	s.d.Line(margin, s.y, margin+textW, s.y, 0.3, 0)
	s.y += 2.5
}

func (s *pages) gridHead(options []PaperStep, na bool, text float64) {
	const h = gridHeadH
	words := print.Style{Size: 8, Align: print.Centre, Leading: 1.2}
	x := margin + codeW + text
	for _, o := range options {
		lines := s.d.Height(stepW-1, words, o.Label)
		s.d.Paragraph(x+0.5, s.y+h-1-lines, stepW-1, words, o.Label)
		x += stepW
	}
	if na {
		lines := s.d.Height(stepW-1, words, naLabel)
		s.d.Paragraph(x+0.5, s.y+h-1-lines, stepW-1, words, naLabel)
	}
	s.y += h
	s.d.Line(margin, s.y, margin+textW, s.y, 0.3, 0)
}

func (s *pages) height(b *block, text float64) float64 {
	h := s.d.Height(text-2, s.body, b.Text)
	for _, more := range []string{b.Hint, b.When} {
		if more != "" {
			h += s.d.Height(text-2, s.small, more)
		}
	}
	return max(h+2, 8)
}

func (s *pages) gridRow(b *block, h, text float64) {
	middle := s.y + h/2
	s.d.Text(margin+1, middle+1.3, print.Style{Size: 9, Gray: 0.3}, b.Code)
	top := s.y + 1
	top = s.d.Paragraph(margin+codeW, top, text-2, s.body, b.Text)
	for _, more := range []string{b.Hint, b.When} {
		if more != "" {
			top = s.d.Paragraph(margin+codeW, top, text-2, s.small, more)
		}
	}
	x := margin + codeW + text + stepW/2
	for _, o := range b.Options {
		s.tick(x, middle, 2.7, 7.5, o.Mark, false)
		x += stepW
	}
	if b.NA {
		s.tick(x, middle, 2.7, 7.5, MarkNA, false)
	}
}

// tick draws what is ticked, with the code inside.
func (s *pages) tick(x, y, radius, size float64, mark string, square bool) {
	if square {
		s.d.Rect(x-radius, y-radius, 2*radius, 2*radius, 0.3, 0)
	} else {
		s.d.Circle(x, y, radius, 0.3, 0)
	}
	s.d.Text(x, y+size*0.128, print.Style{Size: size, Gray: 0.45, Align: print.Centre}, mark)
}

// feet numbers the pages once their count is known.
func (s *pages) feet(name string) {
	for n := 1; n <= s.d.Pages(); n++ {
		s.d.OnPage(n, func() {
			style := print.Style{Size: 8, Gray: 0.35, Align: print.Centre}
			s.d.Text(print.A4Width/2, print.A4Height-10, style, fmt.Sprintf("%s %s　第%d页，共%d页　校验 %.8s", name, s.p.Version, n, s.d.Pages(), s.p.Hash))
		})
	}
}
