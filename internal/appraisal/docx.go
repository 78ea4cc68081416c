package appraisal

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"yiwang/internal/survey"
)

// document builds a WordprocessingML document (ECMA-376) of headings, paragraphs and tables.
type document struct{ body bytes.Buffer }

func (d *document) text(s string) {
	d.body.WriteString(`<w:r><w:t xml:space="preserve">`)
	_ = xml.EscapeText(&d.body, []byte(s)) // a buffer takes everything
	d.body.WriteString(`</w:t></w:r>`)
}

// paragraph writes text in a style of styles.xml: Title, Heading1, Quiet or "" for running text.
func (d *document) paragraph(style, s string) {
	d.body.WriteString(`<w:p>`)
	if style != "" {
		fmt.Fprintf(&d.body, `<w:pPr><w:pStyle w:val="%s"/></w:pPr>`, style)
	}
	d.text(s)
	d.body.WriteString(`</w:p>`)
}

// table writes rows under a header that repeats on every page.
func (d *document) table(header []string, rows [][]string) {
	d.body.WriteString(`<w:tbl><w:tblPr><w:tblStyle w:val="Grid"/><w:tblW w:w="5000" w:type="pct"/></w:tblPr><w:tblGrid>`)
	d.body.WriteString(strings.Repeat(`<w:gridCol/>`, len(header)) + `</w:tblGrid>`)
	for i, row := range append([][]string{header}, rows...) {
		d.body.WriteString(`<w:tr><w:trPr><w:cantSplit/>`)
		style := "Cell"
		if i == 0 {
			d.body.WriteString(`<w:tblHeader/>`)
			style = "Head"
		}
		d.body.WriteString(`</w:trPr>`)
		for _, c := range row {
			d.body.WriteString(`<w:tc><w:tcPr/>`)
			d.paragraph(style, c)
			d.body.WriteString(`</w:tc>`)
		}
		d.body.WriteString(`</w:tr>`)
	}
	d.body.WriteString(`</w:tbl>`)
	d.paragraph("", "")
}

const (
	wordSpace    = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"`
	xmlHead      = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	contentTypes = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>` +
		`<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>`
	relations = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" ` +
		`Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`
	documentRelations = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" ` +
		`Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`
)

// styles are what paragraph names; sizes are half points.
func styles() string {
	style := func(id, name, paragraph, run string) string {
		return `<w:style w:type="paragraph" w:styleId="` + id + `"><w:name w:val="` + name + `"/><w:pPr>` + paragraph + `</w:pPr><w:rPr>` + run + `</w:rPr></w:style>`
	}
	return xmlHead + `<w:styles ` + wordSpace + `><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Microsoft YaHei" w:hAnsi="Microsoft YaHei" ` +
		`w:eastAsia="Microsoft YaHei"/><w:sz w:val="21"/><w:lang w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults>` +
		style("Title", "Title", `<w:spacing w:after="120"/>`, `<w:b/><w:sz w:val="36"/>`) +
		style("Heading1", "heading 1", `<w:keepNext/><w:spacing w:before="280" w:after="80"/><w:outlineLvl w:val="0"/>`, `<w:b/><w:sz w:val="28"/>`) +
		style("Quiet", "Quiet", `<w:spacing w:after="60"/>`, `<w:color w:val="5A6472"/><w:sz w:val="18"/>`) +
		style("Cell", "Cell", `<w:spacing w:before="20" w:after="20"/>`, `<w:sz w:val="18"/>`) +
		style("Head", "Head", `<w:keepNext/><w:spacing w:before="20" w:after="20"/>`, `<w:b/><w:sz w:val="18"/>`) +
		`<w:style w:type="table" w:styleId="Grid"><w:name w:val="Grid"/><w:tblPr><w:tblBorders><w:top w:val="single" w:sz="6" w:color="AAB4C0"/>` +
		`<w:bottom w:val="single" w:sz="6" w:color="AAB4C0"/><w:insideH w:val="single" w:sz="4" w:color="DFE3E8"/></w:tblBorders></w:tblPr></w:style></w:styles>`
}

// write packs the document; parts carry no time, so that the same result gives the same bytes.
func (d *document) write(w io.Writer) error {
	out := zip.NewWriter(w)
	for _, part := range []struct{ name, content string }{
		{"[Content_Types].xml", contentTypes}, {"_rels/.rels", relations}, {"word/_rels/document.xml.rels", documentRelations}, {"word/styles.xml", styles()},
		{"word/document.xml", xmlHead + `<w:document ` + wordSpace + `><w:body>` + d.body.String() +
			`<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134"/></w:sectPr></w:body></w:document>`},
	} {
		f, err := out.Create(part.name)
		if err == nil {
			_, err = io.WriteString(f, part.content)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("write %s: %w", part.name, err), out.Close())
		}
	}
	return out.Close()
}

// writeDocument writes the report for people who read and pass it on: ranking, dimensions, weakest indicators, online, method.
func (r *report) writeDocument(w io.Writer) error {
	result := &r.run.Result.V
	d := &document{}
	d.paragraph("Title", r.wave.Name+"结果")
	if r.notice != "" {
		d.paragraph("", r.notice)
	}
	d.paragraph("Quiet", fmt.Sprintf("%s　定向答卷 %d 份，线上答卷 %d 份　结果指纹 %s", r.wave.Period, result.Method.Answers[survey.Targeted], result.Method.Answers[survey.Online], r.run.ResultHash))
	if t := result.score(survey.Targeted, r.wave.Area, NodeTotal); t != nil && t.Score != nil {
		d.paragraph("", fmt.Sprintf("全区正向评价 %s 分（%g%% 区间 %s—%s），满意率 %s%%。%s", showCell(t.Score), result.Method.Level*100, showCell(t.Low), showCell(t.High), showCell(t.Rate), result.Note))
	}
	d.paragraph("Heading1", "街道得分与名次区间")
	var rows [][]string
	for _, it := range result.Ranks.Items {
		rows = append(rows, []string{it.AreaName, showCell(it.Score), showCell(it.Low) + "—" + showCell(it.High), it.set(), chance(it.PTop)})
	}
	d.table([]string{"街道", "得分", "区间", "名次区间", fmt.Sprintf("进入前%d的概率", result.Ranks.Top)}, rows)
	d.paragraph("", "并列规则："+result.Ranks.TieRule)
	d.paragraph("Quiet", result.Ranks.Method)
	d.paragraph("Heading1", "各维度得分（± 标准误）")
	d.table(r.dimensionRows())
	d.paragraph("Heading1", "全区得分最低的五项指标")
	d.table([]string{"指标", "得分", "区间", "满意率%", "有效人数"}, r.weakest(5))
	d.paragraph("Heading1", "线上答卷（自愿参与，不计入得分）")
	rows = nil
	for i := range result.Scores {
		if s := &result.Scores[i]; s.Channel == survey.Online && s.Group == "" && s.Level == LevelTotal && s.AreaLevel != AtCommunity {
			rows = append(rows, []string{s.AreaName, showCell(s.Score), showCell(s.Bias) + " ± " + showCell(s.BiasSE), fmt.Sprint(s.N)})
		}
	}
	d.table([]string{"区域", "线上得分", "与定向之差（± 标准误）", "人数"}, rows)
	d.paragraph("Heading1", "如何计算")
	for _, row := range r.method().rows {
		d.paragraph("Quiet", fmt.Sprintf("%v：%s", row[0], showCell(row[1])))
	}
	return d.write(w)
}

func (r *report) dimensionRows() (header []string, rows [][]string) {
	result := &r.run.Result.V
	header = []string{"区域"}
	var codes []string
	for _, n := range result.Nodes {
		if n.Level == LevelTotal || n.Level == LevelDimension {
			header, codes = append(header, n.Name), append(codes, n.Code)
		}
	}
	areas := []string{r.wave.Area}
	for _, t := range result.Totals {
		areas = append(areas, t.AreaCode)
	}
	for _, area := range areas {
		row := []string{area}
		for _, code := range codes {
			shown := ""
			if s := result.score(survey.Targeted, area, code); s != nil {
				row[0], shown = s.AreaName, showCell(s.Score)+" ± "+showCell(s.SE)
			}
			row = append(row, shown)
		}
		rows = append(rows, row)
	}
	return header, rows
}

// weakest lists the indicators of the district with the lowest scores.
func (r *report) weakest(n int) (rows [][]string) {
	var list []*Score
	result := &r.run.Result.V
	for i := range result.Scores {
		if s := &result.Scores[i]; s.AreaLevel == AtDistrict && s.Channel == survey.Targeted && s.Group == "" && s.Level == LevelIndicator && s.Score != nil {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b *Score) int { return cmp.Compare(*a.Score, *b.Score) })
	for _, s := range list[:min(n, len(list))] {
		rows = append(rows, []string{s.Code + " " + s.Label, showCell(s.Score), showCell(s.Low) + "—" + showCell(s.High), showCell(s.Rate), fmt.Sprint(s.N)})
	}
	return rows
}

// score returns the row of an area for all groups together, or nil.
func (r *Result) score(channel survey.Channel, area, code string) *Score {
	i := slices.IndexFunc(r.Scores, func(s Score) bool {
		return s.Channel == channel && s.AreaCode == area && s.Group == "" && s.Code == code
	})
	if i < 0 {
		return nil
	}
	return &r.Scores[i]
}
