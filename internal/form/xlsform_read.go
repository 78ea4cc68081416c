package form

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"yiwang/internal/platform/errs"
	"yiwang/internal/platform/i18n"
	"yiwang/internal/platform/sheet"
)

// Imported is what a workbook holds: the form and what its settings say of it.
type Imported struct {
	Form    Form
	Group   string
	Version string
}

// ReadXLSForm reads a workbook that WriteXLSForm or another XLSForm program wrote. Invalid "form.bad_workbook" with one field per
// fault, located "sheet survey, row 5, column relevant" and worded in lang. The form may still have faults of its own; Faults tells.
func ReadXLSForm(r io.Reader, lang string) (*Imported, error) {
	tabs, err := sheet.ReadBook(r, sheet.Options{})
	if err != nil {
		return nil, err
	}
	x := &xlsReader{lang: lang, lists: map[string][]choice{}}
	survey, choices, settings := x.table(tabs, "survey", true), x.table(tabs, "choices", false), x.table(tabs, "settings", false)
	if survey != nil {
		x.choices(choices)
		x.settings(settings)
		x.rows(survey)
		x.conditions()
	}
	if len(x.bad) > 0 {
		return nil, errs.Invalid("form.bad_workbook", "The workbook cannot be taken as a questionnaire; correct the cells named and repeat.", x.bad...)
	}
	return &x.out, nil
}

type choice struct{ name, label, english string }

// relevance is a condition whose value still needs the type of the question it looks at.
type relevance struct {
	condition *Condition
	row       int
}

type xlsReader struct {
	lang   string
	out    Imported
	lists  map[string][]choice
	bad    []errs.Field
	when   []relevance
	fields *Question // the demographics group that is open
	group  string    // the section that is open
	opened int       // row of the open group
}

// table is a sheet with its columns found.
type table struct {
	name string
	rows [][]string
	at   map[string]int
}

func (t *table) cell(row int, column string) string {
	if i, ok := t.at[column]; ok && i < len(t.rows[row]) {
		return t.rows[row][i]
	}
	return ""
}

// columnNames are other spellings of our columns; whatever names English after :: is English, any other language is Chinese.
var columnNames = map[string]string{"label": colLabel, "hint": colHint, "list name": "list_name", "relevance": colRelevant, "read_only": ""}

func canonical(heading string) string {
	h := strings.TrimSpace(strings.ToLower(heading))
	base, language, translated := strings.Cut(h, "::")
	if translated {
		switch english := strings.HasPrefix(language, "english") || strings.Contains(language, "(en)") || language == "en"; {
		case base == "label" && english:
			return colLabelEN
		case base == "hint" && english:
			return colHintEN
		case english:
			return base + "::English (en)"
		}
		h = base
	}
	if name, ok := columnNames[h]; ok {
		return name
	}
	return h
}

func (x *xlsReader) table(tabs []sheet.Tab, name string, required bool) *table {
	at := slices.IndexFunc(tabs, func(t sheet.Tab) bool { return strings.EqualFold(strings.TrimSpace(t.Name), name) })
	if at < 0 || len(tabs[at].Rows) == 0 {
		if required {
			x.bad = append(x.bad, errs.Field{Location: "sheet " + name, Message: x.say("工作簿缺少这张表，或表是空的", "the workbook has no such sheet, or it is empty")})
		}
		return nil
	}
	t := &table{name: name, rows: tabs[at].Rows, at: map[string]int{}}
	for i, heading := range t.rows[0] {
		if h := canonical(heading); h != "" {
			if _, twice := t.at[h]; !twice {
				t.at[h] = i
			}
		}
	}
	return t
}

// fault names a cell; row counts from 0 as in the table.
func (x *xlsReader) fault(t string, row int, column, value, zh, en string) {
	column, _, _ = strings.Cut(column, "::")
	x.bad = append(x.bad, errs.Field{Location: fmt.Sprintf("sheet %s, row %d, column %s", t, row+1, column), Message: x.say(zh, en), Value: value})
}

func (x *xlsReader) say(zh, en string) string {
	if x.lang == i18n.English {
		return en
	}
	return zh
}

func (x *xlsReader) choices(t *table) {
	if t == nil {
		return
	}
	for i := 1; i < len(t.rows); i++ {
		list := t.cell(i, "list_name")
		c := choice{t.cell(i, colName), t.cell(i, colLabel), t.cell(i, colLabelEN)}
		switch {
		case list == "" && c == (choice{}):
		case list == "":
			x.fault("choices", i, "list_name", "", "选项没有写属于哪个列表", "the choice does not say to which list it belongs")
		case c.name == "":
			x.fault("choices", i, colName, "", "选项没有编号", "the choice has no name")
		case c.label == "":
			x.fault("choices", i, colLabel, c.name, "选项没有文字", "the choice has no label")
		case slices.ContainsFunc(x.lists[list], func(o choice) bool { return o.name == c.name }):
			x.fault("choices", i, colName, c.name, "同一列表里编号重复", "the name occurs twice in the list")
		default:
			x.lists[list] = append(x.lists[list], c)
		}
	}
}

func (x *xlsReader) settings(t *table) {
	if t == nil || len(t.rows) < 2 {
		return
	}
	get := func(column string) string { return t.cell(1, column) }
	x.out.Group, x.out.Version = get("group"), get("version")
	x.out.Form.Name, x.out.Form.Target, x.out.Form.Intro = get("form_title"), get("target"), get("intro")
	if w := (Words{get("title::English (en)"), get("target::English (en)"), get("intro::English (en)")}); w != (Words{}) {
		x.out.Form.EN = &w
	}
}

func (x *xlsReader) rows(t *table) {
	x.out.Form.Questions = []Question{}
	for i := 1; i < len(t.rows); i++ {
		kind := strings.Join(strings.Fields(t.cell(i, colType)), " ")
		switch word, _, _ := strings.Cut(kind, " "); strings.ReplaceAll(kind, " ", "_") {
		case "":
			if slices.ContainsFunc(t.rows[i], func(c string) bool { return c != "" }) {
				x.fault("survey", i, colType, "", "这一行没有题型", "the row has no type")
			}
		case "begin_group":
			x.begin(t, i)
		case "end_group":
			x.close(i)
		case "start", "end", "today", "deviceid", "phonenumber", "username", "audit", "start-geopoint":
			// What a device notes of itself is kept with every answer here; it is no question.
		default:
			x.question(t, i, word, strings.TrimSpace(strings.TrimPrefix(kind, word)))
		}
	}
	if x.group != "" || x.fields != nil {
		x.fault("survey", x.opened, colType, "begin_group", "这个分组没有 end_group", "the group is never closed")
	}
}

func (x *xlsReader) begin(t *table, i int) {
	code := t.cell(i, colName)
	switch {
	case x.fields != nil || x.group != "" && !looks(t.cell(i, colLook), lookFields):
		x.fault("survey", i, colType, code, "分组里不能再套分组（基本信息题除外）", "groups cannot be nested, demographics excepted")
		return
	case code == "":
		x.fault("survey", i, colName, "", "分组没有编号", "the group has no name")
	}
	if looks(t.cell(i, colLook), lookFields) {
		q := x.common(t, i)
		q.Type = Demographics
		x.out.Form.Questions = append(x.out.Form.Questions, q)
		x.fields = &x.out.Form.Questions[len(x.out.Form.Questions)-1]
	} else {
		s := Section{Code: code, Title: t.cell(i, colLabel), Intro: t.cell(i, colHint), Shuffle: strings.Contains(t.cell(i, colParameters), "randomize=true"), Show: x.relevant(t, i)}
		if w := (SectionWords{t.cell(i, colLabelEN), t.cell(i, colHintEN)}); w != (SectionWords{}) {
			s.EN = &w
		}
		x.out.Form.Sections = append(x.out.Form.Sections, s)
		x.group = code
	}
	x.opened = i
}

func (x *xlsReader) close(i int) {
	switch {
	case x.fields != nil:
		x.fields = nil
	case x.group != "":
		x.group = ""
	default:
		x.fault("survey", i, colType, "end_group", "没有与之对应的 begin_group", "no group is open")
	}
}

// common reads what every type has.
func (x *xlsReader) common(t *table, i int) Question {
	q := Question{Code: t.cell(i, colName), Section: x.group, Text: t.cell(i, colLabel), Hint: t.cell(i, colHint), Indicator: t.cell(i, colIndicator),
		Role: Role(t.cell(i, colRole)), Expect: t.cell(i, colExpect), Note: t.cell(i, colRemark), Show: x.relevant(t, i), NA: yes(t.cell(i, colNA)),
		Channels: strings.Fields(strings.ReplaceAll(t.cell(i, colChannels), ",", " ")), Shuffle: strings.Contains(t.cell(i, colParameters), "randomize=true")}
	if len(q.Channels) == 0 {
		q.Channels = nil
	}
	if q.Code == "" {
		x.fault("survey", i, colName, "", "题目没有编号", "the question has no name")
	}
	if q.Role != "" && !slices.Contains(Roles, q.Role) {
		x.fault("survey", i, colRole, string(q.Role), "用途只能是 attention、integrity、progress、overall", "the role is attention, integrity, progress or overall")
	}
	if w := (QuestionWords{Text: t.cell(i, colLabelEN), Hint: t.cell(i, colHintEN)}); w.Text+w.Hint != "" {
		q.EN = &w
	}
	return q
}

func (x *xlsReader) relevant(t *table, i int) *Condition {
	text := t.cell(i, colRelevant)
	if text == "" {
		return nil
	}
	c, err := parseXPath(text)
	if err != nil {
		x.fault("survey", i, colRelevant, text, "显示条件看不懂，从这里起："+err.Error(), "the condition is not understood from "+err.Error())
		return nil
	}
	x.when = append(x.when, relevance{c, i})
	return c
}

// conditions gives the values of conditions the type that their question has.
func (x *xlsReader) conditions() {
	for _, w := range x.when {
		for _, code := range w.condition.Looks() {
			if x.out.Form.Question(code) == nil {
				x.fault("survey", w.row, colRelevant, code, "显示条件里的题目不存在", "the condition names a question that does not exist")
			}
		}
		w.condition.retype(&x.out.Form)
	}
}

func (c *Condition) retype(f *Form) {
	for i := range c.All {
		c.All[i].retype(f)
	}
	for i := range c.Any {
		c.Any[i].retype(f)
	}
	if c.Not != nil {
		c.Not.retype(f)
	}
	q := f.Question(c.Question)
	text, isText := c.Value.(string)
	if q == nil || !isText {
		return
	}
	if q.Type == Scale5 && (c.Op == Eq || c.Op == Ne) || q.Type == Categories || q.Type == Text {
		return
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		c.Value = n
	}
}

func yes(text string) bool {
	return slices.Contains([]string{"yes", "true", "true()", "1", "是"}, strings.ToLower(text))
}

func looks(appearance, word string) bool { return slices.Contains(strings.Fields(appearance), word) }

var constraintPart = regexp.MustCompile(`^\s*(?:(string-length\(\s*\.\s*\)|count-selected\(\s*\.\s*\)|\.)\s*(<=|>=|<|>)\s*(-?[0-9.]+)|not\(\s*selected\(\s*\.\s*,\s*['"](\w+)['"]\s*\)\s*and\s*count-selected\(\s*\.\s*\)\s*>\s*1\s*\))\s*(?:and\b|$)`)
