package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"yiwang/internal/platform/document"
	"yiwang/internal/survey"
)

// writer writes a section from the facts; nothing where the wave has nothing to say about it.
type writer func(*facts) []document.Block

// sectionKinds are the sections that the program can write. KindText is not among them: it has no numbers.
var sectionKinds map[string]writer

// kindNames say in a word what a section holds; their order is that of the shipped template.
var kindNames = []struct{ kind, name string }{{"summary", "摘要：几句话的结论"}, {"about", "概况：时间、对象、答卷数"}, {"method", "抽样与施测：由方案写成"},
	{"quality", "数据质量：应答、可疑答卷、敏感性"}, {"district", "全区得分与维度图"}, {"streets", "街道得分、名次范围、前列把握"}, {"dimensions", "街道×维度"},
	{"indicators", "各项指标与答案分布"}, {"groups", "分对象"}, {"progress", "与上期相比"}, {"drivers", "关键因素"}, {"levels", "三级评价"}, {"cost", "成本与效果"},
	{"online", "线上答卷与偏差"}, {"reverse", "反向评价与整改"}, {"results", "结果运用"}, {"computing", "计算方法、权重、局限、指纹"}, {KindText, "只有文字"}}

func init() {
	sectionKinds = map[string]writer{"summary": summary, "about": about, "method": method, "quality": quality, "district": district, "streets": streets,
		"dimensions": dimensions, "indicators": indicators, "groups": groupScores, "progress": progress, "drivers": drivers, "levels": levels, "cost": cost,
		"online": online, "reverse": reverse, "results": outcome, "computing": computing}
}

// build writes the comprehensive report by a template. A section whose writer has nothing and that has no words is left out; the others are
// numbered, and so are tables and pictures.
func build(f *facts, t *StoredTemplate) *document.Document {
	body := &t.Body.V
	d := &document.Document{Title: f.fill(body.Title), Subtitle: f.wave.Period + "　" + f.areaName(), Issuer: body.Issuer, Notice: f.notice}
	d.Facts = []document.Fact{{Name: "考评", Value: f.wave.Name + "（" + f.wave.Code + "）"}, {Name: "施测时间", Value: date(f.wave.StartsAt) + "—" + date(f.wave.EndsAt)},
		{Name: "定向答卷", Value: grouped(f.answered(survey.Targeted, "")) + " 份（计划 " + grouped(f.plan.Target) + " 份）"}, {Name: "线上答卷", Value: grouped(f.answered(survey.Online, "")) + " 份，不计入得分"},
		{Name: "状态", Value: f.stateWords()}, {Name: "指标体系", Value: f.plan.IndicatorSystem}, {Name: "方案指纹", Value: f.wave.PlanHash}, {Name: "结果指纹", Value: f.run.ResultHash},
		{Name: "报告模板", Value: templateName(t)}}
	n := 0
	for _, s := range body.Sections {
		if s.Hidden {
			continue
		}
		blocks := paragraphs(f.fill(s.Text))
		if write := sectionKinds[s.Kind]; write != nil {
			written := write(f)
			if len(written) == 0 {
				continue
			}
			blocks = append(blocks, written...)
		}
		n++
		d.Blocks = append(d.Blocks, document.Heading(1, ordinal(n)+"、"+f.fill(s.Title)))
		d.Blocks = append(append(d.Blocks, blocks...), paragraphs(f.fill(s.After))...)
	}
	number(d.Blocks)
	return d
}

func templateName(t *StoredTemplate) string {
	if t.Version == 0 {
		return t.Body.V.Name + "，随程序提供，" + short(t.Hash)
	}
	return fmt.Sprintf("%s，第%d版，%s", t.Body.V.Name, t.Version, short(t.Hash))
}

// paragraphs turns the lines of a text into blocks.
func paragraphs(text string) (blocks []document.Block) {
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			blocks = append(blocks, document.Text(line))
		}
	}
	return blocks
}

// number numbers tables and pictures in order.
func number(blocks []document.Block) {
	tables, charts := 0, 0
	for i := range blocks {
		switch b := &blocks[i]; {
		case b.Table != nil && b.Table.Caption != "":
			tables++
			b.Table.Caption = fmt.Sprintf("表%d　%s", tables, b.Table.Caption)
		case b.Chart != nil:
			charts++
			b.Chart.Title = fmt.Sprintf("图%d　%s", charts, b.Chart.Title)
		}
	}
}

// contentHash identifies what a document says, whenever it was written.
func contentHash(d *document.Document) string {
	b, err := json.Marshal(d)
	if err != nil {
		panic("report: a document holds text and finite numbers: " + err.Error())
	}
	return digest(b)
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
