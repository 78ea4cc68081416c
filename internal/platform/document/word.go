package document

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// WordType and ExcelType are the media types of the files.
const (
	WordType  = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	ExcelType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	PageType  = "text/html; charset=utf-8"
)

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	spaceWord = ` xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"` +
		` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	spaceDrawing = ` xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"` +
		` xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"`
	relationType = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	partType     = "application/vnd.openxmlformats-officedocument."
	emuPerTwip   = 635
)

// part is one file of an office package.
type part struct{ name, content string }

// relation says how one part of a package refers to another.
type relation struct{ id, kind, target string }

func relations(list ...relation) string {
	var b strings.Builder
	b.WriteString(xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for _, r := range list {
		fmt.Fprintf(&b, `<Relationship Id="%s" Type="%s" Target="%s"/>`, r.id, relationType+r.kind, r.target)
	}
	return b.String() + `</Relationships>`
}

// pack writes parts as a package. Parts carry no time, so that the same parts give the same bytes.
func pack(w io.Writer, parts []part) error {
	out := zip.NewWriter(w)
	for _, p := range parts {
		f, err := out.Create(p.name)
		if err == nil {
			_, err = io.WriteString(f, p.content)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("write %s: %w", p.name, err), out.Close())
		}
	}
	return out.Close()
}

// escape returns text as XML carries it; characters that XML cannot carry become U+FFFD.
func escape(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer takes everything
	return b.String()
}

// Word writes the document as WordprocessingML (ECMA-376). Its charts are DrawingML with the numbers in a workbook of their own
// beside, so that Word's "edit data" opens them.
func (d *Document) Word(w io.Writer) error {
	b := &body{doc: d, width: 9070}
	side, top, edge := 1418, 1418, 680
	if d.Compact {
		b.width, side, top, edge = 10206, 850, 1020, 400
	}
	content, err := b.write()
	if err != nil {
		return err
	}
	overrides := `<Override PartName="/word/document.xml" ContentType="` + partType + `wordprocessingml.document.main+xml"/>` +
		`<Override PartName="/word/styles.xml" ContentType="` + partType + `wordprocessingml.styles+xml"/>` +
		`<Override PartName="/word/settings.xml" ContentType="` + partType + `wordprocessingml.settings+xml"/>` +
		`<Override PartName="/word/header1.xml" ContentType="` + partType + `wordprocessingml.header+xml"/>` +
		`<Override PartName="/word/footer1.xml" ContentType="` + partType + `wordprocessingml.footer+xml"/>` +
		`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>`
	links := []relation{{"rStyles", "styles", "styles.xml"}, {"rSettings", "settings", "settings.xml"}, {"rHeader", "header", "header1.xml"}, {"rFooter", "footer", "footer1.xml"}}
	for i := range b.charts {
		overrides += fmt.Sprintf(`<Override PartName="/word/charts/chart%d.xml" ContentType="%sdrawingml.chart+xml"/>`, i+1, partType)
		links = append(links, relation{fmt.Sprintf("rChart%d", i+1), "chart", fmt.Sprintf("charts/chart%d.xml", i+1)})
	}
	first := `<w:titlePg/>`
	if len(d.Facts) == 0 {
		first = ""
	}
	page := fmt.Sprintf(`<w:sectPr><w:headerReference w:type="default" r:id="rHeader"/><w:footerReference w:type="default" r:id="rFooter"/>`+
		`<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="%[1]d" w:right="%[2]d" w:bottom="%[1]d" w:left="%[2]d" w:header="%[3]d" w:footer="%[3]d" w:gutter="0"/>%[4]s</w:sectPr>`, top, side, edge, first)
	parts := []part{
		{"[Content_Types].xml", xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Default Extension="xml" ContentType="application/xml"/><Default Extension="xlsx" ContentType="` + ExcelType + `"/>` + overrides + `</Types>`},
		{"_rels/.rels", xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="rMain" Type="` + relationType + `officeDocument" Target="word/document.xml"/>` +
			`<Relationship Id="rCore" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`},
		{"docProps/core.xml", xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" ` +
			`xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>` + escape(d.Title) + `</dc:title><dc:creator>` + escape(d.Issuer) + `</dc:creator><dc:identifier>` + escape(d.Mark) + `</dc:identifier></cp:coreProperties>`},
		{"word/_rels/document.xml.rels", relations(links...)},
		{"word/styles.xml", styles(d.Compact)}, {"word/settings.xml", settings}, {"word/header1.xml", d.header()}, {"word/footer1.xml", d.footer(b.width)},
		{"word/document.xml", xmlHead + `<w:document` + spaceWord + spaceDrawing + `><w:body>` + content + page + `</w:body></w:document>`},
	}
	for i, c := range b.charts {
		table, err := c.workbook()
		if err != nil {
			return err
		}
		parts = append(parts, part{fmt.Sprintf("word/charts/chart%d.xml", i+1), c.drawing()},
			part{fmt.Sprintf("word/charts/_rels/chart%d.xml.rels", i+1), relations(relation{"rBook", "package", fmt.Sprintf("../embeddings/chart%d.xlsx", i+1)})},
			part{fmt.Sprintf("word/embeddings/chart%d.xlsx", i+1), table})
	}
	return pack(w, parts)
}

// settings keep Chinese punctuation from beginning a line.
const settings = xmlHead + `<w:settings` + spaceWord + `><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/><w:characterSpacingControl w:val="compressPunctuation"/>` +
	`<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>` +
	`<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>`

func (d *Document) header() string {
	text := d.Title
	if d.Notice != "" {
		text += "　" + d.Notice
	}
	return xmlHead + `<w:hdr` + spaceWord + `><w:p><w:pPr><w:pStyle w:val="Edge"/><w:jc w:val="right"/></w:pPr><w:r><w:t xml:space="preserve">` + escape(text) + `</w:t></w:r></w:p></w:hdr>`
}

func (d *Document) footer(width int) string {
	field := func(code string) string {
		return `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> ` + code + ` </w:instrText></w:r>` +
			`<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>`
	}
	say := func(text string) string { return `<w:r><w:t xml:space="preserve">` + escape(text) + `</w:t></w:r>` }
	return xmlHead + `<w:ftr` + spaceWord + `><w:p><w:pPr><w:pStyle w:val="Edge"/><w:tabs><w:tab w:val="right" w:pos="` + fmt.Sprint(width) + `"/></w:tabs></w:pPr>` +
		say(d.Mark) + `<w:r><w:tab/></w:r>` + say("第 ") + field("PAGE") + say(" 页，共 ") + field("NUMPAGES") + say(" 页") + `</w:p></w:ftr>`
}

// styles are what paragraphs and tables name; sizes are half points. Chinese fonts are those of every Chinese Windows and of
// WPS: 仿宋 for running text, 黑体 for headings, 宋体 for tables.
func styles(compact bool) string {
	size, line := "24", "400"
	if compact {
		size, line = "20", "300"
	}
	style := func(id, name, paragraph, run string) string {
		return `<w:style w:type="paragraph" w:styleId="` + id + `"><w:name w:val="` + name + `"/><w:basedOn w:val="Normal"/><w:pPr>` + paragraph + `</w:pPr><w:rPr>` + run + `</w:rPr></w:style>`
	}
	black, song := `<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="黑体"/>`, `<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="宋体"/>`
	loose := `<w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/><w:ind w:firstLine="0"/>`
	return xmlHead + `<w:styles` + spaceWord + `><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman" ` +
		`w:eastAsia="仿宋"/><w:sz w:val="` + size + `"/><w:szCs w:val="` + size + `"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults>` +
		`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:pPr><w:spacing w:after="60" w:line="` + line + `" w:lineRule="atLeast"/></w:pPr></w:style>` +
		style("Body", "Body Text", `<w:ind w:firstLineChars="200" w:firstLine="480"/><w:jc w:val="both"/>`, "") +
		style("Lead", "Lead", `<w:keepNext/><w:pBdr><w:left w:val="single" w:sz="24" w:space="8" w:color="1F5FBF"/></w:pBdr><w:spacing w:before="80" w:after="120"/><w:ind w:left="200"/>`, black+`<w:color w:val="1A3E75"/>`) +
		style("Title", "Title", `<w:spacing w:before="0" w:after="200" w:line="240" w:lineRule="auto"/><w:jc w:val="center"/>`, `<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="宋体"/><w:b/><w:sz w:val="`+map[bool]string{true: "32", false: "48"}[compact]+`"/>`) +
		style("Subtitle", "Subtitle", `<w:jc w:val="center"/><w:spacing w:after="120"/>`, black+`<w:color w:val="44546A"/><w:sz w:val="`+map[bool]string{true: "20", false: "28"}[compact]+`"/>`) +
		style("Heading1", "heading 1", `<w:keepNext/><w:spacing w:before="`+map[bool]string{true: "120", false: "320"}[compact]+`" w:after="120"/><w:outlineLvl w:val="0"/>`, black+`<w:color w:val="14315C"/><w:sz w:val="`+map[bool]string{true: "22", false: "32"}[compact]+`"/>`) +
		style("Heading2", "heading 2", `<w:keepNext/><w:spacing w:before="200" w:after="80"/><w:outlineLvl w:val="1"/>`, black+`<w:sz w:val="`+map[bool]string{true: "20", false: "26"}[compact]+`"/>`) +
		style("Caption", "caption", `<w:keepNext/><w:spacing w:before="120" w:after="40" w:line="240" w:lineRule="auto"/><w:jc w:val="center"/>`, black+`<w:sz w:val="20"/>`) +
		style("Note", "Note", `<w:spacing w:before="20" w:after="80" w:line="260" w:lineRule="atLeast"/>`, song+`<w:color w:val="5A6472"/><w:sz w:val="18"/>`) +
		style("Item", "List", `<w:ind w:left="480" w:hanging="240"/>`, "") +
		style("Contents", "toc 1", `<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="9060"/></w:tabs><w:spacing w:before="60" w:after="60"/>`, "") +
		style("Fact", "Fact", loose, song+`<w:sz w:val="22"/>`) +
		style("Cell", "Cell", `<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>`, song+`<w:sz w:val="18"/>`) +
		style("Head", "Head", `<w:keepNext/><w:spacing w:before="40" w:after="40" w:line="240" w:lineRule="auto"/><w:jc w:val="center"/>`, black+`<w:sz w:val="18"/>`) +
		style("Edge", "header", loose, song+`<w:color w:val="5A6472"/><w:sz w:val="16"/>`) +
		`<w:style w:type="table" w:styleId="Grid"><w:name w:val="Report Grid"/><w:tblPr><w:tblBorders><w:top w:val="single" w:sz="12" w:color="44546A"/>` +
		`<w:bottom w:val="single" w:sz="12" w:color="44546A"/><w:insideH w:val="single" w:sz="4" w:color="DFE3E8"/></w:tblBorders>` +
		`<w:tblCellMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style></w:styles>`
}
