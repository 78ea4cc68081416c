package document

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Excel writes the tables and the numbers of the charts as a workbook: a sheet per section of level 1 that holds any, in order, behind
// a first sheet with the facts and the contents. Text cells hold text, which no spreadsheet runs as a formula.
func (d *Document) Excel(w io.Writer) (err error) {
	b := &book{file: excelize.NewFile()}
	defer func() { err = errors.Join(err, b.file.Close()) }()
	if err := b.styles(); err != nil {
		return err
	}
	if err := b.front(d); err != nil {
		return err
	}
	for i := range d.Blocks {
		if err := b.block(&d.Blocks[i]); err != nil {
			return err
		}
	}
	var out bytes.Buffer
	if err := b.file.Write(&out); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return settle(w, out.Bytes())
}

// settle writes a package again with its content types in order: the library writes them in the order of a map, and the same
// document must give the same bytes.
func settle(w io.Writer, data []byte) error {
	in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return fmt.Errorf("read workbook: %w", err)
	}
	parts := make([]part, 0, len(in.File))
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			return fmt.Errorf("read %s: %w", f.Name, err)
		}
		content, err := io.ReadAll(r)
		if err = errors.Join(err, r.Close()); err != nil {
			return fmt.Errorf("read %s: %w", f.Name, err)
		}
		if f.Name == "[Content_Types].xml" {
			content = []byte(sortDefaults(string(content)))
		}
		parts = append(parts, part{f.Name, string(content)})
	}
	return pack(w, parts)
}

// sortDefaults brings the <Default> elements of a list of content types into order; they stand together.
func sortDefaults(xml string) string {
	const open, end = "<Default ", "</Default>"
	first, last := strings.Index(xml, open), strings.LastIndex(xml, end)
	if first < 0 || last < first {
		return xml
	}
	list := strings.SplitAfter(xml[first:last+len(end)], end)
	slices.Sort(list)
	return xml[:first] + strings.Join(list, "") + xml[last+len(end):]
}

// book is a workbook being written.
type book struct {
	file                    *excelize.File
	bold, head, title, wrap int
	number                  map[int]int // decimals → style
	section, sheet          string      // heading of the section; its sheet once it has one
	row                     int
	names                   []string
	pending                 []string
	widths                  map[string][]float64
}

func (b *book) styles() (err error) {
	make := func(s excelize.Style) (id int) {
		if err == nil {
			id, err = b.file.NewStyle(&s)
		}
		return id
	}
	b.bold = make(excelize.Style{Font: &excelize.Font{Bold: true}})
	b.title = make(excelize.Style{Font: &excelize.Font{Bold: true, Size: 14, Color: "14315C"}})
	b.wrap = make(excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	b.head = make(excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"EEF2F6"}},
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}, Border: []excelize.Border{{Type: "bottom", Color: "AAB4C0", Style: 1}}})
	b.number, b.widths = map[int]int{}, map[string][]float64{}
	for decimals, format := range []string{"0", "0.0", "0.00", "0.000", "0.0000"} {
		b.number[decimals] = make(excelize.Style{CustomNumFmt: &format})
	}
	return err
}

func (b *book) front(d *Document) error {
	const name = "说明"
	b.names, b.sheet = []string{name}, name
	if err := b.file.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	lines := [][2]string{{d.Title, ""}}
	if d.Subtitle != "" {
		lines = append(lines, [2]string{d.Subtitle, ""})
	}
	if d.Notice != "" {
		lines = append(lines, [2]string{"注意", d.Notice})
	}
	for _, f := range d.Facts {
		lines = append(lines, [2]string{f.Name, f.Value})
	}
	if d.Mark != "" {
		lines = append(lines, [2]string{"版本", d.Mark})
	}
	for i, l := range lines {
		if err := b.file.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &[]any{l[0], l[1]}); err != nil {
			return err
		}
	}
	last := fmt.Sprintf("B%d", len(lines))
	return errors.Join(b.file.SetColWidth(name, "A", "A", 20), b.file.SetColWidth(name, "B", "B", 90), b.file.SetCellStyle(name, "B1", last, b.wrap), b.file.SetCellStyle(name, "A1", "A1", b.title))
}

func (b *book) block(block *Block) error {
	switch block.Kind {
	case KindHeading:
		if block.Level == 1 {
			b.section, b.sheet, b.pending = block.Text, "", nil
			return nil
		}
		b.pending = append(b.pending, block.Text)
	case KindNote:
		if b.sheet != "" {
			return b.line(block.Text, 0)
		}
	case KindTable:
		return b.table(block.Table)
	case KindChart:
		return b.chart(block.Chart)
	case KindText, KindLead, KindList, KindPage: // words are for the document
	}
	return nil
}

// open makes the sheet of the section when its first table comes, and writes the headings that stand before it.
func (b *book) open() error {
	if b.sheet == "" {
		name := sheetName(b.section)
		for n := 2; slices.Contains(b.names, name); n++ {
			name = fmt.Sprintf("%s%d", sheetName(b.section), n)
		}
		b.names, b.sheet, b.row = append(b.names, name), name, 1
		if _, err := b.file.NewSheet(name); err != nil {
			return fmt.Errorf("sheet %s: %w", name, err)
		}
		if err := b.line(b.section, b.title); err != nil {
			return err
		}
	}
	for _, text := range b.pending {
		if err := b.line(text, b.bold); err != nil {
			return err
		}
	}
	b.pending = nil
	return nil
}

// sheetName keeps what Excel allows in the name of a sheet, without the number of the section.
func sheetName(title string) string {
	if _, rest, found := strings.Cut(title, "、"); found {
		title = rest
	}
	title = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) || r < ' ' {
			return ' '
		}
		return r
	}, title)
	title = strings.TrimSpace(string([]rune(title)[:min(28, utf8.RuneCountInString(title))]))
	if title == "" {
		return "表"
	}
	return title
}

func (b *book) line(text string, style int) error {
	at := fmt.Sprintf("A%d", b.row)
	b.row++
	err := b.file.SetCellStr(b.sheet, at, text)
	if style != 0 {
		err = errors.Join(err, b.file.SetCellStyle(b.sheet, at, at, style))
	}
	return err
}

func (b *book) table(t *Table) error {
	if err := b.open(); err != nil {
		return err
	}
	b.row++
	if t.Caption != "" {
		if err := b.line(t.Caption, b.bold); err != nil {
			return err
		}
	}
	header := make([]Cell, len(t.Columns))
	for i, c := range t.Columns {
		header[i] = Words(c.Title)
	}
	if err := b.cells(header, b.head); err != nil {
		return err
	}
	for i, c := range t.Columns {
		if err := b.widen(i+1, 6+c.Width*1.4); err != nil {
			return err
		}
	}
	for _, row := range t.Rows {
		if err := b.cells(row, 0); err != nil {
			return err
		}
	}
	if t.Note != "" {
		return b.line(t.Note, 0)
	}
	return nil
}

func (b *book) widen(col int, width float64) error {
	widths := b.widths[b.sheet]
	for len(widths) < col {
		widths = append(widths, 0)
	}
	b.widths[b.sheet] = widths
	if width = min(max(width, 9), 60); width <= widths[col-1] {
		return nil
	}
	widths[col-1] = width
	return b.file.SetColWidth(b.sheet, letter(col), letter(col), width)
}

func (b *book) cells(row []Cell, style int) error {
	for i, c := range row {
		at := fmt.Sprintf("%s%d", letter(i+1), b.row)
		var err error
		switch {
		case c.Number != nil:
			err = errors.Join(b.file.SetCellFloat(b.sheet, at, *c.Number, -1, 64), b.file.SetCellStyle(b.sheet, at, at, b.number[min(c.Decimals, 4)]))
		case c.Text != "":
			err = b.file.SetCellStr(b.sheet, at, c.Text)
			if c.Bold {
				err = errors.Join(err, b.file.SetCellStyle(b.sheet, at, at, b.bold))
			}
		}
		if style != 0 {
			err = errors.Join(err, b.file.SetCellStyle(b.sheet, at, at, style))
		}
		if err != nil {
			return fmt.Errorf("cell %s of %s: %w", at, b.sheet, err)
		}
	}
	b.row++
	return nil
}

// chart writes the numbers of a chart and, for the kinds that Excel draws alike, the chart beside them.
func (b *book) chart(c *Chart) error {
	if err := b.open(); err != nil {
		return err
	}
	header, rows := c.sheet()
	b.row++
	if err := b.line(c.Title+"（图的数据）", b.bold); err != nil {
		return err
	}
	first := b.row
	titles := make([]Cell, len(header))
	for i, text := range header {
		titles[i] = Words(text)
	}
	if err := b.cells(titles, b.head); err != nil {
		return err
	}
	for _, row := range rows {
		for i := range row {
			row[i].Decimals = c.Decimals
		}
		if err := b.cells(row, 0); err != nil {
			return err
		}
	}
	return b.draw(c, first, len(header))
}

func (b *book) draw(c *Chart, first, columns int) error {
	kind, colors, series := excelize.Bar, []string{}, []int{}
	switch c.Kind {
	case Intervals:
		kind, colors, series = excelize.BarStacked, []string{"", "9DBBE6", "9DBBE6"}, []int{2, 3, 4}
	case Stacked:
		kind = excelize.BarPercentStacked
	case Dots:
		kind = excelize.Line
	case Bars:
	case Scatter:
		return nil // the numbers are there; Excel's own scatter has no named points
	}
	if len(series) == 0 {
		for i := range c.Series {
			series, colors = append(series, i+2), append(colors, c.color(i))
		}
	}
	ref := func(col, from, to int) string {
		return fmt.Sprintf("'%s'!$%s$%d:$%s$%d", b.sheet, letter(col), from, letter(col), to)
	}
	last := first + len(c.Categories)
	list := make([]excelize.ChartSeries, 0, len(series))
	for i, col := range series {
		s := excelize.ChartSeries{Name: fmt.Sprintf("'%s'!$%s$%d", b.sheet, letter(col), first), Categories: ref(1, first+1, last), Values: ref(col, first+1, last)}
		if colors[i] == "" {
			s.Fill = excelize.Fill{Type: "pattern", Pattern: 0}
			s.Line.Type = excelize.LineNone
		} else {
			s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colors[i]}}
		}
		list = append(list, s)
	}
	low, high := c.bounds()
	chart := &excelize.Chart{Type: kind, Series: list, Title: excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: c.Title, Font: &excelize.Font{Size: 11}}}},
		Legend: excelize.ChartLegend{Position: "bottom"}, Dimension: excelize.ChartDimension{Width: 640, Height: uint(max(260, 120+22*len(c.Categories)))},
		XAxis: excelize.ChartAxis{ReverseOrder: kind != excelize.Line}, YAxis: excelize.ChartAxis{MajorGridLines: true}}
	if c.Kind == Intervals {
		chart.Legend.Position = "none"
	}
	if c.Kind != Stacked {
		chart.YAxis.Minimum, chart.YAxis.Maximum = &low, &high
	}
	return b.file.AddChart(b.sheet, fmt.Sprintf("%s%d", letter(columns+2), first-1), chart)
}
