package document

import (
	"bytes"
	"fmt"
	"strings"
)

// fill of a piece of a chart.
func fill(color string) string {
	if color == "" {
		return `<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>`
	}
	return `<c:spPr><a:solidFill><a:srgbClr val="` + color + `"/></a:solidFill><a:ln w="9525"><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill></a:ln></c:spPr>`
}

func line(color string, width int) string {
	return fmt.Sprintf(`<c:spPr><a:ln w="%d"><a:solidFill><a:srgbClr val="%s"/></a:solidFill></a:ln></c:spPr>`, width, color)
}

func words(size int) string {
	return fmt.Sprintf(`<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="%d"><a:solidFill><a:srgbClr val="333D4B"/></a:solidFill><a:latin typeface="Arial"/><a:ea typeface="黑体"/></a:defRPr></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>`, size)
}

func axisTitle(text string) string {
	if text == "" {
		return ""
	}
	return `<c:title><c:tx><c:rich><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="800" b="0"/></a:pPr><a:r><a:rPr lang="zh-CN" sz="800" b="0"/><a:t>` + escape(text) +
		`</a:t></a:r></a:p></c:rich></c:tx><c:overlay val="0"/></c:title>`
}

// reference names a column of the sheet behind the chart and repeats its numbers, as a chart that is not being edited shows those.
func (c *Chart) reference(tag string, col int, values []*float64) string {
	var b strings.Builder
	n := len(c.Categories)
	fmt.Fprintf(&b, `<c:%s><c:numRef><c:f>Sheet1!$%[2]s$2:$%[2]s$%[3]d</c:f><c:numCache><c:formatCode>General</c:formatCode><c:ptCount val="%[4]d"/>`, tag, letter(col), n+1, n)
	for i := range n {
		if i < len(values) && values[i] != nil {
			fmt.Fprintf(&b, `<c:pt idx="%d"><c:v>%v</c:v></c:pt>`, i, *values[i])
		}
	}
	fmt.Fprintf(&b, `</c:numCache></c:numRef></c:%s>`, tag)
	return b.String()
}

func (c *Chart) names() string {
	var b strings.Builder
	n := len(c.Categories)
	fmt.Fprintf(&b, `<c:cat><c:strRef><c:f>Sheet1!$A$2:$A$%d</c:f><c:strCache><c:ptCount val="%d"/>`, n+1, n)
	for i, text := range c.Categories {
		fmt.Fprintf(&b, `<c:pt idx="%d"><c:v>%s</c:v></c:pt>`, i, escape(text))
	}
	return b.String() + `</c:strCache></c:strRef></c:cat>`
}

func seriesHead(i, col int, name string) string {
	return fmt.Sprintf(`<c:idx val="%d"/><c:order val="%d"/><c:tx><c:strRef><c:f>Sheet1!$%s$1</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>%s</c:v></c:pt></c:strCache></c:strRef></c:tx>`,
		i, i, letter(col), escape(name))
}

// letter of a column of a sheet, counted from 1; charts have fewer than 26 × 27.
func letter(col int) string {
	if col > 26 {
		return letter((col-1)/26) + letter((col-1)%26+1)
	}
	return string(rune('A' + col - 1))
}

func labels(format string, size int, position string) string {
	return fmt.Sprintf(`<c:dLbls><c:numFmt formatCode="%s" sourceLinked="0"/><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>%s%s<c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>`,
		format, words(size), position)
}

func (c *Chart) format() string {
	if c.Decimals == 0 {
		return "0"
	}
	return "0." + strings.Repeat("0", c.Decimals)
}

// drawing is the chart part.
func (c *Chart) drawing() string {
	plot, legend := "", true
	switch c.Kind {
	case Intervals:
		plot, legend = c.drawIntervals(), false
	case Bars, Stacked:
		plot = c.drawBars()
		legend = len(c.Series) > 1
	case Dots:
		plot = c.drawDots()
	case Scatter:
		plot, legend = c.drawScatter(), false
	}
	key := ""
	if legend {
		key = `<c:legend><c:legendPos val="t"/><c:overlay val="0"/>` + words(800) + `</c:legend>`
	}
	return xmlHead + `<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" ` +
		`xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>` + plot +
		`</c:plotArea>` + key + `<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>` +
		`<c:spPr><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill><a:ln><a:noFill/></a:ln></c:spPr>` + words(900) + `<c:externalData r:id="rBook"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>`
}

func (c *Chart) drawIntervals() string {
	cols := c.columns()
	var b strings.Builder
	b.WriteString(`<c:barChart><c:barDir val="bar"/><c:grouping val="stacked"/><c:varyColors val="0"/>`)
	for i, color := range []string{"", "9DBBE6", "9DBBE6"} {
		b.WriteString(`<c:ser>` + seriesHead(i, i+2, cols[i].name))
		if color == "" {
			b.WriteString(fill(""))
		} else { // the seam between the two pieces is the estimate
			b.WriteString(`<c:spPr><a:solidFill><a:srgbClr val="` + color + `"/></a:solidFill><a:ln w="12700"><a:solidFill><a:srgbClr val="1F5FBF"/></a:solidFill></a:ln></c:spPr>`)
		}
		b.WriteString(`<c:invertIfNegative val="0"/>` + c.names() + c.reference("val", i+2, cols[i].values) + `</c:ser>`)
	}
	b.WriteString(`<c:gapWidth val="110"/><c:overlap val="100"/><c:axId val="111"/><c:axId val="222"/></c:barChart>`)
	return b.String() + c.axes()
}

func (c *Chart) drawBars() string {
	var b strings.Builder
	grouping, overlap, gap := "clustered", "0", "60"
	if c.Kind == Stacked {
		grouping, overlap, gap = "percentStacked", "100", "40"
	}
	b.WriteString(`<c:barChart><c:barDir val="bar"/><c:grouping val="` + grouping + `"/><c:varyColors val="0"/>`)
	errors := len(c.Series) + 2
	for i, s := range c.Series {
		b.WriteString(`<c:ser>` + seriesHead(i, i+2, s.Name) + fill(c.color(i)) + `<c:invertIfNegative val="0"/>`)
		if s.Low != nil {
			b.WriteString(c.errorBars(s, errors, ""))
			errors += 2
		} else if c.Kind == Bars {
			b.WriteString(labels(c.format(), 800, `<c:dLblPos val="outEnd"/>`))
		}
		b.WriteString(c.names() + c.reference("val", i+2, s.Values) + `</c:ser>`)
	}
	fmt.Fprintf(&b, `<c:gapWidth val="%s"/><c:overlap val="%s"/><c:axId val="111"/><c:axId val="222"/></c:barChart>`, gap, overlap)
	return b.String() + c.axes()
}

func (c *Chart) errorBars(s Series, col int, direction string) string {
	return `<c:errBars>` + direction + `<c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="0"/>` + c.reference("plus", col+1, minus(s.High, s.Values)) +
		c.reference("minus", col, minus(s.Values, s.Low)) + line("5A6472", 9525) + `</c:errBars>`
}

func (c *Chart) drawDots() string {
	var b strings.Builder
	b.WriteString(`<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>`)
	errors := len(c.Series) + 2
	symbols := []string{"circle", "diamond", "square", "triangle", "x", "star"}
	for i, s := range c.Series {
		color := c.color(i)
		b.WriteString(`<c:ser>` + seriesHead(i, i+2, s.Name) + `<c:spPr><a:ln w="19050"><a:noFill/></a:ln></c:spPr><c:marker><c:symbol val="` + symbols[i%len(symbols)] + `"/><c:size val="8"/>` + fill(color) + `</c:marker>`)
		if s.Low != nil {
			b.WriteString(c.errorBars(s, errors, `<c:errDir val="y"/>`))
			errors += 2
		}
		b.WriteString(c.names() + c.reference("val", i+2, s.Values) + `<c:smooth val="0"/></c:ser>`)
	}
	b.WriteString(`<c:marker val="1"/><c:axId val="111"/><c:axId val="222"/></c:lineChart>`)
	low, high := c.bounds()
	return b.String() + `<c:catAx><c:axId val="111"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/><c:axPos val="b"/><c:numFmt formatCode="General" sourceLinked="0"/>` +
		`<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="low"/>` + line("AAB4C0", 9525) + words(800) + `<c:crossAx val="222"/><c:crosses val="autoZero"/><c:auto val="1"/><c:lblAlgn val="ctr"/><c:lblOffset val="100"/><c:noMultiLvlLbl val="0"/></c:catAx>` +
		c.valueAxis("222", "111", "l", c.Axis, low, high, "autoZero")
}

// drawScatter makes every point a series of its own, whose name is its label: every program shows that.
func (c *Chart) drawScatter() string {
	var b strings.Builder
	b.WriteString(`<c:scatterChart><c:scatterStyle val="lineMarker"/><c:varyColors val="0"/>`)
	s := c.Series[0]
	one := func(tag string, col, row int, v *float64) string {
		value := 0.0
		if v != nil {
			value = *v
		}
		return fmt.Sprintf(`<c:%s><c:numRef><c:f>Sheet1!$%s$%d</c:f><c:numCache><c:formatCode>General</c:formatCode><c:ptCount val="1"/><c:pt idx="0"><c:v>%v</c:v></c:pt></c:numCache></c:numRef></c:%s>`, tag, letter(col), row, value, tag)
	}
	for i, name := range c.Categories {
		fmt.Fprintf(&b, `<c:ser><c:idx val="%d"/><c:order val="%d"/><c:tx><c:strRef><c:f>Sheet1!$A$%d</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>%s</c:v></c:pt></c:strCache></c:strRef></c:tx>`, i, i, i+2, escape(name))
		b.WriteString(`<c:spPr><a:ln w="19050"><a:noFill/></a:ln></c:spPr><c:marker><c:symbol val="circle"/><c:size val="7"/>` + fill(c.color(0)) + `</c:marker>` +
			`<c:dLbls><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>` + words(700) + `<c:dLblPos val="r"/><c:showLegendKey val="0"/><c:showVal val="0"/><c:showCatName val="0"/><c:showSerName val="1"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>` +
			one("xVal", 2, i+2, s.X[i]) + one("yVal", 3, i+2, s.Values[i]) + `<c:smooth val="0"/></c:ser>`)
	}
	b.WriteString(`<c:axId val="111"/><c:axId val="222"/></c:scatterChart>`)
	low, high := c.bounds()
	left, right := (&Chart{Series: []Series{{Values: s.X}}}).Span()
	return b.String() + c.valueAxis("111", "222", "b", c.AxisX, left, right, "min") + c.valueAxis("222", "111", "l", c.Axis, low, high, "min")
}

// axes of the horizontal kinds: the first category on top, the numbers below.
func (c *Chart) axes() string {
	low, high := c.bounds()
	if c.Kind == Stacked {
		low, high = 0, 1
	}
	return `<c:catAx><c:axId val="111"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/><c:axPos val="l"/><c:numFmt formatCode="General" sourceLinked="0"/>` +
		`<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="low"/>` + line("AAB4C0", 9525) + words(900) + `<c:crossAx val="222"/><c:crosses val="autoZero"/><c:auto val="1"/><c:lblAlgn val="ctr"/><c:lblOffset val="100"/><c:noMultiLvlLbl val="0"/></c:catAx>` +
		c.valueAxis("222", "111", "b", c.Axis, low, high, "max")
}

func (c *Chart) valueAxis(id, cross, position, title string, low, high float64, crosses string) string {
	format := "General"
	if c.Kind == Stacked {
		format = "0%"
	}
	return fmt.Sprintf(`<c:valAx><c:axId val="%s"/><c:scaling><c:orientation val="minMax"/><c:max val="%v"/><c:min val="%v"/></c:scaling><c:delete val="0"/><c:axPos val="%s"/><c:majorGridlines>%s</c:majorGridlines>%s`+
		`<c:numFmt formatCode="%s" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>%s%s<c:crossAx val="%s"/><c:crosses val="%s"/><c:crossBetween val="%s"/><c:majorUnit val="%v"/></c:valAx>`,
		id, high, low, position, line("E6E9EE", 6350), axisTitle(title), format, line("AAB4C0", 9525), words(800), cross, crosses,
		map[bool]string{true: "midCat", false: "between"}[c.Kind == Scatter], step(low, high))
}

// workbook is the sheet behind a chart as a workbook of the smallest kind.
func (c *Chart) workbook() (string, error) {
	header, rows := c.sheet()
	var b strings.Builder
	b.WriteString(xmlHead + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">`)
	inline := func(at, text string) {
		fmt.Fprintf(&b, `<c r="%s" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, at, escape(text))
	}
	for i, title := range header {
		inline(letter(i+1)+"1", title)
	}
	b.WriteString(`</row>`)
	for i, row := range rows {
		fmt.Fprintf(&b, `<row r="%d">`, i+2)
		for j, cell := range row {
			at := fmt.Sprintf("%s%d", letter(j+1), i+2)
			switch {
			case cell.Number != nil:
				fmt.Fprintf(&b, `<c r="%s"><v>%v</v></c>`, at, *cell.Number)
			case cell.Text != "":
				inline(at, cell.Text)
			}
		}
		b.WriteString(`</row>`)
	}
	b.WriteString(`</sheetData></worksheet>`)
	const sheetML = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	var out bytes.Buffer
	err := pack(&out, []part{
		{"[Content_Types].xml", xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + partType + `spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="` + partType + `spreadsheetml.worksheet+xml"/></Types>`},
		{"_rels/.rels", relations(relation{"rBook", "officeDocument", "xl/workbook.xml"})},
		{"xl/workbook.xml", xmlHead + `<workbook xmlns="` + sheetML + `" xmlns:r="` + strings.TrimSuffix(relationType, "/") + `"><sheets><sheet name="Sheet1" sheetId="1" r:id="rSheet"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", relations(relation{"rSheet", "worksheet", "worksheets/sheet1.xml"})},
		{"xl/worksheets/sheet1.xml", b.String()},
	})
	return out.String(), err
}
