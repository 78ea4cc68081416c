package form

import (
	"yiwang/internal/platform/print"
)

// block sets one question of its own: text, hint, then what is ticked or written.
func (s *pages) block(b *block) {
	indent, width, text := margin, textW, b.heading()
	s.room(s.least(b))
	s.y = s.d.Paragraph(indent, s.y, width, s.body, text)
	for _, more := range []string{b.Hint, b.When} {
		if more != "" {
			s.y = s.d.Paragraph(indent, s.y, width, s.small, more)
		}
	}
	s.y += 1.5
	switch b.Kind {
	case blockScale, blockOptions, blockRank:
		s.options(b)
	case blockBoxes:
		side := s.side() * 1.5
		for i := range b.Count {
			s.d.Rect(indent+float64(i)*side, s.y, side, side*1.15, 0.25, 0)
		}
		s.y += side*1.15 + 2
	case blockLines:
		step := max(9, s.body.Step()*1.2)
		for range b.Count {
			s.y += step
			s.d.Line(indent, s.y, indent+width, s.y, 0.2, 0.4)
		}
		s.y += 2
	case blockFields:
		s.fields(b)
	}
	s.y += s.body.Size * 0.16
}

// heading is the text with its code in front.
func (b *block) heading() string {
	if b.Kind == blockNote {
		return b.Text
	}
	return b.Code + "　" + b.Text
}

// least is the room that a question takes at least without being torn apart.
func (s *pages) least(b *block) float64 {
	return s.d.Height(textW, s.body, b.heading()) + s.d.Height(textW, s.small, b.Hint) + s.d.Height(textW, s.small, b.When) + 1.5 + s.needs(b)
}

// side is how large a tick box is.
func (s *pages) side() float64 {
	if s.p.Large {
		return 8
	}
	return 5
}

// needs is the least room below the text that keeps a question together.
func (s *pages) needs(b *block) float64 {
	switch b.Kind {
	case blockLines:
		return float64(b.Count)*max(9, s.body.Step()*1.2) + 4
	case blockNote:
		return 0
	case blockScale:
		if s.faces(b) {
			return 26
		}
	}
	return min(80, 4+float64((len(b.Options)+2)/3)*(s.side()+3))
}

func (s *pages) faces(b *block) bool {
	return b.Kind == blockScale && len(b.Options) > 0 && b.Options[0].Face
}

// options sets the answers in as many columns as the longest allows.
func (s *pages) options(b *block) {
	if s.faces(b) {
		s.drawFaces(b)
		return
	}
	list := b.Options
	if b.Kind == blockScale && b.NA {
		list = append(append([]PaperStep(nil), list...), PaperStep{Mark: MarkNA, Label: naLabel})
	}
	side := s.side()
	cell := side + 3
	for _, o := range list {
		cell = max(cell, side+2+s.d.Width(s.body, o.Label)+5)
	}
	columns := max(1, int(textW/cell))
	columns = min(columns, len(list))
	cell = textW / float64(columns)
	if len(list) > 0 && list[0].Label == "" {
		cell = min(cell, side*2.4) // bare numbers stand close together
	}
	for start := 0; start < len(list); start += columns {
		row := list[start:min(len(list), start+columns)]
		h := side + 2.5
		for _, o := range row {
			h = max(h, s.d.Height(cell-side-3, s.body, o.Label)+1)
		}
		s.room(h)
		for i, o := range row {
			x := margin + float64(i)*cell
			mark := o.Mark
			if b.Kind == blockRank {
				mark = "" // the respondent writes the place here
			}
			s.tick(x+side/2, s.y+h/2, side/2, s.side()*1.5, mark, b.Many || b.Kind == blockRank)
			lines := s.d.Height(cell-side-3, s.body, o.Label)
			if o.Label != "" {
				s.d.Paragraph(x+side+1.8, s.y+(h-lines)/2, cell-side-3, s.body, o.Label)
			}
		}
		s.y += h
	}
	s.y += 1
}

// drawFaces sets three large faces and, where it may be chosen, "no contact".
func (s *pages) drawFaces(b *block) {
	const radius, high = 8.0, 26.0
	s.room(high)
	n := len(b.Options)
	if b.NA {
		n++
	}
	cell := textW / float64(n)
	label := print.Style{Size: s.small.Size, Align: print.Centre, Leading: 1.25}
	code := print.Style{Size: 9, Gray: 0.5}
	for i, o := range b.Options {
		x, y := margin+(float64(i)+0.5)*cell, s.y+radius+1
		s.d.Circle(x, y, radius, 0.5, 0)
		s.d.Fill(x-3.8, y-3.2, 1.6, 1.6, 0)
		s.d.Fill(x+2.2, y-3.2, 1.6, 1.6, 0)
		bend := []float64{4, 0, -4}[min(i, 2)]
		s.d.Curve([8]float64{x - 4, y + 2.7 - bend/4, x - 1.8, y + 2.7 + bend*0.75, x + 1.8, y + 2.7 + bend*0.75, x + 4, y + 2.7 - bend/4}, 0.6, 0)
		s.d.Paragraph(margin+float64(i)*cell, s.y+2*radius+2, cell, label, o.Label)
		s.d.Text(x+radius+2, s.y+4, code, o.Mark)
	}
	if b.NA {
		x := margin + (float64(n)-0.5)*cell
		s.d.Rect(x-5, s.y+radius-4, 10, 10, 0.4, 0)
		s.d.Paragraph(margin+float64(n-1)*cell, s.y+2*radius+2, cell, label, naLabel)
		s.d.Text(x+radius+2, s.y+4, code, MarkNA)
	}
	s.y += high
}

// fields sets lines to write on, three beside one another, one in large type.
func (s *pages) fields(b *block) {
	columns := 3
	if s.p.Large {
		columns = 1
	}
	cell := textW / float64(columns)
	step := max(10, s.body.Step()*1.25)
	for i, name := range b.Fields {
		if i%columns == 0 {
			s.room(step)
			s.y += step
		}
		x := margin + float64(i%columns)*cell
		s.d.Text(x, s.y-1.5, s.body, name)
		s.d.Line(x+s.d.Width(s.body, name)+2, s.y, x+cell-6, s.y, 0.2, 0.4)
	}
	s.y += 3
}
