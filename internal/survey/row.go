package survey

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yiwang/internal/form"
	"yiwang/internal/platform/clock"
	"yiwang/internal/platform/sheet"
)

// Category is one field of the reverse evaluation that a respondent may tick.
type Category struct {
	Code string
	Name string
}

// place is an area that answers can belong to.
type place struct{ code, parent string }

// rowReader turns the cells of a row into a response and its comments. It holds what a whole file has in common.
type rowReader struct {
	wave       *Wave
	forms      map[Group]*Form
	scales     map[Group][]Question
	columns    []Column
	at         map[string]int // column code → index
	categories []Category
	streets    map[string]string  // code or name → code
	places     map[string][]place // community code or name → areas
	key        func(string) string
	faults     []sheet.RowError
	row        int
	values     []string
}

// entry is what one good row holds.
type entry struct {
	row      int
	response Response
	comments []Comment
	phone    string
}

// read returns the entry of a row, or nil after adding every fault of the row.
func (r *rowReader) read(row int, values []string) *entry {
	r.row, r.values = row, values
	before := len(r.faults)
	group, ok := groupNames[r.cell(colGroup)]
	if !ok {
		r.fault(colGroup, "请填老年、中青年或单位")
		return nil
	}
	e := &entry{row: row, response: Response{WaveID: r.wave.ID, Group: group, Pilot: r.wave.State == Piloting}}
	r.identify(&e.response)
	r.locate(&e.response)
	r.describe(&e.response)
	r.score(&e.response)
	r.rest(e)
	for i := range r.columns {
		if c := &r.columns[i]; !c.asks(group) && r.cell(c.Code) != "" {
			r.fault(c.Code, group.Title()+"问卷没有这一题")
		}
	}
	if len(r.faults) > before {
		return nil
	}
	// Keyed, because the cells hold the comment and the number: nobody with the database alone may test a guess.
	e.response.RowHash = r.key("row|" + rowHash(r.columns, values))
	return e
}

func (r *rowReader) cell(code string) string {
	if i, ok := r.at[code]; ok {
		return r.values[i]
	}
	return ""
}

// fault reports a cell. The value of a telephone cell is not repeated.
func (r *rowReader) fault(column, reason string) {
	value := r.cell(column)
	if i, ok := r.at[column]; ok {
		column = r.columns[i].Title
	}
	if reason == badPhone || reason == lonelyPhone {
		value = "（已隐去）"
	}
	if utf8.RuneCountInString(value) > 40 {
		value = string([]rune(value)[:40]) + "…"
	}
	r.faults = append(r.faults, sheet.RowError{Row: r.row, Column: column, Value: value, Code: "survey.bad_cell", Reason: reason})
}

func (r *rowReader) identify(to *Response) {
	var ok bool
	if to.Channel, ok = channelNames[r.cell(colChannel)]; !ok {
		r.fault(colChannel, "请填定向或线上")
	}
	switch to.Mode, ok = modeNames[r.cell(colMode)]; {
	case r.cell(colMode) == "" && to.Channel == Online:
		to.Mode = ModeWeb
	case r.cell(colMode) == "":
		to.Mode = ModeVisit
	case !ok:
		r.fault(colMode, "请填入户、电话、纸质或网页")
	case to.Channel == Online && to.Mode != ModeWeb:
		r.fault(colMode, "线上答卷的方式只能是网页")
	}
	number := r.cell(colRespondent)
	switch {
	case number == "":
		r.fault(colRespondent, "必填")
	case utf8.RuneCountInString(number) > 64:
		r.fault(colRespondent, "超过64个字")
	}
	to.RowKey = r.key(fmt.Sprintf("%s|%t|%s|%s", r.wave.ID, to.Pilot, to.Channel, number))
}

func (r *rowReader) locate(to *Response) {
	name := r.cell(colStreet)
	to.Street = r.streets[name]
	if to.Street == "" {
		r.fault(colStreet, "不是本次测评范围内的街道代码或全称")
		return
	}
	if r.wave.State == Piloting && !r.wave.Plan.V.Pilots(to.Street) {
		r.fault(colStreet, "试点只在方案选定的街道进行")
		return
	}
	if name = r.cell(colCommunity); name == "" {
		return
	}
	for _, p := range r.places[name] {
		if p.parent == to.Street {
			to.Community = p.code
			return
		}
	}
	if len(r.places[name]) > 0 {
		r.fault(colCommunity, "这个社区不属于所填街道")
		return
	}
	r.fault(colCommunity, "没有这个社区代码或全称")
}

func (r *rowReader) describe(to *Response) {
	var ok bool
	if to.Sex, ok = sexNames[r.cell(colSex)]; !ok {
		r.fault(colSex, "请填男或女")
	}
	if to.AgeBand = r.cell(colAge); to.AgeBand != "" && !slices.Contains(ageBands, to.AgeBand) {
		r.fault(colAge, "请填 "+strings.Join(ageBands, "、"))
	} else if i := slices.Index(ageBands, to.AgeBand); i >= 0 && (to.Group == Elder && i < 4 || to.Group == Adult && i >= 4) {
		r.fault(colAge, "年龄段与对象不符")
	}
	to.Seconds = r.whole(colSeconds, 0, 86400)
	if device := r.cell(colDevice); len(device) > 200 {
		r.fault(colDevice, "超过200个字节")
	} else if device != "" {
		to.Device = r.key("device|" + device)[:16]
	}
	if text := r.cell(colSubmitted); text != "" {
		at, ok := parseTime(text)
		if !ok {
			r.fault(colSubmitted, "看不懂的时间，请写成 2026-11-21 14:30")
		}
		to.SubmittedAt = clock.At(at)
	}
}

// whole reads an optional whole number within bounds; 0 for an empty cell.
func (r *rowReader) whole(column string, low, high int) int {
	text := strings.TrimSuffix(r.cell(column), ".0")
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		r.fault(column, fmt.Sprintf("请填%d—%d的整数", low, high))
	}
	return n
}

func (r *rowReader) score(to *Response) {
	scale := r.wave.Plan.V.Scale
	var marks []byte
	answered := false
	questions := r.scales[to.Group]
	for i := range questions {
		q := &questions[i]
		mark, ok := scale.Parse(r.cell(q.Code))
		step := scale.Step(mark)
		switch {
		case !ok:
			r.fault(q.Code, "不是量表的选项")
		case mark == MarkNA && !q.NA:
			r.fault(q.Code, "这一题没有“不了解”选项")
		case step != nil && step.Face && to.Group != Elder:
			r.fault(q.Code, "三档笑脸只用于老年问卷")
		}
		answered = answered || mark != MarkMissing
		marks = append(marks, mark)
	}
	if !answered {
		r.fault(colRespondent, "整份答卷没有任何评分")
	}
	to.Marks = string(marks)
}

// rest reads the answers outside the scale: choices, categories, free text, telephone, recommendation.
func (r *rowReader) rest(e *entry) {
	answers := &e.response.Answers.V
	phoneColumn := ""
	questions := r.forms[e.response.Group].Questions
	for i := range questions {
		q := &questions[i]
		text := r.cell(q.Code)
		if text == "" {
			continue
		}
		switch q.Type {
		case TypeSingle:
			if answers.Choices == nil {
				answers.Choices = map[string]int{}
			}
			answers.Choices[q.Code] = r.choice(q, text)
		case TypeCategories:
			answers.Categories = r.ticked(q, text)
		case form.Multi, form.Ranking, form.Number:
			r.typed(q, text, answers)
		case TypeText:
			if q.MaxLen > 0 && utf8.RuneCountInString(text) > q.MaxLen {
				r.fault(q.Code, fmt.Sprintf("超过%d字", q.MaxLen))
			}
			e.comments = append(e.comments, Comment{WaveID: e.response.WaveID, Group: e.response.Group, Channel: e.response.Channel, Question: q.Code, Text: text})
		case TypePhone:
			phoneColumn = q.Code
			if e.phone = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(text); !phonePattern.MatchString(e.phone) {
				r.fault(q.Code, badPhone)
			}
		}
	}
	if e.phone != "" && len(e.comments) == 0 {
		r.fault(phoneColumn, lonelyPhone)
	}
	if r.cell(colNPS) != "" {
		n := r.whole(colNPS, 0, 10)
		answers.NPS = &n
	}
	for i := range e.comments {
		c := &e.comments[i]
		// The ticked fields stay with the response, where they are weighted; on the comment too they would link the two.
		c.Street, c.Community = e.response.Street, e.response.Community
	}
}

const (
	badPhone    = "不是电话号码"
	lonelyPhone = "没有意见文字，不保存电话；请删去电话或补上意见"
)

var phonePattern = regexp.MustCompile(`^(1\d{10}|0\d{9,11}|\d{7,8})$`)

func (r *rowReader) choice(q *Question, text string) int {
	if i := slices.Index(q.Options, text); i >= 0 {
		return i + 1
	}
	n, err := strconv.Atoi(strings.TrimSuffix(text, ".0"))
	if err != nil || n < 1 || n > len(q.Options) {
		r.fault(q.Code, fmt.Sprintf("请填选项文字或1—%d", len(q.Options)))
	}
	return n
}

func (r *rowReader) ticked(q *Question, text string) (codes []string) {
	for _, part := range strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune("、,，;；| ", c) }) {
		i := slices.IndexFunc(r.categories, func(c Category) bool {
			return c.Name == part || strings.TrimLeft(c.Code, "0") == strings.TrimLeft(part, "0")
		})
		switch {
		case i < 0:
			r.fault(q.Code, "没有这个反向问题领域："+part)
		case !slices.Contains(codes, r.categories[i].Code):
			codes = append(codes, r.categories[i].Code)
		}
	}
	if q.Max > 0 && len(codes) > q.Max {
		r.fault(q.Code, fmt.Sprintf("最多选%d个", q.Max))
	}
	return codes
}

// parseTime reads the time formats that spreadsheets and survey tools write, and the day numbers of Excel.
func parseTime(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2",
		"2006-01-02T15:04:05", "2006-01-02T15:04", "2006年1月2日 15:04", "2006年1月2日"} {
		if at, err := time.ParseInLocation(layout, text, clock.Nanjing); err == nil {
			return at, true
		}
	}
	days, err := strconv.ParseFloat(text, 64)
	if err != nil || days < 36526 || days > 73051 { // 2000-01-01 … 2100-01-01
		return time.Time{}, false
	}
	return time.Date(1899, 12, 30, 0, 0, 0, 0, clock.Nanjing).Add(time.Duration(days * float64(24*time.Hour))).Round(time.Second), true
}

// rowHash is the digest of all cells, so that the same row is known again and a changed one is seen.
func rowHash(columns []Column, values []string) string {
	var b []byte
	for i := range columns {
		if text := values[i]; text != "" {
			b = append(append(append(append(b, columns[i].Code...), 0), text...), 0)
		}
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}
