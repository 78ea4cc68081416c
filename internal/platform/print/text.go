package print

import (
	"strings"
	"unicode"
)

// Text sets one line with its base line at y.
func (d *Document) Text(x, y float64, s Style, text string) {
	if text = d.choose(s, text); d.err != nil || text == "" {
		return
	}
	switch s.Align {
	case Centre:
		x -= d.measure(text) / 2
	case Right:
		x -= d.measure(text)
	}
	if d.gray != s.Gray {
		level := uint8(s.Gray * 255)
		d.pdf.SetTextColor(level, level, level)
		d.gray = s.Gray
	}
	d.pdf.SetXY(x*pointsPerMM, y*pointsPerMM)
	d.keep(d.pdf.Text(text))
}

// Width returns how wide a line is.
func (d *Document) Width(s Style, text string) float64 {
	if text = d.choose(s, text); d.err != nil || text == "" {
		return 0
	}
	return d.measure(text)
}

// Paragraph sets a text into a column from top downwards and returns where it ends. Newlines are kept.
func (d *Document) Paragraph(x, top, width float64, s Style, text string) float64 {
	for _, line := range d.Lines(width, s, text) {
		top += s.Step()
		// The base line stands a quarter of the type above the lower edge of its line.
		at := top - s.Step() + (s.Step()+0.72*s.Size/pointsPerMM)/2
		switch s.Align {
		case Centre:
			d.Text(x+width/2, at, s, line)
		case Right:
			d.Text(x+width, at, s, line)
		default:
			d.Text(x, at, s, line)
		}
	}
	return top
}

// Lines breaks a text into lines no wider than width: between any two Chinese characters, between words of Latin script, never
// before a closing nor after an opening mark. An empty text has no line.
func (d *Document) Lines(width float64, s Style, text string) (lines []string) {
	if text == "" {
		return nil
	}
	for _, part := range strings.Split(strings.ReplaceAll(text, "\r", ""), "\n") {
		line, used := "", 0.0
		for _, piece := range pieces(part) {
			w := d.Width(s, piece)
			if line != "" && used+w > width+0.01 && !hangs(piece) {
				lines = append(lines, strings.TrimRight(line, " "))
				line, used = "", 0
				if piece = strings.TrimLeft(piece, " "); piece == "" {
					continue
				}
			}
			line, used = line+piece, used+w
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

// Height returns how much room Paragraph takes.
func (d *Document) Height(width float64, s Style, text string) float64 {
	return float64(len(d.Lines(width, s, text))) * s.Step()
}

const (
	closing = "，。、；：？！）》」』】〉”’…—％%,.;:?!)]}"
	opening = "（《「『【〈“‘([{"
)

// hangs reports whether a piece may stand beyond the edge, as punctuation does rather than begin a line.
func hangs(piece string) bool { return piece != "" && strings.ContainsRune(closing, []rune(piece)[0]) }

// pieces cuts a text where a line may break. An opening mark stays with what follows, a closing one with what precedes.
func pieces(text string) (out []string) {
	start, runes := 0, []rune(text)
	for i := 1; i <= len(runes); i++ {
		if i < len(runes) && !breaks(runes[i-1], runes[i]) {
			continue
		}
		out = append(out, string(runes[start:i]))
		start = i
	}
	return out
}

func breaks(before, after rune) bool {
	switch {
	case strings.ContainsRune(opening, before), strings.ContainsRune(closing, after):
		return false
	case before == ' ':
		return true
	case after == ' ':
		return false
	}
	return wide(before) || wide(after)
}

func wide(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x2E80 && r <= 0xFFEF || r >= 0x2010 && r <= 0x2BFF
}

// choose sets the face and returns the text with unprintable characters replaced.
func (d *Document) choose(s Style, text string) string {
	if d.err != nil || text == "" {
		return ""
	}
	weight := s.Weight
	if weight == "" || weight == Bold && !d.prints(Bold, text) {
		weight = Regular
	}
	d.use(weight, s.Size)
	if d.prints(weight, text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		switch {
		case d.has(weight, r):
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		d.missing[r] = true
		return '□'
	}, text)
}

func (d *Document) use(weight Weight, size float64) {
	if d.err == nil && (d.weight != weight || d.size != size) {
		d.keep(d.pdf.SetFont(string(weight), "", size))
		d.weight, d.size = weight, size
	}
}

func (d *Document) prints(weight Weight, text string) bool {
	for _, r := range text {
		if !d.has(weight, r) {
			return false
		}
	}
	return true
}

func (d *Document) has(weight Weight, r rune) bool {
	known, asked := d.glyphs[weight][r]
	if asked {
		return known
	}
	d.use(weight, max(d.size, 1))
	known, err := d.pdf.IsCurrFontContainGlyph(r)
	d.keep(err)
	d.glyphs[weight][r] = known
	return known
}

func (d *Document) measure(text string) float64 {
	w, err := d.pdf.MeasureTextWidth(text)
	d.keep(err)
	return w / pointsPerMM
}
