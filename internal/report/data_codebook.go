package report

import (
	"fmt"
	"io"
	"strings"

	"yiwang/internal/platform/document"
	"yiwang/internal/platform/sheet"
)

func (c *dataColumn) typeName() string {
	return map[columnKind]string{kindCode: "代码", kindNumber: "数字", kindMark: "量表"}[c.kind]
}

func (c *dataColumn) meaning() string {
	parts := make([]string, len(c.codes))
	for i, code := range c.codes {
		value := code[0]
		if value == "" {
			value = "空"
		}
		parts[i] = value + "=" + code[1]
	}
	return strings.Join(parts, "；")
}

func (r *release) writeCodebookCSV(w io.Writer) error {
	out, err := sheet.NewWriter(w, sheet.CSV, "变量说明")
	if err != nil {
		return err
	}
	if err := out.Row("变量", "类型", "名称", "取值", "说明"); err != nil {
		return err
	}
	for i := range r.columns {
		c := &r.columns[i]
		if err := out.Row(c.name, c.typeName(), c.title, c.meaning(), c.note); err != nil {
			return err
		}
	}
	return out.Close()
}

// codebook is the description of the data as a document.
func (r *release) codebook() *document.Document {
	d := &document.Document{Title: r.wave.Name + "：数据说明", Subtitle: r.wave.Code, Notice: r.notice, Facts: []document.Fact{{Name: "答卷", Value: grouped(len(r.rows)) + " 份，不含试测"},
		{Name: "方案指纹", Value: r.wave.PlanHash}, {Name: "最小单元", Value: fmt.Sprintf("%d 份", r.plan.MinCellN)}}}
	if r.run != nil {
		d.Facts = append(d.Facts, document.Fact{Name: "结果指纹", Value: r.run.ResultHash})
	}
	t := document.Table{Caption: "responses.csv 的变量", Columns: []document.Column{document.LeftColumn("变量", 12), document.LeftColumn("类型", 6), document.LeftColumn("名称", 22), document.LeftColumn("取值", 34), document.LeftColumn("说明", 34)}}
	for i := range r.columns {
		c := &r.columns[i]
		t.Rows = append(t.Rows, []document.Cell{{Text: c.name, Bold: true}, document.Words(c.typeName()), document.Words(c.title), document.Words(c.meaning()), document.Words(c.note)})
	}
	d.Blocks = append([]document.Block{document.Heading(1, "数据")}, paragraphs(r.readme())...)
	d.Blocks = append(d.Blocks, document.Heading(1, "变量"), document.Show(t))
	return d
}

func (r *release) writeCodebookExcel(w io.Writer) error { return r.codebook().Excel(w) }
func (r *release) writeCodebookPage(w io.Writer) error  { return r.codebook().Page(w) }

// readme tells what lies in the archive.
func (r *release) readme() string {
	lines := []string{"responses.csv：每行一份答卷，只有代码和数字。行的次序由内容排出，没有编号、时间和设备，不能对回受访者。",
		fmt.Sprintf("社区×对象×性别×年龄段不足%d份的，依次隐去年龄段、性别、社区；意见文字和联系电话不在其中。方案按性别或年龄校准时，cal 列写有校准类别。", r.plan.MinCellN),
		"codebook：每个变量的名称、取值和说明，CSV、Excel、网页三种格式，内容相同。",
		"indicators.csv：每级得分由哪些列、按什么权重合成。expected.csv：平台算出的得分（计分后才有）。",
		"script.R：用 R 的 survey 包重建抽样设计（层、第一阶段单位、有限总体校正、权数、校准），重算各街道得分，并与 expected.csv 比较。运行：Rscript script.R。",
		"syntax.sps：SPSS 读入数据、加变量标签和取值标签。SPSS 基本模块的标准误不考虑抽样设计，比较街道请用复杂样本模块或 R。",
		"只有定向答卷计入得分；线上答卷自愿填写，随附供对照。"}
	return strings.Join(lines, "\n")
}

func (r *release) writeReadme(w io.Writer) error {
	text := r.wave.Name + "（" + r.wave.Code + "）答卷数据\n"
	if r.notice != "" {
		text += r.notice + "\n"
	}
	_, err := io.WriteString(w, "\uFEFF"+strings.ReplaceAll(text+"\n"+r.readme()+"\n", "\n", "\r\n"))
	return err
}

// writeSyntax writes SPSS syntax that reads the file and labels it.
func (r *release) writeSyntax(w io.Writer) error {
	var b strings.Builder
	b.WriteString("\uFEFF* " + oneLine(r.wave.Name) + ".\nSET UNICODE=ON.\nGET DATA /TYPE=TXT /FILE='responses.csv' /ENCODING='UTF8' /DELCASE=LINE /DELIMITERS=\",\" /QUALIFIER='\"'\n  /ARRANGEMENT=DELIMITED /FIRSTCASE=2 /VARIABLES=\n")
	for i := range r.columns {
		format := "A40"
		switch r.columns[i].kind {
		case kindNumber:
			format = "F16.6"
		case kindMark:
			format = "A1"
		case kindCode:
		}
		fmt.Fprintf(&b, "  %s %s\n", r.columns[i].name, format)
	}
	b.WriteString(".\nVARIABLE LABELS\n")
	for i := range r.columns {
		fmt.Fprintf(&b, "  %s %s\n", r.columns[i].name, quoted(r.columns[i].title))
	}
	b.WriteString(".\n")
	for i := range r.columns {
		c := &r.columns[i]
		if len(c.codes) == 0 || c.name == "fields" || strings.HasPrefix(c.name, "m_") {
			continue
		}
		b.WriteString("VALUE LABELS " + c.name + "\n")
		for _, code := range c.codes {
			fmt.Fprintf(&b, "  %s %s\n", quoted(code[0]), quoted(code[1]))
		}
		b.WriteString(".\n")
	}
	b.WriteString(r.syntaxScores())
	_, err := io.WriteString(w, strings.ReplaceAll(b.String(), "\n", "\r\n"))
	return err
}

// syntaxScores turns marks into scores and shows the weighted means by street.
func (r *release) syntaxScores() string {
	var b, names strings.Builder
	for i := range r.columns {
		if c := &r.columns[i]; c.kind == kindMark {
			b.WriteString("RECODE " + c.name)
			for _, step := range r.plan.Scale {
				fmt.Fprintf(&b, " (%s=%g)", quoted(step.Mark), *step.Score)
			}
			b.WriteString(" (ELSE=SYSMIS) INTO y" + c.name[1:] + ".\n")
			names.WriteString(" y" + c.name[1:])
		}
	}
	return b.String() + "EXECUTE.\nSELECT IF (channel = 'targeted' AND excluded = '0').\nWEIGHT BY weight.\nMEANS TABLES=" + strings.TrimSpace(names.String()) + " BY street BY group /CELLS=MEAN COUNT.\n"
}

// quoted is a string of SPSS, at most 120 bytes long, which is what a value label holds.
func quoted(text string) string {
	runes := []rune(oneLine(text))
	for len(string(runes)) > 117 {
		runes = runes[:len(runes)-1]
	}
	return "'" + strings.ReplaceAll(string(runes), "'", "''") + "'"
}
