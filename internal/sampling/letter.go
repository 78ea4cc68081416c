package sampling

import (
	"fmt"
	"strconv"
	"strings"

	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/print"
	"yiwang/internal/stats"
	"yiwang/internal/survey"
)

// letter is one invitation on paper: a page that says why, who answers, how, and what happens to the answer.
type letter struct {
	to        *Invitation
	address   Address
	street    string
	community string
	code      string
	link      string
}

// Wording is what an office writes on its letters.
type Wording struct {
	Office string `json:"office" minLength:"2" maxLength:"40" doc:"who writes"`
	Phone  string `json:"phone,omitempty" maxLength:"40" doc:"for questions, and to answer by telephone"`
	Note   string `json:"note,omitempty" maxLength:"300" doc:"a paragraph of the office's own"`
}

const (
	left   = 25.0
	column = 160.0
)

var groupNames = map[survey.Group]string{survey.Elder: "60岁及以上的居民", survey.Adult: "18至59岁的居民"}

// draw sets a letter on a page of its own. Letters for elders are set larger.
func (l *letter) draw(d *print.Document, wave *survey.Wave, w *Wording) {
	d.AddPage()
	body := print.Style{Size: 11.5, Leading: 1.6}
	if l.to.Group == survey.Elder {
		body.Size = 13.5
	}
	l.head(d, w)
	y := 92.0
	d.Text(left, y, print.Style{Size: 17, Weight: print.Bold}, wave.Name+" 邀请信")
	y = d.Paragraph(left, y+6, column, body, l.greeting())
	y = d.Paragraph(left, y+1.5, column, body, l.reason(wave, w))
	y = l.who(d, y+3, body)
	y = l.ways(d, y+5, wave, w)
	small := body
	small.Size -= 1.5
	y = d.Paragraph(left, y+4, column, small, "您的回答怎样保密：答卷里没有姓名、住址和邀请码，邀请码只用来保证每户答一次，用后只记日期；街道和社区看不到谁被抽中、谁答了什么，只看得到十份以上答卷合在一起的结果。是否作答完全自愿，任何人不得要求您按某种意思填写。")
	if w.Note != "" {
		y = d.Paragraph(left, y+2, column, small, w.Note)
	}
	d.Text(left+column, y+11, print.Style{Size: body.Size, Align: print.Right}, w.Office)
}

// head carries the sender, the address where the window of an envelope shows it, and marks where to fold.
func (l *letter) head(d *print.Document, w *Wording) {
	d.Text(left, 24, print.Style{Size: 11, Weight: print.Bold}, w.Office)
	d.Text(left+column, 24, print.Style{Size: 9, Gray: 0.35, Align: print.Right}, fmt.Sprintf("编号 %05d", l.to.Place))
	d.Line(left, 28, left+column, 28, 0.3, 0.6)
	address := print.Style{Size: 12, Leading: 1.45}
	lines := l.street + " " + l.community + "\n" + l.address.Text
	if l.address.Name != "" {
		lines += "\n" + l.address.Name
	} else {
		lines += "\n住户 收"
	}
	d.Paragraph(left, 46, 95, address, lines)
	for _, at := range []float64{print.A4Height / 3, print.A4Height * 2 / 3} {
		d.Line(4, at, 9, at, 0.2, 0.6)
	}
}

func (l *letter) greeting() string {
	if l.to.Group == survey.Unit {
		return "负责人，您好："
	}
	return "您好："
}

func (l *letter) reason(wave *survey.Wave, w *Wording) string {
	what, unit := "家", "户"
	if l.to.Group == survey.Unit {
		what, unit = "单位", "家"
	}
	text := fmt.Sprintf("为了解居民和单位对本街道工作的评价，我们用公开、可复核的随机办法，从%s名册中抽出一部分%s。您%s是其中之一，代表着附近约%s%s，别人不能替代。大约需要六分钟。",
		map[bool]string{true: "单位", false: "住户"}[l.to.Group == survey.Unit], map[bool]string{true: "单位", false: "人家"}[l.to.Group == survey.Unit], what, round(l.to.Weight), unit)
	if wave.EndsAt != nil {
		text += "请在" + wave.EndsAt.In(clock.Nanjing).Format("1月2日") + "以前作答。"
	}
	return text
}

// round writes a weight as people read it: 87 as 90, 412 as 410.
func round(weight float64) string {
	switch {
	case weight < 20:
		return strconv.Itoa(int(weight + 0.5))
	default:
		return strconv.Itoa(int(weight/10+0.5) * 10)
	}
}

// who says which person answers, so that not always the one who opens the door does.
func (l *letter) who(d *print.Document, y float64, body print.Style) float64 {
	text := "请由熟悉情况的负责人或员工代表本单位作答。"
	if group := groupNames[l.to.Group]; group != "" {
		text = "请由谁作答：家中" + group + "里，上一个过生日的那一位。不论是不是户主，请不要换人；需要时家人可以帮忙读题、点选。"
		if l.to.Sheet != "" {
			text = "请由谁作答：把家中" + group + "排好——先男后女，各从年长到年少——按下表看该由第几位作答。请不要换人；需要时家人可以帮忙读题、点选。"
		}
	}
	start := y
	y = d.Paragraph(left+4, y+2, column-8, body, text)
	if l.to.Sheet != "" {
		y = kishTable(d, y+2, stats.KishTable(l.to.Sheet))
	}
	y += 3
	d.Fill(left, start, 1.2, y-start, 0.3)
	return y
}

// kishTable prints the selection table of the sheet (Kish 1949): persons in the household over the place of who answers.
func kishTable(d *print.Document, y float64, t stats.KishTable) float64 {
	const first, width, height = 34.0, 17.0, 7.0
	style := print.Style{Size: 10}
	for row, title := range []string{"符合年龄的人数", "由第几位作答"} {
		top := y + float64(row)*height
		d.Text(left+4, top+5, style, title)
		for n := 1; n <= 6; n++ {
			x := left + 4 + first + float64(n-1)*width
			d.Rect(x, top, width, height, 0.15, 0.6)
			text := strconv.Itoa(n)
			if row == 0 && n == 6 {
				text = "6及以上"
			}
			if chosen, err := t.Choose(n); row == 1 && err == nil {
				text = strconv.Itoa(chosen)
			}
			d.Text(x+width/2, top+5, print.Style{Size: 10, Align: print.Centre}, text)
		}
	}
	return y + 2*height
}

// ways shows the code as a square to scan and as letters to type, and the ways without a phone.
func (l *letter) ways(d *print.Document, y float64, wave *survey.Wave, w *Wording) float64 {
	const side = 40.0
	d.Rect(left, y, column, side+12, 0.3, 0.5)
	d.QR(left+6, y+6, side, l.link+"/p/q/"+l.code)
	x := left + side + 16
	text := print.Style{Size: 11, Leading: 1.5}
	d.Text(x, y+12, print.Style{Size: 12, Weight: print.Bold}, "用手机扫左边的码，就能作答")
	d.Text(x, y+21, print.Style{Size: 10, Gray: 0.3}, "或打开 "+strings.TrimPrefix(strings.TrimPrefix(l.link, "https://"), "http://")+"/p/q 填邀请码")
	d.Text(x, y+32, print.Style{Size: 20, Weight: print.Bold}, l.code)
	other := "不用手机也可以：访问员会带证件上门，也可以在社区填纸质问卷。"
	if w.Phone != "" {
		other = "不用手机也可以：打电话 " + w.Phone + "，或等访问员带证件上门。"
	}
	d.Paragraph(x, y+36, column-side-22, text, other)
	return y + side + 12
}
