package document

import (
	"fmt"
	"strings"
)

// body writes the blocks of a document as WordprocessingML and collects the charts it meets.
type body struct {
	out    strings.Builder
	doc    *Document
	width  int // of the text, in twips
	charts []*Chart
	marks  int // bookmarks given
}

func (b *body) write() (string, error) {
	switch {
	case len(b.doc.Facts) > 0:
		b.cover()
		b.contents()
	default:
		b.paragraph("Title", "", b.doc.Title)
		if b.doc.Subtitle != "" {
			b.paragraph("Subtitle", "", b.doc.Subtitle)
		}
		if b.doc.Notice != "" {
			b.paragraph("Subtitle", "", b.doc.Notice)
		}
	}
	for i := range b.doc.Blocks {
		if err := b.block(&b.doc.Blocks[i]); err != nil {
			return "", err
		}
	}
	return b.out.String(), nil
}

func run(text string) string {
	return `<w:r><w:t xml:space="preserve">` + escape(text) + `</w:t></w:r>`
}

// paragraph writes text in a style; extra goes into the paragraph's properties after the style.
func (b *body) paragraph(style, extra, text string) {
	b.out.WriteString(`<w:p><w:pPr><w:pStyle w:val="` + style + `"/>` + extra + `</w:pPr>` + run(text) + `</w:p>`)
}

func (b *body) cover() {
	b.paragraph("Subtitle", `<w:spacing w:before="2400" w:after="240"/>`, b.doc.Subtitle)
	b.paragraph("Title", "", b.doc.Title)
	if b.doc.Notice != "" {
		b.paragraph("Subtitle", `<w:spacing w:before="200" w:after="0"/>`, "（"+b.doc.Notice+"）")
	}
	b.out.WriteString(`<w:p><w:pPr><w:spacing w:before="2600" w:after="0"/></w:pPr></w:p>`)
	b.out.WriteString(`<w:tbl><w:tblPr><w:tblW w:w="7600" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders><w:top w:val="single" w:sz="6" w:color="AAB4C0"/>` +
		`<w:bottom w:val="single" w:sz="6" w:color="AAB4C0"/><w:insideH w:val="single" w:sz="4" w:color="E6E9EE"/></w:tblBorders><w:tblLayout w:type="fixed"/>` +
		`<w:tblCellMar><w:top w:w="60" w:type="dxa"/><w:bottom w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid><w:gridCol w:w="1900"/><w:gridCol w:w="5700"/></w:tblGrid>`)
	for _, f := range b.doc.Facts {
		b.out.WriteString(`<w:tr><w:tc><w:tcPr><w:tcW w:w="1900" w:type="dxa"/></w:tcPr>`)
		b.out.WriteString(`<w:p><w:pPr><w:pStyle w:val="Fact"/></w:pPr><w:r><w:rPr><w:color w:val="5A6472"/></w:rPr><w:t xml:space="preserve">` + escape(f.Name) + `</w:t></w:r></w:p>`)
		b.out.WriteString(`</w:tc><w:tc><w:tcPr><w:tcW w:w="5700" w:type="dxa"/></w:tcPr>`)
		b.paragraph("Fact", "", f.Value)
		b.out.WriteString(`</w:tc></w:tr>`)
	}
	b.out.WriteString(`</w:tbl>`)
	if b.doc.Issuer != "" {
		b.paragraph("Subtitle", `<w:spacing w:before="1400" w:after="0"/>`, b.doc.Issuer)
	}
}

// contents lists the sections with their pages. The page numbers are fields that Word and WPS fill in when the file is opened.
func (b *body) contents() {
	b.paragraph("Title", `<w:pageBreakBefore/>`, "目　录")
	n := 0
	for i := range b.doc.Blocks {
		if block := &b.doc.Blocks[i]; block.Kind == KindHeading && block.Level == 1 {
			n++
			fmt.Fprintf(&b.out, `<w:p><w:pPr><w:pStyle w:val="Contents"/></w:pPr><w:hyperlink w:anchor="_Sec%d" w:history="1">%s<w:r><w:tab/></w:r>`+
				`<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r><w:r><w:instrText xml:space="preserve"> PAGEREF _Sec%d \h </w:instrText></w:r>`+
				`<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t> </w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:hyperlink></w:p>`, n, run(block.Text), n)
		}
	}
	b.out.WriteString(`<w:p><w:r><w:br w:type="page"/></w:r></w:p>`)
}

func (b *body) block(block *Block) error {
	switch block.Kind {
	case KindHeading:
		if block.Level > 1 {
			b.paragraph("Heading2", "", block.Text)
			return nil
		}
		b.marks++
		fmt.Fprintf(&b.out, `<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:bookmarkStart w:id="%d" w:name="_Sec%d"/>%s<w:bookmarkEnd w:id="%d"/></w:p>`, b.marks, b.marks, run(block.Text), b.marks)
	case KindText:
		b.paragraph("Body", "", block.Text)
	case KindNote:
		b.paragraph("Note", "", block.Text)
	case KindLead:
		b.paragraph("Lead", "", block.Text)
	case KindList:
		for _, item := range block.Items {
			b.paragraph("Item", "", "· "+item)
		}
	case KindPage:
		b.out.WriteString(`<w:p><w:r><w:br w:type="page"/></w:r></w:p>`)
	case KindTable:
		b.table(block.Table)
	case KindChart:
		b.chart(block.Chart)
	default:
		return fmt.Errorf("document: there is no block of kind %q", block.Kind)
	}
	return nil
}

// table writes rows under a header that repeats on every page.
func (b *body) table(t *Table) {
	if t.Caption != "" {
		b.paragraph("Caption", "", t.Caption)
	}
	total := 0.0
	for _, c := range t.Columns {
		total += c.Width
	}
	widths := make([]int, len(t.Columns))
	b.out.WriteString(`<w:tbl><w:tblPr><w:tblStyle w:val="Grid"/><w:tblW w:w="` + fmt.Sprint(b.width) + `" w:type="dxa"/><w:jc w:val="center"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>`)
	for i, c := range t.Columns {
		widths[i] = int(c.Width / total * float64(b.width))
		fmt.Fprintf(&b.out, `<w:gridCol w:w="%d"/>`, widths[i])
	}
	b.out.WriteString(`</w:tblGrid><w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>`)
	small := ""
	if len(t.Columns) > 8 {
		small = `<w:sz w:val="16"/>`
	}
	for i, c := range t.Columns {
		b.cell(Cell{Text: c.Title, Shade: "EEF2F6"}, "Head", "", widths[i], small)
	}
	b.out.WriteString(`</w:tr>`)
	for _, row := range t.Rows {
		b.out.WriteString(`<w:tr><w:trPr><w:cantSplit/></w:trPr>`)
		for i := range t.Columns {
			var c Cell
			if i < len(row) {
				c = row[i]
			}
			align := ""
			if t.Columns[i].Right {
				align = `<w:jc w:val="right"/>`
			}
			b.cell(c, "Cell", align, widths[i], small)
		}
		b.out.WriteString(`</w:tr>`)
	}
	b.out.WriteString(`</w:tbl>`)
	b.paragraph("Note", "", t.Note)
}

func (b *body) cell(c Cell, style, align string, width int, small string) {
	shade, face := "", small
	if c.Shade != "" {
		shade = `<w:shd w:val="clear" w:color="auto" w:fill="` + c.Shade + `"/>`
	}
	if c.Bold {
		face = `<w:b/>` + face
	}
	if face != "" {
		face = `<w:rPr>` + face + `</w:rPr>`
	}
	fmt.Fprintf(&b.out, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/>%s<w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="%s"/>%s</w:pPr><w:r>%s<w:t xml:space="preserve">%s</w:t></w:r></w:p></w:tc>`,
		width, shade, style, align, face, escape(c.shown()))
}

// chart places a chart with its caption below, where Chinese documents have the caption of a picture.
func (b *body) chart(c *Chart) {
	b.charts = append(b.charts, c)
	n := len(b.charts)
	width, height := b.width*emuPerTwip, c.height()*12700
	fmt.Fprintf(&b.out, `<w:p><w:pPr><w:keepNext/><w:spacing w:before="120" w:after="0" w:line="240" w:lineRule="auto"/><w:jc w:val="center"/></w:pPr><w:r><w:drawing>`+
		`<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="%d" cy="%d"/><wp:docPr id="%d" name="Chart %d" descr="%s"/><wp:cNvGraphicFramePr/>`+
		`<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart r:id="rChart%d"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`,
		width, height, n, n, escape(c.Title+"。"+c.Note), n)
	b.paragraph("Caption", "", c.Title)
	if c.Note != "" {
		b.paragraph("Note", `<w:jc w:val="center"/>`, c.Note)
	}
}

// height of a chart in points: lines of the horizontal kinds need room of their own.
func (c *Chart) height() int {
	switch c.Kind {
	case Dots:
		return 230
	case Scatter:
		return 330
	case Bars:
		return 70 + len(c.Categories)*max(18, 9*len(c.Series)+6)
	}
	return 70 + 18*len(c.Categories)
}
