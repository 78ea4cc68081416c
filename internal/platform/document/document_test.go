package document_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"yiwang/internal/platform/document"
)

func num(v float64) *float64 { return &v }

// sample holds every kind of block and text that markup would break on.
func sample() *document.Document {
	streets := []string{"宁海路街道", "华侨路街道", "湖南路街道", "<b>\"中央门\"&街道"}
	values, low, high, share := []*float64{}, []*float64{}, []*float64{}, []*float64{}
	for i := range streets {
		v := 84 + float64(i)
		values, low, high, share = append(values, num(v)), append(low, num(v-1.5)), append(high, num(v+1.2)), append(share, num(50))
	}
	change := []*float64{num(1.2), num(-0.8), nil, num(0.1)}
	d := &document.Document{Title: "满意度考评<综合>报告 & 附表", Subtitle: "2026年上半年", Issuer: "区考评办", Notice: "演示数据", Mark: "R2026H1-1",
		Facts: []document.Fact{{Name: "考评", Value: "2026H1"}, {Name: "结果指纹", Value: strings.Repeat("ab", 32)}}}
	d.Blocks = []document.Block{document.Heading(1, "一、街道得分"), document.Lead("前三名与其后四个街道无法区分。"), document.Text("全区得分 86.2 分。"),
		document.Draw(document.Chart{Kind: document.Intervals, Title: "图1 街道得分与区间", Axis: "分", Categories: streets, Decimals: 2, Series: []document.Series{{Name: "得分", Values: values, Low: low, High: high}}, Note: "竖线为估计值"}),
		document.Show(document.Table{Caption: "表1 街道得分", Columns: []document.Column{document.LeftColumn("街道", 14), document.RightColumn("得分", 8), document.LeftColumn("=说明", 20)},
			Rows: [][]document.Cell{{document.Words(streets[0]), document.Number(num(86.126), 2), {Text: "=1+1", Shade: "FFF3DF", Bold: true}}, {document.Words("无")}}, Note: "注"}),
		document.Heading(2, "（一）变化"), document.List("甲", "乙"), document.Note("小字"),
		document.Draw(document.Chart{Kind: document.Bars, Title: "图2 变化", Categories: streets, Decimals: 1, Series: []document.Series{{Name: "变化", Values: change, Low: []*float64{num(0.2), num(-1.8), nil, num(-1)}, High: []*float64{num(2.2), num(0.2), nil, num(1.2)}}}}),
		document.NewPage(), document.Heading(1, "二、构成"),
		document.Draw(document.Chart{Kind: document.Stacked, Title: "图3 构成", Categories: streets, Series: []document.Series{{Name: "非常满意", Values: share}, {Name: "其他", Values: share}}}),
		document.Draw(document.Chart{Kind: document.Dots, Title: "图4 两个渠道", Axis: "分", Categories: streets, Decimals: 1, Series: []document.Series{{Name: "定向", Values: values, Low: low, High: high}, {Name: "线上", Values: low}}}),
		document.Draw(document.Chart{Kind: document.Scatter, Title: "图5 重要与表现", Axis: "得分", AxisX: "重要程度%", Categories: streets, Decimals: 1, Series: []document.Series{{Name: "得分", Values: values, X: low}}})}
	return d
}

func TestWriters_GiveTheSameBytesAgain(t *testing.T) {
	t.Parallel()
	for name, write := range writers(sample()) {
		var first, again bytes.Buffer
		if err := errors.Join(write(&first), writers(sample())[name](&again)); err != nil {
			t.Fatal(name, err)
		}
		if !bytes.Equal(first.Bytes(), again.Bytes()) {
			t.Errorf("%s: the same document gives other bytes", name)
		}
		if dir := os.Getenv("YIWANG_LOOK"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, "sample."+name), first.Bytes(), 0o600); err != nil {
				t.Error(err)
			}
		}
	}
}

func writers(d *document.Document) map[string]func(io.Writer) error {
	return map[string]func(io.Writer) error{"docx": d.Word, "xlsx": d.Excel, "html": d.Page}
}

func TestWord_EveryPartIsWellFormedAndNamed(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := sample().Word(&out); err != nil {
		t.Fatal(err)
	}
	parts := unpack(t, out.Bytes())
	text, relations := "", 0
	for name, content := range parts {
		if strings.HasSuffix(name, ".xlsx") {
			f, err := excelize.OpenReader(bytes.NewReader(content))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if cell, err := f.GetCellValue("Sheet1", "A2"); err != nil || cell != "宁海路街道" {
				t.Errorf("%s begins with %q, %v", name, cell, err)
			}
			continue
		}
		words := characters(t, name, content)
		if name == "word/document.xml" {
			text = words
		}
		relations += strings.Count(string(content), "relationships/chart\"")
	}
	for _, want := range []string{"满意度考评<综合>报告 & 附表", "86.13", "表1 街道得分", "目　录", "（演示数据）"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if !strings.Contains(characters(t, "chart", parts["word/charts/chart1.xml"]), "<b>\"中央门\"&街道") {
		t.Error("the categories of a chart are not its own")
	}
	if relations != 5 || parts["word/charts/chart5.xml"] == nil || !bytes.Contains(parts["[Content_Types].xml"], []byte("/word/charts/chart5.xml")) {
		t.Errorf("%d charts are referred to, want 5", relations)
	}
}

func TestPage_EscapesTextAlsoInPictures(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := sample().Page(&out); err != nil {
		t.Fatal(err)
	}
	page := out.String()
	if strings.Contains(page, "<b>\"中央门") || strings.Contains(page, "<综合>") || strings.Contains(page, "<script") {
		t.Error("text became markup")
	}
	if n := strings.Count(page, "<svg"); n != 5 {
		t.Errorf("%d pictures, want 5", n)
	}
	if strings.Contains(page, "NaN") || strings.Contains(page, "Inf") || strings.Contains(page, "ZgotmplZ") {
		t.Error("a number or a colour could not be written")
	}
}

func TestExcel_HasASheetPerSectionAndNoFormulas(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := sample().Excel(&out); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(f.GetSheetList()); got != "[说明 街道得分 构成]" {
		t.Errorf("sheets: %s", got)
	}
	rows, err := f.GetRows("街道得分")
	if err != nil {
		t.Fatal(err)
	}
	if all := fmt.Sprint(rows); !strings.Contains(all, "86.13") || !strings.Contains(all, "=1+1") {
		t.Errorf("rows: %s", all)
	}
	for i := range rows {
		for j := range rows[i] {
			at, _ := excelize.CoordinatesToCellName(j+1, i+1)
			if formula, err := f.GetCellFormula("街道得分", at); err != nil || formula != "" {
				t.Errorf("%s holds the formula %q, %v", at, formula, err)
			}
		}
	}
}

func unpack(t *testing.T, data []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if parts[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return parts
}

func characters(t *testing.T, name string, content []byte) (text string) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(content))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return text
		} else if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if c, ok := token.(xml.CharData); ok {
			text += string(c)
		}
	}
}
