package form

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"yiwang/internal/platform/sheet"
)

// A questionnaire travels as an XLSForm workbook: sheets survey, choices and settings. What XLSForm does not know stands in columns
// of its own, which other programs pass over. See docs/questionnaires.md for the columns.

// Columns of the survey sheet.
const (
	colType       = "type"
	colName       = "name"
	colLabel      = "label::中文 (zh)"
	colHint       = "hint::中文 (zh)"
	colRequired   = "required"
	colRelevant   = "relevant"
	colConstraint = "constraint"
	colLook       = "appearance"
	colParameters = "parameters"
	colIndicator  = "indicator"
	colRole       = "role"
	colChannels   = "channels"
	colNA         = "na"
	colExpect     = "expect"
	colMost       = "most"
	colRemark     = "remark"
	colLabelEN    = "label::English (en)"
	colHintEN     = "hint::English (en)"
)

var surveyColumns = []string{colType, colName, colLabel, colHint, colRequired, colRelevant, colConstraint, colLook, colParameters,
	colIndicator, colRole, colChannels, colNA, colExpect, colMost, colRemark, colLabelEN, colHintEN}

// Lists of the choices sheet that stand for something of the wave: its scale and the reverse categories.
const (
	listScale      = "scale5"
	listScaleNA    = "scale5_na"
	listCategories = "categories"
)

// Names of the exclusive options of a list are marked in the constraint; these words shape the others.
const (
	lookFields  = "demographics"
	lookPhone   = "phone"
	lookNPS     = "nps"
	paramRandom = "randomize=true"
)

// WriteXLSForm writes the questionnaire as a workbook. version and group fill the settings; categories are the codes and names of
// the reverse fields, for the choices sheet.
func WriteXLSForm(w io.Writer, f *Form, group, version string, categories [][2]string) error {
	x := &xlsWriter{form: f}
	x.survey = [][]string{surveyColumns}
	x.choices = [][]string{{"list_name", "name", colLabel, colLabelEN}}
	for i := range f.Questions {
		q := &f.Questions[i]
		if i == 0 || f.Questions[i-1].Section != q.Section {
			x.section(i)
		}
		x.question(q)
	}
	x.end()
	x.wave(categories)
	settings := [][]string{{"form_title", "form_id", "version", "default_language", "group", "target", "intro", "title::English (en)", "target::English (en)", "intro::English (en)"},
		{f.Name, "yiwang_" + group, version, "中文 (zh)", group, f.Target, f.Intro, "", "", ""}}
	if f.EN != nil {
		copy(settings[1][7:], []string{f.EN.Name, f.EN.Target, f.EN.Intro})
	}
	return sheet.WriteBook(w, []sheet.Tab{{Name: "survey", Rows: x.survey}, {Name: "choices", Rows: x.choices}, {Name: "settings", Rows: settings}}, 20, 12, 46, 24)
}

type xlsWriter struct {
	form            *Form
	survey, choices [][]string
	open            bool
	scale, scaleNA  bool
	categories      bool
}

func (x *xlsWriter) row(cells map[string]string) {
	row := make([]string, len(surveyColumns))
	for i, name := range surveyColumns {
		row[i] = cells[name]
	}
	x.survey = append(x.survey, row)
}

// section closes the group before and opens the one of question i.
func (x *xlsWriter) section(i int) {
	x.end()
	s := x.form.Section(x.form.Questions[i].Section)
	if s == nil {
		return
	}
	cells := map[string]string{colType: "begin_group", colName: s.Code, colLabel: s.Title, colHint: s.Intro, colRelevant: s.Show.xpath(), colLook: "field-list"}
	if s.Shuffle {
		cells[colParameters] = paramRandom
	}
	if s.EN != nil {
		cells[colLabelEN], cells[colHintEN] = s.EN.Title, s.EN.Intro
	}
	x.row(cells)
	x.open = true
}

func (x *xlsWriter) end() {
	if x.open {
		x.row(map[string]string{colType: "end_group"})
	}
	x.open = false
}

func (x *xlsWriter) question(q *Question) {
	cells := map[string]string{colName: q.Code, colLabel: q.Text, colHint: q.Hint, colRelevant: q.Show.xpath(), colConstraint: q.constraint(),
		colIndicator: q.Indicator, colRole: string(q.Role), colChannels: strings.Join(q.Channels, " "), colExpect: q.Expect, colRemark: q.Note}
	if q.Required() {
		cells[colRequired] = "yes"
	} else if q.Optional {
		cells[colRequired] = "no"
	}
	if q.NA && q.Type != Scale5 {
		cells[colNA] = "yes"
	}
	if q.EN != nil {
		cells[colLabelEN], cells[colHintEN] = q.EN.Text, q.EN.Hint
	}
	var parameters []string
	if q.Shuffle {
		parameters = append(parameters, paramRandom)
	}
	list := strings.NewReplacer("-", "_").Replace("o_" + q.Code)
	switch q.Type {
	case Scale5:
		cells[colType], x.scale = "select_one "+listScale, x.scale || !q.NA
		if q.NA {
			cells[colType], x.scaleNA = "select_one "+listScaleNA, true
		}
	case Single:
		cells[colType] = "select_one " + list
	case Multi:
		cells[colType] = "select_multiple " + list
	case Ranking:
		cells[colType] = "rank " + list
	case Categories:
		cells[colType], x.categories = "select_multiple "+listCategories, true
	case NPS:
		cells[colType], cells[colLook], parameters = "range", lookNPS, append(parameters, "start=0 end=10 step=1")
	case Number:
		cells[colType] = "decimal"
		if q.Whole {
			cells[colType] = "integer"
		}
	case Text:
		cells[colType], cells[colLook] = "text", "multiline"
	case Phone:
		cells[colType], cells[colLook] = "text", "numbers "+lookPhone
	case Photo:
		cells[colType] = "image"
		if q.Max > 0 {
			cells[colMost] = strconv.Itoa(q.Max)
		}
	case Demographics:
		x.demographics(q, cells)
		return
	case Note:
		cells[colType] = "note"
	}
	cells[colParameters] = strings.Join(parameters, " ")
	x.row(cells)
	x.options(list, q)
}

// demographics are a group of texts, one per field.
func (x *xlsWriter) demographics(q *Question, cells map[string]string) {
	cells[colType], cells[colLook] = "begin_group", lookFields
	x.row(cells)
	for i, name := range q.Fields {
		field := map[string]string{colType: "text", colName: fmt.Sprintf("%s_%d", q.Code, i+1), colLabel: name}
		if q.EN != nil && i < len(q.EN.Fields) {
			field[colLabelEN] = q.EN.Fields[i]
		}
		x.row(field)
	}
	x.row(map[string]string{colType: "end_group"})
}

func (x *xlsWriter) options(list string, q *Question) {
	for i, text := range q.Options {
		english := ""
		if q.EN != nil && i < len(q.EN.Options) {
			english = q.EN.Options[i]
		}
		x.choices = append(x.choices, []string{list, strconv.Itoa(i + 1), text, english})
	}
}

// ScaleWords are the usual words of the five steps and of "no contact", for layouts without a wave.
var ScaleWords = [6][3]string{{"1", "非常满意", "Very satisfied"}, {"2", "比较满意", "Satisfied"}, {"3", "一般", "Neutral"}, {"4", "不太满意", "Dissatisfied"},
	{"5", "很不满意", "Very dissatisfied"}, {MarkNA, "没接触过/不了解", "No contact, cannot say"}}

// wave adds the lists that stand for the scale and the categories of the wave.
func (x *xlsWriter) wave(categories [][2]string) {
	add := func(list string, n int) {
		for _, w := range ScaleWords[:n] {
			x.choices = append(x.choices, []string{list, w[0], w[1], w[2]})
		}
	}
	if x.scale {
		add(listScale, 5)
	}
	if x.scaleNA {
		add(listScaleNA, 6)
	}
	if x.categories {
		for _, c := range categories {
			x.choices = append(x.choices, []string{listCategories, c[0], c[1], ""})
		}
	}
}

// constraint writes the bounds of an answer.
func (q *Question) constraint() string {
	var parts []string
	add := func(format string, v any) { parts = append(parts, fmt.Sprintf(format, v)) }
	if q.Low != nil {
		add(". >= %v", wording(*q.Low))
	}
	if q.High != nil {
		add(". <= %v", wording(*q.High))
	}
	if q.MaxLen > 0 {
		add("string-length(.) <= %v", q.MaxLen)
	}
	if q.Min > 0 {
		add("count-selected(.) >= %v", q.Min)
	}
	if q.Max > 0 && q.Type != Photo {
		add("count-selected(.) <= %v", q.Max)
	}
	exclusive := slices.Clone(q.Exclusive)
	slices.Sort(exclusive)
	for _, n := range exclusive {
		add("not(selected(., '%v') and count-selected(.) > 1)", n)
	}
	return strings.Join(parts, " and ")
}
